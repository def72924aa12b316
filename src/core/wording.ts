import { formatDuration, formatTime, type WallTime } from "./text.ts";
import type { AreaTexts, Texts } from "./texts/index.ts";
import { type Instant, SECOND_MS } from "./time.ts";

/** Puts moments and spans into words, as people read them at one moment in one language. */
export interface Wording {
  readonly messages: Texts["messages"];
  readonly units: Texts["units"];
  time(at: Instant): string;
  duration(durationMs: number): string;
  /** "14:00:00 to 14:12:00" */
  span(from: Instant, until: Instant): string;
  /** Since when something goes on, and for how long: what an edit puts right. */
  since(since: Instant): string;
}

export function wordingAt(now: Instant, wall: WallTime, { messages, units }: AreaTexts<"messages">): Wording {
  const time = (at: Instant) => formatTime(at, now, wall, units);
  const duration = (durationMs: number) => formatDuration(durationMs, units);
  return {
    messages,
    units,
    time,
    duration,
    span: (from, until) => messages.span(time(from), time(until)),
    since(since) {
      const forMs = now - since;
      return forMs < SECOND_MS ? messages.sinceJustNow(time(since)) : messages.since(time(since), duration(forMs));
    },
  };
}
