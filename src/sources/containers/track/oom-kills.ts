import { type Instant, SECOND_MS } from "../../../core/time.ts";
import type { ContainerDetails, ObservedContainer, WallTimeMs } from "../snapshot.ts";

/** What is remembered of a container's kills for want of memory. Plain JSON data. */
export interface OomState {
  /** `FinishedAt` of the last kill that inspect showed; 0 where nothing had ended. */
  readonly foundAt: WallTimeMs | null;
  /** The last kill that an event told of. */
  readonly seenAt: WallTimeMs | null;
  readonly untold: number;
  readonly toldAt: Instant | null;
}

export const NO_OOM: OomState = { foundAt: null, seenAt: null, untold: 0, toldAt: null };

/** Kills that are to be told. */
export interface NewKills {
  readonly count: number;
  /** When the last one was, on Docker's clock; 0 where that is not known. */
  readonly lastAt: WallTimeMs;
}

interface OomFacts {
  readonly container: ObservedContainer;
  readonly details: ContainerDetails | undefined;
  /** Kills that events told of. */
  readonly seen: readonly WallTimeMs[];
  /** `undefined`: nothing is remembered of this container. */
  readonly before: OomState | undefined;
  /** Whether the container has been inspected before. */
  readonly wasInspected: boolean;
  readonly now: Instant;
  readonly takenAt: WallTimeMs;
  readonly lastReadAt: Instant | null;
  readonly intervalMs: number;
}

/** The kill ends its container at most so long after the event. */
const KILL_TO_END_MS = 10 * SECOND_MS;
/** While a kill is so fresh, it is not known yet whether its container ends of it. The stream nudges again after it. */
export const KILL_SETTLES_MS = 400;
const SLACK_MS = SECOND_MS;

/**
 * Every kill is told once, whether an event told of it, inspect shows it, or both. One that dies of it again and again is told
 * at most twice per interval, with how often it was.
 */
export function advanceOom(facts: OomFacts): OomState & { readonly told: NewKills | undefined } {
  const { container, details, seen, now, takenAt, intervalMs } = facts;
  const before = facts.before ?? NO_OOM;
  const foundAt = details?.oomKilled ? (details.finishedAt ?? 0) : undefined;
  const fresh = seen.filter((at) => at > (before.seenAt ?? 0) && !isSameKill(at, before.foundAt));
  const known = before.seenAt === null ? seen : [before.seenAt, ...seen];
  const isOfThisRun = (at: WallTimeMs): boolean =>
    container.state === "running" && details?.startedAt !== undefined && at >= details.startedAt - SLACK_MS;
  const isSeen = known.some((at) => isSameKill(at, foundAt ?? null) || isOfThisRun(at));
  const isFound = foundAt !== undefined && !isSeen && isNews(foundAt, facts);
  const untold = before.untold + fresh.length + (isFound ? 1 : 0);
  // A kill of unknown time that inspect no longer shows: the next one is another.
  const isForgotten = before.foundAt === 0 && details?.oomKilled === false;
  const state = { foundAt: foundAt ?? (isForgotten ? null : before.foundAt), seenAt: seen.at(-1) ?? before.seenAt };
  const isUnsettled = container.state === "running" && fresh.some((at) => takenAt - at < KILL_SETTLES_MS);
  const isTooSoon = isUnsettled || (before.toldAt !== null && now - before.toldAt < intervalMs / 2);
  if (untold === 0 || isTooSoon) return { ...state, untold, toldAt: before.toldAt, told: undefined };
  const lastAt = Math.max(isFound ? foundAt : 0, fresh.at(-1) ?? (isFound ? 0 : (state.seenAt ?? 0)));
  return { ...state, untold: 0, toldAt: now, told: { count: untold, lastAt } };
}

/**
 * Whether the run that ended last ended for want of memory, as far as anybody told: inspect, or an event, which engines tell
 * also of a kill that inspect does not show.
 *
 * @param seenEndAt when an event saw the end, where inspect does not say
 */
export function endedOutOfMemory(
  { seenAt }: Pick<OomState, "seenAt">,
  details: ContainerDetails | undefined,
  seenEndAt: WallTimeMs | undefined,
): boolean {
  const endedAt = details?.finishedAt ?? seenEndAt ?? null;
  return details?.oomKilled === true || (seenAt !== null && isSameKill(seenAt, endedAt));
}

function isSameKill(seenAt: WallTimeMs, foundAt: WallTimeMs | null): boolean {
  return foundAt !== null && foundAt >= seenAt - SLACK_MS && foundAt <= seenAt + KILL_TO_END_MS;
}

/**
 * A kill that shows at the first sight of a container is news if the container is down with it, or if it happened since the
 * last reading; else it is of old.
 */
function isNews(foundAt: WallTimeMs, { container, before, wasInspected, now, takenAt, lastReadAt }: OomFacts): boolean {
  if (before?.foundAt === foundAt) return false;
  if (container.state !== "running" || wasInspected) return true;
  return lastReadAt !== null && takenAt - foundAt <= now - lastReadAt;
}
