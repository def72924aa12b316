import type { Channel, ChannelMemory, Delivery } from "../channels/channel.ts";
import type { Clock } from "../clock.ts";
import { nextPauseMs } from "../core/backoff.ts";
import { composeBlocks } from "../core/compose-blocks.ts";
import { noticeIdsOf, packMessages } from "../core/message.ts";
import type { OwedNotice } from "../core/notice.ts";
import { type Instant, MINUTE_MS } from "../core/time.ts";

/** Where owed notices are kept; see Store for what each one promises. */
export interface OwedNotices {
  owed(channel: string, limit: number): OwedNotice[];
  backlog(channel: string): { readonly count: number; readonly oldestAt: Instant | undefined };
  beginAttempt(ids: readonly number[]): void;
  failAttempt(ids: readonly number[], arrived: "no" | "maybe"): void;
  settle(ids: readonly number[]): void;
  remember(owner: string, value: unknown): void;
}

export interface DelivererLog {
  info(facts: object, msg: string): void;
  warn(facts: object, msg: string): void;
}

/** Why a channel cannot deliver now. */
export interface Outage {
  readonly since: Instant;
  readonly error: string;
  readonly permanent: boolean;
  readonly nextAttemptAt: Instant;
}

export interface DelivererStatus {
  readonly channel: string;
  readonly undelivered: number;
  readonly oldestAt: Instant | undefined;
  readonly outage: Outage | undefined;
}

export interface DelivererParts {
  readonly channel: Channel;
  readonly notices: OwedNotices;
  readonly clock: Clock;
  readonly log: DelivererLog;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** An IANA time zone name, for the times in messages. */
  readonly zone: string;
  /** Total deadline of one send. */
  readonly timeoutMs: number;
}

/** A backlog is read in parts of this many notices, so that a long outage costs no memory. */
const CHUNK = 1_000;

/**
 * Drains what one channel is owed: one message at a time, settled when the channel accepted it, tried again with growing
 * pauses otherwise. Each message is composed anew from what is owed at that moment, so that what changed meanwhile is
 * merged into it.
 */
export class Deliverer {
  readonly #parts: DelivererParts;
  /** When messages were sent, over the last minute: what `pace` is held against. */
  #sentAt: Instant[] = [];
  #failuresInARow = 0;
  #outage: Outage | undefined;
  #sending: Promise<void> | undefined;
  /** More was owed while a message was on its way. */
  #kicked = false;
  #cancelTimer: (() => void) | undefined;
  #stopped = false;

  constructor(parts: DelivererParts) {
    this.#parts = parts;
  }

  get channel(): string {
    return this.#parts.channel.name;
  }

