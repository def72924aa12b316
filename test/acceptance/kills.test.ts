import { once } from "node:events";
import { createServer, type Socket } from "node:net";
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

/** Lets a send go so far and no further. */
interface Trap {
  /** Resolves at the moment of the kill. */
  sprung(program: Program): Promise<unknown>;
  /** Makes sends go well again. */
  mend(): Promise<unknown>;
}

interface Step {
  readonly name: string;
  readonly set: (scene: Scene) => Promise<Trap>;
  /** How often it reached people before the kill. */
  readonly toldBefore: 0 | 1;
  /** What comes after the restart. */
  readonly after: "nothing" | "the message" | "the message, marked";
}

const cannotDeliver = (program: Program) => program.logged("channel cannot deliver");

/** The next request meets `fault`. */
const meets =
  (fault: Fault, sprung?: Trap["sprung"]) =>
  async (scene: Scene): Promise<Trap> => {
    scene.bot.script(fault);
    return { sprung: sprung ?? nextRequest(scene), mend: async () => {} };
  };

/** As soon as the stand-in has read one more request than it had. */
function nextRequest({ bot }: Scene): () => Promise<void> {
  const before = bot.requests.length;
  return async () => {
    const endAt = Date.now() + 40_000;
    while (bot.requests.length === before) {
      if (Date.now() > endAt) throw new Error("no request came");
      await sleep(2);
    }
  };
}

async function refuseConnections({ bot }: Scene): Promise<Trap> {
  await bot.goAway();
  return { sprung: cannotDeliver, mend: () => bot.comeBack() };
}

/** Takes the place of the stand-in: a connection is accepted and nothing is ever read from it. */
async function swallow({ bot }: Scene): Promise<Trap> {
  await bot.goAway();
  const server = createServer({ pauseOnConnect: true }).listen(Number(new URL(bot.url).port), "127.0.0.1");
  const connected = once(server, "connection");
  return {
    // The request is written at once; nobody can see when.
    sprung: () => connected.then(() => sleep(300)),
    async mend() {
      const [socket] = (await connected) as [Socket];
      socket.destroy();
      server.close();
      await once(server, "close");
      await bot.comeBack();
    },
  };
}

async function goWell(scene: Scene): Promise<Trap> {
  const asked = nextRequest(scene);
  return { sprung: (program) => asked().then(() => settled(program)), mend: async () => {} };
}

const STEPS: readonly Step[] = [
  {
    name: "before the request: connections are refused",
    set: refuseConnections,
    toldBefore: 0,
    after: "the message",
  },
  {
    name: "before the next request: a pause was demanded",
    set: meets(FAULTS.tooManyRequests(600), cannotDeliver),
    toldBefore: 0,
    after: "the message",
  },
  {
    name: "after the request was written, read by nobody",
    set: swallow,
    toldBefore: 0,
    after: "the message, marked",
  },
  {
    name: "after the request was read, before it was accepted",
    set: meets({ kind: "hang" }),
    toldBefore: 0,
    after: "the message, marked",
  },
  {
    name: "after it was accepted, before the answer",
    set: meets({ kind: "hang", accept: true }),
    toldBefore: 1,
    after: "the message, marked",
  },
  {
    name: "in the middle of the answer",
    set: meets({ kind: "drip", everyMs: 1_000, accept: true }),
    toldBefore: 1,
    after: "the message, marked",
  },
  {
    name: "after the answer was lost, before the next attempt",
    set: meets({ kind: "reset", accept: true }, cannotDeliver),
    toldBefore: 1,
    after: "the message, marked",
  },
  { name: "after it was settled", set: goWell, toldBefore: 1, after: "nothing" },
];

describe.concurrent.for(["alert", "recovery"] as const)("killed -9 while it sends: %s", (action) => {
  const due = action === "alert" ? alert : recovery;

  test.for(STEPS)("$name: $after", async ({ set, toldBefore, after }, { scene }) => {
    const { told } = scene;
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
    const trap = await set(scene);
    await (action === "alert" ? db.goAway() : db.comeBack());
    await trap.sprung(first);
    await first.kill();
    await trap.mend();
    if (toldBefore === 1) {
      const { message } = await told.expect(SOON, due("dep:db"));
      expect(message.text).not.toContain(REPEAT);
    }
    expect(told.unchecked).toBe(0);

    const second = await scene.run(env);
    if (after === "nothing") await second.ticks(5);
    else {
      const { message } = await told.expect(SOON, due("dep:db"));
      expect(message.text.includes(REPEAT)).toBe(after === "the message, marked");
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
    const rest = await scene.told.takeMany(scene.told.unchecked, 40);
    const again = rest.flatMap((message) => [...marksOf(message)]);
    const marked = new Set(again.flatMap(([hashtag, isMarked]) => (isMarked ? [hashtag] : [])));
    expect(marked).toEqual(new Set(marksOf(cutOff).keys()));
    const told = [part, cutOff, ...rest].flatMap((message) => [...marksOf(message).keys()]);
    expect(new Set(told).size).toBe(count);
    expect(told.length).toBe(count + marked.size);
    expect(second.decisions).toEqual([]);
  });
});

describe.concurrent("killed at any moment around a send", () => {
  /** Milliseconds after the decision; the answer takes some 200 ms. Two scenes share them. */
  const MOMENTS_MS = [
    [0, 30, 90, 180, 300],
    [15, 60, 120, 240, 400],
  ];

  test.for(MOMENTS_MS)("series %#: told, and twice only with a mark", async (momentsMs, { scene }) => {
    for (const [index, momentMs] of momentsMs.entries()) {
      const key = `dep:d${index}`;
      const env = {
        WATCHDOG_DEPS: `d${index}=tcp://127.0.0.1:1`,
        WATCHDOG_STATE_DIR: scene.path(`state-${index}`),
        WATCHDOG_DEP_DOWN_TICKS: "1",
      };
      scene.bot.always({ kind: "drip", everyMs: 1, accept: true });
      const first = await scene.run(env);
      await first.logged("decision", { key });
      await sleep(momentMs);
      await first.kill();
      scene.bot.always(undefined);
      const second = await scene.run(env);
      await second.ticks(2);
      await settled(second);
      await second.stop();
      const all = await scene.told.takeMany(scene.told.unchecked, 0);
      expect(all.length, `killed ${momentMs} ms after the decision`).toBeGreaterThan(0);
      for (const [repeat, told] of all.entries()) {
        const [[hashtag, isMarked] = []] = marksOf(told);
        expect(hashtag).toBe(hashtagOf(key));
        if (repeat > 0) expect(isMarked, `killed ${momentMs} ms after the decision`).toBe(true);
      }
    }
  });
});
