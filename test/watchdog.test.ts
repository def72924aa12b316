import { describe, expect, test } from "vitest";
import { EN } from "../src/core/texts/index.ts";
import { HOUR_MS, MINUTE_MS as MIN, SECOND_MS as S } from "../src/core/time.ts";
import { openDatabase } from "../src/store/open-database.ts";
import { Store } from "../src/store/store.ts";
import { Watchdog } from "../src/watchdog.ts";
import {
  active,
  edge,
  fails,
  hangs,
  inactive,
  reports,
  reportsAfter,
  ScriptedSource,
} from "./stand-ins/scripted-source.ts";
import { SimulatedClock } from "./stand-ins/simulated-clock.ts";

const INTERVAL = 30 * S;

interface Surroundings {
  readonly intervalMs?: number;
  readonly cooldownMs?: number;
  readonly store?: Store;
}

function openStore(): Store {
  return new Store(openDatabase(undefined, () => {}).database, (trouble) => expect.unreachable(trouble));
}

function watch(clock: SimulatedClock, sources: readonly ScriptedSource[], options: Surroundings = {}) {
  const { intervalMs = INTERVAL, cooldownMs = HOUR_MS, store = openStore() } = options;
  const startedAt = clock.now();
  /** What was decided together, and when: "12 s: alert a, recovery b". */
  const decided: string[] = [];
  const memoriesStored: string[][] = [];
  const lines: string[] = [];
  let kicks = 0;
  const write = (level: string) => (facts: object, msg: string) =>
    lines.push(`${level} ${msg} ${JSON.stringify(facts)}`);
  const watchdog = new Watchdog({
    texts: EN,
    sources,
    store: {
      alerts: () => store.alerts(),
      memory: (owner) => store.memory(owner),
      silences: (now) => store.silences(now),
      commit(changes) {
        store.commit(changes);
        memoriesStored.push([...changes.memories.keys()]);
        if (changes.notices.length === 0) return;
        const notices = changes.notices.map(({ action, key }) => `${action} ${key}`);
        decided.push(`${(clock.now() - startedAt) / S} s: ${notices.join(", ")}`);
      },
    },
    channels: ["chat"],
    onOwed: () => {
      kicks += 1;
    },
    clock,
    log: { debug: () => {}, info: write("info"), warn: write("warn"), error: write("error") },
    intervalMs,
    cooldownMs,
  });
  return { watchdog, store, decided, memoriesStored, lines, kicks: () => kicks };
}

/** When it was collected, in seconds after the start. */
const collectedAtS = (source: ScriptedSource) => source.collectedAt.map((at) => (at - source.collectedAt[0]!) / S);

