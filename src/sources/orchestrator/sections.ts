import type { OrchestratorSettings } from "../../config/settings.ts";
import { formatNumber } from "../../core/text.ts";
import { type Instant, SECOND_MS } from "../../core/time.ts";
import type { Envelope, Queue, RunCost, Stage, TotalCost } from "./envelope.ts";
import { active, detail, type Findings, findEach, findOne, inactive, joinDetails, shown } from "./findings.ts";
import type { Section } from "./read-fields.ts";

const NOTHING: Findings = { signals: [], holds: [] };

export function findStages(
  stages: Section<Stage> | undefined,
  settings: OrchestratorSettings,
  wasActive: ReadonlySet<string>,
  now: Instant,
): Findings {
  return findEach(stages, ["stage_stuck"], wasActive, (stage) => {
    const key = `stage_stuck:${stage.id}`;
    const name = `stage ${shown(stage.stage)} of ${stage.workItemId ? shown(stage.workItemId) : `task ${shown(stage.id)}`}`;
    const limitMs = settings.stageLimitsMs.get(stage.stage) ?? settings.stageStuckMs;
    const overMs = stage.ageMs - limitMs;
    if (overMs <= 0) return [inactive(key, "warning", `${name} is within its time`)];
    return [
      active(key, "warning", `${name} is stuck`, {
        measure: { value: stage.ageMs / SECOND_MS, limit: limitMs / SECOND_MS, unit: "seconds" },
        details: joinDetails(detail("task", stage.id), detail("repo", stage.repo)),
        next: "see what its agent and its log did last; restart the stage if nothing moves",
        since: now - overMs,
      }),
    ];
  });
}

export function findQueue(queue: Queue | undefined, settings: OrchestratorSettings): Findings[] {
  const { queueMax, retriesMax } = settings;
  return [
    findOne(queue?.queued, "queue_backlog", (queued) => {
      const what = `${countOf(queued, "job")} in the queue`;
      const measure = { value: queued, limit: queueMax, unit: "count" } as const;
      if (queued <= queueMax) return inactive("queue_backlog", "warning", what, measure);
      const slots = queue?.concurrency;
      return active("queue_backlog", "warning", what, {
        measure,
        details: slots ? [`running ${slots.running} of at most ${slots.max}`] : [],
        next: "see whether jobs still get done; find what floods the queue, or allow more at once",
      });
    }),
    findOne(queue?.retries, "queue_retries", (retries) => {
      const what = `${retries === 1 ? "1 retry" : `${formatNumber(retries)} retries`} in the queue`;
      const measure = { value: retries, limit: retriesMax, unit: "count" } as const;
      if (retries <= retriesMax) return inactive("queue_retries", "warning", what, measure);
      const next = "something fails again and again: read the errors of the newest jobs";
      return active("queue_retries", "warning", what, { measure, next });
    }),
    // Half open is neither: the next calls decide, so it stays what it was.
    findOne(queue?.breaker === "half_open" ? undefined : queue?.breaker, "breaker_open", (state) => {
      const what = `the orchestrator's circuit breaker is ${state}`;
      if (state === "closed") return inactive("breaker_open", "critical", what);
      const next = "calls to something it needs keep failing: find which in its log; it closes once they succeed";
      return active("breaker_open", "critical", what, { next });
    }),
  ];
}

/** `job_failed`, an edge: fires when the count rose since the last reading that had one; a fall is a new baseline. */
export function findFailedJobs(failed: number | undefined, before: number | null): Findings {
  if (failed === undefined || before === null || failed <= before) return NOTHING;
  const signal = {
    key: "job_failed",
    severity: "warning",
    nature: "edge",
    active: true,
    what: `${countOf(failed - before, "job")} failed (${formatNumber(before)} → ${formatNumber(failed)})`,
    next: "read the error of the newest failed job in the orchestrator; run it again once that is mended",
  } as const;
  return { signals: [signal], holds: [] };
}

