import type { Message } from "../core/message.ts";

/** What a channel wants back at its next start (a chat that moved). Plain JSON data. */
export type ChannelMemory = Readonly<Record<string, string>>;

/**
 * How a channel finds one of its messages again, in words of its own. It says whatever is needed to know that the message
 * is out of reach (a chat that was left).
 */
export type MessageRef = string;

/** How one attempt to send ended. */
export type Delivery =
  | {
      readonly accepted: true;
      /** Where others can reply to the message, or where it can be changed. */
      readonly ref?: MessageRef;
      readonly remember?: ChannelMemory;
      readonly warning?: string;
    }
  | {
      readonly accepted: false;
      /**
       * Whether the message may have arrived all the same. `no`: refused, or never sent. `maybe`: the request went out and no
       * answer came, so a later attempt may be a repeat.
       */
      readonly arrived: "no" | "maybe";
      /** Trying again soon cannot help: people have to mend something first (a wrong token, a chat that does not exist). */
      readonly permanent: boolean;
      /** The pause that the other side demands, in milliseconds, as it stated it: the deliverer clamps it. */
      readonly retryAfterMs?: number;
      /** What went wrong and what mends it, without secrets. */
      readonly error: string;
      readonly remember?: ChannelMemory;
    };

/** How one attempt to change a message ended. */
export type Edit =
  | { readonly edited: true }
  | {
      readonly edited: false;
      /**
       * `gone`: the message is out of reach. `fixed`: it is there, and stays as it is. `unsupported`: no message can be
       * changed. `failed`: perhaps later.
       */
      readonly reason: "gone" | "fixed" | "unsupported" | "failed";
      /** As in a Delivery. */
      readonly retryAfterMs?: number;
      readonly error: string;
    };

/** Where notices go. */
export interface Channel {
  /** Unique among the channels; what is owed is stored under it. */
  readonly name: string;
  /** The longest message it takes, in UTF-16 units of the rendered text. */
  readonly maxChars: number;
  /** How densely messages may follow each other. */
  readonly pace: { readonly minGapMs: number; readonly maxPerMinute: number };
  /**
   * Sends one message. Never rejects: whatever happens is in the Delivery. Must end its I/O when `deadline` aborts.
   *
   * @param replyTo the message that this one goes on from; best effort, it may be gone
   */
  send(message: Message, deadline: AbortSignal, replyTo?: MessageRef): Promise<Delivery>;
  /** Changes a message without a sound, so that it says `message`; where it is missing, nothing is changed. As `send`. */
  edit?(ref: MessageRef, message: Message, deadline: AbortSignal): Promise<Edit>;
  close?(): Promise<void>;
}