describe("the tick: collect, evaluate, decide, commit", () => {
  test("what is wrong is told, what is good again too", async () => {
    const clock = new SimulatedClock();
    const source = new ScriptedSource(clock, "a", reports(active("a")));
    const { watchdog, decided, store, kicks } = watch(clock, [source]);
    watchdog.start();
    await clock.advance(S);
    source.collecting = reports(inactive("a"));
    await clock.advance(INTERVAL);
    await clock.advance(10 * INTERVAL);
    expect(decided).toEqual(["0 s: alert a", "30 s: recovery a"]);
    expect(store.owed("chat", 10).map(({ action }) => action)).toEqual(["alert", "recovery"]);
    expect(kicks()).toBe(2);
  });

  test("a number that led to an alert comes with its last values", async () => {
    const clock = new SimulatedClock();
    const source = new ScriptedSource(clock, "a");
    const { watchdog, store } = watch(clock, [source]);
    watchdog.start();
    for (const value of [60, 70, 95]) {
      const measure = { value, limit: 90, unit: "percent" } as const;
      source.collecting = reports(value > 90 ? active("a", { measure }) : inactive("a", { measure }));
      await clock.advance(INTERVAL);
    }
    expect(store.owed("chat", 10)[0]?.measure).toEqual({
      value: 95,
      limit: 90,
      unit: "percent",
      history: [60, 60, 70, 95],
    });
    expect(watchdog.signals()[0]?.measure).not.toHaveProperty("history");
  });

  test("each decision is a line of the log", async () => {
    const clock = new SimulatedClock();
    const { watchdog, lines } = watch(clock, [new ScriptedSource(clock, "a", reports(active("a")))]);
    watchdog.start();
    await clock.advance(0);
    expect(lines).toEqual(['info decision {"key":"a","action":"alert","severity":"critical","what":"a is bad"}']);
  });

  test("no tick waits for a source that takes its time, not even the first; what it finds is told when it comes", async () => {
    const clock = new SimulatedClock();
    const slow = Object.assign(new ScriptedSource(clock, "slow", reportsAfter(clock, 0.9 * S, active("slow"))), {
      background: true as const,
    });
    const { watchdog, decided } = watch(clock, [new ScriptedSource(clock, "a", reports(active("a"))), slow]);
    watchdog.start();
    await clock.advance(S);
    // The shared wait for late sources that end together is all there is.
    expect(decided).toEqual(["0.05 s: alert a", "0.9 s: alert slow"]);
  });

  test("what is still wrong is told again after the cooldown, and not before", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided } = watch(clock, [new ScriptedSource(clock, "a", reports(active("a")))], {
      cooldownMs: 10 * MIN,
    });
    watchdog.start();
    await clock.advance(25 * MIN);
    expect(decided).toEqual(["0 s: alert a", "600 s: realert a", "1200 s: realert a"]);
  });

  test("edges are told each time they occur", async () => {
    const clock = new SimulatedClock();
    const source = new ScriptedSource(clock, "a", reports(edge("a")));
    const { watchdog, decided } = watch(clock, [source]);
    watchdog.start();
    await clock.advance(INTERVAL + S);
    source.collecting = reports();
    await clock.advance(INTERVAL);
    expect(decided).toEqual(["0 s: alert a", "30 s: alert a"]);
  });

  test("a failed reading changes nothing; a subject that disappears from a good one is over", async () => {
    const clock = new SimulatedClock();
    const source = new ScriptedSource(clock, "a", reports(active("a:1"), active("a:2")));
    const { watchdog, decided } = watch(clock, [source]);
    watchdog.start();
    await clock.advance(S);
    source.collecting = fails(new Error("refused"));
    await clock.advance(10 * INTERVAL);
    source.collecting = reports(active("a:1"));
    await clock.advance(INTERVAL);
    expect(decided).toEqual(["0 s: alert a:1, alert a:2", "330 s: recovery a:2"]);
  });

  test("a silenced key is not told", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided, store } = watch(clock, [new ScriptedSource(clock, "a", reports(active("a")))]);
    store.addSilence({ keyGlob: "a", until: clock.now() + 10 * MIN, why: "" }, clock.now());
    watchdog.start();
    await clock.advance(11 * MIN);
    expect(decided).toEqual(["600 s: alert a"]);
  });

  test("a signal that keeps changing is told a few times, not forty", async () => {
    const clock = new SimulatedClock();
    const source = new ScriptedSource(clock, "a");
    const { watchdog, decided } = watch(clock, [source]);
    let tick = 0;
    source.collecting = async () => {
      tick += 1;
      return [tick % 2 === 0 ? active("a") : inactive("a")];
    };
    watchdog.start();
    await clock.advance(80 * INTERVAL);
    expect(decided.length).toBeLessThan(8);
    expect(decided.length).toBeGreaterThan(2);
  });

  test("the views show how signals and sources stand", async () => {
    const clock = new SimulatedClock();
    const source = new ScriptedSource(clock, "a", reports(active("a:1"), inactive("a:2")));
    const { watchdog } = watch(clock, [source]);
    expect(watchdog.sources()).toEqual([{ name: "a", ok: undefined, error: undefined, readAt: undefined }]);
    watchdog.start();
    await clock.advance(0);
    const readAt = clock.now();
    expect(watchdog.signals().map(({ key, status }) => `${key} ${status}`)).toEqual(["a:1 active", "a:2 inactive"]);
    expect(watchdog.sources()).toEqual([{ name: "a", ok: true, error: undefined, readAt }]);
    expect(watchdog.alertStates().map(({ key }) => key)).toEqual(["a:1"]);
    source.collecting = fails(new Error("refused"));
    await clock.advance(INTERVAL);
    expect(watchdog.signals().map(({ key, status }) => `${key} ${status}`)).toEqual(["a:1 unknown", "a:2 unknown"]);
    expect(watchdog.sources()).toEqual([{ name: "a", ok: false, error: "refused", readAt: readAt + INTERVAL }]);
  });
});

