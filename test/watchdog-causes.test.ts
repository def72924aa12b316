import { describe, expect, test } from "vitest";
import { FOLLOWS_WITHIN_MS, MOST_HELD_BACK_MS } from "../src/core/causes.ts";
import type { Reading } from "../src/core/reading.ts";
import type { Evaluation, Signal, Suspect } from "../src/core/signal.ts";
import { EN } from "../src/core/texts/index.ts";
import { HOUR_MS, SECOND_MS as S } from "../src/core/time.ts";
import type { Scope } from "../src/sources/source.ts";
import { openDatabase } from "../src/store/open-database.ts";
import { Store } from "../src/store/store.ts";
import { Watchdog } from "../src/watchdog.ts";
import { active, edge, fails, inactive, reports, ScriptedSource } from "./stand-ins/scripted-source.ts";
import { SimulatedClock } from "./stand-ins/simulated-clock.ts";

const INTERVAL = 30 * S;
const STANDS = { standsFor: ["host:db"] };
const NEEDS = { needs: ["host:db"] };
const DB = "container:db";

/** A source that holds "container:db" and suspects it, while that is what it reads. */
class Suspicious extends ScriptedSource {
  isSuspect = false;

  override evaluate(reading: Reading<readonly Signal[]>, memory: { evaluations: number }) {
    const evaluation: Evaluation<{ evaluations: number }> = super.evaluate(reading, memory);
    if (!this.isSuspect) return evaluation;
    const suspects: Suspect[] = [{ key: DB, severity: "critical", what: "db was stopped", ...STANDS }];
    return { ...evaluation, holds: [DB], suspects };
  }
}

/** A container "db" and what needs it; the dependency is read by a source of its own, later in the order. */
function watch(clock: SimulatedClock, store = new Store(openDatabase(undefined, () => {}).database, () => {})) {
  const startedAt = clock.now();
  const containers = new Suspicious(clock, "container", reports(inactive(DB, STANDS)));
  const dep = new ScriptedSource(clock, "dep", reports(inactive("dep:db", NEEDS)));
  /** "12 s: alert a, alert b<a". */
  const decided: string[] = [];
  const lines: object[] = [];
  let nudge: (scope: Scope) => void = () => {};
  const watchdog = new Watchdog({
    texts: EN,
    // The dependency comes first, so that order alone explains nothing.
    sources: [
      dep,
      Object.assign(containers, {
        follow(onNews: (scope: Scope) => void) {
          nudge = onNews;
          return { stop() {} };
        },
      }),
    ],
    store: {
      alerts: () => store.alerts(),
      memory: (owner) => store.memory(owner),
      silences: (now) => store.silences(now),
      commit(changes) {
        store.commit(changes);
        if (changes.notices.length === 0) return;
        const told = changes.notices.map(({ action, key, cause }) => `${action} ${key}${cause ? `<${cause.key}` : ""}`);
        decided.push(`${(clock.now() - startedAt) / S} s: ${told.join(", ")}`);
      },
    },
    channels: ["chat"],
    onOwed: () => {},
    clock,
    log: { debug: () => {}, info: (facts) => lines.push(facts), warn: () => {}, error: () => {} },
    intervalMs: INTERVAL,
    cooldownMs: HOUR_MS,
  });
  const falls = {
    container: () => {
      containers.isSuspect = false;
      containers.collecting = reports(active(DB, STANDS));
    },
    suspect: () => {
      containers.isSuspect = true;
      containers.collecting = reports();
    },
    dep: () => {
      dep.collecting = reports(active("dep:db", NEEDS));
    },
  };
  const rises = {
    container: () => {
      containers.isSuspect = false;
      containers.collecting = reports(inactive(DB, STANDS));
    },
    dep: () => {
      dep.collecting = reports(inactive("dep:db", NEEDS));
    },
  };
  return {
    watchdog,
    store,
    decided,
    lines,
    containers,
    dep,
    falls,
    rises,
    nudge: (scope: Scope = "all") => nudge(scope),
  };
}

