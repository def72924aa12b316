import type { Channel, ChannelMemory, Delivery, MessageRef } from "../channels/channel.ts";
import type { Clock } from "../clock.ts";
import { nextPauseMs } from "../core/backoff.ts";
import { composeBlocks } from "../core/compose-blocks.ts";
import type { HeadChanges } from "../core/head.ts";
import { type Message, noticeIdsOf, packMessages } from "../core/message.ts";
import type { OwedNotice } from "../core/notice.ts";
import { isQuiet, type QuietHours, ringsIn } from "../core/quiet-hours.ts";
import type { AreaTexts } from "../core/texts/index.ts";
import type { Instant } from "../core/time.ts";
import { HeadEditor, type Heads } from "./head-editor.ts";
import { Pace } from "./pace.ts";

/** Where owed notices are kept; see Store for what each one promises. */
export interface OwedNotices extends Heads {
  owed(channel: string, limit: number): OwedNotice[];
  backlog(channel: string): { readonly count: number; readonly oldestAt: Instant | undefined };
  beginAttempt(ids: readonly number[]): void;
  failAttempt(ids: readonly number[], arrived: "no" | "maybe"): void;
  settle(ids: readonly number[], channel: string, heads: HeadChanges): void;
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
  /** An IANA time zone name, for the times in messages; `undefined`: the system's. */
  readonly zone: string | undefined;
  readonly texts: AreaTexts<"messages">;
  /** When only what is critical makes a sound. */
  readonly quietHours?: QuietHours | undefined;
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
  readonly #pace: Pace;
  readonly #editor: HeadEditor;
  #failuresInARow = 0;
  #outage: Outage | undefined;
  #sending: Promise<void> | undefined;
  /** More was owed while a message was on its way. */
  #kicked = false;
  #cancelTimer: (() => void) | undefined;
  #information: { readonly message: Message; readonly settle: (isAccepted: boolean) => void } | undefined;
  #stopped = false;

  constructor(parts: DelivererParts) {
    this.#parts = parts;
    this.#pace = new Pace(parts.channel.pace);
    this.#editor = new HeadEditor({
      ...parts,
      heads: parts.notices,
      pace: this.#pace,
      isIdle: () => this.#isIdle(),
    });
  }

  get channel(): string {
    return this.#parts.channel.name;
  }

  /** Somebody else wrote where this channel writes: it counts against what may be written there in a minute. */
  noteOther(): void {
    this.#pace.noteEdit(this.#parts.clock.now());
  }

  /** Somebody takes care of an incident: the message that raised it comes to say who. */
  acknowledge(key: string, by: string): void {
    this.#editor.acknowledge(key, by);
    if (this.#isIdle()) this.#editor.wake();
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
        else this.#editor.wake();
      });
  }

  /**
   * Tells something that reports no signal, as soon as nothing is owed. It is tried once, and its failure delays no alert; a
   * newer one takes its place.
   *
   * @returns whether the channel accepted it
   */
  inform(message: Message): Promise<boolean> {
    this.#information?.settle(false);
    return new Promise((settle) => {
      this.#information = { message, settle };
      this.kick();
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
    this.#editor.stop();
    this.#cancelTimer?.();
    await Promise.race([this.#sending ?? Promise.resolve(), over]);
    cancelGiveUp();
  }

  /** Nothing is owed, nothing is on its way, and the channel is well. */
  #isIdle(): boolean {
    const isResting = !this.#stopped && this.#sending === undefined && this.#cancelTimer === undefined;
    return isResting && this.#outage === undefined && this.status().undelivered === 0;
  }

  #waitMs(): number {
    const now = this.#parts.clock.now();
    return Math.max((this.#outage?.nextAttemptAt ?? now) - now, this.#pace.messageWaitMs(now));
  }

  /** Sends the most important message of what is owed. Resolves to whether there is more to do. */
  async #sendNext(): Promise<boolean> {
    const { channel, notices, clock, zone, quietHours, texts } = this.#parts;
    const now = clock.now();
    const owed = notices.owed(channel.name, CHUNK);
    const blocks = composeBlocks(owed, now, { offsetMs: clock.wallNow() - now, zone }, texts);
    const [packed] = packMessages(blocks, channel.maxChars, texts.messages);
    if (packed === undefined) return this.#sendInformation();
    const message = { ...packed, rings: ringsIn(packed, owed, isQuiet(quietHours, clock.wallNow(), zone)) };
    const ids = noticeIdsOf(message);
    const told = owed.filter(({ id }) => ids.includes(id));
    notices.beginAttempt(ids);
    const delivery = await this.#attempt(message, this.#editor.parentOf(message, told));
    this.#pace.noteMessage(clock.now());
    if (delivery.remember !== undefined) this.#remember(delivery.remember);
    if (delivery.accepted) {
      const heads = this.#editor.changesBy({ ref: delivery.ref, message, notices: told, composedAt: now });
      notices.settle(ids, this.channel, heads);
      this.#editor.apply(heads);
      this.#succeed(delivery.warning);
    } else {
      notices.failAttempt(ids, delivery.arrived);
      this.#fail(delivery);
    }
    return true;
  }

  async #sendInformation(): Promise<boolean> {
    const information = this.#information;
    if (information === undefined) return false;
    this.#information = undefined;
    const delivery = await this.#attempt(information.message, undefined);
    this.#pace.noteMessage(this.#parts.clock.now());
    if (delivery.remember !== undefined) this.#remember(delivery.remember);
    if (delivery.accepted) this.#succeed(delivery.warning);
    else this.#parts.log.warn({ channel: this.channel, error: delivery.error }, "information was not accepted");
    information.settle(delivery.accepted);
    return false;
  }

  /** One send under one deadline. A channel that breaks its contract (hangs, throws) counts as unanswered. */
  #attempt(message: Message, replyTo: MessageRef | undefined): Promise<Delivery> {
    const { channel, clock, timeoutMs } = this.#parts;
    const controller = new AbortController();
    return new Promise((resolve) => {
      const unanswered = (error: string) => resolve({ accepted: false, arrived: "maybe", permanent: false, error });
      // The channel's own deadline comes first: it knows better whether the request went out.
      const cancelAbort = clock.after(timeoutMs, () => controller.abort(new Error("timed out")));
      const cancelGiveUp = clock.after(timeoutMs + 1_000, () => unanswered("the channel did not answer in time"));
      Promise.resolve()
        .then(() => channel.send(message, controller.signal, replyTo))
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
