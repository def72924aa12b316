import { asObject, type Json } from "../as-object.ts";
import type { WallTimeMs } from "../snapshot.ts";

/** What is kept of `/containers/<id>/stats`. */
export interface Usage {
  /** `undefined` where the engine does not measure it: a rootless one may not be able to. */
  readonly memory: MemoryUse | undefined;
  readonly cpu: CpuUse | undefined;
  /** How many CPUs the host has; `undefined` where it is not told. */
  readonly hostCpus: number | undefined;
}

export interface MemoryUse {
  /** Without the page cache that can be dropped, as `docker stats` counts it. */
  readonly usedBytes: number;
  /** The container's limit, or its host's memory where it has none. */
  readonly limitBytes: number;
}

export interface CpuUse {
  readonly takenAt: WallTimeMs;
  /** CPU time used since the container's start, in nanoseconds. */
  readonly usedNs: number;
}

function amount(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** @returns `undefined` where it does not measure anything: a container that does not run has zeros and a year 1 */
export function parseUsage(json: unknown): Usage | undefined {
  const { read, memory_stats, cpu_stats } = asObject(json) ?? {};
  const { cpu_usage, online_cpus } = asObject(cpu_stats) ?? {};
  const { total_usage, percpu_usage } = asObject(cpu_usage) ?? {};
  const takenAt = typeof read === "string" ? Date.parse(read) : Number.NaN;
  const usedNs = amount(total_usage);
  const memory = parseMemory(asObject(memory_stats) ?? {});
  const cpu = takenAt > 0 && usedNs !== undefined ? { takenAt, usedNs } : undefined;
  if (takenAt <= 0 || (memory === undefined && cpu === undefined)) return undefined;
  // Engines before 1.27 of the API do not tell how many CPUs are online.
  const listed = Array.isArray(percpu_usage) ? percpu_usage.length : 0;
  return { memory, cpu, hostCpus: amount(online_cpus) || listed || undefined };
}

function parseMemory({ usage, limit, stats }: Json): MemoryUse | undefined {
  const usedBytes = amount(usage);
  const limitBytes = amount(limit);
  if (usedBytes === undefined || !limitBytes) return undefined;
  return { usedBytes: withoutCache(usedBytes, asObject(stats) ?? {}), limitBytes };
}

/**
 * As `docker stats` does: on cgroup v1 without `total_inactive_file`, on v2 without `inactive_file`
 * (https://docs.docker.com/reference/cli/docker/container/stats/). The two are not read at the same moment; where that
 * makes the cache the larger one, nothing but cache is in use.
 */
function withoutCache(usedBytes: number, stats: Json): number {
  const cacheBytes = amount(stats.total_inactive_file) ?? amount(stats.inactive_file) ?? 0;
  return Math.max(0, usedBytes - cacheBytes);
}
