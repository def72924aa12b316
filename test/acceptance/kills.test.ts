import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect } from "vitest";
import { FAULTS, type Fault } from "../stand-ins/bot-api.ts";
import { hashtagOf } from "./support/blocks.ts";
import { alert, recovery, SOON, type Told } from "./support/collector.ts";
import { stage } from "./support/orchestrator.ts";
import type { Environment, Program } from "./support/program.ts";
import { type Scene, test } from "./support/scene.ts";
import { startTcp } from "./support/servers.ts";

const REPEAT = "possibly a repeat";

const owes = (count: number) => (body: Record<string, unknown>) =>
  (body.undelivered as { count: number }).count === count;
const settled = (program: Program) => program.answers("/api/status", owes(0));

/** Resolves as soon as the stand-in has read one more request to send than it had before. */
async function readOneMore(scene: Scene, before: number): Promise<void> {
  const endAt = Date.now() + 40_000;
  while (scene.bot.requests.length === before) {
    if (Date.now() > endAt) throw new Error("no request came");
    await sleep(2);
  }
}

interface Step {
  readonly name: string;
  /** Makes the send go so far and no further; returns what makes sends go well again. */
  readonly arrange: (scene: Scene) => Promise<() => Promise<void>>;
  /** Resolves at the moment of the kill. */
  readonly moment: (scene: Scene, program: Program, requestsBefore: number) => Promise<unknown>;
  /** How often it reached people before the kill. */
  readonly toldBefore: 0 | 1;
  /** What comes after the restart. */
  readonly then: "nothing" | "the message" | "the message, marked";
}

const hits = (fault: Fault) => async (scene: Scene) => {
  scene.bot.script(fault);
  return async () => {};
};
const cannotDeliver = (_scene: Scene, program: Program) => program.logged("channel cannot deliver");

/** Takes the place of the stand-in: connections are accepted and nothing is ever read. */
async function swallow({ bot }: Scene): Promise<() => Promise<void>> {
  await bot.goAway();
  const server = createServer({ pauseOnConnect: true }, (socket) => socket.on("error", () => {}));
  server.listen(Number(new URL(bot.url).port), "127.0.0.1");
  await once(server, "listening");
  return async () => {
    // The only connection went with the process that was killed.
    server.close();
    await once(server, "close");
    await bot.comeBack();
  };
}

const STEPS: readonly Step[] = [
  {
    name: "before the request: the channel refuses connections",
    arrange: async ({ bot }) => {
      await bot.goAway();
      return () => bot.comeBack();
    },
    moment: cannotDeliver,
    toldBefore: 0,
    then: "the message",
  },
  {
    name: "before the next request: the channel demanded a pause",
    arrange: hits(FAULTS.tooManyRequests(600)),
    moment: cannotDeliver,
    toldBefore: 0,
    then: "the message",
  },
  {
    name: "after the request was written, read by nobody",
    arrange: swallow,
    moment: (_scene, program) => program.answers("/api/status", owes(1)).then(() => sleep(300)),
    toldBefore: 0,
    then: "the message, marked",
  },
  {
    name: "after the request was read, before it was accepted",
    arrange: hits({ kind: "hang" }),
    moment: (scene, _program, before) => readOneMore(scene, before),
    toldBefore: 0,
    then: "the message, marked",
  },
  {
    name: "after it was accepted, before the answer",
    arrange: hits({ kind: "hang", accept: true }),
    moment: (scene, _program, before) => readOneMore(scene, before),
    toldBefore: 1,
    then: "the message, marked",
  },
  {
    name: "in the middle of the answer",
    arrange: hits({ kind: "drip", everyMs: 1_000, accept: true }),
    moment: (scene, _program, before) => readOneMore(scene, before).then(() => sleep(200)),
    toldBefore: 1,
    then: "the message, marked",
  },
  {
    name: "after it was accepted and the answer was lost, before the next attempt",
    arrange: hits({ kind: "reset", accept: true }),
    moment: cannotDeliver,
    toldBefore: 1,
    then: "the message, marked",
  },
  {
    name: "after it was settled",
    arrange: async () => async () => {},
    moment: async (scene, program, before) => {
      await readOneMore(scene, before);
      await settled(program);
    },
    toldBefore: 1,
    then: "nothing",
  },
];

