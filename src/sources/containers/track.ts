import type { Instant } from "../../core/time.ts";
import { countTick, NO_TICKS, type TickCount } from "./count-ticks.ts";
import { advanceStop, type DeliberateStop, judgeStop } from "./deliberate-stop.ts";
import type { ContainerNews, EventFacts, Order } from "./event-facts.ts";
import { describe, explainExitCode, judge, reference, UNKNOWN, type Verdict } from "./judge.ts";
import { advanceOom, type NewKills, NO_OOM, type OomState } from "./oom-kills.ts";
import {
  advanceLoop,
  type Counters,
  countersOf,
  type LoopState,
  NO_LOOP,
  restartsBeforeFirstReading,
  restartsBetween,
  restartsSeen,
  shareWithin,
} from "./restarts.ts";
import type { ContainerDetails, ObservedContainer, WallTimeMs } from "./snapshot.ts";

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
  /** When the counters were last known to be what they are. */
  readonly countedAt: Instant;
  readonly loop: LoopState;
  /** The code that it ended with last, as far as that was seen. */
  readonly lastExitCode: number | null;
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
  countedAt: 0,
  loop: NO_LOOP,
  lastExitCode: null,
  oom: NO_OOM,
  labelProblems: "",
};

/** What a reading made of one container. */
export interface Progress {
  readonly track: Track;
  readonly verdict: Verdict;
  /** Whether the container has been down for enough ticks. */
  readonly isDown: boolean;
  /** `undefined` while it cannot be told. */
  readonly loop: (LoopState & { readonly count: number }) | undefined;
  /** Kills for memory that are to be told. */
  readonly ooms: (NewKills & { readonly ended: boolean }) | undefined;
  /** What of its labels cannot be used, where that is news. */
  readonly labelProblems: readonly string[] | undefined;
}

