import { expect, test } from "vitest";
import type { Routing } from "../src/core/routes.ts";
import { EN } from "../src/core/texts/index.ts";
import { openDatabase } from "../src/store/open-database.ts";
import { Store } from "../src/store/store.ts";
import { Watchdog } from "../src/watchdog.ts";
import { active, inactive, reports, ScriptedSource } from "./stand-ins/scripted-source.ts";
import { SimulatedClock } from "./stand-ins/simulated-clock.ts";

const INTERVAL = 30_000;
const to = (a: string, rest: string): Routing => ({
  routes: [{ matcher: { keyGlob: "a", severity: undefined }, channels: [a] }],
  fallback: [rest],
});

/** One store over several watchdogs, as restarts make them. */
function stage() {
  const clock = new SimulatedClock();
  const store = new Store(openDatabase(undefined, () => {}).database, (trouble) => expect.unreachable(trouble));
  const source = new ScriptedSource(clock, "source", reports(inactive("a"), inactive("b")));
  const start = (routing: Routing, cooldownMs = 0) => {
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const channels = ["chat", "team", "hook"];
    const parts = {
      texts: EN,
      sources: [source],
      store,
      channels,
      routing,
      onOwed() {},
      clock,
      log,
      intervalMs: INTERVAL,
      cooldownMs,
    };
    const watchdog = new Watchdog(parts);
    watchdog.start();
    return watchdog;
  };
  const owed = () =>
    Object.fromEntries(
      ["chat", "team", "hook"].map((name) => [
        name,
        store.owed(name, 100).map(({ action, key }) => `${action} ${key}`),
      ]),
    );
  return { clock, source, start, owed };
}

test("each notice is owed to the channels of its route", async () => {
  const { clock, source, start, owed } = stage();
  source.collecting = reports(active("a"), active("b"));
  start(to("team", "chat"));
  await clock.advance(INTERVAL);
  expect(owed()).toEqual({ chat: ["alert b"], team: ["alert a"], hook: [] });
});

test("re-alerts and the recovery follow the alert over a restart with other routes; what is new does not", async () => {
  const { clock, source, start, owed } = stage();
  source.collecting = reports(active("a"), inactive("b"));
  const first = start(to("team", "chat"));
  await clock.advance(INTERVAL);
  await first.stop();
  // The team's chat is still there for something else.
  const routing = to("hook", "chat");
  const routes = [...routing.routes, { matcher: { label: "team" }, channels: ["team"] }];
  start({ ...routing, routes }, INTERVAL);
  await clock.advance(INTERVAL);
  source.collecting = reports(inactive("a"), active("b"));
  await clock.advance(INTERVAL);
  source.collecting = reports(active("a"), active("b"));
  await clock.advance(INTERVAL);
  const { team, hook } = owed();
  expect(new Set(team)).toEqual(new Set(["alert a", "realert a", "recovery a"]));
  expect(hook).toEqual(["alert a"]);
});

test("where its channel is gone, an incident goes on where it would begin now", async () => {
  const { clock, source, start, owed } = stage();
  source.collecting = reports(active("a"), inactive("b"));
  const first = start(to("team", "chat"));
  await clock.advance(INTERVAL);
  await first.stop();
  source.collecting = reports(inactive("a"), inactive("b"));
  start(to("hook", "chat"));
  await clock.advance(INTERVAL);
  expect(owed()).toEqual({ chat: [], team: ["alert a"], hook: ["recovery a"] });
});