export function findRunCosts(
  runs: Section<RunCost> | undefined,
  ceilingUsd: number | undefined,
  wasActive: ReadonlySet<string>,
): Findings {
  if (ceilingUsd === undefined) return NOTHING;
  return findEach(runs, ["cost_run"], wasActive, (run) => {
    const key = `cost_run:${run.id}`;
    const name = `run ${shown(run.id)}`;
    if (run.costUsd <= ceilingUsd) return [inactive(key, "warning", `${name} is within its budget`)];
    return [
      active(key, "warning", `${name} costs too much`, {
        measure: { value: run.costUsd, limit: ceilingUsd, unit: "usd" },
        details: tokensOf(run),
        next: "see in its log whether it goes in circles; end it if so",
      }),
    ];
  });
}

export function findTotalCost(total: TotalCost | undefined, ceilingUsd: number | undefined): Findings {
  if (ceilingUsd === undefined) return NOTHING;
  return findOne(total, "cost_total", (cost) => {
    const measure = { value: cost.costUsd, limit: ceilingUsd, unit: "usd" } as const;
    if (cost.costUsd <= ceilingUsd)
      return inactive("cost_total", "critical", "all runs are within the budget", measure);
    const next = "find the runs that cost most; pause the queue if nobody meant to spend this";
    return active("cost_total", "critical", "all runs together cost too much", {
      measure,
      details: tokensOf(cost),
      next,
    });
  });
}

/** Silence is measured by the orchestrator's clock against itself: heartbeats from its future raise nothing. */
export function findWorkers(
  { workers, generatedAtMs }: Envelope,
  silentMs: number,
  wasActive: ReadonlySet<string>,
  now: Instant,
): Findings {
  if (generatedAtMs === undefined) return { signals: [], holds: ["worker_silent"] };
  return findEach(workers, ["worker_silent"], wasActive, (worker) => {
    const key = `worker_silent:${worker.id}`;
    const name = `worker ${shown(worker.id)}`;
    const silenceMs = generatedAtMs - worker.lastHeartbeatAtMs;
    if (silenceMs <= silentMs) return [inactive(key, "critical", `${name} sends heartbeats`)];
    return [
      active(key, "critical", `${name} is silent`, {
        measure: { value: silenceMs / SECOND_MS, limit: silentMs / SECOND_MS, unit: "seconds" },
        details: joinDetails(detail("last known state:", worker.state)),
        next: "see whether its host and its process still run; start it again",
        since: now - silenceMs,
      }),
    ];
  });
}

export function findInstances(
  { instances, generatedAtMs }: Envelope,
  limitsMs: ReadonlyMap<string, number>,
  wasActive: ReadonlySet<string>,
  now: Instant,
): Findings {
  if (generatedAtMs === undefined) return { signals: [], holds: ["instance_stuck"] };
  return findEach(instances, ["instance_stuck"], wasActive, (instance) => {
    const key = `instance_stuck:${instance.id}`;
    const name = `instance ${shown(instance.id)}`;
    const limitMs = limitsMs.get(instance.state) ?? Number.POSITIVE_INFINITY;
    const ageMs = generatedAtMs - instance.sinceMs;
    if (ageMs <= limitMs) return [inactive(key, "warning", `${name} is ${shown(instance.state)}`)];
    return [
      active(key, "warning", `${name} is stuck ${shown(instance.state)}`, {
        measure: { value: ageMs / SECOND_MS, limit: limitMs / SECOND_MS, unit: "seconds" },
        next: "look at it in its provider's console; end it there if it does not get on, for it may cost money",
        since: now - (ageMs - limitMs),
      }),
    ];
  });
}

function countOf(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function tokensOf({ tokens }: { readonly tokens: number | undefined }): string[] {
  return tokens === undefined ? [] : [`${formatNumber(tokens)} tokens`];
}
