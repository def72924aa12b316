import { debounce } from "../../core/debounce.ts";
import type { Instant } from "../../core/time.ts";
import { judge, type Verdict } from "./judge.ts";
import {
  advanceLoop,
  type Counters,
  countersOf,
  type LoopState,
  NO_LOOP,
  restartsBeforeFirstReading,
  restartsBetween,
  shareWithin,
} from "./restarts.ts";
import type { ContainerDetails, ObservedContainer, WallTimeMs } from "./snapshot.ts";

/** What is remembered of one container. Plain JSON data. */
export interface Track {
  /** Empty where the container does not exist. */
  readonly id: string;
  readonly downTicks: number;
  /** It was found restarting, and was not found up since. */
  readonly unsettled: boolean;
  readonly counters: Counters | null;
  /** When the counters were last known to be what they are. */
  readonly countedAt: Instant;
  readonly loop: LoopState;
  /** The code that it ended with last, as far as that was seen. */
  readonly lastExitCode: number | null;
  /** `FinishedAt` of the last kill for memory that was seen; 0 where nothing had ended. */
  readonly oomAt: WallTimeMs | null;
}

export const NEW_TRACK: Track = {
  id: "",
  downTicks: 0,
  unsettled: false,
  counters: null,
  countedAt: 0,
  loop: NO_LOOP,
  lastExitCode: null,
  oomAt: null,
};

/** What a reading made of one container. */
export interface Progress {
  readonly track: Track;
  readonly verdict: Verdict;
  /** Whether the container has been down for enough ticks. */
  readonly isDown: boolean;
  /** `undefined` while it cannot be told. */
  readonly loop: (LoopState & { readonly count: number }) | undefined;
  /** A kill for memory that is news. */
  readonly newOomAt: WallTimeMs | undefined;
}

export interface TrackRules {
  readonly downTicks: number;
  readonly restartsMax: number;
  readonly restartsWindowMs: number;
}

/** The moment of a reading: on the watchdog's timeline, on Docker's clock, and when the last good one was. */
export interface Moment {
  readonly now: Instant;
  readonly takenAt: WallTimeMs;
  readonly lastReadAt: Instant | null;
}

/** A run that lasts this long resets Docker's delay before a restart: only then is a restarting container up again. */
const SETTLED_MS = 10_000;

/** @param last what is remembered under the container's name */
export function advanceTrack(
  container: ObservedContainer,
  last: Track | undefined,
  moment: Moment,
  rules: TrackRules,
): Progress {
  // A new container under an old name: its counters start anew; for how long the name is down does not.
  const same = last?.id === container.id ? last : undefined;
  const { now } = moment;
  const details = container.details?.ok ? container.details.value : undefined;
  // What was not asked for has not changed; what was asked for in vain may have.
  const isCounted = container.details?.ok !== false;

  const verdict = settle(judge(container, moment.takenAt), container, same);
  const { active: isDown, failuresInARow: downTicks } =
    verdict.is === "unknown"
      ? { active: false, failuresInARow: last?.downTicks ?? 0 }
      : debounce(last?.downTicks ?? 0, verdict.is === "down", rules.downTicks);

  const restarts = details === undefined ? 0 : countRestarts(container, details, same, moment, rules);
  const limits = { max: rules.restartsMax, windowMs: rules.restartsWindowMs };
  const loop = isCounted ? advanceLoop(same?.loop ?? NO_LOOP, restarts, now, limits) : undefined;

  const oomAt = details?.oomKilled ? (details.finishedAt ?? 0) : undefined;
  const hasEnded = container.state === "exited" || container.state === "restarting";
  const track: Track = {
    id: container.id,
    downTicks,
    unsettled: container.state === "restarting" || (same?.unsettled === true && verdict.is !== "up"),
    counters: details === undefined ? (same?.counters ?? null) : countersOf(details),
    countedAt: isCounted ? now : (same?.countedAt ?? now),
    loop: loop === undefined ? (same?.loop ?? NO_LOOP) : { bursts: loop.bursts, looping: loop.looping },
    lastExitCode: (hasEnded ? container.exitCode : undefined) ?? same?.lastExitCode ?? null,
    oomAt: oomAt ?? same?.oomAt ?? null,
  };
  const newOomAt = oomAt !== undefined && isNewOom(container, oomAt, same, moment) ? oomAt : undefined;
  return { track, verdict, isDown, loop, newOomAt };
}

/** Whether there is anything in it that a new track would not say. */
export function isWorthKeeping(track: Track): boolean {
  const { downTicks, unsettled, counters, oomAt } = track;
  return downTicks > 0 || unsettled || counters !== null || oomAt !== null || hasRestarted(track);
}

/** Whether its restarts were, or may have been, spoken of. */
export function hasRestarted(track: Track | undefined): boolean {
  return track !== undefined && (track.loop.looping || track.loop.bursts.length > 0);
}

/** One that crashes at once is sampled as running between two restarts, which is not yet the end of the fault. */
function settle(verdict: Verdict, { state, leastAgeMs }: ObservedContainer, same: Track | undefined): Verdict {
  const isYoung = state === "running" && leastAgeMs !== undefined && leastAgeMs < SETTLED_MS;
  return verdict.is === "up" && isYoung && same?.unsettled === true ? { is: "unknown" } : verdict;
}

function countRestarts(
  { createdAt }: ObservedContainer,
  details: ContainerDetails,
  same: Track | undefined,
  { now, takenAt }: Moment,
  { restartsWindowMs }: TrackRules,
): number {
  if (same === undefined || same.counters === null) {
    return restartsBeforeFirstReading(details, createdAt, takenAt, restartsWindowMs);
  }
  const restarts = restartsBetween(same.counters, countersOf(details));
  return shareWithin(restartsWindowMs, restarts, now - same.countedAt);
}

/**
 * A kill for memory is told once. One that shows at the first sight of a container is news if the container is down with
 * it, or if it happened since the last reading; else it is of old.
 */
function isNewOom(
  { state }: ObservedContainer,
  oomAt: WallTimeMs,
  same: Track | undefined,
  { now, takenAt, lastReadAt }: Moment,
): boolean {
  if (same?.oomAt === oomAt) return false;
  if (state !== "running" || (same !== undefined && same.counters !== null)) return true;
  return lastReadAt !== null && takenAt - oomAt <= now - lastReadAt;
}
