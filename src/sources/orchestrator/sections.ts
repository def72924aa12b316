import { formatNumber } from "../../core/text.ts";
import { type Instant, SECOND_MS } from "../../core/time.ts";
import type { Envelope, Queue, RunCost, Stage, TotalCost } from "./envelope.ts";
import { active, detail, type Findings, findEach, findOne, inactive, joinDetails, shown } from "./findings.ts";
import type { Section } from "./read-fields.ts";
import type { OrchestratorRules, OrchestratorTexts } from "./rules.ts";

const NOTHING: Findings = { signals: [], holds: [] };

export function findStages(
  stages: Section<Stage> | undefined,
  { stageLimitsMs, stageStuckMs, texts: { orchestrator: texts } }: OrchestratorRules,
  wasActive: ReadonlySet<string>,
  now: Instant,
): Findings {
  return findEach(stages, ["stage_stuck"], wasActive, (stage) => {
    const key = `stage_stuck:${stage.id}`;
    const of = stage.workItemId ? shown(stage.workItemId) : texts.stage.ofTask(shown(stage.id));
    const limitMs = stageLimitsMs.get(stage.stage) ?? stageStuckMs;
    const overMs = stage.ageMs - limitMs;
    if (overMs <= 0) return [inactive(key, "warning", texts.stage.over(shown(stage.stage), of))];
    return [
      active(key, "warning", texts.stage.stuck(shown(stage.stage), of), {
        measure: { value: stage.ageMs / SECOND_MS, limit: limitMs / SECOND_MS, unit: "seconds" },
        details: joinDetails(detail(texts.details.task, stage.id), detail(texts.details.repo, stage.repo)),
        next: texts.stage.next,
        since: now - overMs,
      }),
    ];
  });
}

export function findQueue(queue: Queue | undefined, { queueMax, retriesMax, texts }: OrchestratorRules): Findings[] {
  const { backlog, retries: again, breaker } = texts.orchestrator;
  return [
    findOne(queue?.queued, "queue_backlog", (queued) => {
      const what = backlog.is(queued, formatNumber(queued, texts.units));
      const measure = { value: queued, limit: queueMax, unit: "count" } as const;
      if (queued <= queueMax) return inactive("queue_backlog", "warning", what, measure);
      const slots = queue?.concurrency;
      const details = slots ? [backlog.slots(slots.running, slots.max)] : [];
      return active("queue_backlog", "warning", what, { measure, details, next: backlog.next });
    }),
    findOne(queue?.retries, "queue_retries", (retries) => {
      const what = again.is(retries, formatNumber(retries, texts.units));
      const measure = { value: retries, limit: retriesMax, unit: "count" } as const;
      if (retries <= retriesMax) return inactive("queue_retries", "warning", what, measure);
      return active("queue_retries", "warning", what, { measure, next: again.next });
    }),
    // Half open is neither: the next calls decide, so it stays what it was.
    findOne(queue?.breaker === "half_open" ? undefined : queue?.breaker, "breaker_open", (state) => {
      if (state === "closed") return inactive("breaker_open", "critical", breaker.closed);
      return active("breaker_open", "critical", breaker.open, { next: breaker.next });
    }),
  ];
}

/** `job_failed`, an edge: fires when the count rose since the last reading that had one; a fall is a new baseline. */
export function findFailedJobs(
  failed: number | undefined,
  before: number | null,
  { orchestrator: { failedJobs }, units }: OrchestratorTexts,
): Findings {
  if (failed === undefined || before === null || failed <= before) return NOTHING;
  const amount = (count: number) => formatNumber(count, units);
  const signal = {
    key: "job_failed",
    severity: "warning",
    nature: "edge",
    active: true,
    what: failedJobs.is(failed - before, amount(failed - before), amount(before), amount(failed)),
    next: failedJobs.next,
  } as const;
  return { signals: [signal], holds: [] };
}

