import type { Clock } from "./clock.ts";
import { type Instant, SECOND_MS } from "./core/time.ts";
import type { Scope } from "./sources/source.ts";

/** The least time between the beginnings of two nudged collections … */
const GAP_MS = 250;
/** … which doubles up to this while nudges keep coming: a burst costs a handful of collections, a thing that never rests little. */
const LONGEST_GAP_MS = 2 * SECOND_MS;

/**
 * When a source is collected because it was nudged: for the first nudge at once, for those that follow together and after
 * a gap, and for one that came beside a collection after that has let go. Never beside another collection.
 */
export class NudgedCollections {
  readonly #clock: Clock;
  readonly #isFree: () => boolean;
  readonly #collect: (scope: Scope) => void;
  #due: Scope | undefined;
  #lastAt: Instant = Number.NEGATIVE_INFINITY;
  #gapMs = GAP_MS;
  #cancelTimer: (() => void) | undefined;

  /**
   * @param isFree whether a collection may begin now
   * @param collect begins one, and calls `satisfy` as every beginning collection does
   */
  constructor(clock: Clock, isFree: () => boolean, collect: (scope: Scope) => void) {
    this.#clock = clock;
    this.#isFree = isFree;
    this.#collect = collect;
  }

  nudge(scope: Scope): void {
    if (this.#due !== "all") this.#due = scope;
    this.proceed();
  }

  /** A collection begins, for whatever reason: it sees what was nudged for so far, for it never reads less than is due. */
  satisfy(): void {
    this.#due = undefined;
  }

  /** Collects if something is due and nothing is in the way. To be called when a collection has let go. */
  proceed(): void {
    if (this.#due === undefined || this.#cancelTimer !== undefined || !this.#isFree()) return;
    const now = this.#clock.now();
    const sinceMs = now - this.#lastAt;
    if (sinceMs < this.#gapMs) {
      this.#cancelTimer = this.#clock.after(this.#gapMs - sinceMs, () => {
        this.#cancelTimer = undefined;
        this.proceed();
      });
      return;
    }
    this.#gapMs = sinceMs < 2 * this.#gapMs ? Math.min(2 * this.#gapMs, LONGEST_GAP_MS) : GAP_MS;
    this.#lastAt = now;
    this.#collect(this.#due);
  }

  stop(): void {
    this.#due = undefined;
    this.#cancelTimer?.();
  }
}
