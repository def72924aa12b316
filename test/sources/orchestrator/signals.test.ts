import { describe, expect, test } from "vitest";
import type { OrchestratorSettings } from "../../../src/config/settings.ts";
import { known, unknown } from "../../../src/core/reading.ts";
import type { Evaluation, Signal } from "../../../src/core/signal.ts";
import {
  evaluateOrchestrator,
  INITIAL_MEMORY,
  type OrchestratorMemory,
} from "../../../src/sources/orchestrator/signals.ts";
import { EXAMPLE_AT_MS, example, exampleLater, type Json, RULES, readEnvelope } from "./example.ts";

/** When the tests' first tick is, on the watchdog's own timeline: hours away from the orchestrator's clock. */
const NOW = 1_000_000_000;
const MINUTE_MS = 60_000;
const FAILED = Symbol("a failed reading");

type Step = readonly [atMs: number, json: Json | typeof FAILED];
type Evaluated = Evaluation<OrchestratorMemory>;

/** Evaluates one reading after the other, each memory passed on through JSON as the store does. */
function replay(steps: readonly Step[], settings: Partial<OrchestratorSettings> = {}): Evaluated[] {
  const evaluations: Evaluated[] = [];
  for (const [atMs, json] of steps) {
    const memory = JSON.parse(JSON.stringify(evaluations.at(-1)?.memory ?? INITIAL_MEMORY));
    const reading = json === FAILED ? unknown("connection refused") : known(readEnvelope(json));
    evaluations.push(evaluateOrchestrator({ ...RULES, ...settings }, reading, memory, NOW + atMs));
  }
  return evaluations;
}

function evaluate(json: Json | typeof FAILED, settings: Partial<OrchestratorSettings> = {}): Evaluated {
  return replay([[0, json]], settings)[0]!;
}

function signalOf(evaluation: Evaluated, key: string): Signal | undefined {
  return evaluation.signals.find((signal) => signal.key === key);
}

/** What an evaluation says of a key: its level, that it holds, or that it is over. */
function stateOf(evaluation: Evaluated, key: string): "active" | "inactive" | "held" | "over" {
  const signal = signalOf(evaluation, key);
  if (signal !== undefined) return signal.active ? "active" : "inactive";
  return evaluation.holds.includes(key) || evaluation.holds.includes(key.split(":")[0]!) ? "held" : "over";
}

const LEVEL_KEYS = [
  ...["orch_stale", "orch_schema", "stage_stuck:12", "queue_backlog", "queue_retries", "breaker_open", "agent_hung:77"],
  ...["agent_overrun:77", "cost_run:77", "cost_total", "worker_silent:w1", "instance_stuck:i1"],
];

test("a healthy envelope makes every subject inactive, and holds nothing", () => {
  const evaluation = evaluate(example());
  expect(evaluation.signals.map((signal) => signal.key).sort()).toEqual(["orch_down", ...LEVEL_KEYS].sort());
  expect(evaluation.signals.filter((signal) => signal.active)).toEqual([]);
  expect(evaluation.holds).toEqual([]);
});

test("severities are the contract's, active or not", () => {
  const critical = evaluate(example()).signals.filter((signal) => signal.severity === "critical");
  expect(critical.map((signal) => signal.key)).toEqual([
    ...["orch_down", "orch_stale", "breaker_open", "agent_hung:77", "cost_total", "worker_silent:w1"],
  ]);
});

