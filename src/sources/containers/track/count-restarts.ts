import type { ContainerNews } from "../events/event-facts.ts";
import type { ContainerDetails, ObservedContainer, WallTimeMs } from "../snapshot.ts";
import { countersOf, restartsBeforeFirstReading, restartsBetween, restartsSeen, shareWithin } from "./restarts.ts";
import { countedAtOf, type Moment, type Track, type TrackRules } from "./track.ts";

/** Restarts since the reading before: the larger of what events and Docker's counters say, for they say the same. */
export function countRestarts(
  { createdAt }: ObservedContainer,
  details: ContainerDetails,
  same: Track | undefined,
  news: ContainerNews | undefined,
  moment: Moment,
  { restartsWindowMs }: TrackRules,
): number {
  const { now, takenAt, lastReadAt } = moment;
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
  return Math.max(seen, shareWithin(restartsWindowMs, restarts, now - (countedAtOf(same, moment) ?? now)));
}

/** Whether one that was never counted, as it ran well, has ended and been started since the reading before. */
function isStartedAgain({ startedAt, finishedAt }: ContainerDetails, takenAt: WallTimeMs, sinceMs: number): boolean {
  if (startedAt === undefined || finishedAt === undefined) return false;
  return startedAt >= finishedAt && takenAt - finishedAt <= sinceMs;
}
