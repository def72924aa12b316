import {
  AGE_MS,
  COUNT,
  type Field,
  ID,
  isJsonObject,
  type JsonObject,
  LABEL,
  oneOf,
  optional,
  PID,
  ProblemCollector,
  type Problems,
  readFields,
  required,
  type Shape,
  TICK_RATE,
  TICKS,
  TIMESTAMP_MS,
  TOKENS,
  USD,
  type ValuesOf,
} from "./fields.ts";

/** The shape that this program reads; see `schema_version` in the envelope. */
const SCHEMA_VERSION = 1;

const STAGE = {
  id: required("task_id", ID),
  stage: required("stage", LABEL),
  ageMs: required("age_s", AGE_MS),
  workItemId: optional("work_item_id", ID),
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

/** A list of subjects, as far as it could be read. */
export interface Section<T> {
  readonly entries: readonly T[];
  /** Subjects that are there, but about which nothing is known. */
  readonly unknownIds: readonly string[];
  /** False when the id of an entry was unreadable: then a subject that is not here may be there all the same. */
  readonly complete: boolean;
}

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
 */
export function parseEnvelope(json: unknown): Envelope {
  const problems = new ProblemCollector();
  const root = isJsonObject(json) ? json : {};
  if (root !== json) problems.add("the envelope", "a JSON object", json);
  else if (root.schema_version !== SCHEMA_VERSION) {
    problems.add("schema_version", `${SCHEMA_VERSION} (this watchdog reads no other)`, root.schema_version);
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

/** The object at `name`; `undefined` when it is missing, or (a problem) no object. */
function readObject(parent: JsonObject, name: string, path: string, problems: ProblemCollector) {
  const value = parent[name];
  if (value === undefined || isJsonObject(value)) return value;
  problems.add(`${path}${name}`, "an object", value);
  return undefined;
}

function readPart<S extends Shape>(
  parent: JsonObject,
  name: string,
  shape: S,
  path: string,
  problems: ProblemCollector,
) {
  const object = readObject(parent, name, path, problems);
  return object && readFields(shape, object, `${path}${name}.`, problems);
}

type EntryShape = Shape & { readonly id: Field<string> };

function readSection<S extends EntryShape>(
  list: unknown,
  path: string,
  shape: S,
  problems: ProblemCollector,
): Section<ValuesOf<S>> | undefined {
  if (list === undefined) return undefined;
  if (!Array.isArray(list)) {
    problems.add(path, "a list", list);
    return undefined;
  }
  const byId = new Map<string, ValuesOf<S> | undefined>();
  let complete = true;
  for (const [index, entry] of list.entries()) {
    const object = isJsonObject(entry) ? entry : undefined;
    if (object === undefined) problems.add(`${path}[${index}]`, "an object", entry);
    const values = object && readFields(shape, object, `${path}[${index}].`, problems);
    const id = object && shape.id.kind.read(object[shape.id.name]);
    if (id === undefined) {
      complete = false;
    } else if (byId.has(id)) {
      problems.add(`${path}[${index}].${shape.id.name}`, "an id that no other entry has", id);
      byId.set(id, undefined);
    } else {
      byId.set(id, values);
    }
  }
  const entries: ValuesOf<S>[] = [];
  const unknownIds: string[] = [];
  for (const [id, values] of byId) {
    if (values === undefined) unknownIds.push(id);
    else entries.push(values);
  }
  return { entries, unknownIds, complete };
}
