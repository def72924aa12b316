import { debounce } from "../../core/debounce.ts";
import type { Reading } from "../../core/reading.ts";
import type { Evaluation, Signal } from "../../core/signal.ts";
import type { Instant } from "../../core/time.ts";
import type { Snapshot } from "./snapshot.ts";
import { advanceTrack, hasRestarted, isWorthKeeping, NEW_TRACK, type Track, type TrackRules } from "./track.ts";
import { containerSignal, dockerSignal, missingSignal, oomSignal, restartsSignal } from "./word-signals.ts";

/** What is held against what is read. */
export interface Rules extends TrackRules {
  readonly socketPath: string;
  /** Containers that must exist. */
  readonly required: readonly string[];
  readonly engineDownTicks: number;
}

/** Plain JSON data. Tracks are pairs, not properties: a container may be called `__proto__`. */
export interface Memory {
  readonly failures: number;
  /** When the last good reading was taken. */
  readonly readAt: Instant | null;
  readonly tracks: readonly (readonly [name: string, track: Track])[];
}

export const INITIAL_MEMORY: Memory = { failures: 0, readAt: null, tracks: [] };

const CONTAINER_KINDS = ["container", "container_restarts", "container_oom"] as const;

/**
 * Facts into signals, see the contract's table. Pure and total. A fault that is not confirmed yet is held rather than
 * told as "not active": that would end an alert.
 */
export function evaluate(reading: Reading<Snapshot>, memory: Memory, now: Instant, rules: Rules): Evaluation<Memory> {
  if (!reading.ok) {
    const { active, failuresInARow } = debounce(memory.failures, true, rules.engineDownTicks);
    return {
      signals: active ? [dockerSignal(rules.socketPath, reading.error)] : [],
      holds: active ? CONTAINER_KINDS : ["docker_down", ...CONTAINER_KINDS],
      memory: { ...memory, failures: failuresInARow },
    };
  }
  const { takenAt, containers, leftOut, unsure, incomplete } = reading.value;
  const before = new Map(memory.tracks);
  const after: [string, Track][] = [];
  const signals: Signal[] = [dockerSignal(rules.socketPath, undefined)];
  const holds: string[] = incomplete ? [...CONTAINER_KINDS] : [];
  const remember = (name: string, track: Track | undefined): void => {
    if (track !== undefined && isWorthKeeping(track)) after.push([name, track]);
  };

  for (const container of containers) {
    const { name } = container;
    const last = before.get(name);
    const progress = advanceTrack(container, last, { now, takenAt, lastReadAt: memory.readAt }, rules);
    const { track, verdict, isDown, loop, newOomAt } = progress;
    if (verdict.is === "up" || (verdict.is === "down" && isDown)) signals.push(containerSignal(name, verdict, now));
    else holds.push(`container:${name}`);
    if (loop === undefined) holds.push(`container_restarts:${name}`);
    else if (hasRestarted(last) || hasRestarted(track)) {
      signals.push(restartsSignal(container, loop, track.lastExitCode, rules));
    }
    if (newOomAt !== undefined) signals.push(oomSignal(container, newOomAt > 0 ? takenAt - newOomAt : undefined, now));
    remember(name, track);
  }
  for (const name of unsure) {
    holds.push(`container:${name}`, `container_restarts:${name}`);
    remember(name, before.get(name));
  }
  const present = new Set([...containers.map(({ name }) => name), ...leftOut, ...unsure]);
  for (const name of incomplete ? [] : rules.required.filter((required) => !present.has(required))) {
    const { active, failuresInARow } = debounce(before.get(name)?.downTicks ?? 0, true, rules.downTicks);
    if (active) signals.push(missingSignal(name));
    else holds.push(`container:${name}`);
    remember(name, { ...NEW_TRACK, downTicks: failuresInARow });
  }
  return { signals, holds, memory: { failures: 0, readAt: now, tracks: after } };
}
