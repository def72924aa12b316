import { describe, expect, test } from "vitest";
import type { Envelope } from "../../../src/sources/orchestrator/envelope.ts";
import { EXAMPLE_AT_MS, EXAMPLE_TEXT, example, type Json, readEnvelope } from "./example.ts";

test("the example of the contract is read without a problem", () => {
  expect(readEnvelope(example())).toEqual({
    problems: { count: 0, first: [] },
    generatedAtMs: EXAMPLE_AT_MS,
    ticksPerSecond: 100,
    stages: listOf({ id: "12", stage: "development", ageMs: 5_400_000, workItemId: "ORCH-100", repo: "shop" }),
    queue: { queued: 3, failed: 2, retries: 0, breaker: "closed", concurrency: { running: 1, max: 2 } },
    agents: listOf({ id: "77", cpuTicks: 53211, runtimeMs: 1_200_500, agent: "developer", taskId: "12", pid: 4242 }),
    runCosts: listOf({ id: "77", costUsd: 1.9, tokens: 120_000 }),
    totalCost: { costUsd: 140.2, tokens: 9_000_000 },
    workers: listOf({ id: "w1", lastHeartbeatAtMs: EXAMPLE_AT_MS - 4_000, state: "ready" }),
    instances: listOf({ id: "i1", state: "booting", sinceMs: Date.parse("2026-06-10T09:00:00Z") }),
  });
});

function listOf<T>(...entries: T[]) {
  return { entries, unknownIds: [], complete: true };
}

describe("what is missing is not reported, and no problem", () => {
  test.each<[name: string, change: (json: Json) => void, value: (envelope: Envelope) => unknown]>([
    ["stages", (json) => delete json.stages, (envelope) => envelope.stages],
    ["queue", (json) => delete json.queue, (envelope) => envelope.queue],
    ["queue.counts", (json) => delete json.queue.counts, (envelope) => envelope.queue?.queued],
    ["queue.counts.failed", (json) => delete json.queue.counts.failed, (envelope) => envelope.queue?.failed],
    ["queue.retries", (json) => delete json.queue.retries, (envelope) => envelope.queue?.retries],
    ["queue.breaker", (json) => delete json.queue.breaker, (envelope) => envelope.queue?.breaker],
    ["queue.concurrency", (json) => delete json.queue.concurrency, (envelope) => envelope.queue?.concurrency],
    ["agents", (json) => delete json.agents, (envelope) => envelope.agents],
    ["cost", (json) => delete json.cost, (envelope) => envelope.totalCost ?? envelope.runCosts],
    ["cost.runs", (json) => delete json.cost.runs, (envelope) => envelope.runCosts],
    ["cost.total", (json) => delete json.cost.total, (envelope) => envelope.totalCost],
    ["workers", (json) => delete json.workers, (envelope) => envelope.workers],
    ["instances", (json) => delete json.instances, (envelope) => envelope.instances],
    ["clk_tck", (json) => delete json.clk_tck, (envelope) => envelope.ticksPerSecond],
    ["an agent's pid", (json) => delete json.agents[0].pid, (envelope) => envelope.agents?.entries[0]?.pid],
    ["an agent's task, null", (json) => (json.agents[0].task_id = null), (e) => e.agents?.entries[0]?.taskId],
  ])("%s", (_name, change, value) => {
    const envelope = readEnvelope(example(change));
    expect(envelope.problems.count).toBe(0);
    expect(value(envelope)).toBeUndefined();
  });
});

test("unknown fields and `__proto__` keys do nothing", () => {
  const text = EXAMPLE_TEXT.replace(
    '"age_s"',
    '"__proto__": { "age_s": 1, "repo": 5 }, "constructor": 1, "age_s"',
  ).replace('"schema_version"', '"__proto__": { "queue": 5 }, "tomorrow": { "x": [1] }, "schema_version"');
  expect(readEnvelope(JSON.parse(text))).toEqual(readEnvelope(example()));
  expect({}).not.toHaveProperty("age_s");
});

test("a key that occurs twice counts as it stands last, as everywhere in JavaScript", () => {
  const text = EXAMPLE_TEXT.replace('"age_s": 5400', '"age_s": "x", "age_s": 60');
  expect(readEnvelope(JSON.parse(text)).stages?.entries[0]?.ageMs).toBe(60_000);
});

