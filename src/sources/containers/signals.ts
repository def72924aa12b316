import type { Reading } from "../../core/reading.ts";
import { isSameData } from "../../core/same-data.ts";
import type { Evaluation, Signal, Suspect } from "../../core/signal.ts";
import type { Instant } from "../../core/time.ts";
import type { EventFacts } from "./events/event-facts.ts";
import type { ObservedContainer, Snapshot } from "./snapshot.ts";
import { dockerSuspect, missingSuspect, suspectOf } from "./suspects.ts";
import { advanceTrack, type Progress, tellingsOf } from "./track/advance-track.ts";
import { countTick, NO_TICKS, type TickCount } from "./track/count-ticks.ts";
import {
  countedAtOf,
  hasRestarted,
  isTimeless,
  isWorthKeeping,
  type Moment,
  NEW_TRACK,
  type Track,
  type TrackRules,
} from "./track/track.ts";
import {
  containerSignal,
  dockerSignal,
  labelSignal,
  missingSignal,
  oomSignal,
  restartsSignal,
} from "./word-signals.ts";

/** What is held against what is read. */
export interface Rules extends TrackRules {
  /** Where Docker answers, as people write it. */
  readonly engineAt: string;
  /** Containers that must exist. */
  readonly required: readonly string[];
  readonly engineDownTicks: number;
}

/** Plain JSON data. Tracks are pairs, not properties: a container may be called `__proto__`. */
export interface Memory {
  readonly failures: TickCount;
  /** When the last good reading of everything was taken. */
  readonly readAt: Instant | null;
  readonly tracks: readonly (readonly [name: string, track: Track])[];
}

export const INITIAL_MEMORY: Memory = { failures: NO_TICKS, readAt: null, tracks: [] };

const CONTAINER_KINDS = ["container", "container_restarts", "container_oom"] as const;

/**
 * Containers that run well and of which nothing changes, not even what is remembered: the track with which they were judged, and what
 * came of it. What time alone changes is never here.
 */
export type AtRest = WeakMap<ObservedContainer, { readonly track: Track | undefined; readonly signal: Signal }>;

/**
 * Facts into signals, see the contract's table. Pure and total. A fault that is not confirmed yet is held rather than
 * told as "not active": that would end an alert.
 *
 * @param atRest what was found by the same rules before; it saves work and changes nothing
 */
export function evaluate(
  reading: Reading<Snapshot>,
  memory: Memory,
  now: Instant,
  rules: Rules,
  atRest: AtRest = new WeakMap(),
): Evaluation<Memory> {
  if (!reading.ok) {
    const { intervalMs, engineDownTicks: threshold } = rules;
    const { active, ...failures } = countTick(memory.failures, true, { now, intervalMs, threshold });
    return {
      signals: active ? [dockerSignal(rules, reading.error)] : [],
      holds: active ? CONTAINER_KINDS : ["docker_down", ...CONTAINER_KINDS],
      ...(!active && { suspects: [dockerSuspect(reading.error, rules.texts)] }),
      memory: { ...memory, failures },
    };
  }
  const { takenAt, containers, leftOut, unsure, incomplete, events, partial } = reading.value;
  const moment: Moment = { now, takenAt, lastReadAt: memory.readAt };
  const before = new Map(memory.tracks);
  const lastOf = partial ? ({ name }: ObservedContainer) => before.get(name) : recallBy(before, containers);
  const toldOf = tellingsOf(events);
  const after: [string, Track][] = [];
  const signals: Signal[] = partial ? [] : [dockerSignal(rules, undefined)];
  const suspects: Suspect[] = [];
  const holds: string[] = incomplete ? [...CONTAINER_KINDS] : [];
  const remember = (name: string, track: Track | undefined): void => {
    if (track !== undefined && isWorthKeeping(track)) after.push([name, track]);
  };

  for (const container of containers) {
    const { name } = container;
    const last = lastOf(container);
    const told = toldOf(container.id);
    const rest = atRest.get(container);
    if (rest !== undefined && rest.track === last && told.news === undefined) {
      signals.push(rest.signal);
      if (last !== undefined) after.push([name, last]);
      continue;
    }
    const progress = advanceTrack(container, last, told, moment, rules);
    const { track, verdict, isDown, loop, ooms, labelProblems } = progress;
    if (verdict.is === "up" || (verdict.is === "down" && isDown)) {
      const signal = containerSignal(container, verdict, now);
      signals.push(signal);
      if (container.state === "running" && isAtRest(progress, last)) atRest.set(container, { track: last, signal });
    } else holds.push(`container:${name}`);
    const suspect = isDown ? undefined : suspectOf(container, verdict, track, now, rules.stopGraceMs, rules.texts);
    if (suspect !== undefined) suspects.push(suspect);
    if (loop === undefined) holds.push(`container_restarts:${name}`);
    else if (hasRestarted(last) || hasRestarted(track)) {
      signals.push(restartsSignal(container, loop, track.exitCodes, rules));
    }
    if (ooms !== undefined) signals.push(oomSignal(container, ooms, moment, rules.texts));
    if (labelProblems !== undefined) signals.push(labelSignal(name, labelProblems, rules.texts));
    remember(name, isSameData(last, track) ? last : track);
  }
  for (const name of unsure) {
    holds.push(`container:${name}`, `container_restarts:${name}`);
    const last = before.get(name);
    remember(name, last && { ...last, countedAt: countedAtOf(last, moment) });
  }
  if (partial)
    return { signals, holds, suspects, partial, memory: { ...memory, tracks: merge(before, containers, after, now) } };
  const present = new Set([...containers.map(({ name }) => name), ...leftOut, ...unsure]);
  for (const name of incomplete ? [] : rules.required.filter((required) => !present.has(required))) {
    const { track, signal } = judgeMissing(name, before.get(name), events, moment, rules);
    if (signal !== undefined) signals.push(signal);
    else {
      holds.push(`container:${name}`);
      suspects.push(missingSuspect(name, rules.texts));
    }
    remember(name, track);
  }
  return { signals, holds, suspects, memory: { failures: NO_TICKS, readAt: now, tracks: after } };
}