describe("each signal: its threshold, severity and text", () => {
  interface Case {
    readonly key: string;
    readonly severity: Signal["severity"];
    /** Just within the limit, and just beyond it. */
    readonly within: (json: Json) => void;
    readonly beyond: (json: Json) => void;
    readonly good: string;
    readonly bad: string;
    readonly measure?: Signal["measure"];
    readonly details?: readonly string[];
    /** How long before now the fault began, by our timeline. */
    readonly sinceAgoMs?: number;
  }
  const CASES: readonly Case[] = [
    {
      key: "stage_stuck:12",
      severity: "warning",
      within: (json) => (json.stages[0].age_s = 7_200),
      beyond: (json) => (json.stages[0].age_s = 7_201),
      good: "stage development of ORCH-100 is within its time",
      bad: "stage development of ORCH-100 is stuck",
      measure: { value: 7_201, limit: 7_200, unit: "seconds" },
      details: ["task 12, repo shop"],
      sinceAgoMs: 1_000,
    },
    {
      key: "queue_backlog",
      severity: "warning",
      within: (json) => (json.queue.counts.queued = 50),
      beyond: (json) => (json.queue.counts.queued = 51),
      good: "50 jobs in the queue",
      bad: "51 jobs in the queue",
      measure: { value: 51, limit: 50, unit: "count" },
      details: ["running 1 of at most 2"],
    },
    {
      key: "queue_retries",
      severity: "warning",
      within: (json) => (json.queue.retries = 20),
      beyond: (json) => (json.queue.retries = 21),
      good: "20 retries in the queue",
      bad: "21 retries in the queue",
      measure: { value: 21, limit: 20, unit: "count" },
    },
    {
      key: "breaker_open",
      severity: "critical",
      within: (json) => (json.queue.breaker.state = "closed"),
      beyond: (json) => (json.queue.breaker.state = "open"),
      good: "the orchestrator's circuit breaker is closed",
      bad: "the orchestrator's circuit breaker is open",
    },
    {
      key: "agent_overrun:77",
      severity: "warning",
      within: (json) => (json.agents[0].runtime_s = 7_200),
      beyond: (json) => (json.agents[0].runtime_s = 7_200.5),
      good: "agent developer (run 77) is within its time",
      bad: "agent developer (run 77) runs too long",
      measure: { value: 7_200.5, limit: 7_200, unit: "seconds" },
      details: ["task 12, pid 4242"],
      sinceAgoMs: 500,
    },
    {
      key: "cost_run:77",
      severity: "warning",
      within: (json) => (json.cost.runs[0].cost_usd = 5),
      beyond: (json) => (json.cost.runs[0].cost_usd = 5.01),
      good: "run 77 is within its budget",
      bad: "run 77 costs too much",
      measure: { value: 5.01, limit: 5, unit: "usd" },
      details: ["120,000 tokens"],
    },
    {
      key: "cost_total",
      severity: "critical",
      within: (json) => (json.cost.total.cost_usd = 200),
      beyond: (json) => (json.cost.total.cost_usd = 201),
      good: "all runs are within the budget",
      bad: "all runs together cost too much",
      measure: { value: 201, limit: 200, unit: "usd" },
      details: ["9,000,000 tokens"],
    },
    {
      key: "worker_silent:w1",
      severity: "critical",
      within: (json) => (json.workers[0].last_heartbeat_at = EXAMPLE_AT_MS / 1_000 - 300),
      beyond: (json) => (json.workers[0].last_heartbeat_at = EXAMPLE_AT_MS / 1_000 - 301),
      good: "worker w1 sends heartbeats",
      bad: "worker w1 is silent",
      measure: { value: 301, limit: 300, unit: "seconds" },
      details: ["last known state: ready"],
      sinceAgoMs: 301_000,
    },
    {
      key: "instance_stuck:i1",
      severity: "warning",
      within: (json) => (json.instances[0].since = EXAMPLE_AT_MS / 1_000 - 7_200),
      beyond: (json) => (json.instances[0].since = EXAMPLE_AT_MS / 1_000 - 7_260),
      good: "instance i1 is booting",
      bad: "instance i1 is stuck booting",
      measure: { value: 7_260, limit: 7_200, unit: "seconds" },
      sinceAgoMs: 60_000,
    },
  ];

  test.each(CASES)("$key: inactive up to the limit", ({ key, severity, within, good }) => {
    expect(signalOf(evaluate(example(within)), key)).toMatchObject({ active: false, severity, what: good });
  });

  test.each(CASES)("$key: active beyond it", ({ key, severity, beyond, bad, measure, details = [], sinceAgoMs }) => {
    const signal = signalOf(evaluate(example(beyond)), key);
    expect(signal).toMatchObject({
      active: true,
      severity,
      nature: "level",
      what: bad,
      next: expect.stringMatching(/[^.]$/),
    });
    expect(signal?.measure).toEqual(measure);
    expect(signal?.details ?? []).toEqual(details);
    expect(signal?.since).toBe(sinceAgoMs === undefined ? undefined : NOW - sinceAgoMs);
  });

  test.each(CASES)("$key: nothing else is active then", ({ key, beyond }) => {
    const active = evaluate(example(beyond)).signals.filter((signal) => signal.active);
    expect(active.map((signal) => signal.key)).toEqual([key]);
  });
});