describe("what changes in one tick is told together", () => {
  test("sources are collected side by side", async () => {
    const clock = new SimulatedClock();
    const sources = ["a", "b", "c"].map(
      (name) => new ScriptedSource(clock, name, reportsAfter(clock, 900, active(name))),
    );
    const { watchdog, decided } = watch(clock, sources);
    watchdog.start();
    await clock.advance(S);
    expect(decided).toEqual(["0.9 s: alert a, alert b, alert c"]);
  });

  test("in the order of the sources, whichever is faster", async () => {
    const clock = new SimulatedClock();
    const sources = [300, 200, 100].map((delayMs, index) => {
      const name = `k${index}`;
      return new ScriptedSource(clock, name, reportsAfter(clock, delayMs, active(name)));
    });
    const { watchdog, decided } = watch(clock, sources);
    watchdog.start();
    await clock.advance(S);
    expect(decided).toEqual(["0.3 s: alert k0, alert k1, alert k2"]);
  });

  test("a source that hangs delays the others by a second, once", async () => {
    const clock = new SimulatedClock();
    const quick = new ScriptedSource(clock, "quick", reports(active("quick")));
    const hung = new ScriptedSource(clock, "hung", hangs);
    const { watchdog, decided } = watch(clock, [hung, quick]);
    watchdog.start();
    await clock.advance(10 * S);
    quick.collecting = reports(inactive("quick"));
    await clock.advance(INTERVAL);
    expect(decided).toEqual(["1 s: alert quick", "30 s: recovery quick"]);
  });

  test("a source that was slow is waited for again once it is prompt", async () => {
    const clock = new SimulatedClock();
    const quick = new ScriptedSource(clock, "quick");
    const slow = new ScriptedSource(clock, "slow", reportsAfter(clock, 3 * S));
    const { watchdog, decided } = watch(clock, [quick, slow]);
    watchdog.start();
    await clock.advance(INTERVAL - S);
    slow.collecting = reportsAfter(clock, 500);
    await clock.advance(INTERVAL);
    slow.collecting = reportsAfter(clock, 500, active("slow"));
    quick.collecting = reports(active("quick"));
    await clock.advance(INTERVAL);
    expect(decided).toEqual(["60.5 s: alert quick, alert slow"]);
  });

  test("a slow source is told when it is done", async () => {
    const clock = new SimulatedClock();
    const slow = new ScriptedSource(clock, "slow", reportsAfter(clock, 3 * S, active("slow")));
    const { watchdog, decided } = watch(clock, [new ScriptedSource(clock, "quick", reports(active("quick"))), slow]);
    watchdog.start();
    await clock.advance(10 * S);
    expect(decided).toEqual(["1 s: alert quick", "3 s: alert slow"]);
  });

  test("a shared time-out of several is one telling, and so is their return", async () => {
    const clock = new SimulatedClock();
    const sources = ["a", "b", "c"].map((name) => {
      const source = new ScriptedSource(clock, name, hangsUntilAborted);
      source.evaluate = (reading) => ({
        signals: [reading.ok ? inactive(name) : active(name)],
        holds: [],
        memory: source.initial,
      });
      return source;
    });
    const { watchdog, decided } = watch(clock, sources);
    watchdog.start();
    await clock.advance(2 * INTERVAL - S);
    sources.forEach((source, index) => {
      source.collecting = reportsAfter(clock, 10 * index);
    });
    await clock.advance(INTERVAL);
    expect(decided).toEqual(["5 s: alert a, alert b, alert c", "60.02 s: recovery a, recovery b, recovery c"]);
  });
});

