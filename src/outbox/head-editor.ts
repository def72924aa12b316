import type { Channel, Edit } from "../channels/channel.ts";
import type { Clock } from "../clock.ts";
import { amendHead } from "../core/amend-head.ts";
import {
  ackHeads,
  advanceHeads,
  applyHeads,
  editDueAt,
  type Head,
  type HeadChanges,
  parentOf,
  type Told,
} from "../core/head.ts";
import type { Message } from "../core/message.ts";
import type { Notice } from "../core/notice.ts";
import type { AreaTexts } from "../core/texts/index.ts";
import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "../core/time.ts";
import type { Pace } from "./pace.ts";

/** Where heads are kept; see Store. */
export interface Heads {
  heads(channel: string): Head[];
  changeHeads(channel: string, changes: HeadChanges): void;
}

export interface HeadEditorParts {
  readonly channel: Channel;
  readonly heads: Heads;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly log: { warn(facts: object, msg: string): void };
  /** An IANA time zone name; `undefined`: the system's. */
  readonly zone: string | undefined;
  readonly texts: AreaTexts<"messages">;
  /** Total deadline of one edit. */
  readonly timeoutMs: number;
  /** Whether nothing is owed and the channel is well: only then is anything edited. */
  readonly isIdle: () => boolean;
}

/** A pause after an edit that failed; doubles with each in a row. */
const PAUSE_MS = { first: MINUTE_MS, longest: HOUR_MS };

/**
 * Keeps the messages that raised incidents true, by editing them: seldom, one at a time, and only while nothing is owed. An
 * edit delivers nothing, so it is best effort: what fails waits long, and what can never succeed is left.
 */
export class HeadEditor {
  readonly #parts: HeadEditorParts;
  #heads: readonly Head[];
  #cancelTimer: (() => void) | undefined;
  #editing: AbortController | undefined;
  #failuresInARow = 0;
  #pausedUntil: Instant = Number.NEGATIVE_INFINITY;
  /** Said once: an edit that fails is no one's emergency. */
  #warned = false;
  /** The channel cannot edit, or this has stopped. */
  #over: boolean;

  constructor(parts: HeadEditorParts) {
    this.#parts = parts;
    this.#heads = parts.heads.heads(parts.channel.name);
    this.#over = parts.channel.edit === undefined;
  }

  /** The message that one with these notices goes on from. */
  parentOf(message: Message, notices: readonly Notice[]): string | undefined {
    return parentOf(this.#heads, message, notices);
  }

  /** What an accepted message changes; to be stored together with its being told, then given to `apply`. */
  changesBy(told: Told): HeadChanges {
    return advanceHeads(this.#heads, told);
  }

  /** Somebody takes care of an incident: its message comes to say who. */
  acknowledge(key: string, by: string): void {
    const changes = ackHeads(this.#heads, key, by);
    if (changes.set.length > 0) this.#store(changes);
  }

  apply(changes: HeadChanges): void {
    this.#heads = applyHeads(this.#heads, changes);
  }

  /** Something may have to be edited, now or later. Never throws, returns at once. */
  wake(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#over || this.#editing !== undefined) return;
    const { clock, pace } = this.#parts;
    const now = clock.now();
    const next = this.#next();
    if (next === undefined) return;
    const waitMs = Math.max(next.dueAt - now, pace.editWaitMs(now), this.#pausedUntil - now);
    this.#cancelTimer = clock.after(Math.max(waitMs, 0), () => {
      this.#cancelTimer = undefined;
      // Otherwise whoever drains what is owed wakes it again.
      if (!this.#parts.isIdle()) return;
      if (this.#wouldWait(next.head)) this.wake();
      else void this.#edit(next.head);
    });
  }

  /** Ends the edit under way; what it would have said is said after the next start. */
  stop(): void {
    this.#over = true;
    this.#cancelTimer?.();
    this.#editing?.abort();
  }

  #next(): { readonly head: Head; readonly dueAt: Instant } | undefined {
    const due = this.#heads.flatMap((head) => {
      const dueAt = editDueAt(head);
      return dueAt === undefined ? [] : [{ head, dueAt }];
    });
    return due.sort((a, b) => a.dueAt - b.dueAt)[0];
  }

  /** Messages went out since the timer was set, or the head changed. */
  #wouldWait(head: Head): boolean {
    const { clock, pace } = this.#parts;
    return !this.#heads.includes(head) || pace.editWaitMs(clock.now()) > 0;
  }

