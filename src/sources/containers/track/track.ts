import type { Instant } from "../../../core/time.ts";
import type { WallTimeMs } from "../snapshot.ts";
import { NO_TICKS, type TickCount } from "./count-ticks.ts";
import type { DeliberateStop } from "./deliberate-stop.ts";
import type { ContainerTexts } from "./judge.ts";
import { NO_OOM, type OomState } from "./oom-kills.ts";
import { type Counters, type LoopState, NO_LOOP } from "./restarts.ts";

/** What is remembered of one container. Plain JSON data. */
export interface Track {
  /** Empty where the container does not exist. */
  readonly id: string;
  /** What it is, whatever it is called; empty where Compose did not make it. */
  readonly service: string;
  readonly down: TickCount;
  readonly stop: DeliberateStop | null;
  /** It was found restarting or crashed, and was not found up since. */
  readonly unsettled: boolean;
  readonly counters: Counters | null;
  /** When the counters were last known to be what they are; `null`: at the last good reading of everything. */
  readonly countedAt: Instant | null;
  readonly loop: LoopState;
  /** The different codes that it ended with lately, as far as that was seen; the last end's is the last. */
  readonly exitCodes: readonly number[];
  readonly oom: OomState;
  /** What was said last of labels that cannot be used. */
  readonly labelProblems: string;
}

export const NEW_TRACK: Track = {
  id: "",
  service: "",
  down: NO_TICKS,
  stop: null,
  unsettled: false,
  counters: null,
  countedAt: null,
  loop: NO_LOOP,
  exitCodes: [],
  oom: NO_OOM,
  labelProblems: "",
};

/** Whether there is anything in it that a new track would not say. */
export function isWorthKeeping(track: Track): boolean {
  const { down, stop, unsettled, counters, oom, labelProblems } = track;
  if (down.failuresInARow > 0 || stop !== null || unsettled || counters !== null) return true;
  return oom.foundAt !== null || oom.seenAt !== null || labelProblems !== "" || hasRestarted(track);
}

/** Whether time alone changes nothing of it: restarts are forgotten, and a kill for memory may wait to be told. */
export function isTimeless(track: Track): boolean {
  return !hasRestarted(track) && track.oom.untold === 0;
}

/** When the counters of a track that was kept since the reading before were known. */
export function countedAtOf(track: Track | undefined, { lastReadAt }: Moment): Instant | null {
  return track === undefined ? null : (track.countedAt ?? lastReadAt);
}

/** Whether its restarts were, or may have been, spoken of. */
export function hasRestarted(track: Track | undefined): boolean {
  return track !== undefined && (track.loop.looping || track.loop.bursts.length > 0);
}

export interface TrackRules {
  readonly intervalMs: number;
  readonly stopGraceMs: number;
  readonly downTicks: number;
  readonly restartsMax: number;
  readonly restartsWindowMs: number;
  readonly texts: ContainerTexts;
}

/** The moment of a reading: on the watchdog's timeline, on Docker's clock, and when everything was last read well. */
export interface Moment {
  readonly now: Instant;
  readonly takenAt: WallTimeMs;
  readonly lastReadAt: Instant | null;
}