describe("limits of their own", () => {
  test("a stage with a limit of its own is held to that", () => {
    const review = (age_s: number) => example((json) => Object.assign(json.stages[0], { stage: "review", age_s }));
    expect(stateOf(evaluate(review(3_601)), "stage_stuck:12")).toBe("active");
    expect(stateOf(evaluate(review(3_600)), "stage_stuck:12")).toBe("inactive");
  });

  test("an instance may stay in a state without a limit for ever", () => {
    const ready = example((json) =>
      Object.assign(json.instances[0], { state: "ready", since: "2020-01-01T00:00:00Z" }),
    );
    expect(signalOf(evaluate(ready), "instance_stuck:i1")).toMatchObject({
      active: false,
      what: "instance i1 is ready",
    });
  });

  test("cost ceilings that are not set are neither told nor held", () => {
    const costly = example((json) => (json.cost.total.cost_usd = 1e6));
    for (const json of [costly, example((envelope) => delete envelope.cost), FAILED] as const) {
      const evaluation = evaluate(json, { costRunUsd: undefined, costTotalUsd: undefined });
      expect(stateOf(evaluation, "cost_run:77")).toBe("over");
      expect(stateOf(evaluation, "cost_total")).toBe("over");
    }
  });

  test("a ceiling of 0 is a ceiling", () => {
    expect(stateOf(evaluate(example(), { costRunUsd: 0 }), "cost_run:77")).toBe("active");
  });
});

describe("unknown is held", () => {
  test.each<[name: string, change: (json: Json) => void, held: readonly string[]]>([
    ["no stages", (json) => delete json.stages, ["stage_stuck:12"]],
    ["no queue", (json) => delete json.queue, ["queue_backlog", "queue_retries", "breaker_open"]],
    ["no counts", (json) => delete json.queue.counts, ["queue_backlog"]],
    ["half-open breaker", (json) => (json.queue.breaker.state = "half_open"), ["breaker_open"]],
    ["no agents", (json) => delete json.agents, ["agent_hung:77", "agent_overrun:77"]],
    ["no cost", (json) => delete json.cost, ["cost_run:77", "cost_total"]],
    ["no workers", (json) => delete json.workers, ["worker_silent:w1"]],
    ["no instances", (json) => delete json.instances, ["instance_stuck:i1"]],
    ["a bad age", (json) => (json.stages[0].age_s = -1), ["stage_stuck:12"]],
    ["bad ticks", (json) => (json.agents[0].cpu_ticks = "many"), ["agent_hung:77", "agent_overrun:77"]],
    ["an unreadable id", (json) => (json.agents[0].run_id = null), ["agent_hung:77", "agent_overrun:77"]],
    ["a bad cost", (json) => (json.cost.runs[0].cost_usd = "1"), ["cost_run:77"]],
    ["a bad heartbeat", (json) => (json.workers[0].last_heartbeat_at = null), ["worker_silent:w1"]],
    ["a bad since", (json) => (json.instances[0].since = "?"), ["instance_stuck:i1"]],
    ["a worker twice", (json) => json.workers.push(json.workers[0]), ["worker_silent:w1"]],
    [
      "no generated_at: ages cannot be told",
      (json) => delete json.generated_at,
      ["orch_stale", "agent_hung:77", "worker_silent:w1", "instance_stuck:i1"],
    ],
    ["another version", (json) => (json.schema_version = 9), LEVEL_KEYS.filter((key) => key !== "orch_schema")],
  ])("%s", (_name, change, held) => {
    const evaluation = evaluate(example(change));
    expect(LEVEL_KEYS.filter((key) => stateOf(evaluation, key) === "held")).toEqual(
      LEVEL_KEYS.filter((key) => held.includes(key)),
    );
    expect(stateOf(evaluation, "orch_down")).toBe("inactive");
  });

  test("a subject that is gone from a readable section is over; so are all of an empty one", () => {
    const evaluation = evaluate(
      example((json) => {
        for (const section of ["stages", "agents", "workers", "instances"]) json[section] = [];
        json.cost.runs = [];
      }),
    );
    const subjects = LEVEL_KEYS.filter((key) => key.includes(":"));
    expect(subjects.map((key) => stateOf(evaluation, key))).toEqual(subjects.map(() => "over"));
  });

  test("one unknown entry does not hold its neighbours: one that is gone is over", () => {
    const evaluation = evaluate(example((json) => (json.stages = [{ task_id: 13, stage: "review", age_s: -1 }])));
    expect(evaluation.holds).toEqual(["stage_stuck:13"]);
    expect(stateOf(evaluation, "stage_stuck:12")).toBe("over");
  });
});

