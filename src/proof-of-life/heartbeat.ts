import type { Dispatcher } from "undici";
import type { Clock } from "../clock.ts";
import { type Instant, MINUTE_MS, SECOND_MS } from "../core/time.ts";
import { explainFailure } from "../http/explain-failure.ts";
import { request } from "../http/request.ts";
import { pingUrl } from "./ping-url.ts";

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

/** Ticks that follow each other faster are one ping. */
const LEAST_GAP_MS = SECOND_MS;
/** A server that says "too many" (429) is left alone for so long, unless it says for how long; see `retry-after`. */
const TOO_MANY_MS = 15 * SECOND_MS;
const MOST_WAIT_MS = 5 * MINUTE_MS;
const MAX_ANSWER_BYTES = 64 * 1024;

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
  #failing = false;
  #stopped = false;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
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
    try {
      const { status, headers } = await request(dispatcher, pingUrl(url, pulse.status), {
        method: "POST",
        headers: { "content-type": "application/json", "user-agent": "watchdog" },
        body: JSON.stringify(pulse),
        maxBytes: MAX_ANSWER_BYTES,
        discardBody: true,
        deadline: abort.signal,
      });
      if (status === 429) this.#notBefore = clock.now() + waitOf(headers["retry-after"]);
      else if (status >= 200 && status < 300) this.#succeed();
      else this.#fail(`answered ${status}`);
    } catch (thrown) {
      this.#fail(explainFailure(thrown));
    } finally {
      cancel();
    }
  }

  #succeed(): void {
    if (this.#failing) this.#parts.log.info({}, "the heartbeat is heard again");
    this.#failing = false;
  }

  /** Said when it begins, not each time. */
  #fail(error: string): void {
    if (this.#stopped || this.#failing) return;
    this.#failing = true;
    const { log, url } = this.#parts;
    const shown = url.pathname.length > 1 ? error.replaceAll(url.pathname, "/(hidden)") : error;
    log.warn({ error: shown, mend: "check WATCHDOG_HEARTBEAT_URL" }, "the heartbeat is not heard");
  }
}

function waitOf(retryAfter: string | string[] | undefined): number {
  const seconds = Number(retryAfter ?? Number.NaN);
  return seconds > 0 ? Math.min(seconds * SECOND_MS, MOST_WAIT_MS) : TOO_MANY_MS;
}
