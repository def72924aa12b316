import { describe, expect, test } from "vitest";
import { EN } from "../src/core/texts/index.ts";
import { HOUR_MS, SECOND_MS as S } from "../src/core/time.ts";
import type { Scope } from "../src/sources/source.ts";
import { openDatabase } from "../src/store/open-database.ts";
import { Store } from "../src/store/store.ts";
import { Watchdog } from "../src/watchdog.ts";
import { active, fails, hangs, inactive, reports, reportsAfter, ScriptedSource } from "./stand-ins/scripted-source.ts";
import { SimulatedClock } from "./stand-ins/simulated-clock.ts";

const INTERVAL = 30 * S;

/** A source that is followed: the test nudges in its name. */
class FollowedSource extends ScriptedSource {
  nudge: (scope?: Scope) => void = () => expect.unreachable("nobody follows");
  stopped = 0;

  follow(nudge: (scope: Scope) => void): { stop(): void } {
    this.nudge = (scope = "all") => nudge(scope);
    const stop = () => {
      this.stopped += 1;
    };
    return { stop };
  }
}

function watch(collecting = reports(inactive("a")), ...others: readonly ScriptedSource[]) {
  const clock = new SimulatedClock();
  const source = new FollowedSource(clock, "a", collecting);
  const startedAt = clock.now();
  const decided: string[] = [];
  const store = new Store(openDatabase(undefined, () => {}).database, (trouble) => expect.unreachable(trouble));
  const silent = () => {};
  const rebased = others.map((other) => rebase(other, clock));
  const watchdog = new Watchdog({
    texts: EN,
    sources: [source, ...rebased],
    store: {
      alerts: () => store.alerts(),
      memory: (owner) => store.memory(owner),
      silences: (now) => store.silences(now),
      commit(changes) {
        store.commit(changes);
        const notices = changes.notices.map(({ action, key }) => `${action} ${key}`);
        if (notices.length > 0) decided.push(`${(clock.now() - startedAt) / S} s: ${notices.join(", ")}`);
      },
    },
    channels: ["chat"],
    onOwed: silent,
    clock,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    intervalMs: INTERVAL,
    cooldownMs: HOUR_MS,
  });
  return {
    clock,
    source,
    others: rebased,
    watchdog,
    decided,
    /** When it was collected, in seconds after the start. */
    collectedAtS: () => source.collectedAt.map((at) => (at - startedAt) / S),
  };
}

/** The same source on another clock. */
function rebase({ name, collecting }: ScriptedSource, clock: SimulatedClock): ScriptedSource {
  return new ScriptedSource(clock, name, collecting);
}

const other = (name: string, collecting = reports()) => new ScriptedSource(new SimulatedClock(), name, collecting);

describe("a nudge", () => {
  test("collects now, and what that finds is told at the same moment: no tick is waited for", async () => {
    const { clock, source, watchdog, decided } = watch();
    watchdog.start();
    await clock.advance(10 * S);
    source.collecting = reports(active("a"));
    source.nudge();
    await clock.advance(0);
    expect(decided).toEqual(["10 s: alert a"]);
  });

  test("does not move the ticks", async () => {
    const { clock, source, watchdog, collectedAtS } = watch();
    watchdog.start();
    await clock.advance(10 * S);
    source.nudge();
    await clock.advance(60 * S);
    expect(collectedAtS()).toEqual([0, 10, 30, 60]);
  });

  test("is not a tick: what the ticks do is told by ticks", async () => {
    const { clock, source, watchdog } = watch();
    watchdog.start();
    await clock.advance(10 * S);
    const before = watchdog.lastTickAt;
    source.nudge();
    await clock.advance(S);
    expect(watchdog.lastTickAt).toBe(before);
  });

  test("collects its own source alone", async () => {
    const { clock, source, watchdog, collectedAtS } = watch(reports(inactive("a")), other("b"));
    watchdog.start();
    const readAt = clock.now();
    await clock.advance(10 * S);
    source.nudge();
    await clock.advance(S);
    expect(collectedAtS()).toEqual([0, 10]);
    expect(watchdog.sources()[1]?.readAt).toBe(readAt);
  });

  test("during a tick that still waits for others is told at once, and leaves what the tick has to the tick", async () => {
    const { clock, source, others, watchdog, decided } = watch(reports(inactive("a")), other("b"), other("c"));
    const [slow, quick] = others;
    watchdog.start();
    await clock.advance(29 * S);
    if (slow !== undefined) slow.collecting = hangs;
    if (quick !== undefined) quick.collecting = reports(active("c"));
    await clock.advance(1_500);
    source.collecting = reports(active("a"));
    source.nudge();
    await clock.advance(0);
    expect(decided).toEqual(["30.5 s: alert a"]);
    await clock.advance(S);
    expect(decided).toEqual(["30.5 s: alert a", "31 s: alert c"]);
  });

  test("that finds a failure tells as a tick would", async () => {
    const { clock, source, watchdog } = watch();
    watchdog.start();
    await clock.advance(10 * S);
    source.collecting = fails(new Error("nobody listens"));
    source.nudge();
    await clock.advance(0);
    expect(watchdog.sources()[0]).toMatchObject({ ok: false, error: "nobody listens" });
  });
});