describe("nothing is known of an envelope in another shape", () => {
  test.each<[name: string, json: unknown, problem: string]>([
    ["another version", example((json) => (json.schema_version = 2)), "schema_version: expected 1"],
    ["a version as text", example((json) => (json.schema_version = "1")), 'found "1"'],
    ["no version", example((json) => delete json.schema_version), "found nothing"],
    ["a list", [example()], "the envelope: expected a JSON object, found a list"],
    ["text", "fine", 'the envelope: expected a JSON object, found "fine"'],
    ["null", null, "found null"],
    ["a number", 200, "found 200"],
    ["true", true, "found true"],
  ])("%s", (_name, json, problem) => {
    const { problems, ...sections } = readEnvelope(json);
    expect(problems.first).toEqual([expect.stringContaining(problem)]);
    expect(Object.values(sections).filter((section) => section !== undefined)).toEqual([]);
  });
});

describe("an unreadable field makes its entry unknown, no other, and is named", () => {
  const TWO: (json: Json) => void = (json) => {
    json.stages.push({ task_id: 13, stage: "review", age_s: 60 });
    json.agents.push({ run_id: 78, runtime_s: 1, cpu_ticks: 1 });
    json.cost.runs.push({ run_id: 78, cost_usd: 1 });
    json.workers.push({ id: "w2", last_heartbeat_at: EXAMPLE_AT_MS / 1_000 });
    json.instances.push({ id: "i2", state: "ready", since: EXAMPLE_AT_MS / 1_000 });
  };

  const SECTIONS = [
    {
      section: "stages",
      id: "12",
      other: "13",
      fields: ["stage", "age_s"],
      of: (envelope: Envelope) => envelope.stages,
    },
    { section: "agents", id: "77", other: "78", fields: ["cpu_ticks", "runtime_s"], of: (e: Envelope) => e.agents },
    { section: "workers", id: "w1", other: "w2", fields: ["last_heartbeat_at"], of: (e: Envelope) => e.workers },
    { section: "instances", id: "i1", other: "i2", fields: ["since", "state"], of: (e: Envelope) => e.instances },
  ] as const;
  const BAD: readonly [name: string, value: unknown, found: string][] = [
    ["missing", undefined, "nothing"],
    ["null", null, "null"],
    ["a list", [1], "a list"],
    ["an object", { value: 1 }, "an object"],
    ["true", true, "true"],
    ["negative", -1, "-1"],
    ["1e400", JSON.parse("1e400"), "Infinity"],
    ["NaN", Number.NaN, "NaN"],
    ["absurdly large", 1e300, "1e+300"],
  ];
  const cases = SECTIONS.flatMap(({ fields, ...section }) =>
    fields.flatMap((field) => BAD.map(([name, value, found]) => ({ ...section, field, name, value, found }))),
  );
  test.each(cases)("$section: $field is $name", ({ section, id, other, of, field, value, found }) => {
    const envelope = readEnvelope(
      example((json) => {
        TWO(json);
        json[section][0][field] = value;
      }),
    );
    expect(envelope.problems).toEqual({
      count: 1,
      first: [expect.stringContaining(`${section}[0].${field}: expected`)],
    });
    expect(envelope.problems.first[0]).toContain(`found ${found}`);
    expect(of(envelope)).toMatchObject({ entries: [{ id: other }], unknownIds: [id], complete: true });
  });

  test.each<[name: string, change: (json: Json) => void, path: string]>([
    ["an age as text", (json) => (json.stages[0].age_s = "5400"), "stages[0].age_s"],
    ["an age that is an epoch time", (json) => (json.stages[0].age_s = 1_781_084_162), "stages[0].age_s"],
    ["a repo that is no text", (json) => (json.stages[0].repo = 5), "stages[0].repo"],
    ["a stage of 2,000 characters", (json) => (json.stages[0].stage = "x".repeat(2_000)), "stages[0].stage"],
    ["a negative pid", (json) => (json.agents[0].pid = -4), "agents[0].pid"],
    ["a cost as text", (json) => (json.cost.runs[0].cost_usd = "1.9"), "cost.runs[0].cost_usd"],
    [
      "a heartbeat in words",
      (json) => (json.workers[0].last_heartbeat_at = "yesterday"),
      "workers[0].last_heartbeat_at",
    ],
    ["a heartbeat in milliseconds", (json) => (json.workers[0].last_heartbeat_at = EXAMPLE_AT_MS), "workers[0].last_"],
    ["a date without a time", (json) => (json.instances[0].since = "2026-06-10"), "instances[0].since"],
    ["month 13", (json) => (json.instances[0].since = "2026-13-10T09:00:00Z"), "instances[0].since"],
    ["the year 1970", (json) => (json.instances[0].since = 0), "instances[0].since"],
  ])("%s", (_name, change, path) => {
    expect(readEnvelope(example(change)).problems).toEqual({ count: 1, first: [expect.stringContaining(path)] });
  });
});

