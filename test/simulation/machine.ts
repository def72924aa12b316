import type { Clock } from "../../src/clock.ts";
import type { Instant } from "../../src/core/time.ts";
import type { Store } from "../../src/store/store.ts";
import type { Life } from "./life.ts";
import type { Random } from "./random.ts";
import type { SimulatedTime } from "./simulated-time.ts";

const EPOCH_MS = Date.UTC(2026, 5, 10, 9, 0, 0);

/** Nothing asks for the time more often at one moment; simulated time stands still for who does. */
const MOST_QUESTIONS = 10_000;

/** The machine that the processes run on: what `createSystemClock` is built upon, simulated. */
export class Machine {
  readonly #time: SimulatedTime;
  readonly #random: Random;
  #boot = 1;
  #bootedAtMs = -3_600_000;
  #originMs = 0;

  constructor(time: SimulatedTime, random: Random) {
    this.#time = time;
    this.#random = random;
  }

  reboot(): void {
    this.#boot += 1;
    this.#bootedAtMs = this.#time.nowMs;
  }

  /** The right time on the watchdog's timeline, whatever the watchdog takes it for. */
  now(): Instant {
    return this.#originMs + this.#time.nowMs - this.#bootedAtMs;
  }

  wallNow(): number {
    return EPOCH_MS + this.#time.nowMs + this.#time.wallStepMs;
  }

  /** The clock of a process that starts now; by the same rule as `createSystemClock`. */
  startClock(life: Life, store: Store): Clock {
    const bootId = `boot ${this.#boot}`;
    const stored = store.timeline();
    const uptimeMs = this.#time.nowMs - this.#bootedAtMs;
    this.#originMs =
      stored?.bootId === bootId ? stored.originMs : Math.max(this.wallNow(), store.latestInstant()) - uptimeMs;
    store.rememberTimeline({ bootId, originMs: this.#originMs });
    let askedAtMs = -1;
    let timesAsked = 0;
    return {
      now: () => {
        timesAsked = askedAtMs === this.#time.nowMs ? timesAsked + 1 : 0;
        askedAtMs = this.#time.nowMs;
        if (timesAsked > MOST_QUESTIONS) throw new Error("something waits in a loop for time to pass");
        return this.now();
      },
      wallNow: () => this.wallNow(),
      after: (delayMs, run) => {
        if (!life.isAlive) return () => {};
        const due = this.#time.nowMs + Math.max(1, Math.trunc(delayMs)) + this.#lateness();
        const timer = () => {
          if (life.pass("timer")) run();
        };
        return this.#time.at(due, timer, true);
      },
    };
  }

  /** Timers are late by a little, on a busy machine by more; one in a hundred comes a millisecond early, as Node's may. */
  #lateness(): number {
    const draw = this.#random.next();
    if (draw < 0.01) return -1;
    return draw < 0.9 ? 0 : Math.floor((draw - 0.9) * 300);
  }
}