  /** Something may be owed: send it as soon as pace and backoff allow. Never throws, returns at once. */
  kick(): void {
    this.#kicked = true;
    if (this.#stopped || this.#sending !== undefined || this.#cancelTimer !== undefined) return;
    this.#kicked = false;
    const waitMs = this.#waitMs();
    if (waitMs > 0) {
      this.#cancelTimer = this.#parts.clock.after(waitMs, () => {
        this.#cancelTimer = undefined;
        this.kick();
      });
      return;
    }
    this.#sending = this.#sendNext()
      .catch((thrown: unknown) => this.#survive(thrown))
      .then((more) => {
        this.#sending = undefined;
        if (more || this.#kicked) this.kick();
      });
  }

  status(): DelivererStatus {
    const { count, oldestAt } = this.#parts.notices.backlog(this.channel);
    return { channel: this.channel, undelivered: count, oldestAt, outage: this.#outage };
  }

  /**
   * Stops after the attempt under way, or after `graceMs`; until then what is owed is still sent, as far as it goes
   * without waiting for a failing channel.
   */
  async stop(graceMs: number): Promise<void> {
    const { clock } = this.#parts;
    const { promise: over, resolve } = Promise.withResolvers<void>();
    // The timer alone decides: it may come a millisecond before the clock says so, and a loop must not wait for that.
    let isOver = false;
    const cancelGiveUp = clock.after(graceMs, () => {
      isOver = true;
      resolve();
    });
    while (!isOver && this.#outage === undefined && this.status().undelivered > 0) {
      this.kick();
      await Promise.race([this.#sending ?? new Promise<void>((resolve) => clock.after(20, resolve)), over]);
    }
    this.#stopped = true;
    this.#cancelTimer?.();
    await Promise.race([this.#sending ?? Promise.resolve(), over]);
    cancelGiveUp();
  }

  #waitMs(): number {
    const { clock, channel } = this.#parts;
    const now = clock.now();
    this.#sentAt = this.#sentAt.filter((at) => now - at < MINUTE_MS);
    const oldest = this.#sentAt[0];
    return Math.max(
      (this.#outage?.nextAttemptAt ?? now) - now,
      (this.#sentAt.at(-1) ?? Number.NEGATIVE_INFINITY) + channel.pace.minGapMs - now,
      oldest !== undefined && this.#sentAt.length >= channel.pace.maxPerMinute ? oldest + MINUTE_MS - now : 0,
    );
  }

  /** Sends the most important message of what is owed. Resolves to whether there is more to do. */
  async #sendNext(): Promise<boolean> {
    const { channel, notices, clock, zone } = this.#parts;
    const now = clock.now();
    const owed = notices.owed(channel.name, CHUNK);
    const blocks = composeBlocks(owed, now, { offsetMs: clock.wallNow() - now, zone });
    const [message] = packMessages(blocks, channel.maxChars);
    if (message === undefined) return false;
    const ids = noticeIdsOf(message);
    notices.beginAttempt(ids);
    const delivery = await this.#attempt(message);
    this.#sentAt.push(clock.now());
    if (delivery.remember !== undefined) this.#remember(delivery.remember);
    if (delivery.accepted) {
      notices.settle(ids);
      this.#succeed(delivery.warning);
    } else {
      notices.failAttempt(ids, delivery.arrived);
      this.#fail(delivery);
    }
    return true;
  }

  /** One send under one deadline. A channel that breaks its contract (hangs, throws) counts as unanswered. */
  #attempt(message: Parameters<Channel["send"]>[0]): Promise<Delivery> {
    const { channel, clock, timeoutMs } = this.#parts;
    const controller = new AbortController();
    return new Promise((resolve) => {
      const unanswered = (error: string) => resolve({ accepted: false, arrived: "maybe", permanent: false, error });
      // The channel's own deadline comes first: it knows better whether the request went out.
      const cancelAbort = clock.after(timeoutMs, () => controller.abort(new Error("timed out")));
      const cancelGiveUp = clock.after(timeoutMs + 1_000, () => unanswered("the channel did not answer in time"));
      Promise.resolve()
        .then(() => channel.send(message, controller.signal))
        .then(resolve, () => unanswered("the channel broke off"))
        .finally(() => {
          cancelAbort();
          cancelGiveUp();
        });
    });
  }

  #remember(memory: ChannelMemory): void {
    this.#parts.notices.remember(`channel/${this.channel}`, memory);
  }

  /** A fault of our own: the notices stay owed, and the next attempt waits like after any failure. */
  #survive(thrown: unknown): boolean {
    const error = `internal fault: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
    this.#fail({ accepted: false, arrived: "maybe", permanent: false, error });
    return true;
  }

  #succeed(warning: string | undefined): void {
    const { log, clock } = this.#parts;
    this.#failuresInARow = 0;
    if (warning !== undefined) log.warn({ channel: this.channel, warning }, "channel accepted with a warning");
    if (this.#outage === undefined) return;
    log.info({ channel: this.channel, outageS: (clock.now() - this.#outage.since) / 1_000 }, "channel delivers again");
    this.#outage = undefined;
  }

  #fail(failure: Extract<Delivery, { accepted: false }>): void {
    const { log, clock, random } = this.#parts;
    const now = clock.now();
    this.#failuresInARow += 1;
    const pauseMs = nextPauseMs(this.#failuresInARow, failure, random());
    // Said when it begins and when its nature changes: an outage of hours is two lines, not one for every attempt.
    if (this.#outage === undefined || this.#outage.permanent !== failure.permanent) {
      const { error, permanent, arrived } = failure;
      log.warn({ channel: this.channel, error, permanent, arrived }, "channel cannot deliver");
    }
    this.#outage = {
      since: this.#outage?.since ?? now,
      error: failure.error,
      permanent: failure.permanent,
      nextAttemptAt: now + pauseMs,
    };
  }
}
