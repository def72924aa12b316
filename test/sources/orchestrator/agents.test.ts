import { describe, expect, test } from "vitest";
import { type CpuMark, findAgents } from "../../../src/sources/orchestrator/agents.ts";
import { EXAMPLE_AT_MS, exampleLater, type Json, RULES, readEnvelope } from "./example.ts";

const NOW = 1_000_000_000;
const NONE: ReadonlySet<string> = new Set();

/** Reads agent 77 at these minutes of the orchestrator's clock with these CPU ticks; tells for each whether it is hung. */
function hungAt(steps: readonly (readonly [atMin: number, cpuTicks: number, change?: (json: Json) => void])[]) {
  let marks: readonly CpuMark[] = [];
  return steps.map(([atMin, cpuTicks, change = () => {}]) => {
    const json = exampleLater(atMin * 60, (envelope) => {
      envelope.agents[0].cpu_ticks = cpuTicks;
      change(envelope);
    });
    const { agents, generatedAtMs, ticksPerSecond } = readEnvelope(json);
    const found = findAgents(agents, generatedAtMs, ticksPerSecond, marks, RULES, NONE, NOW);
    marks = JSON.parse(JSON.stringify(found.marks));
    const signal = found.findings.signals.find(({ key }) => key === "agent_hung:77");
    if (signal !== undefined) return signal.active;
    return found.findings.holds.some((held) => held === "agent_hung" || held === "agent_hung:77") ? "held" : "over";
  });
}

const gone = (json: Json) => (json.agents = []);
const missing = (json: Json) => delete json.agents;
const bad = (json: Json) => (json.agents[0].cpu_ticks = null);
const nameless = (json: Json) => (json.agents[0].run_id = "");
const timeless = (json: Json) => (json.generated_at = "?");
const rebooted = (json: Json) => (json.agents[0].pid = 5_000);

describe("agent_hung: CPU ticks that stand still for ten minutes of the orchestrator's clock", () => {
  test.each<[name: string, steps: Parameters<typeof hungAt>[0], hung: readonly unknown[]]>([
    ["not at first sight", [[0, 100]], [false]],
    [
      "working",
      [
        [0, 100],
        [9, 101],
        [18, 102],
      ],
      [false, false, false],
    ],
    [
      "standing still",
      [
        [0, 100],
        [9.9, 100],
        [10, 100],
        [11, 100],
      ],
      [false, false, true, true],
    ],
    [
      "a single tick ends it",
      [
        [0, 100],
        [10, 100],
        [10.5, 101],
        [20, 101],
      ],
      [false, true, false, false],
    ],
    [
      "a fall is a sign of life: a new process",
      [
        [0, 100],
        [9, 3, rebooted],
        [18, 3],
      ],
      [false, false, false],
    ],
    [
      "an envelope that does not move on tells nothing new",
      [
        [0, 100],
        [0, 100],
        [0, 100],
      ],
      [false, false, false],
    ],
    [
      "a clock set back an hour: counted from there",
      [
        [0, 100],
        [-60, 100],
        [-51, 100],
        [-50, 100],
      ],
      [...[false, false, false, true]],
    ],
    [
      "an unknown entry holds, and the count goes on",
      [
        [0, 100],
        [5, 0, bad],
        [10, 100],
      ],
      [false, "held", true],
    ],
    [
      "so does one that cannot be named",
      [
        [0, 100],
        [5, 0, nameless],
        [10, 100],
      ],
      [false, "held", true],
    ],
    [
      "so does a missing section",
      [
        [0, 100],
        [5, 0, missing],
        [10, 100],
      ],
      [false, "held", true],
    ],
    [
      "so does an unreadable time",
      [
        [0, 100],
        [5, 100, timeless],
        [10, 100],
      ],
      [false, "held", true],
    ],
    [
      "a run that ended is over, and forgotten",
      [
        [0, 100],
        [5, 0, gone],
        [10, 100],
      ],
      [false, "over", false],
    ],
  ])("%s", (_name, steps, hung) => {
    expect(hungAt(steps)).toEqual(hung);
  });

  test("tells what a person needs at night", () => {
    const { agents } = readEnvelope(exampleLater(0));
    const marks: CpuMark[] = [["77", 53_211, EXAMPLE_AT_MS - 720_000]];
    const { findings } = findAgents(agents, EXAMPLE_AT_MS, 100, marks, RULES, NONE, NOW);
    expect(findings.signals[0]).toEqual({
      key: "agent_hung:77",
      severity: "critical",
      nature: "level",
      active: true,
      what: "agent developer (run 77) is hung: it uses no CPU",
      measure: { value: 720, limit: 600, unit: "seconds" },
      details: ["task 12, pid 4242", "running for 20 min, of which on the CPU 8 min 52 s"],
      next: "on its host `ps -o stat,wchan,etime,args -p 4242` shows what it waits for; `kill 4242` ends it",
      since: NOW - 720_000,
    });
  });

  test("does without name, task, pid and clk_tck", () => {
    const { agents } = readEnvelope(
      exampleLater(0, (json) => (json.agents = [{ run_id: 77, runtime_s: 60, cpu_ticks: 9 }])),
    );
    const { findings } = findAgents(agents, EXAMPLE_AT_MS, undefined, [["77", 9, 0]], RULES, NONE, NOW);
    expect(findings.signals[0]).toMatchObject({
      what: "the agent of run 77 is hung: it uses no CPU",
      details: ["running for 1 min"],
      next: "look at what it waits for; end the run if that never comes",
    });
  });
});

describe("what is remembered", () => {
  const marksAfter = (json: Json, marks: readonly CpuMark[]) => {
    const { agents, generatedAtMs } = readEnvelope(json);
    return findAgents(agents, generatedAtMs, 100, marks, RULES, NONE, NOW).marks;
  };

  test("one mark per run that is there", () => {
    expect(marksAfter(exampleLater(0), [["gone", 1, EXAMPLE_AT_MS]])).toEqual([["77", 53_211, EXAMPLE_AT_MS]]);
  });

  test("a run called __proto__ is one like any other", () => {
    const json = exampleLater(0, (envelope) => (envelope.agents[0].run_id = "__proto__"));
    expect(marksAfter(json, [["__proto__", 53_211, 5]])).toEqual([["__proto__", 53_211, 5]]);
  });

  test("runs that may be there are not kept for ever: an envelope that stays bad fills no memory", () => {
    const json = exampleLater(0, nameless);
    const HOURS_25_MS = 25 * 3_600_000;
    const marks: CpuMark[] = [
      ["old", 1, EXAMPLE_AT_MS - HOURS_25_MS],
      ["new", 1, EXAMPLE_AT_MS - 1_000],
    ];
    expect(marksAfter(json, marks)).toEqual([["new", 1, EXAMPLE_AT_MS - 1_000]]);
  });
});
