import type { Channel, Delivery, Edit, MessageRef } from "../../src/channels/channel.ts";
import type { Clock } from "../../src/clock.ts";
import { type Message, noticeIdsOf, renderPlain } from "../../src/core/message.ts";
import type { Instant } from "../../src/core/time.ts";

/** How a send goes. May also break the contract: throw at once, reject, never settle. */
export type Sending = (message: Message, deadline: AbortSignal) => Promise<Delivery>;

export interface Attempt {
  readonly at: Instant;
  readonly message: Message;
  readonly noticeIds: readonly number[];
  /** As the console would show it. */
  readonly text: string;
  readonly replyTo: MessageRef | undefined;
}

/** A message that was to be changed. */
export interface EditAttempt {
  readonly at: Instant;
  readonly ref: MessageRef;
  readonly text: string;
}

export const ACCEPTED: Delivery = { accepted: true };
export const REFUSED: Delivery = { accepted: false, arrived: "no", permanent: false, error: "connection refused" };
export const UNANSWERED: Delivery = { accepted: false, arrived: "maybe", permanent: false, error: "timed out" };
export const FORBIDDEN: Delivery = {
  accepted: false,
  arrived: "no",
  permanent: true,
  error: "the chat does not exist",
};

/** A channel that does as it is told, and remembers what it was given. */
export class ScriptedChannel implements Channel {
  readonly name: string;
  readonly maxChars: number;
  readonly pace: Channel["pace"];
  /** May be exchanged at any time. */
  sending: Sending = ends(ACCEPTED);
  readonly attempts: Attempt[] = [];
  underWay = 0;
  mostUnderWay = 0;
  readonly #clock: Clock;

  constructor(
    clock: Clock,
    { name = "chat", maxChars = 4_000, minGapMs = 0, maxPerMinute = Number.POSITIVE_INFINITY } = {},
  ) {
    this.#clock = clock;
    this.name = name;
    this.maxChars = maxChars;
    this.pace = { minGapMs, maxPerMinute };
  }

  send(message: Message, deadline: AbortSignal, replyTo?: MessageRef): Promise<Delivery> {
    const noticeIds = noticeIdsOf(message);
    this.attempts.push({ at: this.#clock.now(), message, noticeIds, text: renderPlain(message), replyTo });
    const sent = this.sending(message, deadline);
    this.underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    const done = () => {
      this.underWay -= 1;
    };
    sent.then(done, done);
    return sent;
  }

  get texts(): string[] {
    return this.attempts.map((attempt) => attempt.text);
  }
}

/** One that says where its messages are, "m1" first, and can change them. */
export class EditingChannel extends ScriptedChannel {
  readonly #clock: Clock;
  /** May be exchanged at any time. */
  editing: (ref: MessageRef, deadline: AbortSignal) => Promise<Edit> = async () => ({ edited: true });
  readonly edits: EditAttempt[] = [];

  constructor(clock: Clock, options: ConstructorParameters<typeof ScriptedChannel>[1] = {}) {
    super(clock, options);
    this.#clock = clock;
  }

  override async send(message: Message, deadline: AbortSignal, replyTo?: MessageRef): Promise<Delivery> {
    const delivery = await super.send(message, deadline, replyTo);
    return delivery.accepted ? { ...delivery, ref: `m${this.attempts.length}` } : delivery;
  }

  edit(ref: MessageRef, message: Message, deadline: AbortSignal): Promise<Edit> {
    this.edits.push({ at: this.#clock.now(), ref, text: renderPlain(message) });
    return this.editing(ref, deadline);
  }
}

/** Every send ends alike. */
export function ends(delivery: Delivery): Sending {
  return async () => delivery;
}

/** The first sends end like this, every later one is accepted. */
export function endsInTurn(...deliveries: readonly Delivery[]): Sending {
  const left = [...deliveries];
  return async () => left.shift() ?? ACCEPTED;
}

export const hangs: Sending = () => new Promise(() => {});