describe("never a second collection beside another", () => {
  test("a nudge beside a nudged collection is served after it, once", async () => {
    const { clock, source, watchdog, collectedAtS } = watch();
    watchdog.start();
    await clock.advance(10 * S);
    source.collecting = reportsAfter(clock, 2 * S, inactive("a"));
    for (let count = 0; count < 5; count++) {
      source.nudge();
      await clock.advance(100);
    }
    await clock.advance(10 * S);
    expect(collectedAtS()).toEqual([0, 10, 12]);
    expect(source.mostUnderWay).toBe(1);
  });

  test("a nudge beside a tick's collection is served after it", async () => {
    const { clock, source, watchdog, collectedAtS } = watch();
    watchdog.start();
    await clock.advance(29 * S);
    source.collecting = reportsAfter(clock, 300, inactive("a"));
    await clock.advance(1_100);
    source.nudge();
    await clock.advance(10 * S);
    expect(collectedAtS()).toEqual([0, 30, 30.3]);
  });

  test("a tick beside a nudged collection does without it, and is told it nonetheless", async () => {
    const { clock, source, watchdog, decided, collectedAtS } = watch();
    watchdog.start();
    await clock.advance(29.8 * S);
    source.collecting = reportsAfter(clock, 400, active("a"));
    source.nudge();
    await clock.advance(10 * S);
    expect(collectedAtS()).toEqual([0, 29.8]);
    expect(decided).toEqual(["30.2 s: alert a"]);
  });

  test("a tick that comes while a nudge waits for its turn serves it", async () => {
    const { clock, source, watchdog, collectedAtS } = watch();
    watchdog.start();
    await clock.advance(29.9 * S);
    source.nudge();
    source.nudge();
    await clock.advance(10 * S);
    expect(collectedAtS()).toEqual([0, 29.9, 30]);
  });

  test("one that hangs is not nudged into a second one", async () => {
    const { clock, source, watchdog, collectedAtS } = watch(hangs);
    watchdog.start();
    await clock.advance(S);
    for (let count = 0; count < 20; count++) {
      source.nudge();
      await clock.advance(S);
    }
    expect(collectedAtS()).toEqual([0]);
  });
});

