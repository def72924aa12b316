import type { Clock } from "../../src/clock.ts";
import type { Instant } from "../../src/core/time.ts";

interface Timer {
  readonly at: Instant;
  readonly run: () => void;
}

/** Time that passes only when told to: timers run in order, and what they set going settles before the next one runs. */
export class SimulatedClock implements Clock {
  #now: Instant;
  #wallOffsetMs = 0;
  #timers: Timer[] = [];

  /** @param startAt both the first Instant and the wall time at that moment */
  constructor(startAt: Instant = Date.UTC(2026, 5, 10, 9, 0, 0)) {
    this.#now = startAt;
  }

  now(): Instant {
    return this.#now;
  }

  wallNow(): number {
    return this.#now + this.#wallOffsetMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#now + Math.max(delayMs, 0), run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** How many timers wait: what is left behind shows here. */
  get pendingTimers(): number {
    return this.#timers.length;
  }

  /** Lets time pass, running every timer that falls due at its moment. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (;;) {
      const next = this.#nextTimer(end);
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      await this.#run(next);
    }
    this.#now = end;
  }

  /** Time passes while nothing runs (a machine that sleeps, a process that is stopped); then what fell due runs, late. */
  async freeze(ms: number): Promise<void> {
    await settle();
    this.#now += ms;
    const due = this.#timers.filter((timer) => timer.at <= this.#now).sort((a, b) => a.at - b.at);
    for (const timer of due) if (this.#timers.includes(timer)) await this.#run(timer);
  }

  /** Somebody sets the wall clock; the timeline does not notice. */
  stepWall(ms: number): void {
    this.#wallOffsetMs += ms;
  }

  /** The earliest timer due by `end`; of several at one moment, the one that was set first. */
  #nextTimer(end: Instant): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer;
    return next;
  }

  async #run(timer: Timer): Promise<void> {
    this.#timers = this.#timers.filter((other) => other !== timer);
    timer.run();
    await settle();
  }
}

/** Resolves once everything that only waits for promises is done. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
