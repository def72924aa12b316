import { formatDuration } from "../../../core/text.ts";
import { type Instant, SECOND_MS } from "../../../core/time.ts";
import { isDeliberate, type Order } from "../events/event-facts.ts";
import type { ObservedContainer, WallTimeMs } from "../snapshot.ts";
import { type ContainerTexts, reference, UNKNOWN, type Verdict, wordExit } from "./judge.ts";

/** An end that somebody ordered and that the container has not come back from. Plain JSON data. */
export interface DeliberateStop {
  /** `FinishedAt` of that end, which tells it from a later one; `null` where it is not known. */
  readonly endedAt: WallTimeMs | null;
  readonly at: Instant;
}

/** @param last what was remembered of the container, or of the one that it takes the place of */
export function advanceStop(
  container: ObservedContainer,
  order: Order | undefined,
  last: { readonly id: string; readonly stop: DeliberateStop | null } | undefined,
  { now, takenAt }: { readonly now: Instant; readonly takenAt: WallTimeMs },
): DeliberateStop | null {
  switch (container.state) {
    case "running":
    case "paused":
      return null;
    case "exited":
    case "dead":
    case "restarting": {
      const details = container.details?.ok ? container.details.value : undefined;
      const endedAt = details?.finishedAt ?? null;
      if (last?.id === container.id && last.stop?.endedAt === endedAt) return last.stop;
      const end = { at: endedAt ?? takenAt, exitCode: container.exitCode ?? 0 };
      if (order === undefined || !isDeliberate(order, end)) return null;
      // Who stops one that waits for its next start ends that waiting, not a run.
      const sinceMs = takenAt - Math.max(order.at, endedAt ?? 0);
      return { endedAt, at: now - Math.max(0, sinceMs) };
    }
    default:
      // Being removed, or created anew in its place: not back yet.
      return last?.stop ?? null;
  }
}

/** A stop is quiet within its grace; after that it is told as what it is. One that has finished needs no telling. */
export function judgeStop(
  verdict: Verdict,
  container: ObservedContainer,
  stop: DeliberateStop | null,
  now: Instant,
  graceMs: number,
  { containers: texts, units }: ContainerTexts,
): Verdict {
  if (stop === null || verdict.is === "up") return verdict;
  const forMs = now - stop.at;
  if (forMs < graceMs) return UNKNOWN;
  if (verdict.is === "unknown" && container.state !== "created") return verdict;
  const { name, exitCode } = container;
  const ended = exitCode === undefined ? [] : [texts.details.ended(wordExit(exitCode, texts))];
  return {
    is: "down",
    what: forMs < SECOND_MS ? texts.is.notBackYet(name) : texts.is.notBack(name, formatDuration(forMs, units)),
    forMs,
    details: [...ended, ...(verdict.is === "down" ? verdict.details : [])],
    next: `\`docker start ${reference(container)}\``,
  };
}
