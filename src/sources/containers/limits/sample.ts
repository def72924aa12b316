import { known, type Reading, unknown } from "../../../core/reading.ts";
import { MINUTE_MS } from "../../../core/time.ts";
import type { Engine } from "../engine/engine.ts";
import type { ContainerOptions } from "../labels.ts";
import type { ObservedContainer, Snapshot } from "../snapshot.ts";
import { type Limits, parseHostMemory, parseLimits } from "./parse-limits.ts";
import { parseUsage, type Usage } from "./parse-usage.ts";

/** One container with what it uses of what it may use. Plain data. */
export interface SampledContainer {
  readonly id: string;
  readonly name: string;
  readonly options: ContainerOptions;
  readonly use: Reading<Use>;
}

export interface Use extends Usage {
  /** It may use all the memory that its host has. */
  readonly isMemoryUnlimited: boolean;
  /** How many CPUs' worth of time it may use; `undefined`: not known. */
  readonly cpus: number | undefined;
}

/** What one sample found. A container that is not in it does not run, or has no limit to be near. */
export interface Sample {
  readonly containers: readonly SampledContainer[];
  /** Whether nothing may be concluded from an absence. */
  readonly incomplete: boolean;
  /** Names of which this sample says nothing. */
  readonly unsure: readonly string[];
}

export interface SamplerParts {
  readonly engine: Pick<Engine, "inspect" | "stats" | "info">;
  /** The list of the containers at the last tick, which somebody else asked for. */
  readonly snapshot: () => Promise<Snapshot>;
  readonly watchCpu: boolean;
  /** No container is asked for later than this after the beginning, in milliseconds. */
  readonly budgetMs: number;
  readonly now: () => number;
}

/** So many containers are asked for at once: the engine takes up to a second for each. */
export const SAMPLED_AT_ONCE = 4;
/** `docker update` changes limits while a container runs; rarely. */
const LIMITS_KEPT_MS = 10 * MINUTE_MS;
const NOT_REACHED = "not sampled: Docker answers too slowly";

interface Kept<T> {
  readonly value: T;
  readonly at: number;
}

/**
 * Makes `sample`: what each running container uses, as one question for each. What may be used is asked once for a
 * container and then every ten minutes; where only memory is watched, those without a limit are not asked any more.
 */
export function createSampler(parts: SamplerParts): (deadline: AbortSignal) => Promise<Sample> {
  const { engine, now } = parts;
  let hostMemory: Kept<number | undefined> | undefined;
  let limits = new Map<string, Kept<Limits>>();
  let askedAt = new Map<string, number>();

  async function limitsOf(id: string): Promise<Limits | undefined> {
    const before = limits.get(id);
    if (before !== undefined && now() - before.at < LIMITS_KEPT_MS) return before.value;
    const json = await engine.inspect(id);
    if (json === undefined) return undefined;
    const value = parseLimits(json);
    limits.set(id, { value, at: now() });
    return value;
  }

  async function hostMemoryBytes(): Promise<number> {
    if (hostMemory === undefined || now() - hostMemory.at >= LIMITS_KEPT_MS) {
      // Where a proxy withholds it, each limit counts as one.
      const json = await engine.info().catch(() => undefined);
      hostMemory = { value: parseHostMemory(json), at: now() };
    }
    return hostMemory.value ?? Number.POSITIVE_INFINITY;
  }

  async function sampleOne(
    { id }: ObservedContainer,
    hostBytes: number,
  ): Promise<Reading<Use> | "unlimited" | "ended"> {
    try {
      const found = await limitsOf(id);
      if (found === undefined) return "ended";
      const { memoryBytes, cpus } = found;
      const isUnlimited = memoryBytes === 0 || (memoryBytes ?? 0) >= hostBytes;
      if (isUnlimited && !parts.watchCpu) return "unlimited";
      askedAt.set(id, now());
      const usage = parseUsage(await engine.stats(id));
      if (usage === undefined) return "ended";
      const { hostCpus, memory } = usage;
      const isMemoryUnlimited = isUnlimited || (memory !== undefined && memory.limitBytes >= hostBytes);
      if (isMemoryUnlimited && !parts.watchCpu) return "unlimited";
      // One that may use more CPUs than there are may use all there are.
      const most = Math.min(cpus ?? Number.POSITIVE_INFINITY, hostCpus ?? Number.POSITIVE_INFINITY);
      return known({ ...usage, isMemoryUnlimited, cpus: Number.isFinite(most) ? most : undefined });
    } catch (thrown) {
      return unknown((thrown as Error).message);
    }
  }

  return async function sample(deadline) {
    const { containers, incomplete, unsure } = await parts.snapshot();
    const running = containers.filter(({ state }) => state === "running" || state === "paused");
    const ids = new Set(running.map(({ id }) => id));
    limits = new Map([...limits].filter(([id]) => ids.has(id)));
    askedAt = new Map([...askedAt].filter(([id]) => ids.has(id)));
    const hostBytes = running.length === 0 ? 0 : await hostMemoryBytes();
    const endAt = now() + parts.budgetMs;
    // Those that were asked longest ago, or never, come first.
    const queue = running.toSorted((a, b) => (askedAt.get(a.id) ?? -1) - (askedAt.get(b.id) ?? -1)).values();
    const sampled: SampledContainer[] = [];
    const ended: string[] = [];
    const work = async (): Promise<void> => {
      for (const container of queue) {
        const isLate = deadline.aborted || now() >= endAt;
        const use = isLate ? unknown(NOT_REACHED) : await sampleOne(container, hostBytes);
        const { id, name, options } = container;
        // Since it was listed; the next list tells.
        if (use === "ended") ended.push(name);
        else if (use !== "unlimited") sampled.push({ id, name, options, use });
      }
    };
    await Promise.all(Array.from({ length: SAMPLED_AT_ONCE }, work));
    const [first] = sampled;
    // All of them at once: it is the engine that cannot be asked.
    if (first?.use.ok === false && sampled.every(({ use }) => !use.ok)) throw new Error(first.use.error);
    return { containers: sampled, incomplete, unsure: [...unsure, ...ended] };
  };
}
