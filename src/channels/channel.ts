import type { Message } from "../core/message.ts";

/** What a channel wants back at its next start (a chat that moved). Plain JSON data. */
export type ChannelMemory = Readonly<Record<string, string>>;

/** How one attempt to send ended. */
export type Delivery =
  | { readonly accepted: true; readonly remember?: ChannelMemory; readonly warning?: string }
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

/** Where notices go. */
export interface Channel {
  /** Unique among the channels; what is owed is stored under it. */
  readonly name: string;
  /** The longest message it takes, in UTF-16 units of the rendered text. */
  readonly maxChars: number;
  /** How densely messages may follow each other. */
  readonly pace: { readonly minGapMs: number; readonly maxPerMinute: number };
  /** Sends one message. Never rejects: whatever happens is in the Delivery. Must end its I/O when `deadline` aborts. */
  send(message: Message, deadline: AbortSignal): Promise<Delivery>;
  close?(): Promise<void>;
}