describe("what falls in one tick", () => {
  test("is told together, the cause first, wherever it stands", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided, lines, falls } = watch(clock);
    falls.container();
    falls.dep();
    watchdog.start();
    await clock.advance(S);
    expect(decided).toEqual(["0 s: alert container:db, alert dep:db<container:db"]);
    expect(lines).toContainEqual({
      key: "dep:db",
      action: "alert",
      severity: "critical",
      what: "dep:db is bad",
      cause: DB,
    });
    expect(watchdog.alertStates().find(({ key }) => key === "dep:db")).toMatchObject({ cause: DB });
  });

  test("but each recovers by itself; the recovery of the cause says what is still wrong", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided, store, falls, rises } = watch(clock);
    falls.container();
    falls.dep();
    watchdog.start();
    await clock.advance(S);
    rises.container();
    await clock.advance(INTERVAL);
    rises.dep();
    await clock.advance(INTERVAL);
    expect(decided.slice(1)).toEqual(["30 s: recovery container:db", "60 s: recovery dep:db"]);
    const recovery = store.owed("chat", 10).find(({ action }) => action === "recovery");
    expect(recovery?.details).toContain("still wrong: dep:db is bad");
  });

  test("what recovers together with its cause is not still wrong", async () => {
    const clock = new SimulatedClock();
    const { watchdog, store, falls, rises } = watch(clock);
    falls.container();
    falls.dep();
    watchdog.start();
    await clock.advance(S);
    rises.container();
    rises.dep();
    await clock.advance(INTERVAL);
    expect(JSON.stringify(store.owed("chat", 10))).not.toContain("still wrong");
  });
});

describe("what falls after its cause was told", () => {
  test("is told with it as its cause", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided, falls } = watch(clock);
    falls.container();
    watchdog.start();
    await clock.advance(S);
    falls.dep();
    await clock.advance(INTERVAL);
    expect(decided).toEqual(["0 s: alert container:db", "30 s: alert dep:db<container:db"]);
  });

  test("also after a restart, and also while the cause cannot be read", async () => {
    const clock = new SimulatedClock();
    const first = watch(clock);
    first.falls.container();
    first.watchdog.start();
    await clock.advance(S);
    await first.watchdog.stop();
    const { watchdog, decided, falls, containers } = watch(clock, first.store);
    falls.container();
    watchdog.start();
    await clock.advance(S);
    containers.collecting = fails(new Error("refused"));
    falls.dep();
    await clock.advance(INTERVAL);
    expect(decided).toEqual(["30 s: alert dep:db<container:db"]);
  });

  test("is told alone, and rings, if that was told long before: with that it had been well", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided, falls } = watch(clock);
    falls.container();
    watchdog.start();
    await clock.advance(FOLLOWS_WITHIN_MS + S);
    falls.dep();
    await clock.advance(INTERVAL);
    expect(decided).toEqual(["0 s: alert container:db", "630 s: alert dep:db"]);
  });

  test("is an effect of what began long before, but was told just now", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided, store, containers, falls } = watch(clock);
    containers.collecting = reports(active(DB, { ...STANDS, since: clock.now() - 24 * HOUR_MS }));
    watchdog.start();
    await clock.advance(S);
    falls.dep();
    await clock.advance(INTERVAL);
    expect(decided).toEqual(["0 s: alert container:db", "30 s: alert dep:db<container:db"]);
    expect(store.alerts().find(({ key }) => key === DB)?.toldAt).toBeDefined();
  });

  test("what was told before its cause stays as it is", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided, falls } = watch(clock);
    falls.dep();
    watchdog.start();
    await clock.advance(S);
    falls.container();
    await clock.advance(INTERVAL);
    expect(decided).toEqual(["0 s: alert dep:db", "30 s: alert container:db"]);
  });
});

