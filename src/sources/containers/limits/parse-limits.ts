import { asObject } from "../as-object.ts";
/** What a container may use, as `inspect` says it. */
export interface Limits {
  /** 0: no limit. `undefined`: not told. */
  readonly memoryBytes: number | undefined;
  /** How many CPUs' worth of time; `undefined`: all of the host's. */
  readonly cpus: number | undefined;
}

function positive(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : undefined;
}

/** Of all that `inspect` tells, the four numbers of the limits. */
export function parseLimits(json: unknown): Limits {
  const { Memory, NanoCpus, CpuQuota, CpuPeriod, CpusetCpus } = asObject(asObject(json)?.HostConfig) ?? {};
  const nanoCpus = positive(NanoCpus);
  const quotaUs = positive(CpuQuota);
  // The kernel's default period is 100 ms.
  const quota = nanoCpus === undefined ? quotaUs && quotaUs / (positive(CpuPeriod) ?? 100_000) : nanoCpus / 1e9;
  const pinned = typeof CpusetCpus === "string" ? countCpus(CpusetCpus) : undefined;
  const least = Math.min(quota ?? Number.POSITIVE_INFINITY, pinned ?? Number.POSITIVE_INFINITY);
  return {
    memoryBytes: Memory === 0 ? 0 : positive(Memory),
    cpus: Number.isFinite(least) ? least : undefined,
  };
}

/** How many CPUs a list like "0-2,4" names. */
function countCpus(list: string): number | undefined {
  let count = 0;
  for (const part of list.slice(0, 10_000).split(",")) {
    const [, first, last] = /^\s*(\d{1,5})(?:-(\d{1,5}))?\s*$/.exec(part) ?? [];
    if (first === undefined) return undefined;
    count += Math.max(1, Number(last ?? first) - Number(first) + 1);
  }
  return count;
}

/** The memory of the engine's host in bytes, as `/info` says it; `undefined` where it does not. */
export function parseHostMemory(json: unknown): number | undefined {
  return positive(asObject(json)?.MemTotal);
}
