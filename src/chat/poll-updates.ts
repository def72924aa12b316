import { TelegramError } from "telegraf";
import { NoAnswerError } from "../channels/telegram/answer.ts";
import type { Clock } from "../clock.ts";
import { nextPauseMs } from "../core/backoff.ts";
import { cleanText } from "../core/text.ts";
import { DAY_MS, type Instant, MINUTE_MS, SECOND_MS } from "../core/time.ts";
import { explainFailure } from "../http/explain-failure.ts";
import { pause } from "./pause.ts";

export interface Poll {
  /** Confirms all updates before it. */
  readonly offset: number | undefined;
  readonly limit: number;
  readonly timeoutS: number;
}

export interface PollerParts {
  /** To be done once before the first poll; tried again like a poll where it fails. */
  connect(signal: AbortSignal): Promise<void>;
  /** getUpdates; what it answers is not trusted. */
  poll(poll: Poll, signal: AbortSignal): Promise<unknown>;
  /**
   * What a person did. Must not take long.
   *
   * @param isFresh whether it was done while we listened, as far as is known
   */
  handle(update: unknown, isFresh: boolean): Promise<void>;
  readonly clock: Clock;
  readonly log: { info(facts: object, msg: string): void; warn(facts: object, msg: string): void };
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Proxies commonly end a request that is idle for 60 s, some for 30. */
export const LONG_POLL_S = 25;
const LIMIT = 20;
/** Who was not heard for longer than this has written to somebody who did not listen. */
const DEAF_MS = MINUTE_MS;
/** An answer with nothing new that came sooner than this was no long poll: the next one waits. */
const LEAST_POLL_MS = SECOND_MS;
/** "If there are no new updates for at least a week, then identifier of the next update will be chosen randomly." */
const FORGET_OFFSET_MS = 6 * DAY_MS;
/** Mended by people only, or by another poller's end. */
const PERMANENT_CODES = [400, 401, 403, 404, 409];

/** Why updates cannot be read now. */
export interface PollOutage {
  readonly since: Instant;
  readonly error: string;
}

/**
 * Reads updates by long polling, one after another, each confirmed after it was handled. Whatever goes wrong, it tries
 * again with growing pauses, says so once, and disturbs nobody. A second poller (409) is left alone ever longer.
 */
export class UpdatePoller {
  readonly #parts: PollerParts;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #isConnected = false;
  #offset: number | undefined;
  #newestAt: Instant = 0;
  /** Whether all that had waited for us was read. */
  #isCaughtUp = false;
  #heardAt: Instant | undefined;
  #failuresInARow = 0;
  #outage: PollOutage | undefined;

  constructor(parts: PollerParts) {
    this.#parts = parts;
  }

  /** Whether it reads updates; `undefined` before the first poll has ended. */
  get isWorking(): boolean | undefined {
    if (this.#outage !== undefined) return false;
    return this.#heardAt === undefined ? undefined : true;
  }

  get outage(): PollOutage | undefined {
    return this.#outage;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends the poll under way. Never rejects. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const pauseMs = await this.#pollOnce().catch((thrown: unknown) => this.#fail(thrown));
      if (pauseMs > 0 && !signal.aborted) await pause(this.#parts.clock, pauseMs, signal);
    }
  }

  /** @returns the pause before the next poll, in milliseconds */
  async #pollOnce(): Promise<number> {
    const { connect, poll, handle, clock } = this.#parts;
    const { signal } = this.#stop;
    if (!this.#isConnected) await connect(signal);
    this.#isConnected = true;
    const startedAt = clock.now();
    if (startedAt - (this.#heardAt ?? Number.NEGATIVE_INFINITY) > DEAF_MS) this.#isCaughtUp = false;
    if (startedAt - this.#newestAt > FORGET_OFFSET_MS) this.#offset = undefined;
    const isFresh = this.#isCaughtUp;
    const answer = await poll(
      {
        offset: this.#offset,
        // One update at a time passes where twenty are too long an answer.
        limit: this.#failuresInARow > 0 ? 1 : LIMIT,
        timeoutS: isFresh ? LONG_POLL_S : 0,
      },
      signal,
    );
    if (!Array.isArray(answer)) throw new NoAnswerError("the answer is not a list of updates", "no");
    this.#succeed();
    const updates = answer.filter((update) => this.#isNew(update));
    for (const update of updates) {
      if (signal.aborted) return 0;
      await handle(update, isFresh);
      // After it was handled: a crash before this brings it again, and twice does no harm.
      this.#offset = (update as { update_id: number }).update_id + 1;
      this.#newestAt = clock.now();
    }
    if (updates.length > 0) return 0;
    this.#isCaughtUp = true;
    return isFresh && clock.now() - startedAt < LEAST_POLL_MS ? LEAST_POLL_MS : 0;
  }

  #isNew(update: unknown): boolean {
    const id = (update as { update_id?: unknown } | null)?.update_id;
    return Number.isSafeInteger(id) && Number(id) >= (this.#offset ?? Number.NEGATIVE_INFINITY);
  }

  #succeed(): void {
    const { clock, log } = this.#parts;
    this.#failuresInARow = 0;
    this.#heardAt = clock.now();
    if (this.#outage === undefined) return;
    log.info({ outageS: (this.#heardAt - this.#outage.since) / SECOND_MS }, "commands are read again");
    this.#outage = undefined;
  }

  #fail(thrown: unknown): number {
    const { clock, log, random } = this.#parts;
    if (this.#stop.signal.aborted) return 0;
    const { error, permanent, retryAfterMs } = explainPollFailure(thrown);
    this.#failuresInARow += 1;
    if (this.#outage === undefined) log.warn({ error }, "commands cannot be read");
    this.#outage = { since: this.#outage?.since ?? clock.now(), error };
    const failure = { permanent, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    return nextPauseMs(this.#failuresInARow, failure, random());
  }
}

interface PollFailure {
  readonly error: string;
  readonly permanent: boolean;
  readonly retryAfterMs: number | undefined;
}

function explainPollFailure(thrown: unknown): PollFailure {
  if (!(thrown instanceof TelegramError)) {
    const retryAfterMs = thrown instanceof NoAnswerError ? thrown.retryAfterMs : undefined;
    return { error: explainFailure(thrown), permanent: false, retryAfterMs };
  }
  const { code, description, parameters } = thrown;
  const retryAfterS = parameters?.retry_after;
  const hint = code === 409 ? mendConflict(description) : "";
  return {
    error: `${cleanText(`Telegram said ${code}: ${description}`, 200)}${hint}`,
    permanent: PERMANENT_CODES.includes(code),
    retryAfterMs: retryAfterS === undefined ? undefined : retryAfterS * SECOND_MS,
  };
}

function mendConflict(description: string): string {
  if (/webhook/i.test(description)) return "; the bot has a webhook: give the watchdog a bot of its own";
  return "; another program reads this bot's updates: give the watchdog a bot of its own";
}