describe("an unreadable single value is unknown alone", () => {
  test.each<[name: string, change: (json: Json) => void, path: string, left: (envelope: Envelope) => unknown]>([
    ["half a job queued", (json) => (json.queue.counts.queued = 0.5), "queue.counts.queued", (e) => e.queue?.failed],
    ["failed as text", (json) => (json.queue.counts.failed = "2"), "queue.counts.failed", (e) => e.queue?.queued],
    ["done is a list", (json) => (json.queue.counts.done = []), "queue.counts.done", (e) => e.queue?.queued],
    ["a negative retry", (json) => (json.queue.retries = -1), "queue.retries", (e) => e.queue?.queued],
    [
      "a new breaker state",
      (json) => (json.queue.breaker.state = "ajar"),
      "queue.breaker.state",
      (e) => e.queue?.queued,
    ],
    ["counts is a list", (json) => (json.queue.counts = []), "queue.counts", (e) => e.queue?.breaker],
    ["concurrency", (json) => (json.queue.concurrency.max = "two"), "queue.concurrency.max", (e) => e.queue?.queued],
    ["queue is text", (json) => (json.queue = "full"), "queue", (e) => e.stages],
    ["cost is null", (json) => (json.cost = null), "cost", (e) => e.stages],
    ["a breaker without state", (json) => (json.queue.breaker = {}), "queue.breaker.state", (e) => e.queue?.queued],
    ["concurrency without max", (json) => delete json.queue.concurrency.max, "concurrency.max", (e) => e.queue?.queued],
    ["a run without cost", (json) => delete json.cost.runs[0].cost_usd, "cost.runs[0].cost_usd", (e) => e.totalCost],
    ["a total without cost", (json) => delete json.cost.total.cost_usd, "cost.total.cost_usd", (e) => e.runCosts],
    ["the total is negative", (json) => (json.cost.total.cost_usd = -1), "cost.total.cost_usd", (e) => e.runCosts],
    ["stages is an object", (json) => (json.stages = {}), "stages", (e) => e.agents],
    ["generated_at is missing", (json) => delete json.generated_at, "generated_at", (e) => e.agents],
    ["clk_tck is 0", (json) => (json.clk_tck = 0), "clk_tck", (e) => e.agents],
  ])("%s", (_name, change, path, left) => {
    const envelope = readEnvelope(example(change));
    expect(envelope.problems).toEqual({ count: 1, first: [expect.stringContaining(`${path}: expected`)] });
    expect(left(envelope)).toBeDefined();
  });
});

describe("how far a value may go", () => {
  test.each<[name: string, change: (json: Json) => void, problems: number]>([
    ["an age of ten years", (json) => (json.stages[0].age_s = 315_360_000), 0],
    ["and a second", (json) => (json.stages[0].age_s = 315_360_001), 1],
    ["an age of 0", (json) => (json.stages[0].age_s = 0), 0],
    ["a label of 1,000 characters", (json) => (json.stages[0].repo = "x".repeat(1_000)), 0],
    ["and one more", (json) => (json.stages[0].repo = "x".repeat(1_001)), 1],
    ["a time at the start of 2000", (json) => (json.instances[0].since = 946_684_800), 0],
    ["a second before", (json) => (json.instances[0].since = 946_684_799), 1],
    ["a time at the start of 2100", (json) => (json.instances[0].since = "2100-01-01T00:00:00Z"), 0],
    ["a second after", (json) => (json.instances[0].since = "2100-01-01T00:00:01Z"), 1],
    ["a billion jobs", (json) => (json.queue.counts.done = 1e9), 0],
    ["and one more", (json) => (json.queue.counts.done = 1e9 + 1), 1],
    ["half a process", (json) => (json.agents[0].pid = 0.5), 1],
    ["half a tick", (json) => (json.agents[0].cpu_ticks = 0.5), 0],
  ])("%s", (_name, change, problems) => {
    expect(readEnvelope(example(change)).problems.count).toBe(problems);
  });
});