describe("a nudge for news alone", () => {
  test("is passed on to the source; a tick asks for all", async () => {
    const { clock, source, watchdog } = watch();
    watchdog.start();
    await clock.advance(10 * S);
    source.nudge("news");
    await clock.advance(30 * S);
    expect(source.scopes).toEqual(["all", "news", "all"]);
  });

  test.each([
    ["before", ["all", "news"] as const],
    ["after", ["news", "all"] as const],
  ])("that waits %s another for all is served by that", async (_name, nudges) => {
    const { clock, source, watchdog, collectedAtS } = watch();
    watchdog.start();
    await clock.advance(29 * S);
    source.collecting = reportsAfter(clock, S, inactive("a"));
    await clock.advance(S);
    for (const scope of nudges) source.nudge(scope);
    await clock.advance(10 * S);
    expect(collectedAtS()).toEqual([0, 30, 31]);
    expect(source.scopes).toEqual(["all", "all", "all"]);
  });

  test("stands for no tick: one that comes beside it is made up for as soon as it lets go", async () => {
    const { clock, source, watchdog, collectedAtS } = watch();
    watchdog.start();
    await clock.advance(29 * S);
    source.collecting = reportsAfter(clock, 2 * S, inactive("a"));
    source.nudge("news");
    await clock.advance(25 * S);
    expect(collectedAtS()).toEqual([0, 29, 31]);
    expect(source.scopes).toEqual(["all", "news", "all"]);
  });

  test("what was read of some leaves all others as they were", async () => {
    const { clock, source, watchdog, decided } = watch(reports(active("a:1"), inactive("a:2"), active("a:3")));
    watchdog.start();
    await clock.advance(10 * S);
    source.collecting = reports(active("a:2"));
    source.isPartial = true;
    source.nudge("news");
    await clock.advance(S);
    expect(decided).toEqual(["0 s: alert a:1, alert a:3", "10 s: alert a:2"]);
    const statuses = watchdog.signals().map(({ key, status }) => `${key} ${status}`);
    expect(statuses.sort()).toEqual(["a:1 active", "a:2 active", "a:3 active"]);
    source.isPartial = false;
    await clock.advance(30 * S);
    expect(decided.slice(2)).toEqual(["30 s: recovery a:1, recovery a:3"]);
  });
});

describe("many nudges", () => {
  async function nudgeOften(times: number, everyMs: number): Promise<number[]> {
    const { clock, source, watchdog, collectedAtS } = watch();
    watchdog.start();
    await clock.advance(5 * S);
    for (let count = 0; count < times; count++) {
      source.nudge();
      await clock.advance(everyMs);
    }
    await clock.advance(5 * S);
    return collectedAtS().slice(1);
  }

  test.each([
    ["at the same moment", 1_000, 0, 2],
    ["within a second", 1_000, 1, 5],
    ["within ten seconds", 1_000, 10, 9],
  ])("a thousand %s cost a handful of collections", async (_name, times, everyMs, most) => {
    const collected = await nudgeOften(times, everyMs);
    expect(collected.length).toBeLessThanOrEqual(most);
  });

  test("the first is served at once, the last one too is followed by a collection", async () => {
    const collected = await nudgeOften(4, 100);
    expect(collected).toEqual([5, 5.25, 5.75]);
  });

  test("after a rest the next one is served at once, and the one after that soon", async () => {
    const { clock, source, watchdog, collectedAtS } = watch();
    watchdog.start();
    await clock.advance(0);
    for (let count = 0; count < 100; count++) {
      source.nudge();
      await clock.advance(50);
    }
    await clock.advance(12 * S);
    source.nudge();
    source.nudge();
    await clock.advance(S);
    expect(collectedAtS().slice(-2)).toEqual([17, 17.25]);
  });
});

describe("following", () => {
  test("begins after the first tick, whatever that waits for", async () => {
    const { clock, source, watchdog } = watch(hangs);
    let followedAt: number | undefined;
    const startedAt = clock.now();
    const follow = source.follow.bind(source);
    source.follow = (nudge) => {
      followedAt = clock.now() - startedAt;
      return follow(nudge);
    };
    watchdog.start();
    await clock.advance(10 * S);
    expect(followedAt).toBe(S);
  });

  test("is once, and ends with the last tick", async () => {
    const { clock, source, watchdog, collectedAtS } = watch();
    watchdog.start();
    await clock.advance(10 * S);
    source.nudge();
    source.nudge();
    await watchdog.stop();
    expect(source.stopped).toBe(1);
    source.nudge();
    await clock.advance(60 * S);
    expect(collectedAtS()).toEqual([0, 10]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("a single pass follows nothing", async () => {
    const { source, watchdog } = watch();
    await watchdog.runOnce();
    await watchdog.stop();
    expect(source.collectedAt).toHaveLength(1);
    expect(source.stopped).toBe(0);
  });
});
