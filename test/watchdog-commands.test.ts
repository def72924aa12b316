import { describe, expect, test } from "vitest";
import { EN } from "../src/core/texts/index.ts";
import { HOUR_MS, SECOND_MS as S } from "../src/core/time.ts";
import { openDatabase } from "../src/store/open-database.ts";
import { Store } from "../src/store/store.ts";
import { Watchdog } from "../src/watchdog.ts";
import { active, hangs, inactive, reports, reportsAfter, ScriptedSource } from "./stand-ins/scripted-source.ts";
import { SimulatedClock, settle } from "./stand-ins/simulated-clock.ts";

const INTERVAL = 30 * S;
const ANN = { by: "Ann", at: 0 };

function watch(
  store = new Store(openDatabase(undefined, () => {}).database, (trouble) => expect.unreachable(trouble)),
) {
  const clock = new SimulatedClock();
  const source = new ScriptedSource(clock, "a", reports(inactive("a")));
  const slow = new ScriptedSource(clock, "b", reports());
  const decided: string[] = [];
  const silent = () => {};
  const log = {
    debug: silent,
    warn: silent,
    error: silent,
    info: (facts: object) => decided.push(Object.values(facts).slice(0, 2).reverse().join(" ")),
  };
  const parts = {
    texts: EN,
    store,
    channels: ["chat"],
    onOwed: silent,
    clock,
    log,
    intervalMs: INTERVAL,
    cooldownMs: HOUR_MS,
  };
  return { clock, source, slow, store, decided, watchdog: new Watchdog({ ...parts, sources: [source, slow] }) };
}

describe("a tick now", () => {
  test("looks at everything out of cadence, and resolves when what it found is decided", async () => {
    const { clock, source, watchdog, decided } = watch();
    watchdog.start();
    await clock.advance(10 * S);
    source.collecting = reports(active("a"));
    const looked = watchdog.tickNow().then(() => decided.push("looked"));
    await clock.advance(0);
    await looked;
    expect(decided).toEqual(["alert a", "looked"]);
    await clock.advance(20 * S);
    expect(source.collectedAt.map((at) => (at - (source.collectedAt[0] ?? 0)) / S)).toEqual([0, 10, 30]);
  });

  test.each([
    { name: "a source that hangs", collecting: () => hangs },
    { name: "a source that takes its time", collecting: (clock: SimulatedClock) => reportsAfter(clock, 3 * S) },
  ])("does not wait for $name longer than a tick does", async ({ collecting }) => {
    const { clock, slow, watchdog } = watch();
    watchdog.start();
    await clock.advance(10 * S);
    slow.collecting = collecting(clock);
    let hasLooked = false;
    void watchdog.tickNow().then(() => {
      hasLooked = true;
    });
    await clock.advance(S);
    await settle();
    expect(hasLooked).toBe(true);
  });

  test("of a watchdog that does not run is over at once", async () => {
    const { watchdog, source } = watch();
    await watchdog.tickNow();
    expect(source.collectedAt).toEqual([]);
  });
});

describe("an ack", () => {
  async function alerting(store?: Store) {
    const stage = watch(store);
    stage.source.collecting = reports(active("a"));
    stage.watchdog.start();
    await stage.clock.advance(0);
    return stage;
  }

  test("stops the repeats until the end, and the next incident is told", async () => {
    const { clock, source, watchdog, decided } = await alerting();
    expect(watchdog.acknowledge("a", ANN)).toBe(true);
    expect(watchdog.alertStates()).toMatchObject([{ key: "a", ack: ANN }]);
    await clock.advance(5 * HOUR_MS);
    source.collecting = reports(inactive("a"));
    await clock.advance(INTERVAL);
    source.collecting = reports(active("a"));
    await clock.advance(INTERVAL);
    expect(decided).toEqual(["alert a", "recovery a", "alert a"]);
    expect(watchdog.alertStates()[0]).not.toHaveProperty("ack");
  });

  test("is stored at once, with the channels that were told, and restored", async () => {
    const { watchdog, store } = await alerting();
    watchdog.acknowledge("a", ANN);
    expect(store.alerts()).toMatchObject([{ key: "a", ack: ANN, channels: ["chat"] }]);
    expect(watch(store).watchdog.alertStates()).toMatchObject([{ key: "a", ack: ANN }]);
  });

  test("owes nobody a message", async () => {
    const { watchdog, store } = await alerting();
    const before = store.owed("chat", 10).length;
    watchdog.acknowledge("a", ANN);
    expect(store.owed("chat", 10)).toHaveLength(before);
  });

  test("of what nobody was told of changes nothing", async () => {
    const { watchdog, store } = await alerting();
    expect(watchdog.acknowledge("b", ANN)).toBe(false);
    expect(store.alerts()).toMatchObject([{ key: "a" }]);
  });
});