describe("while its cause is suspected", () => {
  test("it waits, and is told together with its cause the moment that is confirmed, between two ticks too", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided, falls, nudge } = watch(clock);
    falls.suspect();
    falls.dep();
    watchdog.start();
    await clock.advance(5 * INTERVAL + 5 * S);
    expect(decided).toEqual([]);
    expect(watchdog.signals()).toContainEqual(
      expect.objectContaining({ key: "dep:db", status: "active", waitsFor: DB }),
    );
    falls.container();
    nudge();
    await clock.advance(S);
    expect(decided).toEqual(["155 s: alert container:db, alert dep:db<container:db"]);
  });

  test("it goes on waiting while something else of its source is read alone", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided, containers, nudge } = watch(clock);
    const api = active("container:api", NEEDS);
    containers.isSuspect = true;
    containers.collecting = reports(api);
    watchdog.start();
    await clock.advance(S);
    containers.isSuspect = false;
    containers.isPartial = true;
    containers.collecting = reports(active("container:web"));
    nudge("news");
    await clock.advance(S);
    expect(decided).toEqual(["1 s: alert container:web"]);
    containers.collecting = reports(active(DB, STANDS));
    nudge("news");
    await clock.advance(S);
    expect(decided.slice(1)).toEqual(["2 s: alert container:db, alert container:api<container:db"]);
  });

  test("it is told alone after three minutes, whatever is suspected for longer", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided, falls } = watch(clock);
    falls.suspect();
    falls.dep();
    watchdog.start();
    await clock.advance(HOUR_MS / 2);
    expect(decided).toEqual(["180 s: alert dep:db"]);
  });

  test("with its cause, if that is confirmed just then", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided, falls } = watch(clock);
    falls.suspect();
    falls.dep();
    watchdog.start();
    await clock.advance(MOST_HELD_BACK_MS - S);
    falls.container();
    await clock.advance(2 * S);
    expect(decided).toEqual(["180 s: alert container:db, alert dep:db<container:db"]);
  });

  test("readings that say nothing of it in between do not make it wait for longer", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided, falls, dep } = watch(clock);
    falls.suspect();
    falls.dep();
    watchdog.start();
    await clock.advance(S);
    for (let tick = 1; tick < 7; tick += 1) {
      if (tick % 2 === 0) falls.dep();
      else dep.evaluate = (_reading, memory) => ({ signals: [], holds: ["dep:db"], memory });
      if (tick % 2 === 0) Reflect.deleteProperty(dep, "evaluate");
      await clock.advance(INTERVAL);
    }
    expect(decided).toEqual(["180 s: alert dep:db"]);
  });

  test("one that was well in between waits anew", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided, falls, rises } = watch(clock);
    falls.suspect();
    falls.dep();
    watchdog.start();
    await clock.advance(5 * INTERVAL + S);
    rises.dep();
    await clock.advance(INTERVAL);
    falls.dep();
    await clock.advance(3 * INTERVAL);
    expect(decided).toEqual([]);
  });

  test("it is told alone the moment its cause turns out to be none", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided, falls, rises, nudge } = watch(clock);
    falls.suspect();
    falls.dep();
    watchdog.start();
    await clock.advance(5 * S);
    rises.container();
    nudge();
    await clock.advance(S);
    expect(decided).toEqual(["5 s: alert dep:db"]);
  });

  test("it is not told at all if it is over before", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided, falls, rises } = watch(clock);
    falls.suspect();
    falls.dep();
    watchdog.start();
    await clock.advance(5 * S);
    rises.dep();
    await clock.advance(INTERVAL);
    rises.container();
    await clock.advance(INTERVAL);
    expect(decided).toEqual([]);
  });

  test("nor while it cannot be read any more; when it can, it is", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided, falls, rises, dep } = watch(clock);
    falls.suspect();
    falls.dep();
    watchdog.start();
    await clock.advance(5 * S);
    dep.collecting = fails(new Error("refused"));
    rises.container();
    await clock.advance(INTERVAL);
    expect(decided).toEqual([]);
    falls.dep();
    await clock.advance(INTERVAL);
    expect(decided).toEqual(["60 s: alert dep:db"]);
  });

  test("while it waits it is no cause, nor when it cannot be read any more", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided, falls, rises, dep } = watch(clock);
    const app = active("app:web", { needs: ["dep:db"] });
    falls.suspect();
    dep.collecting = reports(
      active("dep:db", { ...NEEDS, standsFor: ["dep:db"] }),
      inactive("app:web", { needs: ["dep:db"] }),
    );
    watchdog.start();
    await clock.advance(5 * S);
    rises.container();
    // A reading that says nothing about the one that waited.
    dep.evaluate = (_reading, memory) => ({ signals: [app], holds: ["dep:db"], memory });
    await clock.advance(INTERVAL);
    expect(decided).toEqual(["30 s: alert app:web"]);
  });

  test("what was told goes on: it is told again, and recovers", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided, falls, rises } = watch(clock);
    falls.dep();
    watchdog.start();
    await clock.advance(S);
    falls.suspect();
    await clock.advance(HOUR_MS);
    rises.dep();
    await clock.advance(INTERVAL);
    expect(decided).toEqual(["0 s: alert dep:db", "3600 s: realert dep:db", "3630 s: recovery dep:db"]);
  });

  test("edges do not wait", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided, falls, dep } = watch(clock);
    falls.suspect();
    dep.collecting = reports(edge("job_failed", NEEDS));
    watchdog.start();
    await clock.advance(S);
    expect(decided).toEqual(["0 s: alert job_failed"]);
  });
});

