import type { Evaluated, TraceEvent } from "../trace.ts";
import type { Invariant } from "./invariant.ts";
import { Silences } from "./silences.ts";

/** What is counted is counted once: no rise is lost to a crash, none is told twice. */
export const edgesAreCountedOnce: Invariant = ({ scenario, events }) => {
  const keys = new Map(scenario.sources.map(({ name, kind }) => [name, `${kind}_escaped`]));
  const counters = new Counters();
  const silences = new Silences();
  let pending: (Evaluated & TraceEvent)[] = [];
  for (const event of events) {
    const flushed = pending;
    const isSameStep = flushed.every(({ at }) => at === event.at);
    if (event.kind === "evaluated" && isSameStep) {
      pending.push(event);
      continue;
    }
    pending = event.kind === "evaluated" ? [event] : [];
    // Killed in the middle: it was never true.
    if (event.kind === "died" && isSameStep) continue;
    const notices = event.kind === "committed" && isSameStep ? event.notices.map(({ notice }) => notice) : [];
    for (const { source, escapes, rise, instant } of flushed) {
      const key = keys.get(source) ?? "";
      const isSilenced = silences.cover(key, instant);
      const odd = escapes === undefined ? undefined : counters.count(source, escapes, rise, isSilenced);
      if (odd !== undefined) return { message: `${key} ${odd}`, event };
      const isTold = notices.some((notice) => notice.key === key && notice.measure?.value === rise);
      if (rise > 0 && isTold === isSilenced) {
        const message = `${key} rose by ${rise}, and is ${isSilenced ? "told although it is silenced" : "not told"}`;
        return { message, event };
      }
    }
    silences.enter(event);
  }
  return undefined;
};

/** What is known of each counter, for a watchdog that forgets nothing. */
class Counters {
  readonly #known = new Map<string, number>();
  /** Rises that fell into a silence need not be stored: after a crash they may be seen once more. */
  readonly #muted = new Map<string, number>();

  /** @returns what is wrong with counting like this */
  count(source: string, escapes: number, rise: number, isSilenced: boolean): string | undefined {
    const risen = escapes - (this.#known.get(source) ?? escapes);
    const muted = this.#muted.get(source) ?? 0;
    this.#known.set(source, escapes);
    if (rise > 0) this.#muted.set(source, isSilenced ? muted + rise : 0);
    if (rise < risen) return `rose by ${risen}, but ${rise} were seen`;
    return rise > risen + muted ? `rose by ${risen}, but ${rise} were seen` : undefined;
  }
}
