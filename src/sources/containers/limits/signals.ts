import { debounce } from "../../../core/debounce.ts";
import { hysteresis } from "../../../core/hysteresis.ts";
import type { Reading } from "../../../core/reading.ts";
import type { Evaluation, Signal } from "../../../core/signal.ts";
import type { Instant } from "../../../core/time.ts";
import type { ContainerTexts } from "../track/judge.ts";
import type { CpuUse } from "./parse-usage.ts";
import type { Sample, SampledContainer, Use } from "./sample.ts";
import { cpuSignal, memorySignal } from "./word-signals.ts";

/** What a container may use of its own, in percent; `undefined`: not watched. */
export interface LimitRules {
  readonly memPct: number | undefined;
  readonly cpuPct: number | undefined;
  readonly texts: ContainerTexts;
}

/** What is remembered of one container. Plain JSON data. */
export interface LimitTrack {
  readonly id: string;
  readonly memActive: boolean;
  /** CPU time as it was sampled last. */
  readonly cpu: CpuUse | null;
  /** Of its CPUs, between the last two samples, in percent; `null`: there have not been two. */
  readonly cpuPct: number | null;
  readonly cpuHighInARow: number;
  readonly cpuHighSince: Instant | null;
  readonly cpuActive: boolean;
}

/** Plain JSON data. Tracks are pairs, not properties: a container may be called `__proto__`. */
export interface LimitMemory {
  readonly tracks: readonly (readonly [name: string, track: LimitTrack])[];
}

export const INITIAL_LIMIT_MEMORY: LimitMemory = { tracks: [] };

/** As for the host's memory: "clears below 5 points less". */
const CLEARS_POINTS_LOWER = 5;
/** A start or a build uses all it can for a moment; this many samples in a row are no moment. */
export const CPU_SAMPLES = 3;

/** Samples into signals. Pure and total; the same sample twice counts once. */
export function evaluateLimits(
  reading: Reading<Sample>,
  memory: LimitMemory,
  now: Instant,
  rules: LimitRules,
): Evaluation<LimitMemory> {
  const kinds = [
    ...(rules.memPct === undefined ? [] : ["container_mem"]),
    ...(rules.cpuPct === undefined ? [] : ["container_cpu"]),
  ];
  if (!reading.ok) return { signals: [], holds: kinds, memory };
  const { containers, incomplete, unsure } = reading.value;
  const before = new Map(memory.tracks);
  const after: [string, LimitTrack][] = [];
  const signals: Signal[] = [];
  const holds: string[] = incomplete ? [...kinds] : [];
  const hold = (name: string): void => {
    holds.push(...kinds.map((kind) => `${kind}:${name}`));
    const track = before.get(name);
    if (track !== undefined) after.push([name, track]);
  };
  for (const container of containers) {
    const { name, use } = container;
    if (!use.ok) {
      hold(name);
      continue;
    }
    const last = before.get(name);
    const mem = judgeMemory(container, use.value, last, rules);
    if (mem === "unknown") holds.push(`container_mem:${name}`);
    else if (mem !== undefined) signals.push(mem);
    const memActive = mem === "unknown" ? last?.memActive === true : mem?.active === true;
    const track = advanceTrack(container, use.value, last, memActive, now, rules.cpuPct);
    const cpu = judgeCpu(container, use.value, track, rules);
    if (cpu === "unknown") holds.push(`container_cpu:${name}`);
    else if (cpu !== undefined) signals.push(cpu);
    after.push([name, track]);
  }
  for (const name of unsure) hold(name);
  return { signals, holds, memory: { tracks: after } };
}

function judgeMemory(
  container: SampledContainer,
  use: Use,
  last: LimitTrack | undefined,
  { memPct: rule, texts }: LimitRules,
): Signal | "unknown" | undefined {
  const { memory, isMemoryUnlimited } = use;
  if (rule === undefined || isMemoryUnlimited) return undefined;
  if (memory === undefined) return "unknown";
  const limitPct = container.options.memPct ?? rule;
  const pct = (100 * memory.usedBytes) / memory.limitBytes;
  const active = hysteresis(last?.memActive === true, pct, limitPct, limitPct - CLEARS_POINTS_LOWER);
  return memorySignal(container, memory, active, { value: pct, limit: limitPct, unit: "percent" }, texts);
}

function advanceTrack(
  { id, options }: SampledContainer,
  { cpu, cpus }: Use,
  last: LimitTrack | undefined,
  memActive: boolean,
  now: Instant,
  rule: number | undefined,
): LimitTrack {
  const before = last?.id === id ? last.cpu : null;
  const none = { cpuPct: null, cpuHighInARow: 0, cpuHighSince: null, cpuActive: last?.cpuActive === true };
  if (last !== undefined && before !== null && cpu?.takenAt === before.takenAt) return { ...last, memActive };
  const next = { id, memActive, cpu: cpu ?? null };
  // One that was started anew counts from nothing; so do we.
  if (last === undefined || cpu === undefined || before === null) return { ...next, ...none };
  const spanMs = cpu.takenAt - before.takenAt;
  if (spanMs < 0 || cpu.usedNs < before.usedNs || cpus === undefined || rule === undefined) return { ...next, ...none };
  const limitPct = options.cpuPct ?? rule;
  const cpuPct = (100 * (cpu.usedNs - before.usedNs)) / (spanMs * 1e6 * cpus);
  const isHigh = hysteresis(last.cpuActive, cpuPct, limitPct, limitPct - CLEARS_POINTS_LOWER);
  const count = debounce(last.cpuHighInARow, isHigh, CPU_SAMPLES);
  return {
    ...next,
    cpuPct,
    cpuHighInARow: count.failuresInARow,
    cpuHighSince: isHigh ? (last.cpuHighSince ?? now - spanMs) : null,
    cpuActive: count.active || (last.cpuActive && isHigh),
  };
}

/** High, but not for long enough: neither a fault nor the end of one. */
function judgeCpu(
  container: SampledContainer,
  use: Use,
  track: LimitTrack,
  { cpuPct: rule, texts }: LimitRules,
): Signal | "unknown" | undefined {
  if (rule === undefined) return undefined;
  const { cpuPct, cpuActive, cpuHighInARow, cpuHighSince } = track;
  if (cpuPct === null || (!cpuActive && cpuHighInARow > 0)) return "unknown";
  const measure = { value: cpuPct, limit: container.options.cpuPct ?? rule, unit: "percent" } as const;
  return cpuSignal(container, use, cpuActive, measure, cpuHighSince, texts);
}
