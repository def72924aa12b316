import type { Signal } from "../../core/signal.ts";
import { formatDuration } from "../../core/text.ts";
import { DAY_MS, type Instant, SECOND_MS } from "../../core/time.ts";
import type { Agent } from "./envelope.ts";
import { active, detail, type Findings, findEach, inactive, joinDetails, shown } from "./findings.ts";
import type { Section } from "./read-fields.ts";
import type { OrchestratorRules, OrchestratorTexts } from "./rules.ts";

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
  rules: Pick<OrchestratorRules, "agentHungMs" | "agentMaxMs" | "texts">,
  wasActive: ReadonlySet<string>,
  now: Instant,
): { readonly findings: Findings; readonly marks: readonly CpuMark[] } {
  const overrun = (agent: Agent) => overrunSignal(agent, rules, now);
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
    return [hungSignal(agent, idleMs, ticksPerSecond, rules, now), overrun(agent)];
  });
  const unknown = new Set(agents.unknownIds);
  for (const mark of before.values()) {
    // What is only unknown now goes on later; but not for ever, or an envelope that stays bad would fill the memory.
    const mayReturn =
      (!agents.complete || unknown.has(mark[0])) && generatedAtMs - mark[2] < rules.agentHungMs + DAY_MS;
    if (mayReturn) next.push(mark);
  }
  return { findings, marks: next };
}

function nextMark(agent: Agent, mark: CpuMark | undefined, generatedAtMs: number): CpuMark {
  const stoodStill = mark !== undefined && mark[1] === agent.cpuTicks;
  // Should the orchestrator's clock be set back, count from there.
  return stoodStill && mark[2] <= generatedAtMs ? mark : [agent.id, agent.cpuTicks, generatedAtMs];
}

type AgentTexts = OrchestratorTexts["orchestrator"];

function nameOf(agent: Agent, { agent: texts }: AgentTexts): string {
  return agent.agent ? texts.name(shown(agent.agent), shown(agent.id)) : texts.nameless(shown(agent.id));
}

function whereabouts({ taskId, pid }: Agent, { details }: AgentTexts): string[] {
  return joinDetails(detail(details.task, taskId), pid === undefined ? "" : details.pid(pid));
}

function hungSignal(
  agent: Agent,
  idleMs: number,
  ticksPerSecond: number | undefined,
  { agentHungMs, texts }: Pick<OrchestratorRules, "agentHungMs" | "texts">,
  now: Instant,
): Signal {
  const { orchestrator, units } = texts;
  const key = `agent_hung:${agent.id}`;
  const name = nameOf(agent, orchestrator);
  if (idleMs < agentHungMs) return inactive(key, "critical", orchestrator.agent.works(name));
  const ranFor = formatDuration(agent.runtimeMs, units);
  const cpuTime = ticksPerSecond && formatDuration((agent.cpuTicks / ticksPerSecond) * SECOND_MS, units);
  const { pid } = agent;
  return active(key, "critical", orchestrator.agent.hung(name), {
    measure: { value: idleMs / SECOND_MS, limit: agentHungMs / SECOND_MS, unit: "seconds" },
    details: [
      ...whereabouts(agent, orchestrator),
      cpuTime ? orchestrator.agent.runningForOnCpu(ranFor, cpuTime) : orchestrator.agent.runningFor(ranFor),
    ],
    next: pid
      ? orchestrator.agent.hungNextOnHost(`\`ps -o stat,wchan,etime,args -p ${pid}\``, `\`kill ${pid}\``)
      : orchestrator.agent.hungNext,
    since: now - idleMs,
  });
}

function overrunSignal(
  agent: Agent,
  { agentMaxMs, texts: { orchestrator: texts } }: Pick<OrchestratorRules, "agentMaxMs" | "texts">,
  now: Instant,
): Signal {
  const key = `agent_overrun:${agent.id}`;
  const overMs = agent.runtimeMs - agentMaxMs;
  const name = nameOf(agent, texts);
  if (overMs <= 0) return inactive(key, "warning", texts.agent.inTime(name));
  return active(key, "warning", texts.agent.overrun(name), {
    measure: { value: agent.runtimeMs / SECOND_MS, limit: agentMaxMs / SECOND_MS, unit: "seconds" },
    details: whereabouts(agent, texts),
    next: texts.agent.overrunNext,
    since: now - overMs,
  });
}
