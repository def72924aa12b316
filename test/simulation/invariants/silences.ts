import type { Instant } from "../../../src/core/time.ts";
import type { TraceEvent } from "../trace.ts";

/** What is silenced, as far as a trace was read. */
export class Silences {
  readonly #ends = new Map<string, Instant>();

  enter(event: TraceEvent): void {
    if (event.kind === "unsilenced") this.#ends.delete(event.keyGlob);
    if (event.kind !== "silenced") return;
    // What has ended is dropped on this occasion, so that no clock brings it back.
    for (const [glob, end] of this.#ends) if (end <= event.instant) this.#ends.delete(glob);
    this.#ends.set(event.keyGlob, event.until);
  }

  cover(key: string, instant: Instant): boolean {
    return [...this.#ends].some(([glob, end]) => instant < end && matches(glob, key));
  }
}

/** The simulator's globs have at most one star, at the end. */
function matches(glob: string, key: string): boolean {
  return glob.endsWith("*") ? key.startsWith(glob.slice(0, -1)) : key === glob;
}