/** Gives up when it is told to, as a source must. */
const hangsUntilAborted = (deadline: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => deadline.addEventListener("abort", () => reject(deadline.reason)));

describe("a source that breaks its contract costs its own signals and nothing else", () => {
  test.each<[name: string, collecting: ScriptedSource["collecting"], error: string]>([
    ["it rejects with an Error", fails(new Error("refused")), "refused"],
    ["it rejects with a text", fails("no error at all"), "no error at all"],
    ["it rejects with nothing", fails(undefined), "failed without saying why"],
    ["it rejects with null", fails(null), "failed without saying why"],
    ["it rejects with what cannot be shown", fails(Object.create(null)), "failed without saying why"],
    [
      "it throws at once",
      () => {
        throw new Error("broken");
      },
      "broken",
    ],
    ["it never settles", hangs, "no answer within 5 s"],
    ["it heeds its deadline", hangsUntilAborted, "no answer within 5 s"],
  ])("%s", async (_name, collecting, error) => {
    const clock = new SimulatedClock();
    const bad = new ScriptedSource(clock, "bad", collecting);
    const good = new ScriptedSource(clock, "good", reports(active("good")));
    const { watchdog, decided, lines } = watch(clock, [bad, good]);
    watchdog.start();
    await clock.advance(5 * INTERVAL + 6 * S);
    expect(decided.map((line) => line.split(": ")[1])).toEqual(["alert good"]);
    expect(good.collectedAt).toHaveLength(6);
    expect(watchdog.sources()[0]).toMatchObject({ ok: false, error });
    const about = lines.filter((line) => line.includes('"bad"'));
    expect(about).toEqual([`warn source cannot be read ${JSON.stringify({ source: "bad", error })}`]);
  });

  test("its failure is said when it begins, when it changes and when it ends", async () => {
    const clock = new SimulatedClock();
    const source = new ScriptedSource(clock, "a", fails(new Error("one")));
    const { watchdog, lines } = watch(clock, [source]);
    watchdog.start();
    await clock.advance(3 * INTERVAL + S);
    source.collecting = fails(new Error("two"));
    await clock.advance(3 * INTERVAL);
    source.collecting = reports();
    await clock.advance(3 * INTERVAL);
    expect(lines).toEqual([
      'warn source cannot be read {"source":"a","error":"one"}',
      'warn source cannot be read {"source":"a","error":"two"}',
      'info source can be read again {"source":"a"}',
    ]);
  });

  test.each<[name: string, evaluate: () => never, error: string]>([
    [
      "its evaluation throws",
      () => {
        throw new Error("oops");
      },
      "internal fault while evaluating: oops",
    ],
    [
      "its evaluation throws what cannot be shown",
      () => {
        throw Object.create(null);
      },
      "internal fault while evaluating: failed without saying why",
    ],
    ["its evaluation returns nothing", () => undefined as never, expect.stringContaining("internal fault")],
    ["its evaluation returns no signals", () => ({ memory: 1 }) as never, expect.stringContaining("internal fault")],
  ])("%s", async (_name, evaluate, error) => {
    const clock = new SimulatedClock();
    const bad = new ScriptedSource(clock, "bad", reports(active("bad")));
    const good = new ScriptedSource(clock, "good");
    const { watchdog, decided, lines } = watch(clock, [bad, good]);
    watchdog.start();
    await clock.advance(S);
    const honest = bad.evaluate;
    bad.evaluate = evaluate;
    good.collecting = reports(active("good"));
    await clock.advance(4 * INTERVAL);
    expect(watchdog.sources()[0]).toMatchObject({ ok: false, error });
    expect(lines.filter((line) => line.startsWith("warn"))).toHaveLength(1);
    bad.evaluate = honest;
    await clock.advance(INTERVAL);
    expect(bad.memory).toEqual({ evaluations: 1 });
    expect(decided).toEqual(["0 s: alert bad", "30 s: alert good"]);
  });

  test("100,000 signals at once are no trouble", async () => {
    const clock = new SimulatedClock();
    const many = Array.from({ length: 150_000 }, (_, index) => active(`a:${index}`));
    const { watchdog, store } = watch(clock, [new ScriptedSource(clock, "a", reports(...many.slice(0, 5_000)))]);
    const source = new ScriptedSource(clock, "b", async () => many);
    const silent = watch(clock, [source], { store: ignoringStore() });
    watchdog.start();
    silent.watchdog.start();
    await clock.advance(0);
    expect(store.backlog("chat").count).toBe(5_000);
    expect(silent.watchdog.alertStates()).toHaveLength(150_000);
  });
});

