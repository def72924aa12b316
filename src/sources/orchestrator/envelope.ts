import {
  AGE_MS,
  COUNT,
  ID,
  LABEL,
  oneOf,
  PID,
  type SchemaTexts,
  SHOWN_ID,
  TICK_RATE,
  TICKS,
  TIMESTAMP_MS,
  TOKENS,
  USD,
} from "./field-kinds.ts";
import {
  type EntryShape,
  isJsonObject,
  type JsonObject,
  optional,
  ProblemCollector,
  type Problems,
  readFields,
  readObject,
  readPart,
  readSection,
  required,
  type Section,
  type ValuesOf,
} from "./read-fields.ts";

/** The shape that this program reads; see `schema_version` in the envelope. */
const SCHEMA_VERSION = 1;

const STAGE = {
  id: required("task_id", ID),
  stage: required("stage", LABEL),
  ageMs: required("age_s", AGE_MS),
  workItemId: optional("work_item_id", SHOWN_ID),
  repo: optional("repo", LABEL),
};
const AGENT = {
  id: required("run_id", ID),
  cpuTicks: required("cpu_ticks", TICKS),
  runtimeMs: required("runtime_s", AGE_MS),
  agent: optional("agent", LABEL),
  taskId: optional("task_id", ID),
  pid: optional("pid", PID),
};
const RUN_COST = {
  id: required("run_id", ID),
  costUsd: required("cost_usd", USD),
  tokens: optional("tokens", TOKENS),
};
const TOTAL_COST = { costUsd: required("cost_usd", USD), tokens: optional("tokens", TOKENS) };
const WORKER = {
  id: required("id", ID),
  lastHeartbeatAtMs: required("last_heartbeat_at", TIMESTAMP_MS),
  state: optional("state", LABEL),
};
const INSTANCE = {
  id: required("id", ID),
  state: required("state", LABEL),
  sinceMs: required("since", TIMESTAMP_MS),
};
const BREAKER = { state: required("state", oneOf(["closed", "open", "half_open"])) };

export type Stage = ValuesOf<typeof STAGE>;
export type Agent = ValuesOf<typeof AGENT>;
export type RunCost = ValuesOf<typeof RUN_COST>;
export type TotalCost = ValuesOf<typeof TOTAL_COST>;
export type Worker = ValuesOf<typeof WORKER>;
export type Instance = ValuesOf<typeof INSTANCE>;
export type BreakerState = ValuesOf<typeof BREAKER>["state"];

/** Each part is `undefined` where it was not reported or not readable. */
export interface Queue {
  readonly queued: number | undefined;
  readonly failed: number | undefined;
  readonly retries: number | undefined;
  readonly breaker: BreakerState | undefined;
  readonly concurrency: { readonly running: number; readonly max: number } | undefined;
}

/** The orchestrator's envelope, checked. Plain JSON data. A section is `undefined` where it was not reported or not readable. */
export interface Envelope {
  readonly problems: Problems;
  /** Epoch milliseconds by the orchestrator's own clock; every age is measured against it. */
  readonly generatedAtMs: number | undefined;
  readonly ticksPerSecond: number | undefined;
  readonly stages: Section<Stage> | undefined;
  readonly queue: Queue | undefined;
  readonly agents: Section<Agent> | undefined;
  readonly runCosts: Section<RunCost> | undefined;
  readonly totalCost: TotalCost | undefined;
  readonly workers: Section<Worker> | undefined;
  readonly instances: Section<Instance> | undefined;
}

/**
 * Checks the parsed JSON of a `/metrics` answer. Pure and total: whatever it is, what cannot be read is left out and listed
 * among the problems. Unknown fields are ignored.
 *
 * @param texts in which the problems are worded
 */
export function parseEnvelope(json: unknown, texts: SchemaTexts): Envelope {
  const problems = new ProblemCollector(texts);
  const root = isJsonObject(json) ? json : {};
  if (root !== json) problems.add("", (words) => words.jsonObject, json);
  else if (root.schema_version !== SCHEMA_VERSION) {
    problems.add("schema_version", (words) => words.version(SCHEMA_VERSION), root.schema_version);
  }
  // An unknown version may mean anything by the same names.
  const known = problems.count === 0 ? root : undefined;
  const list = <S extends EntryShape>(object: JsonObject | undefined, name: string, shape: S, path = "") =>
    object && readSection(object[name], `${path}${name}`, shape, problems);
  const cost = known && readObject(known, "cost", "", problems);
  return {
    generatedAtMs: known && readFields(GENERATED_AT, known, "", problems)?.generatedAtMs,
    ticksPerSecond: known && readFields(CLK_TCK, known, "", problems)?.ticksPerSecond,
    stages: list(known, "stages", STAGE),
    queue: known && readQueue(known, problems),
    agents: list(known, "agents", AGENT),
    runCosts: list(cost, "runs", RUN_COST, "cost."),
    totalCost: cost && readPart(cost, "total", TOTAL_COST, "cost.", problems),
    workers: list(known, "workers", WORKER),
    instances: list(known, "instances", INSTANCE),
    problems: { count: problems.count, first: problems.first },
  };
}

const GENERATED_AT = { generatedAtMs: required("generated_at", TIMESTAMP_MS) };
const CLK_TCK = { ticksPerSecond: optional("clk_tck", TICK_RATE) };
const QUEUED = { queued: optional("queued", COUNT) };
const FAILED = { failed: optional("failed", COUNT) };
const OTHER_COUNTS = { running: optional("running", COUNT), done: optional("done", COUNT) };
const RETRIES = { retries: optional("retries", COUNT) };
const CONCURRENCY = { running: required("running", COUNT), max: required("max", COUNT) };

function readQueue(root: JsonObject, problems: ProblemCollector): Queue | undefined {
  const queue = readObject(root, "queue", "", problems);
  if (queue === undefined) return undefined;
  const counts = readObject(queue, "counts", "queue.", problems) ?? {};
  readFields(OTHER_COUNTS, counts, "queue.counts.", problems);
  return {
    queued: readFields(QUEUED, counts, "queue.counts.", problems)?.queued,
    failed: readFields(FAILED, counts, "queue.counts.", problems)?.failed,
    retries: readFields(RETRIES, queue, "queue.", problems)?.retries,
    breaker: readPart(queue, "breaker", BREAKER, "queue.", problems)?.state,
    concurrency: readPart(queue, "concurrency", CONCURRENCY, "queue.", problems),
  };
}
