import type { OrchestratorSettings } from "../../config/settings.ts";
import type { Signal } from "../../core/signal.ts";
import { formatDuration } from "../../core/text.ts";
import { DAY_MS, type Instant, SECOND_MS } from "../../core/time.ts";
import type { Agent } from "./envelope.ts";
import { active, detail, type Findings, findEach, inactive, joinDetails, shown } from "./findings.ts";
import type { Section } from "./read-fields.ts";

/** The last sign of life of a run: its id, its CPU ticks, and the `generated_at` (epoch ms) when they last changed. */
export type CpuMark = readonly [runId: string, cpuTicks: number, changedAtMs: number];

export const AGENT_KINDS = ["agent_hung", "agent_overrun"] as const;
const HUNG_ONLY = ["agent_hung"] as const;

/**
 * Compares each agent's CPU ticks with those seen last. A fall is a sign of life too: a new process.
 *
 * @param generatedAtMs the envelope's own time; `undefined`: nothing can be said about standing still
 */
export function findAgents(
  agents: Section<Agent> | undefined,
  generatedAtMs: number | undefined,
  ticksPerSecond: number | undefined,
  marks: readonly CpuMark[],
  settings: Pick<OrchestratorSettings, "agentHungMs" | "agentMaxMs">,
  wasActive: ReadonlySet<string>,
  now: Instant,
): { readonly findings: Findings; readonly marks: readonly CpuMark[] } {
  const overrun = (agent: Agent) => overrunSignal(agent, settings.agentMaxMs, now);
  if (agents === undefined || generatedAtMs === undefined) {
    const { signals, holds } = findEach(agents, ["agent_overrun"], wasActive, (agent) => [overrun(agent)]);
    return { findings: { signals, holds: [...holds, ...HUNG_ONLY] }, marks };
  }
  const before = new Map(marks.map((mark) => [mark[0], mark]));
  const next: CpuMark[] = [];
  const findings = findEach(agents, AGENT_KINDS, wasActive, (agent) => {
    const mark = nextMark(agent, before.get(agent.id), generatedAtMs);
    next.push(mark);
    before.delete(agent.id);
    const idleMs = generatedAtMs - mark[2];
    return [hungSignal(agent, idleMs, ticksPerSecond, settings.agentHungMs, now), overrun(agent)];
  });
  const unknown = new Set(agents.unknownIds);
  for (const mark of before.values()) {
    // What is only unknown now goes on later; but not for ever, or an envelope that stays bad would fill the memory.
    const mayReturn =
      (!agents.complete || unknown.has(mark[0])) && generatedAtMs - mark[2] < settings.agentHungMs + DAY_MS;
    if (mayReturn) next.push(mark);
  }
  return { findings, marks: next };
}

function nextMark(agent: Agent, mark: CpuMark | undefined, generatedAtMs: number): CpuMark {
  const stoodStill = mark !== undefined && mark[1] === agent.cpuTicks;
  // Should the orchestrator's clock be set back, count from there.
  return stoodStill && mark[2] <= generatedAtMs ? mark : [agent.id, agent.cpuTicks, generatedAtMs];
}

function nameOf(agent: Agent): string {
  return agent.agent ? `agent ${shown(agent.agent)} (run ${shown(agent.id)})` : `the agent of run ${shown(agent.id)}`;
}

function whereabouts(agent: Agent): string[] {
  return joinDetails(detail("task", agent.taskId), detail("pid", agent.pid));
}

function hungSignal(
  agent: Agent,
  idleMs: number,
  ticksPerSecond: number | undefined,
  agentHungMs: number,
  now: Instant,
): Signal {
  const key = `agent_hung:${agent.id}`;
  if (idleMs < agentHungMs) return inactive(key, "critical", `${nameOf(agent)} is working`);
  const cpuTime = ticksPerSecond && formatDuration((agent.cpuTicks / ticksPerSecond) * SECOND_MS);
  return active(key, "critical", `${nameOf(agent)} is hung: it uses no CPU`, {
    measure: { value: idleMs / SECOND_MS, limit: agentHungMs / SECOND_MS, unit: "seconds" },
    details: [
      ...whereabouts(agent),
      `running for ${formatDuration(agent.runtimeMs)}${cpuTime ? `, of which on the CPU ${cpuTime}` : ""}`,
    ],
    next: agent.pid
      ? `on its host \`ps -o stat,wchan,etime,args -p ${agent.pid}\` shows what it waits for; \`kill ${agent.pid}\` ends it`
      : "look at what it waits for; end the run if that never comes",
    since: now - idleMs,
  });
}

function overrunSignal(agent: Agent, agentMaxMs: number, now: Instant): Signal {
  const key = `agent_overrun:${agent.id}`;
  const overMs = agent.runtimeMs - agentMaxMs;
  if (overMs <= 0) return inactive(key, "warning", `${nameOf(agent)} is within its time`);
  return active(key, "warning", `${nameOf(agent)} runs too long`, {
    measure: { value: agent.runtimeMs / SECOND_MS, limit: agentMaxMs / SECOND_MS, unit: "seconds" },
    details: whereabouts(agent),
    next: "see in its log whether it still gets anywhere; end the run if it goes in circles",
    since: now - overMs,
  });
}
