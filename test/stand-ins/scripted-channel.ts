import type { Channel, Delivery } from "../../src/channels/channel.ts";
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

  send(message: Message, deadline: AbortSignal): Promise<Delivery> {
    const noticeIds = noticeIdsOf(message);
    this.attempts.push({ at: this.#clock.now(), message, noticeIds, text: renderPlain(message) });
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