/** Storing so much would take longer than a test may. */
function ignoringStore(): Store {
  const store = openStore();
  store.commit = () => {};
  return store;
}

describe("a collection that hangs", () => {
  test("has never a second one beside it, and counts as a failed reading in every tick", async () => {
    const clock = new SimulatedClock();
    const source = new ScriptedSource(clock, "a", hangs);
    const { watchdog } = watch(clock, [source]);
    watchdog.start();
    await clock.advance(10 * INTERVAL - S);
    expect(source.collectedAt).toHaveLength(1);
    expect(source.memory.evaluations).toBe(10);
    expect(watchdog.sources()[0]).toMatchObject({ ok: false, error: "no answer within 5 s" });
  });

  test("when it lets go at last, the next tick collects again", async () => {
    const clock = new SimulatedClock();
    const source = new ScriptedSource(clock, "a", reportsAfter(clock, 70 * S, active("old")));
    const { watchdog, decided } = watch(clock, [source]);
    watchdog.start();
    await clock.advance(S);
    source.collecting = reports(active("a"));
    await clock.advance(4 * INTERVAL);
    expect(collectedAtS(source)).toEqual([0, 90, 120]);
    expect(decided).toEqual(["90 s: alert a"]);
  });

  test("a tick that finds one still within its deadline counts nothing", async () => {
    const clock = new SimulatedClock();
    const source = new ScriptedSource(clock, "a", fails(new Error("refused")));
    const { watchdog } = watch(clock, [source], { intervalMs: S });
    watchdog.start();
    await clock.advance(500);
    expect(source.memory.evaluations).toBe(1);
    source.collecting = reportsAfter(clock, 4 * S);
    await clock.advance(4_000);
    expect(source.memory.evaluations).toBe(1);
    await clock.advance(1_000);
    expect(source.memory.evaluations).toBe(2);
    expect(watchdog.sources()[0]).toMatchObject({ ok: true });
  });
});