describe("orch_down", () => {
  const ERROR = { key: "orch_down", active: true, severity: "critical", what: "the orchestrator is down" };

  test("comes with the third failure in a row, and says since when and why", () => {
    const evaluations = replay([0, 30, 60, 90].map((atS) => [atS * 1_000, FAILED]));
    expect(evaluations.map((evaluation) => stateOf(evaluation, "orch_down"))).toEqual([
      ...["held", "held", "active", "active"],
    ]);
    for (const evaluation of evaluations.slice(2)) {
      expect(evaluation.signals).toEqual([
        expect.objectContaining({ ...ERROR, since: NOW, details: ["connection refused (http://127.0.0.1:1/metrics)"] }),
      ]);
    }
  });

  test("one good reading ends it and starts the count anew", () => {
    const steps: Step[] = [FAILED, FAILED, example(), FAILED, FAILED, FAILED, example()].map((json, i) => [i, json]);
    expect(replay(steps).map((evaluation) => stateOf(evaluation, "orch_down"))).toEqual([
      ...["held", "held", "inactive", "held", "held", "active", "inactive"],
    ]);
    expect(signalOf(replay(steps)[5]!, "orch_down")?.since).toBe(NOW + 3);
  });

  test("everything else holds meanwhile, and nothing else is told", () => {
    for (const evaluation of replay([0, 1, 2].map((atMs) => [atMs, FAILED]))) {
      expect(LEVEL_KEYS.map((key) => stateOf(evaluation, key))).toEqual(LEVEL_KEYS.map(() => "held"));
    }
  });

  test("a threshold raised during an outage ends nothing", () => {
    const memory = replay([0, 1, 2].map((atMs) => [atMs, FAILED])).at(-1)!.memory;
    const later = evaluateOrchestrator({ ...RULES, downTicks: 9 }, unknown("refused"), memory, NOW + 3);
    expect(stateOf(later, "orch_down")).toBe("held");
  });
});

describe("orch_stale", () => {
  test("is told once generated_at stood still for five minutes of our time", () => {
    const evaluations = replay([0, 4.9, 5, 6].map((atMin) => [atMin * MINUTE_MS, example()]));
    expect(evaluations.map((evaluation) => stateOf(evaluation, "orch_stale"))).toEqual([
      ...["inactive", "inactive", "active", "active"],
    ]);
    expect(signalOf(evaluations[3]!, "orch_stale")).toMatchObject({
      severity: "critical",
      measure: { value: 360, limit: 300, unit: "seconds" },
      details: ["generated_at stands at 2026-06-10T09:36:02.000Z"],
      since: NOW,
    });
  });

  test("any change is fresh, even a step back", () => {
    const steps: Step[] = [
      [0, example()],
      [6 * MINUTE_MS, example()],
      [7 * MINUTE_MS, exampleLater(-3_600)],
      [11 * MINUTE_MS, exampleLater(-3_600)],
    ];
    const states = replay(steps).map((evaluation) => stateOf(evaluation, "orch_stale"));
    expect(states).toEqual(["inactive", "active", "inactive", "inactive"]);
  });

  test("neither failed readings nor unreadable times count as a change", () => {
    const steps: Step[] = [
      [0, example()],
      [2 * MINUTE_MS, FAILED],
      [4 * MINUTE_MS, example((json) => (json.generated_at = "soon"))],
      [5 * MINUTE_MS, example()],
    ];
    expect(replay(steps).map((evaluation) => stateOf(evaluation, "orch_stale"))).toEqual([
      ...["inactive", "held", "held", "active"],
    ]);
  });

  test("what a frozen envelope says still stands", () => {
    const open = example((json) => (json.queue.breaker.state = "open"));
    expect(stateOf(replay([0, 10].map((atMin) => [atMin * MINUTE_MS, open]))[1]!, "breaker_open")).toBe("active");
  });
});

describe("orch_schema", () => {
  test("tells the first five problems and how many more there are", () => {
    const stages = Array.from({ length: 8 }, (_, index) => ({ task_id: index, stage: "x", age_s: null }));
    const signal = signalOf(evaluate(example((json) => (json.stages = stages))), "orch_schema");
    expect(signal).toMatchObject({
      severity: "warning",
      active: true,
      what: "the orchestrator's envelope has 8 problems",
    });
    expect(signal?.details).toHaveLength(6);
    expect(signal?.details?.[0]).toBe("stages[0].age_s: expected seconds, from 0 to ten years, found null");
    expect(signal?.details?.[5]).toBe("and 3 more");
  });

  test("is over with the next good shape, and holds while nothing is read", () => {
    const bad = example((json) => (json.queue.retries = -1));
    const steps: Step[] = [bad, FAILED, bad, example()].map((json, i) => [i, json]);
    expect(replay(steps).map((evaluation) => stateOf(evaluation, "orch_schema"))).toEqual([
      ...["active", "held", "active", "inactive"],
    ]);
  });
});

