import { hysteresis } from "../../../core/hysteresis.ts";
import type { Instant } from "../../../core/time.ts";
import type { ContainerDetails, WallTimeMs } from "../snapshot.ts";

/** What restarts are counted from: the counters of one container as they were read last. Plain JSON data. */
export interface Counters {
  readonly startedAt: WallTimeMs | null;
  readonly restartCount: number;
  /** It was about to be started again: `RestartCount` holds that restart already, `StartedAt` does not yet. */
  readonly startPending: boolean;
}

export function countersOf({ startedAt, restartCount, state }: ContainerDetails): Counters {
  return { startedAt: startedAt ?? null, restartCount, startPending: state === "restarting" };
}

/**
 * How often a container was started again between two readings. `RestartCount` counts what the restart policy did and begins
 * at 0 with each start by hand, which only a new `StartedAt` tells.
 */
export function restartsBetween(before: Counters, after: Counters): number {
  if (after.restartCount > before.restartCount) return after.restartCount - before.restartCount;
  if (after.startedAt === before.startedAt) return 0;
  if (before.startedAt === null) return after.restartCount;
  if (after.restartCount === before.restartCount && before.startPending) return 0;
  return 1 + after.restartCount;
}

/**
 * How many restarts that events told of no reading has counted: those of runs that ended after the last start counted,
 * within the window. Never to be added to what the counters say, for they say the same.
 *
 * @param ends when the runs ended that another followed
 */
export function restartsSeen(
  ends: readonly WallTimeMs[],
  before: Counters | null,
  takenAt: WallTimeMs,
  windowMs: number,
): number {
  const from = Math.max(before?.startedAt ?? 0, takenAt - windowMs);
  return Math.max(0, ends.filter((at) => at > from).length - (before?.startPending ? 1 : 0));
}

/**
 * How many of `restarts`, made somewhen within `spanMs`, fall into the window that ends now, as if they were spread
 * evenly: after a night without readings, forty restarts are not forty within ten minutes.
 */
export function shareWithin(windowMs: number, restarts: number, spanMs: number): number {
  return spanMs <= windowMs ? restarts : Math.floor((restarts * windowMs) / spanMs);
}

/**
 * Restarts within the window of a container that was never counted before: those since it was created, shared out
 * evenly; at least one if its last start was the policy's and lies within.
 */
export function restartsBeforeFirstReading(
  { restartCount, startedAt, finishedAt }: ContainerDetails,
  createdAt: WallTimeMs | undefined,
  takenAt: WallTimeMs,
  windowMs: number,
): number {
  if (restartCount === 0) return 0;
  const ageMs = createdAt === undefined ? Number.POSITIVE_INFINITY : takenAt - createdAt;
  const lastChangeAt = Math.max(startedAt ?? 0, finishedAt ?? 0);
  return Math.max(shareWithin(windowMs, restartCount, ageMs), takenAt - lastChangeAt <= windowMs ? 1 : 0);
}

/** Restarts seen at about the same time. Plain JSON data. */
export interface Burst {
  readonly at: Instant;
  readonly count: number;
}

export interface LoopState {
  readonly bursts: readonly Burst[];
  readonly looping: boolean;
}

export const NO_LOOP: LoopState = { bursts: [], looping: false };

/** A window is kept in this many parts at most. */
const WINDOW_PARTS = 50;

/**
 * A loop: `max` restarts within the window; it is over when a whole window has passed without one.
 *
 * @param restarts how many were found since the last call
 */
export function advanceLoop(
  state: LoopState,
  restarts: number,
  now: Instant,
  { max, windowMs }: { readonly max: number; readonly windowMs: number },
): LoopState & { readonly count: number } {
  const bursts = state.bursts.filter(({ at }) => now - at < windowMs);
  const last = bursts.at(-1);
  if (restarts > 0 && last !== undefined && now - last.at < windowMs / WINDOW_PARTS) {
    bursts[bursts.length - 1] = { at: last.at, count: last.count + restarts };
  } else if (restarts > 0) bursts.push({ at: now, count: restarts });
  const count = bursts.reduce((sum, burst) => sum + burst.count, 0);
  return { bursts, count, looping: hysteresis(state.looping, count, max, 1) };
}