describe("cadence", () => {
  test("a tick at once, then one at every interval, whatever they take", async () => {
    const clock = new SimulatedClock();
    const source = new ScriptedSource(clock, "a", reportsAfter(clock, 4_321));
    const { watchdog } = watch(clock, [source]);
    watchdog.start();
    await clock.advance(3 * INTERVAL + S);
    expect(collectedAtS(source)).toEqual([0, 30, 60, 90]);
  });

  test("starting twice starts one", async () => {
    const clock = new SimulatedClock();
    const source = new ScriptedSource(clock, "a");
    const { watchdog } = watch(clock, [source]);
    watchdog.start();
    watchdog.start();
    await clock.advance(INTERVAL);
    expect(source.collectedAt).toHaveLength(2);
  });

  test("a source that takes longer than the interval is collected when it is free", async () => {
    const clock = new SimulatedClock();
    const source = new ScriptedSource(clock, "a", reportsAfter(clock, 45 * S), { deadlineMs: 50 * S });
    const other = new ScriptedSource(clock, "b");
    const { watchdog } = watch(clock, [source, other]);
    watchdog.start();
    await clock.advance(4 * INTERVAL);
    expect(collectedAtS(source)).toEqual([0, 60, 120]);
    expect(source.mostUnderWay).toBe(1);
    expect(other.collectedAt).toHaveLength(5);
  });

  test("ticks that are denser than the wait for slow sources do not starve the quick ones", async () => {
    const clock = new SimulatedClock();
    const quick = new ScriptedSource(clock, "quick", reports(active("quick")));
    const { watchdog, decided } = watch(clock, [new ScriptedSource(clock, "hung", hangs), quick], { intervalMs: 200 });
    watchdog.start();
    await clock.advance(400);
    expect(decided).toEqual(["0.2 s: alert quick"]);
  });

  test("a machine that slept for two hours makes one tick, then goes on as before", async () => {
    const clock = new SimulatedClock();
    const source = new ScriptedSource(clock, "a");
    const { watchdog } = watch(clock, [source]);
    watchdog.start();
    await clock.advance(INTERVAL);
    await clock.freeze(2 * HOUR_MS);
    await clock.advance(2 * INTERVAL);
    expect(collectedAtS(source)).toEqual([0, 30, 7_230, 7_260, 7_290]);
  });

  test("a little delay does not move the ticks after it", async () => {
    const clock = new SimulatedClock();
    const source = new ScriptedSource(clock, "a");
    const { watchdog } = watch(clock, [source]);
    watchdog.start();
    await clock.advance(INTERVAL - 5 * S);
    await clock.freeze(12 * S);
    await clock.advance(2 * INTERVAL);
    expect(collectedAtS(source)).toEqual([0, 37, 60, 90]);
  });

  test.each([-HOUR_MS, HOUR_MS, 365 * 24 * HOUR_MS])(
    "a wall clock stepped by %d ms changes neither cadence nor cooldown",
    async (stepMs) => {
      const clock = new SimulatedClock();
      const source = new ScriptedSource(clock, "a", reports(active("a")));
      const { watchdog, decided } = watch(clock, [source], { cooldownMs: 2 * MIN });
      watchdog.start();
      await clock.advance(45 * S);
      clock.stepWall(stepMs);
      await clock.advance(2 * MIN);
      expect(collectedAtS(source)).toEqual([0, 30, 60, 90, 120, 150]);
      expect(decided).toEqual(["0 s: alert a", "120 s: realert a"]);
    },
  );

  test("a tick completes also while every source hangs, and without any source", async () => {
    const clock = new SimulatedClock();
    const hung = watch(clock, [new ScriptedSource(clock, "a", hangs)]).watchdog;
    const idle = watch(clock, []).watchdog;
    expect(hung.lastTickAt).toBeUndefined();
    hung.start();
    idle.start();
    for (let tick = 0; tick < 5; tick += 1) {
      const tickedAt = clock.now();
      await clock.advance(INTERVAL - 1);
      expect(hung.lastTickAt).toBeGreaterThanOrEqual(tickedAt);
      expect(idle.lastTickAt).toBeGreaterThanOrEqual(tickedAt);
      await clock.advance(1);
    }
  });

  test("days of ticks leave no timers behind", async () => {
    const clock = new SimulatedClock();
    const sources = [
      new ScriptedSource(clock, "a"),
      new ScriptedSource(clock, "b", fails(1)),
      new ScriptedSource(clock, "c", reportsAfter(clock, 2 * S)),
    ];
    const { watchdog } = watch(clock, sources);
    watchdog.start();
    await clock.advance(24 * HOUR_MS + 5 * S);
    expect(sources[0]?.collectedAt).toHaveLength(2_881);
    expect(clock.pendingTimers).toBe(1);
  });
});

