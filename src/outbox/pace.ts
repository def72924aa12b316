import type { Channel } from "../channels/channel.ts";
import { type Instant, MINUTE_MS } from "../core/time.ts";

/** Of a minute's messages, the share that may have been used when an edit goes out: the rest is for what must be told. */
const SHARE_LEFT_TO_EDITS = 0.5;
const MAX_EDITS_PER_MINUTE = 4;
/** So many gaps does an edit wait after a message: what happens together comes together, and the next may be on its way. */
const GAPS_BEFORE_AN_EDIT = 3;

/** When messages and edits went to a channel, held against what the channel takes. */
export class Pace {
  readonly #limits: Channel["pace"];
  #messages: Instant[] = [];
  #edits: Instant[] = [];

  constructor(limits: Channel["pace"]) {
    this.#limits = limits;
  }

  noteMessage(now: Instant): void {
    this.#messages.push(now);
  }

  noteEdit(now: Instant): void {
    this.#edits.push(now);
  }

  /** Until the next message may go out. An edit shares the minute with messages, but never makes one wait for the gap. */
  messageWaitMs(now: Instant): number {
    const { minGapMs, maxPerMinute } = this.#limits;
    const all = this.#ofLastMinute(now);
    return Math.max(untilGap(this.#messages, minGapMs, now), untilFewer(all, maxPerMinute, now));
  }

  /** Until an edit may go out, which is when there is plenty of room. */
  editWaitMs(now: Instant): number {
    const { minGapMs, maxPerMinute } = this.#limits;
    const all = this.#ofLastMinute(now);
    return Math.max(
      untilGap(all, GAPS_BEFORE_AN_EDIT * minGapMs, now),
      untilFewer(all, Math.max(Math.floor(maxPerMinute * SHARE_LEFT_TO_EDITS), 1), now),
      untilFewer(this.#edits, MAX_EDITS_PER_MINUTE, now),
    );
  }

  /** Messages and edits, oldest first. */
  #ofLastMinute(now: Instant): Instant[] {
    const isRecent = (at: Instant) => now - at < MINUTE_MS;
    this.#messages = this.#messages.filter(isRecent);
    this.#edits = this.#edits.filter(isRecent);
    return [...this.#messages, ...this.#edits].sort((a, b) => a - b);
  }
}

function untilGap(times: readonly Instant[], gapMs: number, now: Instant): number {
  return (times.at(-1) ?? Number.NEGATIVE_INFINITY) + gapMs - now;
}

/** @returns how long it takes until fewer than `limit` lie in the last minute; at most 0 where that is so */
function untilFewer(times: readonly Instant[], limit: number, now: Instant): number {
  const leaving = Number.isFinite(limit) ? times.at(-limit) : undefined;
  return leaving === undefined ? 0 : leaving + MINUTE_MS - now;
}
