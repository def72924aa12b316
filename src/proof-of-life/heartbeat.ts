import type { Dispatcher } from "undici";
import type { Clock } from "../clock.ts";
import { type Instant, MINUTE_MS, SECOND_MS } from "../core/time.ts";
import { ping } from "./ping.ts";

/** What one ping says. Counts and states only: it goes to somebody else's server. */
export interface Pulse {
  /** `fail`: the watchdog runs, but cannot do what it is there for. */
  readonly status: "starting" | "ok" | "fail" | "stopping";
  readonly [fact: string]: unknown;
}

export interface HeartbeatParts {
  /** May hold a secret in its path and its query: it is never shown. */
  readonly url: URL;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly log: { info(facts: object, msg: string): void; warn(facts: object, msg: string): void };
  /** Total deadline of one ping. */
  readonly timeoutMs: number;
}

/** How the heartbeat does, for those who look. */
export interface HeartbeatStatus {
  /** When one was heard last; `undefined` before the first. */
  readonly heardAt: Instant | undefined;
  /** Why the newest was not heard; without the URL. */
  readonly error: string | undefined;
}

/** Ticks that follow each other faster are one ping. */
const LEAST_GAP_MS = SECOND_MS;
/** A server that says "too many" (429) is left alone for so long, unless it says for how long; see `retry-after`. */
const TOO_MANY_MS = 15 * SECOND_MS;
const MOST_WAIT_MS = 5 * MINUTE_MS;

/**
 * Tells somebody outside that the watchdog lives, by the conventions of Healthchecks.io
 * (https://healthchecks.io/docs/http_api/): beside the tick, one ping at a time, the newest news only. A ping that fails is not
 * repeated: the next tick brings another.
 */
export class Heartbeat {
  readonly #parts: HeartbeatParts;
  #next: Pulse | undefined;
  #pinging: Promise<void> | undefined;
  #abort = new AbortController();
  #notBefore: Instant = 0;
  #cancelWait: (() => void) | undefined;
  #heardAt: Instant | undefined;
  #error: string | undefined;
  #stopped = false;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
  }

  status(): HeartbeatStatus {
    return { heardAt: this.#heardAt, error: this.#error };
  }

  /** Sends this as soon as it may, unless something newer comes first. Never throws, returns at once. */
  beat(pulse: Pulse): void {
    if (this.#stopped) return;
    this.#next = pulse;
    this.#proceed();
  }

  /** Gives up what is under way and says that it stops. Never rejects; takes no longer than `graceMs`. */
  async stop(pulse: Pulse, graceMs: number): Promise<void> {
    this.#stopped = true;
    this.#cancelWait?.();
    this.#abort.abort(new Error("stopping"));
    await this.#pinging;
    await this.#ping(pulse, Math.min(graceMs, this.#parts.timeoutMs));
  }

  #proceed(): void {
    if (this.#stopped || this.#next === undefined || this.#pinging !== undefined || this.#cancelWait !== undefined)
      return;
    const { clock, timeoutMs } = this.#parts;
    const waitMs = this.#notBefore - clock.now();
    if (waitMs > 0) {
      this.#cancelWait = clock.after(waitMs, () => {
        this.#cancelWait = undefined;
        this.#proceed();
      });
      return;
    }
    const pulse = this.#next;
    this.#next = undefined;
    this.#notBefore = clock.now() + LEAST_GAP_MS;
    this.#pinging = this.#ping(pulse, timeoutMs).then(() => {
      this.#pinging = undefined;
      this.#proceed();
    });
  }

  async #ping(pulse: Pulse, timeoutMs: number): Promise<void> {
    const { clock, dispatcher, url } = this.#parts;
    const abort = new AbortController();
    this.#abort = abort;
    const cancel = clock.after(timeoutMs, () => abort.abort(new Error(`timed out after ${timeoutMs / SECOND_MS} s`)));
    const { heard, tooMany, retryAfter, error } = await ping(url, dispatcher, pulse, abort.signal);
    cancel();
    if (tooMany) this.#notBefore = clock.now() + waitOf(retryAfter);
    else if (heard) this.#succeed();
    else this.#fail(error);
  }

  #succeed(): void {
    this.#heardAt = this.#parts.clock.now();
    if (this.#error !== undefined) this.#parts.log.info({}, "the heartbeat is heard again");
    this.#error = undefined;
  }

  /** Said when it begins, not each time. */
  #fail(error: string): void {
    if (this.#stopped) return;
    const isNew = this.#error === undefined;
    this.#error = error;
    if (isNew) this.#parts.log.warn({ error, mend: "check WATCHDOG_HEARTBEAT_URL" }, "the heartbeat is not heard");
  }
}

function waitOf(retryAfter: string | undefined): number {
  const seconds = Number(retryAfter ?? Number.NaN);
  return seconds > 0 ? Math.min(seconds * SECOND_MS, MOST_WAIT_MS) : TOO_MANY_MS;
}