describe.concurrent.for(["alert", "recovery"] as const)("killed -9 while it sends an %s", (action) => {
  const due = action === "alert" ? alert : recovery;

  test.for(STEPS)("$name: $then", async ({ arrange, moment, toldBefore, then }, { scene }) => {
    const { bot, told } = scene;
    const db = await scene.host(startTcp());
    const env: Environment = {
      WATCHDOG_DEPS: `db=tcp://127.0.0.1:${db.port}`,
      WATCHDOG_STATE_DIR: scene.path("state"),
      // Longer than the test: nothing but the kill ends an attempt.
      WATCHDOG_HTTP_TIMEOUT_S: "60",
    };
    const first = await scene.run(env);
    if (action === "recovery") {
      await db.goAway();
      await told.expect(SOON, alert("dep:db"));
      await settled(first);
    }
    const mend = await arrange(scene);
    const requestsBefore = bot.requests.length;
    await (action === "alert" ? db.goAway() : db.comeBack());
    await moment(scene, first, requestsBefore);
    await first.kill();
    await mend();
    if (toldBefore === 1) {
      const { message } = await told.expect(SOON, due("dep:db"));
      expect(message.text).not.toContain(REPEAT);
    }
    expect(told.unchecked).toBe(0);

    const second = await scene.run(env);
    if (then === "nothing") await second.ticks(5);
    else {
      const { message } = await told.expect(SOON, due("dep:db"));
      expect(message.text.includes(REPEAT)).toBe(then === "the message, marked");
    }
    // That it was decided before the kill, and not a second time, the log says.
    expect(second.decisions).toEqual([]);
  });
});

/** The hashtags of a message, each with whether it may be a repeat. */
function marksOf({ blocks }: Told): Map<string, boolean> {
  return new Map(blocks.map(({ hashtag, text }) => [hashtag, text.includes(REPEAT)]));
}

describe.concurrent("killed more than once", () => {
  test("in the middle of three attempts in a row: told until the channel says so", async ({ scene }) => {
    const env = {
      WATCHDOG_DEPS: "db=tcp://127.0.0.1:1",
      WATCHDOG_STATE_DIR: scene.path("state"),
      WATCHDOG_HTTP_TIMEOUT_S: "60",
    };
    for (const attempt of [1, 2, 3]) {
      scene.bot.script({ kind: "hang", accept: true });
      const program = await scene.run(env);
      const { message } = await scene.told.expect(SOON, alert("dep:db"));
      expect(message.text.includes(REPEAT)).toBe(attempt > 1);
      await program.kill();
    }
    const program = await scene.run(env);
    await scene.told.expect(SOON, alert("dep:db", REPEAT));
    await settled(program);
    await program.kill();
    await (await scene.run(env)).ticks(3);
  });

  test("between two messages of one tick: only what the second one holds is told again", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    const count = 40;
    orchestrator.report({ stages: Array.from({ length: count }, (_, index) => stage(index, 9_000)) });
    const env = {
      WATCHDOG_METRICS_URL: orchestrator.url,
      WATCHDOG_STATE_DIR: scene.path("state"),
      WATCHDOG_HTTP_TIMEOUT_S: "60",
    };
    const first = await scene.run(env);
    const [part] = await scene.told.takeMany(1, 40);
    // Messages keep a distance of a second: the next one meets this.
    scene.bot.script({ kind: "hang", accept: true });
    const [cutOff] = await scene.told.takeMany(1, 40);
    await first.kill();
    if (part === undefined || cutOff === undefined) throw new Error("two messages came");

    const second = await scene.run(env);
    await settled(second);
    const after = await scene.told.takeMany(scene.told.unchecked, 40);
    const again = after.flatMap((message) => [...marksOf(message)]);
    const marked = new Set(again.flatMap(([hashtag, isMarked]) => (isMarked ? [hashtag] : [])));
    expect(marked).toEqual(new Set(marksOf(cutOff).keys()));
    const told = [part, cutOff, ...after].flatMap((message) => [...marksOf(message).keys()]);
    expect(new Set(told).size).toBe(count);
    expect(told.length).toBe(count + marked.size);
    expect(second.decisions).toEqual([]);
  });
});

describe.concurrent("killed at any moment around a send", () => {
  /** Milliseconds after the decision; the answer takes some 200 ms. */
  const MOMENTS = [0, 15, 30, 60, 90, 120, 180, 240, 300, 400];

  test.for([
    [0, 2, 4, 6, 8],
    [1, 3, 5, 7, 9],
  ])("moments %j: told, and twice only with a mark", async (indexes, { scene }) => {
    for (const index of indexes) {
      const key = `dep:d${index}`;
      const env = {
        WATCHDOG_DEPS: `d${index}=tcp://127.0.0.1:1`,
        WATCHDOG_STATE_DIR: scene.path(`state-${index}`),
        WATCHDOG_DEP_DOWN_TICKS: "1",
      };
      scene.bot.always({ kind: "drip", everyMs: 1, accept: true });
      const first = await scene.run(env);
      await first.logged("decision", { key });
      await sleep(MOMENTS[index]);
      await first.kill();
      scene.bot.always(undefined);
      const second = await scene.run(env);
      await second.ticks(2);
      await settled(second);
      await second.stop();
      const all = await scene.told.takeMany(scene.told.unchecked, 0);
      expect(all.length, `killed ${MOMENTS[index]} ms after the decision`).toBeGreaterThan(0);
      for (const [repeat, told] of all.entries()) {
        const [[hashtag, isMarked] = []] = marksOf(told);
        expect(hashtag).toBe(hashtagOf(key));
        if (repeat > 0) expect(isMarked, `killed ${MOMENTS[index]} ms after the decision`).toBe(true);
      }
    }
  });
});
