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
import type { OrchestratorRules } from "./rules.ts";
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
  rules: OrchestratorRules,
  reading: Reading<Envelope>,
  memory: OrchestratorMemory,
  now: Instant,
): Evaluated {
  return reading.ok
    ? evaluateEnvelope(rules, reading.value, memory, now)
    : evaluateFailure(rules, reading.error, memory, now);
}

/** A failed reading says something about `orch_down` alone, and that not before it has failed often enough. */
function evaluateFailure(rules: OrchestratorRules, error: string, before: OrchestratorMemory, now: Instant): Evaluated {
  const down = debounce(before.failuresInARow, true, rules.downTicks);
  const failingSince = before.failingSince ?? now;
  const memory = { ...before, failuresInARow: down.failuresInARow, failingSince };
  const others = otherKinds(rules);
  if (!down.active) return { signals: [], holds: ["orch_down", ...others], memory };
  const address = withoutSecrets(rules.metricsUrl);
  const { down: texts } = rules.texts.orchestrator;
  const signal = active("orch_down", "critical", texts.is, {
    details: [error.includes(address) ? error : `${error} (${address})`],
    next: texts.next,
    since: failingSince,
  });
  return { signals: [{ ...signal, needs: needsOf(rules) }], holds: others, memory };
}

/** It cannot answer while the host that it runs on is gone. */
function needsOf({ metricsUrl }: OrchestratorRules): string[] {
  return [hostToken(metricsUrl.hostname)];
}

function otherKinds({ costRunUsd, costTotalUsd }: OrchestratorRules): string[] {
  return [
    ...["orch_stale", "orch_schema", "stage_stuck", "queue_backlog", "queue_retries", "breaker_open"],
    ...AGENT_KINDS,
    ...(costRunUsd === undefined ? [] : ["cost_run"]),
    ...(costTotalUsd === undefined ? [] : ["cost_total"]),
    ...["worker_silent", "instance_stuck"],
  ];
}

function evaluateEnvelope(
  rules: OrchestratorRules,
  envelope: Envelope,
  before: OrchestratorMemory,
  now: Instant,
): Evaluated {
  const { generatedAtMs, queue } = envelope;
  const { orchestrator: texts } = rules.texts;
  const unchanged = generatedAtMs === undefined || generatedAtMs === before.generatedAtMs;
  const wasActive = new Set(before.activeKeys);
  const freshAt = unchanged ? before.freshAt : now;
  const { findings: agentFindings, marks: cpuMarks } = findAgents(
    envelope.agents,
    generatedAtMs,
    envelope.ticksPerSecond,
    before.cpuMarks,
    rules,
    wasActive,
    now,
  );
  const findings: readonly Findings[] = [
    {
      signals: [{ ...inactive("orch_down", "critical", texts.down.over), needs: needsOf(rules) }],
      holds: [],
    },
    { signals: [schemaSignal(envelope.problems, texts.schema)], holds: [] },
    findOne(generatedAtMs, "orch_stale", (atMs) => staleSignal(atMs, freshAt ?? now, rules, now)),
    findStages(envelope.stages, rules, wasActive, now),
    ...findQueue(queue, rules),
    findFailedJobs(queue?.failed, before.failedJobs, rules.texts),
    agentFindings,
    findRunCosts(envelope.runCosts, rules, wasActive),
    findTotalCost(envelope.totalCost, rules),
    findWorkers(envelope, rules, wasActive, now),
    findInstances(envelope, rules, wasActive, now),
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

function schemaSignal({ count, first }: Problems, texts: OrchestratorRules["texts"]["orchestrator"]["schema"]): Signal {
  if (count === 0) return inactive("orch_schema", "warning", texts.over);
  return active("orch_schema", "warning", texts.is(count), {
    details: count > first.length ? [...first, texts.more(count - first.length)] : first,
    next: texts.next,
  });
}

/** Frozen by our clock: that of the orchestrator may have stopped with it. */
function staleSignal(
  generatedAtMs: number,
  freshAt: Instant,
  { staleMs, texts: { orchestrator } }: OrchestratorRules,
  now: Instant,
): Signal {
  const texts = orchestrator.stale;
  const standsMs = now - freshAt;
  if (standsMs < staleMs) return inactive("orch_stale", "critical", texts.over);
  return active("orch_stale", "critical", texts.is, {
    measure: { value: standsMs / SECOND_MS, limit: staleMs / SECOND_MS, unit: "seconds" },
    details: [texts.stands(new Date(generatedAtMs).toISOString())],
    next: texts.next,
    since: freshAt,
  });
}