  async #edit(head: Head): Promise<void> {
    const { clock, pace } = this.#parts;
    const now = clock.now();
    const message = this.#amend(head, now);
    const result: Edit =
      message === undefined
        ? { edited: false, reason: "fixed", error: "what it would say cannot be put into it" }
        : await this.#attempt(head.ref, message);
    if (message !== undefined) pace.noteEdit(clock.now());
    this.#note(head, now, result);
    this.wake();
  }

  /** @returns `undefined` where it does not fit, or where what was stored of it is damaged */
  #amend(head: Head, now: Instant): Message | undefined {
    const { clock, channel, zone, texts } = this.#parts;
    try {
      return amendHead(head, now, { offsetMs: clock.wallNow() - now, zone }, channel.maxChars, texts);
    } catch {
      return undefined;
    }
  }

  /** One edit under one deadline. A channel that breaks its contract (hangs, throws) has failed. */
  #attempt(ref: string, message: Message): Promise<Edit> {
    const { channel, clock, timeoutMs } = this.#parts;
    const controller = new AbortController();
    this.#editing = controller;
    const { promise, resolve } = Promise.withResolvers<Edit>();
    const failed = (error: string) => resolve({ edited: false, reason: "failed", error });
    const cancels = [
      clock.after(timeoutMs, () => controller.abort()),
      clock.after(timeoutMs + SECOND_MS, () => failed("the channel did not answer in time")),
    ];
    Promise.resolve()
      .then(() => channel.edit?.(ref, message, controller.signal))
      .then(
        (edit) => (edit === undefined ? failed("the channel said nothing") : resolve(edit)),
        () => failed("the channel broke off"),
      );
    return promise.finally(() => {
      for (const cancel of cancels) cancel();
      this.#editing = undefined;
    });
  }

  #note(edited: Head, at: Instant, result: Edit): void {
    if (result.edited) {
      this.#failuresInARow = 0;
      // What was told of it while the edit was under way, it does not say.
      this.#change(edited.ref, (head) => ({ ...head, editedAt: at, outdated: head !== edited }));
      return;
    }
    const { log, channel, clock } = this.#parts;
    const { reason, error, retryAfterMs = 0 } = result;
    if (this.#over) return;
    if (!this.#warned) log.warn({ channel: channel.name, reason, error }, "message not edited");
    this.#warned = true;
    if (reason === "unsupported") this.#over = true;
    else if (reason === "gone") this.#store({ set: [], forget: [edited.ref] });
    else if (reason === "fixed") this.#change(edited.ref, (head) => ({ ...head, fixed: true }));
    else {
      const pauseMs = Math.min(PAUSE_MS.first * 2 ** Math.min(this.#failuresInARow, 10), PAUSE_MS.longest);
      this.#failuresInARow += 1;
      // It comes as the other side stated it, and may be no number.
      const demandedMs = retryAfterMs > 0 ? Math.min(retryAfterMs, PAUSE_MS.longest) : 0;
      this.#pausedUntil = clock.now() + Math.max(pauseMs, demandedMs);
    }
  }

  #change(ref: string, change: (head: Head) => Head): void {
    const head = this.#heads.find((one) => one.ref === ref);
    if (head !== undefined) this.#store({ set: [change(head)], forget: [] });
  }

  #store(changes: HeadChanges): void {
    this.apply(changes);
    this.#parts.heads.changeHeads(this.#parts.channel.name, changes);
  }
}