export interface TrackRules {
  readonly intervalMs: number;
  readonly stopGraceMs: number;
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

/** What events told of one container. */
export interface Told {
  readonly news: ContainerNews | undefined;
  readonly order: Order | undefined;
}

/** Finds what events told of a container, by its id. */
export function tellingsOf({ news, orders }: EventFacts): (id: string) => Told {
  const newsOf = new Map(news.map((one) => [one.id, one]));
  const orderOf = new Map(orders);
  return (id) => ({ news: newsOf.get(id), order: orderOf.get(id) });
}

/** A run that lasts this long resets Docker's delay before a restart: only then is a restarting container up again. */
const SETTLED_MS = 10_000;

/** @param last what is remembered under the container's name, or of its service */
export function advanceTrack(
  container: ObservedContainer,
  last: Track | undefined,
  told: Told,
  moment: Moment,
  rules: TrackRules,
): Progress {
  // A new container under an old name: its counters start anew; for how long the name is down does not.
  const same = last?.id === container.id ? last : undefined;
  const { now, takenAt } = moment;
  const { options } = container;
  const details = container.details?.ok ? container.details.value : undefined;
  // What was not asked for has not changed; what was asked for in vain may have.
  const isCounted = container.details?.ok !== false;

  const stop = advanceStop(container, told.order, last, moment);
  const crash = judgeCrash(container, told.news, takenAt);
  const settledMs = Math.min(SETTLED_MS, 2 * rules.intervalMs);
  const state = crash ?? settle(judge(container, takenAt), container, same, takenAt, settledMs);
  const verdict = judgeStop(state, container, stop, now, options.stopGraceMs ?? rules.stopGraceMs);
  const threshold = options.downTicks ?? rules.downTicks;
  const { active: isDown, ...down } =
    verdict.is === "unknown"
      ? { active: false, ...(last?.down ?? NO_TICKS) }
      : countTick(last?.down ?? NO_TICKS, verdict.is === "down", { now, intervalMs: rules.intervalMs, threshold });

  const restarts = details === undefined ? 0 : countRestarts(container, details, same, told.news, moment, rules);
  const limits = { max: rules.restartsMax, windowMs: rules.restartsWindowMs };
  const loop = isCounted ? advanceLoop(same?.loop ?? NO_LOOP, restarts, now, limits) : undefined;

  const seen = told.news?.ooms ?? [];
  const wasInspected = same !== undefined && same.counters !== null;
  const { intervalMs } = rules;
  const { told: newKills, ...oom } = advanceOom({
    ...{ container, details, seen, before: same?.oom, wasInspected },
    ...{ now, takenAt, lastReadAt: moment.lastReadAt, intervalMs },
  });

  const hasEnded = container.state === "exited" || container.state === "restarting";
  const endedWith = (hasEnded ? container.exitCode : undefined) ?? told.news?.end?.exitCode;
  const labelProblems = options.problems?.join("\n") ?? "";
  const track: Track = {
    id: container.id,
    service: container.service ?? "",
    down,
    stop,
    unsettled:
      container.state === "restarting" || crash !== undefined || (same?.unsettled === true && verdict.is !== "up"),
    counters: details === undefined ? (same?.counters ?? null) : countersOf(details),
    countedAt: isCounted ? now : (same?.countedAt ?? now),
    loop: loop === undefined ? (same?.loop ?? NO_LOOP) : { bursts: loop.bursts, looping: loop.looping },
    lastExitCode: endedWith ?? same?.lastExitCode ?? null,
    oom,
    labelProblems,
  };
  return {
    track,
    verdict,
    isDown,
    loop,
    ooms: newKills && { ...newKills, ended: (endedWith ?? container.exitCode) === 137 },
    labelProblems: labelProblems === (last?.labelProblems ?? "") ? undefined : options.problems,
  };
}

/** Whether there is anything in it that a new track would not say. */
export function isWorthKeeping(track: Track): boolean {
  const { down, stop, unsettled, counters, oom, labelProblems } = track;
  if (down.failuresInARow > 0 || stop !== null || unsettled || counters !== null) return true;
  return oom.foundAt !== null || oom.seenAt !== null || labelProblems !== "" || hasRestarted(track);
}

/** Whether its restarts were, or may have been, spoken of. */
export function hasRestarted(track: Track | undefined): boolean {
  return track !== undefined && (track.loop.looping || track.loop.bursts.length > 0);
}

/**
 * A crash that is over before anybody could look: the container runs again, which is not yet the end of the fault. An end
 * with code 0 is none.
 */
function judgeCrash(
  container: ObservedContainer,
  news: ContainerNews | undefined,
  takenAt: WallTimeMs,
): Verdict | undefined {
  const { state, name, details } = container;
  const end = news?.end;
  if (state !== "running" || end === undefined || end.deliberate || end.exitCode === 0) return undefined;
  const meaning = explainExitCode(end.exitCode, news?.ooms.length !== 0);
  return {
    is: "down",
    what: `container ${name} crashed (code ${end.exitCode}${meaning === undefined ? "" : `: ${meaning}`}) and was started again`,
    forMs: Math.max(0, takenAt - end.at),
    details: describe(container, details?.ok ? details.value : undefined),
    next: `docker logs --tail 100 ${reference(container)}`,
  };
}

function settle(
  verdict: Verdict,
  { state, leastAgeMs, exitCode, details }: ObservedContainer,
  same: Track | undefined,
  takenAt: WallTimeMs,
  settledMs: number,
): Verdict {
  // One that crashes at once is sampled as running between two restarts, which is not yet the end of the fault.
  const isYoung = state === "running" && leastAgeMs !== undefined && leastAgeMs < settledMs;
  if (verdict.is === "up" && isYoung && same?.unsettled === true) return UNKNOWN;
  // One that did its work and is started for more is no fault; one that is not started then is.
  if (state !== "restarting" || exitCode !== 0 || !details?.ok) return verdict;
  const { startedAt = 0, finishedAt = 0 } = details.value;
  return finishedAt - startedAt >= SETTLED_MS && takenAt - finishedAt < SETTLED_MS ? UNKNOWN : verdict;
}

function countRestarts(
  { createdAt }: ObservedContainer,
  details: ContainerDetails,
  same: Track | undefined,
  news: ContainerNews | undefined,
  { now, takenAt, lastReadAt }: Moment,
  { restartsWindowMs }: TrackRules,
): number {
  const before = same?.counters ?? null;
  const ends = new Set(news?.restarts);
  // Its start was found before its event came.
  if (news?.end !== undefined && (details.startedAt ?? 0) >= news.end.at) ends.add(news.end.at);
  const seen = restartsSeen([...ends], before, takenAt, restartsWindowMs);
  if (same === undefined || before === null) {
    const found = restartsBeforeFirstReading(details, createdAt, takenAt, restartsWindowMs);
    return Math.max(seen, found, isStartedAgain(details, takenAt, lastReadAt === null ? 0 : now - lastReadAt) ? 1 : 0);
  }
  const restarts = restartsBetween(before, countersOf(details));
  return Math.max(seen, shareWithin(restartsWindowMs, restarts, now - same.countedAt));
}

/** Whether one that was never counted, as it ran well, has ended and been started since the reading before. */
function isStartedAgain({ startedAt, finishedAt }: ContainerDetails, takenAt: WallTimeMs, sinceMs: number): boolean {
  if (startedAt === undefined || finishedAt === undefined) return false;
  return startedAt >= finishedAt && takenAt - finishedAt <= sinceMs;
}