describe("job_failed", () => {
  const failed = (count: unknown) => example((json) => (json.queue.counts.failed = count));
  const GONE = example((json) => delete json.queue);

  test.each<[name: string, readings: readonly Json[], told: readonly (string | undefined)[]]>([
    ["the first reading is the baseline", [failed(5)], [undefined]],
    ["a rise is told once", [failed(5), failed(7), failed(7)], [undefined, "2 jobs failed (5 → 7)", undefined]],
    ["one is one", [failed(0), failed(1)], [undefined, "1 job failed (0 → 1)"]],
    ["a fall is a new baseline", [failed(5), failed(1), failed(2)], [undefined, undefined, "1 job failed (1 → 2)"]],
    [
      "a failed reading forgets nothing",
      [failed(5), FAILED, failed(6)],
      [undefined, undefined, "1 job failed (5 → 6)"],
    ],
    ["nor does a missing section", [failed(5), GONE, failed(6)], [undefined, undefined, "1 job failed (5 → 6)"]],
    ["nor a bad count", [failed(5), failed("6"), failed(6)], [undefined, undefined, "1 job failed (5 → 6)"]],
  ])("%s", (_name, readings, told) => {
    const evaluations = replay(readings.map((json, i) => [i, json]));
    expect(evaluations.map((evaluation) => signalOf(evaluation, "job_failed")?.what)).toEqual(told);
  });

  test("is an edge", () => {
    const [, second] = replay([
      [0, failed(1)],
      [1, failed(2)],
    ]);
    expect(signalOf(second!, "job_failed")).toMatchObject({ nature: "edge", severity: "warning", active: true });
    expect(second!.holds).toEqual([]);
  });
});

describe("long lists", () => {
  const agents = (count: number, runtimeOfFirst: number) =>
    example((json) => {
      json.agents = Array.from({ length: count }, (_, i) => ({
        run_id: i,
        cpu_ticks: i,
        runtime_s: i ? 1 : runtimeOfFirst,
      }));
    });
  const overruns = (evaluation: Evaluated) =>
    evaluation.signals
      .filter((signal) => signal.key.startsWith("agent_overrun:"))
      .map(({ key, active }) => [key, active]);

  test("up to 1,000 entries each is told of", () => {
    expect(overruns(evaluate(agents(1_000, 9_999)))).toHaveLength(1_000);
  });

  test("in a longer one only what is wrong, and its end", () => {
    const steps: Step[] = [agents(1_001, 1), agents(1_001, 9_999), FAILED, agents(1_001, 1), agents(1_001, 1)].map(
      (json, i) => [i, json],
    );
    expect(replay(steps).map(overruns)).toEqual([
      ...[[], [["agent_overrun:0", true]], [], [["agent_overrun:0", false]], []],
    ]);
  });

  test("what was wrong is not forgotten while its section is missing", () => {
    const steps: Step[] = [agents(1_001, 9_999), example((json) => delete json.agents), agents(1_001, 1)].map(
      (json, i) => [i, json],
    );
    expect(overruns(replay(steps)[2]!)).toEqual([["agent_overrun:0", false]]);
  });

  test("of which much is unknown, whole kinds are held", () => {
    const unreadable = (count: number) =>
      example((json) => (json.stages = Array.from({ length: count }, (_, i) => ({ task_id: i }))));
    expect(evaluate(unreadable(100)).holds).toHaveLength(100);
    expect(evaluate(unreadable(101)).holds).toEqual(["stage_stuck"]);
  });
});

test("clocks that differ between hosts raise nothing", () => {
  const ahead = example((json) => {
    json.workers[0].last_heartbeat_at = EXAMPLE_AT_MS / 1_000 + 3_600;
    json.instances[0].since = EXAMPLE_AT_MS / 1_000 + 3_600;
  });
  expect(evaluate(ahead).signals.filter((signal) => signal.active)).toEqual([]);
});

test("foreign names are shown harmless, and kept as they are in the key", () => {
  const id = "🔴 #w\u202e";
  const evaluation = evaluate(
    example((json) =>
      Object.assign(json.workers[0], { id, last_heartbeat_at: "2026-06-10T08:00:00Z", state: "<b>🟢" }),
    ),
  );
  expect(signalOf(evaluation, `worker_silent:${id}`)).toMatchObject({
    what: "worker • ＃w is silent",
    details: ["last known state: <b>•"],
  });
});

test("up or down, the orchestrator needs the host of its address", () => {
  const settings = { metricsUrl: new URL("http://Orch.internal:8080/metrics"), downTicks: 1 };
  for (const json of [example(), FAILED] as const) {
    expect(signalOf(evaluate(json, settings), "orch_down")?.needs).toEqual(["host:orch.internal"]);
  }
});
