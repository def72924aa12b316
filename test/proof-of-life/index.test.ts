import { expect, test } from "vitest";
import { loadLife } from "../../src/commands/assemble-life.ts";
import { loadSettings } from "../../src/config/load-settings.ts";
import { EN } from "../../src/core/texts/index.ts";
import { startProofOfLife } from "../../src/proof-of-life/index.ts";
import { SimulatedClock } from "../stand-ins/simulated-clock.ts";

function settingsFor(env: Record<string, string>) {
  return loadSettings({ WATCHDOG_DOCKER_SOCK: "off", ...env }).settings;
}

test.each<[name: string, env: Record<string, string>, isLoaded: boolean]>([
  ["nothing of it where nobody wants to hear", {}, false],
  ["nothing for a start notice that has no state", { WATCHDOG_START_NOTICE: "true" }, false],
  ["a start notice with a state", { WATCHDOG_STATE_DIR: "/s" }, true],
  ["nothing where that is switched off", { WATCHDOG_STATE_DIR: "/s", WATCHDOG_START_NOTICE: "false" }, false],
  ["a heartbeat", { WATCHDOG_HEARTBEAT_URL: "http://hc.test/x" }, true],
  ["a digest", { WATCHDOG_DIGEST_AT: "08:00" }, true],
])("is loaded: %s", async (_name, env, isLoaded) => {
  expect((await loadLife(settingsFor(env), "1")) !== undefined).toBe(isLoaded);
});

test("a fault of its own breaks no tick and no end", async () => {
  const clock = new SimulatedClock();
  const lines: string[] = [];
  let isBroken = false;
  const life = startProofOfLife({
    texts: EN,
    settings: settingsFor({ WATCHDOG_DIGEST_AT: "08:00" }),
    version: "1",
    clock,
    log: { info: () => {}, warn: (facts, msg) => lines.push(`${msg}: ${JSON.stringify(facts)}`) },
    memory: { memory: () => "2026-06-01 480", remember: () => {} },
    keepsState: true,
    aliveAt: undefined,
    deliverers: [],
    incidents: () => [],
    alerting: () => [],
    facts: () => {
      if (isBroken) throw new Error("no facts");
      return { now: clock.now(), sources: [], signals: [], channels: [] };
    },
  });
  isBroken = true;
  await clock.advance(24 * 3_600_000 - 3_600_000);
  life.ticked();
  expect(lines).toEqual(['the watchdog lives, but cannot show it: {"error":"no facts"}']);
  await life.stop(1_000);
});
