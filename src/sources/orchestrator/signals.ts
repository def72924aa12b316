import type { OrchestratorSettings } from "../../config/settings.ts";
import { isHeld } from "../../core/alerts.ts";
import { debounce } from "../../core/debounce.ts";
import { hostToken } from "../../core/host-token.ts";
import type { Reading } from "../../core/reading.ts";
import type { Evaluation, Signal } from "../../core/signal.ts";
import { type Instant, SECOND_MS } from "../../core/time.ts";
import { AGENT_KINDS, type CpuMark, findAgents } from "./agents.ts";
import type { Envelope } from "./envelope.ts";
import { active, type Findings, findOne, inactive } from "./findings.ts";
import type { Problems } from "./read-fields.ts";
import {
  findFailedJobs,
  findInstances,
  findQueue,
  findRunCosts,
  findStages,
  findTotalCost,
  findWorkers,
} from "./sections.ts";
import { withoutSecrets } from "./without-secrets.ts";

/** What must be known of earlier readings. `null`: not yet. */
export interface OrchestratorMemory {
  readonly failuresInARow: number;
  readonly failingSince: Instant | null;
  /** The envelope's `generated_at`, in epoch milliseconds, and when on our timeline it last changed. */
  readonly generatedAtMs: number | null;
  readonly freshAt: Instant | null;
  /** `queue.counts.failed`. */
  readonly failedJobs: number | null;
  readonly cpuMarks: readonly CpuMark[];
  /** The level keys that were active when last known. */
  readonly activeKeys: readonly string[];
}

export const INITIAL_MEMORY: OrchestratorMemory = {
  failuresInARow: 0,
  failingSince: null,
  generatedAtMs: null,
  freshAt: null,
  failedJobs: null,
  cpuMarks: [],
  activeKeys: [],
};

type Evaluated = Evaluation<OrchestratorMemory>;

export function evaluateOrchestrator(
  settings: OrchestratorSettings,
  reading: Reading<Envelope>,
  memory: OrchestratorMemory,
  now: Instant,
): Evaluated {
  return reading.ok
    ? evaluateEnvelope(settings, reading.value, memory, now)
    : evaluateFailure(settings, reading.error, memory, now);
}

/** A failed reading says something about `orch_down` alone, and that not before it has failed often enough. */
function evaluateFailure(
  settings: OrchestratorSettings,
  error: string,
  before: OrchestratorMemory,
  now: Instant,
): Evaluated {
  const down = debounce(before.failuresInARow, true, settings.downTicks);
  const failingSince = before.failingSince ?? now;
  const memory = { ...before, failuresInARow: down.failuresInARow, failingSince };
  const others = otherKinds(settings);
  if (!down.active) return { signals: [], holds: ["orch_down", ...others], memory };
  const address = withoutSecrets(settings.metricsUrl);
  const signal = active("orch_down", "critical", "the orchestrator is down", {
    details: [error.includes(address) ? error : `${error} (${address})`],
    next: "see whether its process still runs, read the end of its log, start it again",
    since: failingSince,
  });
  return { signals: [{ ...signal, needs: needsOf(settings) }], holds: others, memory };
}

/** It cannot answer while the host that it runs on is gone. */
function needsOf({ metricsUrl }: OrchestratorSettings): string[] {
  return [hostToken(metricsUrl.hostname)];
}

function otherKinds({ costRunUsd, costTotalUsd }: OrchestratorSettings): string[] {
  return [
    ...["orch_stale", "orch_schema", "stage_stuck", "queue_backlog", "queue_retries", "breaker_open"],
    ...AGENT_KINDS,
    ...(costRunUsd === undefined ? [] : ["cost_run"]),
    ...(costTotalUsd === undefined ? [] : ["cost_total"]),
    ...["worker_silent", "instance_stuck"],
  ];
}

function evaluateEnvelope(
  settings: OrchestratorSettings,
  envelope: Envelope,
  before: OrchestratorMemory,
  now: Instant,
): Evaluated {
  const { generatedAtMs, queue } = envelope;
  const unchanged = generatedAtMs === undefined || generatedAtMs === before.generatedAtMs;
  const wasActive = new Set(before.activeKeys);
  const freshAt = unchanged ? before.freshAt : now;
  const { findings: agentFindings, marks: cpuMarks } = findAgents(
    envelope.agents,
    generatedAtMs,
    envelope.ticksPerSecond,
    before.cpuMarks,
    settings,
    wasActive,
    now,
  );
  const findings: readonly Findings[] = [
    {
      signals: [{ ...inactive("orch_down", "critical", "the orchestrator answers"), needs: needsOf(settings) }],
      holds: [],
    },
    { signals: [schemaSignal(envelope.problems)], holds: [] },
    findOne(generatedAtMs, "orch_stale", (atMs) => staleSignal(atMs, freshAt ?? now, settings.staleMs, now)),
    findStages(envelope.stages, settings, wasActive, now),
    ...findQueue(queue, settings),
    findFailedJobs(queue?.failed, before.failedJobs),
    agentFindings,
    findRunCosts(envelope.runCosts, settings.costRunUsd, wasActive),
    findTotalCost(envelope.totalCost, settings.costTotalUsd),
    findWorkers(envelope, settings.workerSilentMs, wasActive, now),
    findInstances(envelope, settings.instanceLimitsMs, wasActive, now),
  ];
  const signals = findings.flatMap((finding) => finding.signals);
  const holds = findings.flatMap((finding) => finding.holds);
  const held = new Set(holds);
  return {
    signals,
    holds,
    memory: {
      failuresInARow: 0,
      failingSince: null,
      generatedAtMs: generatedAtMs ?? before.generatedAtMs,
      freshAt,
      failedJobs: queue?.failed ?? before.failedJobs,
      cpuMarks,
      activeKeys: [
        ...signals.filter((signal) => signal.active && signal.nature === "level").map((signal) => signal.key),
        ...before.activeKeys.filter((key) => isHeld(key, held)),
      ],
    },
  };
}

function schemaSignal({ count, first }: Problems): Signal {
  if (count === 0) return inactive("orch_schema", "warning", "the orchestrator's envelope has the agreed shape");
  const problems = count === 1 ? "1 problem" : `${count} problems`;
  return active("orch_schema", "warning", `the orchestrator's envelope has ${problems}`, {
    details: count > first.length ? [...first, `and ${count - first.length} more`] : first,
    next: "mend the orchestrator's /metrics, or update the watchdog; until then what is named here is not watched",
  });
}

/** Frozen by our clock: that of the orchestrator may have stopped with it. */
function staleSignal(generatedAtMs: number, freshAt: Instant, staleMs: number, now: Instant): Signal {
  const standsMs = now - freshAt;
  if (standsMs < staleMs) return inactive("orch_stale", "critical", "the orchestrator's envelope is fresh");
  return active("orch_stale", "critical", "the orchestrator answers, but its envelope is frozen", {
    measure: { value: standsMs / SECOND_MS, limit: staleMs / SECOND_MS, unit: "seconds" },
    details: [`generated_at stands at ${new Date(generatedAtMs).toISOString()}`],
    next: "its HTTP side lives, what fills it does not: read its log, start it again if it is stuck",
    since: freshAt,
  });
}