/** The tracks after a partial reading: only of what it read, counters are newer than the last reading of everything. */
function merge(
  before: ReadonlyMap<string, Track>,
  containers: readonly ObservedContainer[],
  after: readonly (readonly [name: string, track: Track])[],
  now: Instant,
): Memory["tracks"] {
  const merged = new Map(before);
  for (const { name } of containers) merged.delete(name);
  for (const [name, track] of after) merged.set(name, { ...track, countedAt: track.countedAt ?? now });
  return [...merged];
}

/** Whether the same container would be judged the same again, whenever that is. */
function isAtRest({ track, verdict, loop, ooms, labelProblems }: Progress, last: Track | undefined): boolean {
  if (verdict.is !== "up" || loop === undefined || ooms !== undefined || labelProblems !== undefined) return false;
  if (last === undefined) return !isWorthKeeping(track);
  return isSameData(last, track) && isTimeless(track);
}

/** What is remembered of a container: under its name, or, where it came back under another, of its service. */
function recallBy(
  before: ReadonlyMap<string, Track>,
  containers: readonly ObservedContainer[],
): (container: ObservedContainer) => Track | undefined {
  const names = new Set(containers.map(({ name }) => name));
  const gone = [...before].filter(([name, { service }]) => service !== "" && !names.has(name));
  const byService = new Map(gone.map(([, track]) => [track.service, track]));
  return ({ name, service }) => before.get(name) ?? (service === undefined ? undefined : byService.get(service));
}

/** One that was removed on purpose may be on its way back: it has the grace of one that was stopped. */
function judgeMissing(
  name: string,
  last: Track | undefined,
  { removals }: EventFacts,
  { now, takenAt }: Moment,
  { downTicks: threshold, intervalMs, stopGraceMs, texts }: Rules,
): { readonly track: Track; readonly signal: Signal | undefined } {
  const removedAt = new Map(removals).get(name);
  const stop =
    removedAt === undefined ? (last?.stop ?? null) : { endedAt: null, at: now - Math.max(0, takenAt - removedAt) };
  const down = last?.down ?? NO_TICKS;
  const forMs = stop === null ? undefined : now - stop.at;
  if (forMs !== undefined && forMs < stopGraceMs) return { track: { ...NEW_TRACK, down, stop }, signal: undefined };
  const { active, ...count } = countTick(down, true, { now, intervalMs, threshold });
  return { track: { ...NEW_TRACK, down: count, stop }, signal: active ? missingSignal(name, forMs, texts) : undefined };
}