describe("a restart on the same store", () => {
  async function incident(clock: SimulatedClock, store: Store): Promise<Watchdog> {
    const sources = [
      new ScriptedSource(clock, "a", reports(active("a"))),
      new ScriptedSource(clock, "b", reports(active("b"))),
    ];
    const { watchdog } = watch(clock, sources, { store });
    watchdog.start();
    await clock.advance(S);
    return watchdog;
  }

  test.each<[name: string, cleanly: boolean]>([
    ["after a clean stop", true],
    ["after a kill", false],
  ])("%s: twenty of them tell nothing twice", async (_name, cleanly) => {
    const clock = new SimulatedClock();
    const store = openStore();
    const first = await incident(clock, store);
    if (cleanly) await first.stop();
    const told = store.backlog("chat").count;
    for (let restart = 0; restart < 20; restart += 1) {
      await clock.advance(6 * S);
      await incident(clock, store);
    }
    expect(store.backlog("chat").count).toBe(told);
  });

  test("a recovery that nobody saw happen is told", async () => {
    const clock = new SimulatedClock();
    const store = openStore();
    await (await incident(clock, store)).stop();
    await clock.advance(MIN);
    const { watchdog, decided } = watch(
      clock,
      [new ScriptedSource(clock, "a", reports(inactive("a"))), new ScriptedSource(clock, "b")],
      { store },
    );
    watchdog.start();
    await clock.advance(S);
    expect(decided).toEqual(["0 s: recovery a, recovery b"]);
  });

  test("the cooldown goes on", async () => {
    const clock = new SimulatedClock();
    const store = openStore();
    await (await incident(clock, store)).stop();
    await clock.advance(MIN);
    const { watchdog, decided } = watch(
      clock,
      [new ScriptedSource(clock, "a", reports(active("a"))), new ScriptedSource(clock, "b", hangs)],
      { store, cooldownMs: 2 * MIN },
    );
    watchdog.start();
    await clock.advance(2 * MIN);
    expect(decided).toEqual(["60 s: realert a"]);
  });

  test("what was told stays as it is while its source cannot be read", async () => {
    const clock = new SimulatedClock();
    const store = openStore();
    await incident(clock, store);
    const sources = [new ScriptedSource(clock, "a", fails(1)), new ScriptedSource(clock, "b", hangs)];
    const { watchdog, decided } = watch(clock, sources, { store });
    watchdog.start();
    await clock.advance(5 * MIN);
    expect(decided).toEqual([]);
    expect(watchdog.alertStates().map(({ key }) => key)).toEqual(["a", "b"]);
  });

  test("a source that is no longer configured is retired", async () => {
    const clock = new SimulatedClock();
    const store = openStore();
    await incident(clock, store);
    const { decided, kicks } = watch(clock, [new ScriptedSource(clock, "a")], { store });
    expect(decided).toEqual(["0 s: recovery b"]);
    expect(kicks()).toBe(1);
    expect(watch(clock, [new ScriptedSource(clock, "a")], { store }).decided).toEqual([]);
  });

  test.each<[name: string, awayMs: number, told: string[]]>([
    ["a restart is nothing to tell", 20 * S, []],
    ["nor is an update", 2 * MIN, []],
    ["that nobody watched for an hour is", HOUR_MS, ["0 s: alert watchdog_away"]],
  ])("%s", async (_name, awayMs, told) => {
    const clock = new SimulatedClock();
    const store = openStore();
    await (await incident(clock, store)).stop();
    await clock.advance(awayMs);
    expect(watch(clock, [new ScriptedSource(clock, "a"), new ScriptedSource(clock, "b")], { store }).decided).toEqual(
      told,
    );
  });
});

