import { formatDuration, formatTime, type WallTime } from "./text.ts";
import { type Instant, SECOND_MS } from "./time.ts";

/** When an incident began and how long it goes on, as its alert says it: what an edit puts right. */
export function wordSince(since: Instant, now: Instant, wall: WallTime): string {
  const forMs = now - since;
  const age = forMs < SECOND_MS ? "just now" : `for ${formatDuration(forMs)}`;
  return `since ${formatTime(since, now, wall)} (${age})`;
}

export function wordSpan(since: Instant, until: Instant, now: Instant, wall: WallTime): string {
  return `${formatTime(since, now, wall)} to ${formatTime(until, now, wall)}`;
}

/** Begins the first line of what is over, before its name. */
export function wordOver(since: Instant, until: Instant): string {
  return `over, lasted ${formatDuration(until - since)}: `;
}

/** @param toldAgain how often it was told again */
export function wordStill(now: Instant, wall: WallTime, toldAgain: number): string {
  return [`still so at ${formatTime(now, now, wall)}`, ...wordToldAgain(toldAgain)].join(", ");
}

/** Empty where it was told once. */
export function wordToldAgain(toldAgain: number): string[] {
  if (toldAgain === 0) return [];
  return [toldAgain === 1 ? "told again once" : `told again ${toldAgain} times`];
}

/** Stands behind what is told in one line, once it is over. */
export function wordFoldedOver(since: Instant, until: Instant): string {
  return ` · over, lasted ${formatDuration(until - since)}`;
}

/** Stands above several: how many of them go on, and how many are over. */
export function wordHeading(ongoing: number, over: number): string {
  const parts: readonly (readonly [number, string])[] = [
    [ongoing, "still wrong"],
    [over, "over"],
  ];
  return parts.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : [])).join(", ");
}
