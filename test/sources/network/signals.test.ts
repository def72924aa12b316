import { expect, test } from "vitest";
import { known, unknown } from "../../../src/core/reading.ts";
import { EN } from "../../../src/core/texts/index.ts";
import { evaluateNetwork, INITIAL_MEMORY, type NetworkMemory } from "../../../src/sources/network/signals.ts";

const rules = (outsideTargets: readonly string[], offlineTicks: number) => ({
  probes: ["one.one.one.one:443", "9.9.9.9:53"],
  outsideTargets,
  offlineTicks,
  texts: EN,
});

/** Whether `offline` is active after each reading in turn, one a second; `undefined` is a failed one. */
function course(readings: readonly (boolean | undefined)[], ticks = 2): (boolean | "held")[] {
  let memory: NetworkMemory = INITIAL_MEMORY;
  return readings.map((isOpen, index) => {
    const reading = isOpen === undefined ? unknown("no") : known(isOpen);
    const evaluation = evaluateNetwork(rules(["api"], ticks), reading, memory, index * 1_000);
    memory = JSON.parse(JSON.stringify(evaluation.memory)) as NetworkMemory;
    return evaluation.signals[0]?.active ?? "held";
  });
}

test.each<[name: string, readings: (boolean | undefined)[], expected: (boolean | "held")[]]>([
  ["online", [true, true], [false, false]],
  ["confirmed by the second reading in a row", [false, false, false], ["held", true, true]],
  ["a moment is nothing", [false, true, false], ["held", false, "held"]],
  ["unknown neither confirms nor clears", [false, undefined, false, undefined], ["held", "held", true, "held"]],
  ["over with the first answer", [false, false, true], ["held", true, false]],
])("%s", (_name, readings, expected) => expect(course(readings)).toEqual(expected));

test("says who does not answer, since when, and what to look at", () => {
  const { signals } = evaluateNetwork(rules(["api", "cdn"], 2), known(false), { closedInARow: 1, closedSince: 5 }, 9);
  expect(signals).toEqual([
    {
      key: "offline",
      severity: "critical",
      nature: "level",
      standsFor: ["outside"],
      active: true,
      what: "this host is offline: nothing outside answers",
      details: [
        "no answer from: probe one.one.one.one:443, probe 9.9.9.9:53, api, cdn",
        "what is outside is not judged until something answers",
      ],
      next: "see whether this host reaches its network: `ip route`; then `ping -c 3 1.1.1.1`; then `resolvectl query example.com`",
      since: 5,
    },
  ]);
});

test("with probes alone it says so", () => {
  const { signals } = evaluateNetwork(rules([], 1), known(false), INITIAL_MEMORY, 9);
  expect(signals[0]?.details).toEqual(["no answer from: probe one.one.one.one:443, probe 9.9.9.9:53"]);
});