describe("the memory of a source", () => {
  test("is given back after a restart", async () => {
    const clock = new SimulatedClock();
    const store = openStore();
    const first = watch(clock, [new ScriptedSource(clock, "a")], { store }).watchdog;
    first.start();
    await clock.advance(4 * INTERVAL);
    await first.stop();
    const source = new ScriptedSource(clock, "a");
    watch(clock, [source], { store }).watchdog.start();
    await clock.advance(0);
    expect(source.memory.evaluations).toBe(6);
  });

  test("is stored after the first good reading, with what was decided from it, else every ten minutes", async () => {
    const clock = new SimulatedClock();
    const source = new ScriptedSource(clock, "a", fails(1));
    const { watchdog, memoriesStored } = watch(clock, [source]);
    watchdog.start();
    const stored = () => memoriesStored.filter((owners) => owners.includes("source/a")).length;
    await clock.advance(INTERVAL - S);
    expect(stored()).toBe(0);
    source.collecting = reports();
    await clock.advance(9 * MIN);
    expect(stored()).toBe(1);
    await clock.advance(2 * MIN);
    expect(stored()).toBe(2);
    source.collecting = reports(active("a"));
    await clock.advance(INTERVAL);
    expect(stored()).toBe(3);
    await clock.advance(9 * MIN);
    expect(stored()).toBe(3);
  });

  test.each<[name: string, stored: unknown]>([
    ["nothing", null],
    ["of another version", { evaluations: { nested: true } }],
  ])("stored as %s begins anew at the latest after one tick", async (_name, stored) => {
    const clock = new SimulatedClock();
    const store = openStore();
    store.remember("source/a", stored);
    const source = new ScriptedSource(clock, "a");
    const honest = source.evaluate.bind(source);
    source.evaluate = (reading, memory) => {
      if (typeof memory.evaluations !== "number") throw new Error("no memory of mine");
      return honest(reading, memory);
    };
    watch(clock, [source], { store }).watchdog.start();
    await clock.advance(2 * INTERVAL);
    expect(source.memory.evaluations).toBeGreaterThanOrEqual(2);
  });
});

describe("stop", () => {
  test("stores every memory, closes every source and ticks no more", async () => {
    const clock = new SimulatedClock();
    const sources = [new ScriptedSource(clock, "a"), new ScriptedSource(clock, "b")];
    const { watchdog, store } = watch(clock, sources);
    watchdog.start();
    await clock.advance(INTERVAL);
    await watchdog.stop();
    expect(store.memory("source/a")).toEqual({ evaluations: 2 });
    expect(store.memory("source/b")).toEqual({ evaluations: 2 });
    expect(sources.map(({ closed }) => closed)).toEqual([1, 1]);
    await clock.advance(10 * INTERVAL);
    expect(sources.map(({ collectedAt }) => collectedAt.length)).toEqual([2, 2]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("what is still being collected then is forgotten", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided } = watch(clock, [
      new ScriptedSource(clock, "a", reportsAfter(clock, 3 * S, active("a"))),
    ]);
    watchdog.start();
    await clock.advance(S);
    await watchdog.stop();
    await clock.advance(MIN);
    expect(decided).toEqual([]);
  });

  test.each<[name: string, close: () => Promise<void>]>([
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no"))],
    ["never settles", () => new Promise(() => {})],
  ])("a source whose closing %s does not hold it up for more than a second", async (_name, close) => {
    const clock = new SimulatedClock();
    const bad = new ScriptedSource(clock, "bad");
    bad.close = close;
    const good = new ScriptedSource(clock, "good");
    const { watchdog } = watch(clock, [bad, good]);
    watchdog.start();
    await clock.advance(0);
    let isStopped = false;
    void watchdog.stop().then(() => {
      isStopped = true;
    });
    await clock.advance(S);
    expect({ isStopped, goodClosed: good.closed, timers: clock.pendingTimers }).toEqual({
      isStopped: true,
      goodClosed: 1,
      timers: 0,
    });
  });
});

describe("one pass", () => {
  test("waits for the slowest, up to its deadline", async () => {
    const clock = new SimulatedClock();
    const sources = [
      new ScriptedSource(clock, "slow", reportsAfter(clock, 4 * S, active("slow"))),
      new ScriptedSource(clock, "hung", hangs),
    ];
    const { watchdog } = watch(clock, sources);
    let isDone = false;
    void watchdog.runOnce().then(() => {
      isDone = true;
    });
    await clock.advance(5 * S);
    expect(isDone).toBe(true);
    expect(watchdog.signals().map(({ key, status }) => `${key} ${status}`)).toEqual(["slow active"]);
    expect(watchdog.sources().map(({ ok }) => ok)).toEqual([true, false]);
    await clock.advance(10 * INTERVAL);
    expect(sources[0]?.collectedAt).toHaveLength(1);
  });
});