export function findRunCosts(
  runs: Section<RunCost> | undefined,
  { costRunUsd: ceilingUsd, texts }: OrchestratorRules,
  wasActive: ReadonlySet<string>,
): Findings {
  if (ceilingUsd === undefined) return NOTHING;
  const { cost } = texts.orchestrator;
  return findEach(runs, ["cost_run"], wasActive, (run) => {
    const key = `cost_run:${run.id}`;
    if (run.costUsd <= ceilingUsd) return [inactive(key, "warning", cost.runOver(shown(run.id)))];
    return [
      active(key, "warning", cost.run(shown(run.id)), {
        measure: { value: run.costUsd, limit: ceilingUsd, unit: "usd" },
        details: tokensOf(run, texts),
        next: cost.runNext,
      }),
    ];
  });
}

export function findTotalCost(
  total: TotalCost | undefined,
  { costTotalUsd: ceilingUsd, texts }: OrchestratorRules,
): Findings {
  if (ceilingUsd === undefined) return NOTHING;
  return findOne(total, "cost_total", (found) => {
    const { cost } = texts.orchestrator;
    const measure = { value: found.costUsd, limit: ceilingUsd, unit: "usd" } as const;
    if (found.costUsd <= ceilingUsd) return inactive("cost_total", "critical", cost.totalOver, measure);
    const details = tokensOf(found, texts);
    return active("cost_total", "critical", cost.total, { measure, details, next: cost.totalNext });
  });
}

/** Silence is measured by the orchestrator's clock against itself: heartbeats from its future raise nothing. */
export function findWorkers(
  { workers, generatedAtMs }: Envelope,
  { workerSilentMs: silentMs, texts: { orchestrator: texts } }: OrchestratorRules,
  wasActive: ReadonlySet<string>,
  now: Instant,
): Findings {
  if (generatedAtMs === undefined) return { signals: [], holds: ["worker_silent"] };
  return findEach(workers, ["worker_silent"], wasActive, (worker) => {
    const key = `worker_silent:${worker.id}`;
    const silenceMs = generatedAtMs - worker.lastHeartbeatAtMs;
    if (silenceMs <= silentMs) return [inactive(key, "critical", texts.worker.over(shown(worker.id)))];
    return [
      active(key, "critical", texts.worker.silent(shown(worker.id)), {
        measure: { value: silenceMs / SECOND_MS, limit: silentMs / SECOND_MS, unit: "seconds" },
        details: joinDetails(detail(texts.worker.lastState, worker.state)),
        next: texts.worker.next,
        since: now - silenceMs,
      }),
    ];
  });
}

export function findInstances(
  { instances, generatedAtMs }: Envelope,
  { instanceLimitsMs: limitsMs, texts: { orchestrator: texts } }: OrchestratorRules,
  wasActive: ReadonlySet<string>,
  now: Instant,
): Findings {
  if (generatedAtMs === undefined) return { signals: [], holds: ["instance_stuck"] };
  return findEach(instances, ["instance_stuck"], wasActive, (instance) => {
    const key = `instance_stuck:${instance.id}`;
    const [id, state] = [shown(instance.id), shown(instance.state)];
    const limitMs = limitsMs.get(instance.state) ?? Number.POSITIVE_INFINITY;
    const ageMs = generatedAtMs - instance.sinceMs;
    if (ageMs <= limitMs) return [inactive(key, "warning", texts.instance.over(id, state))];
    return [
      active(key, "warning", texts.instance.stuck(id, state), {
        measure: { value: ageMs / SECOND_MS, limit: limitMs / SECOND_MS, unit: "seconds" },
        next: texts.instance.next,
        since: now - (ageMs - limitMs),
      }),
    ];
  });
}

function tokensOf(
  { tokens }: { readonly tokens: number | undefined },
  { orchestrator: { cost }, units }: OrchestratorTexts,
): string[] {
  return tokens === undefined ? [] : [cost.tokens(tokens, formatNumber(tokens, units))];
}