describe("ids", () => {
  test.each<[name: string, id: unknown]>([
    ["missing", undefined],
    ["null", null],
    ["empty", ""],
    ["blank", "  "],
    ["an object", {}],
    ["a list", ["12"]],
    ["true", true],
    ["negative", -1],
    ["fractional", 1.5],
    ["beyond what JSON numbers tell apart", 2 ** 53],
    ["201 characters", "x".repeat(201)],
    ["with a line break", "a\nb"],
    ["half a character", "\ud83d"],
  ])("%s: nobody knows whose entry it is", (_name, id) => {
    const envelope = readEnvelope(example((json) => (json.stages[0].task_id = id)));
    expect(envelope.stages).toEqual({ entries: [], unknownIds: [], complete: false });
    expect(envelope.problems.first[0]).toContain("stages[0].task_id: expected an id");
  });

  test.each<[name: string, entry: (json: Json) => Json, field: string]>([
    ["an agent", (json) => json.agents[0], "run_id"],
    ["a run's cost", (json) => json.cost.runs[0], "run_id"],
    ["a worker", (json) => json.workers[0], "id"],
    ["an instance", (json) => json.instances[0], "id"],
  ])("%s must have one", (_name, entry, field) => {
    const { problems } = readEnvelope(example((json) => delete entry(json)[field]));
    expect(problems).toEqual({ count: 1, first: [expect.stringContaining(`${field}: expected an id`)] });
  });

  test.each([null, 7, "x", [[]]])("an entry that is no object: %j", (entry) => {
    const { stages, problems } = readEnvelope(example((json) => json.stages.push(entry)));
    expect(stages).toMatchObject({ entries: [{ id: "12" }], complete: false });
    expect(problems.first).toEqual([expect.stringContaining("stages[1]: expected an object")]);
  });

  test("200 characters of any script are an id", () => {
    const id = "й".repeat(200);
    expect(readEnvelope(example((json) => (json.workers[0].id = id))).workers?.entries[0]?.id).toBe(id);
  });

  test("the same id twice (12 and '12' are the same): which one holds is unknown", () => {
    const { stages, problems } = readEnvelope(
      example((json) => json.stages.push({ ...json.stages[0], task_id: "12" }, { ...json.stages[0], task_id: 13 })),
    );
    expect(stages).toMatchObject({ entries: [{ id: "13" }], unknownIds: ["12"], complete: true });
    expect(problems.first).toEqual(['stages[1].task_id: expected an id that no other entry has, found "12"']);
  });
});

describe("times", () => {
  test.each<[name: string, time: unknown]>([
    ["ISO 8601 in UTC", "2026-06-10T09:36:02Z"],
    ["with an offset", "2026-06-10T11:36:02+02:00"],
    ["with an offset without colon", "2026-06-10T11:36:02+0200"],
    ["with an offset in hours", "2026-06-10T04:36:02-05"],
    ["with microseconds", "2026-06-10T09:36:02.000000+00:00"],
    ["without an offset: UTC", "2026-06-10T09:36:02"],
    ["with a space", "2026-06-10 09:36:02Z"],
    ["in small letters", "2026-06-10t09:36:02z"],
    ["epoch seconds", 1_781_084_162],
    ["epoch seconds with a fraction", 1_781_084_162.0],
  ])("%s", (_name, time) => {
    const envelope = readEnvelope(example((json) => (json.generated_at = time)));
    expect(envelope).toMatchObject({ generatedAtMs: EXAMPLE_AT_MS, problems: { count: 0 } });
  });
});

test("many problems are counted, and the first five told, in harmless text", () => {
  const { problems } = readEnvelope(
    example((json) => {
      json.stages = Array.from({ length: 1_000 }, (_, i) => ({ task_id: i, stage: "x", age_s: "🔴\n<b>#forged" }));
    }),
  );
  expect(problems.count).toBe(1_000);
  expect(problems.first).toHaveLength(5);
  expect(problems.first[4]).toBe('stages[4].age_s: expected seconds, from 0 to ten years, found "• <b>＃forged"');
});

test("an envelope nested 100,000 times deep is read like any other", () => {
  const depth = 100_000;
  const nested = JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`);
  expect(readEnvelope(example((json) => (json.stages[0].age_s = nested))).problems.first[0]).toContain("found a list");
});