describe("whatever becomes of the cause, what follows from it is told", () => {
  test("acked or silenced after it was told: under it", async () => {
    for (const how of ["ack", "silence"] as const) {
      const clock = new SimulatedClock();
      const { watchdog, decided, store, falls } = watch(clock);
      falls.container();
      watchdog.start();
      await clock.advance(S);
      if (how === "ack") watchdog.acknowledge(DB, { by: "Ann", at: clock.now() });
      else store.addSilence({ keyGlob: DB, until: clock.now() + HOUR_MS, why: "" }, clock.now());
      falls.dep();
      await clock.advance(INTERVAL);
      expect(decided).toEqual(["0 s: alert container:db", "30 s: alert dep:db<container:db"]);
    }
  });

  test("silenced while it is suspected: alone, at once", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided, store, falls } = watch(clock);
    falls.suspect();
    falls.dep();
    watchdog.start();
    await clock.advance(5 * S);
    store.addSilence({ keyGlob: DB, until: clock.now() + HOUR_MS, why: "" }, clock.now());
    await clock.advance(INTERVAL);
    expect(decided).toEqual(["30 s: alert dep:db"]);
  });

  test("removed while it is suspected: alone, at once", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided, containers, falls, nudge } = watch(clock);
    falls.suspect();
    falls.dep();
    watchdog.start();
    await clock.advance(5 * S);
    containers.isSuspect = false;
    containers.collecting = reports();
    nudge();
    await clock.advance(S);
    expect(decided).toEqual(["5 s: alert dep:db"]);
  });

  test("suspected again and again: alone, the first time that it is not", async () => {
    const clock = new SimulatedClock();
    const { watchdog, decided, falls, rises } = watch(clock);
    falls.suspect();
    falls.dep();
    watchdog.start();
    await clock.advance(S);
    rises.container();
    await clock.advance(INTERVAL);
    falls.suspect();
    await clock.advance(INTERVAL);
    expect(decided).toEqual(["30 s: alert dep:db"]);
  });

  test("restarted in the middle of the wait: looked at again, and told", async () => {
    const clock = new SimulatedClock();
    const first = watch(clock);
    first.falls.suspect();
    first.falls.dep();
    first.watchdog.start();
    await clock.advance(2 * INTERVAL + S);
    await first.watchdog.stop();
    const { watchdog, decided, falls } = watch(clock, first.store);
    falls.suspect();
    falls.dep();
    watchdog.start();
    await clock.advance(MOST_HELD_BACK_MS + S);
    expect(decided).toEqual(["180 s: alert dep:db"]);
  });
});

test("what is silenced is no cause, and nothing waits for it", async () => {
  for (const how of ["container", "suspect"] as const) {
    const clock = new SimulatedClock();
    const { watchdog, decided, store, falls } = watch(clock);
    store.addSilence({ keyGlob: DB, until: clock.now() + HOUR_MS, why: "" }, clock.now());
    falls[how]();
    falls.dep();
    watchdog.start();
    await clock.advance(S);
    expect(decided).toEqual(["0 s: alert dep:db"]);
  }
});
