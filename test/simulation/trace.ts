import type { Delivery, Edit } from "../../src/channels/channel.ts";
import type { Block } from "../../src/core/message.ts";
import type { Notice } from "../../src/core/notice.ts";
import type { Instant } from "../../src/core/time.ts";
import type { Scenario } from "./scenario.ts";

export interface CommittedNotice {
  readonly id: number;
  readonly channel: string;
  readonly notice: Notice;
}

/** A block as it was sent. */
export interface SentBlock {
  readonly icon: Exclude<Block["icon"], "↳">;
  readonly key: string;
  readonly noticeIds: readonly number[];
  /** Its lines, without markup. */
  readonly text: string;
  /** It is a line in the block of that key, or below a line that names it. */
  readonly under?: string;
}

/** One attempt to send one message. */
export interface Sent {
  readonly kind: "sent";
  readonly channel: string;
  /** Unique in the trace. */
  readonly attempt: number;
  readonly blocks: readonly SentBlock[];
  /** Whether it makes a sound. */
  readonly rings: boolean;
  /** The rendered length in UTF-16 units. */
  readonly chars: number;
  /** The message that it replies to. */
  readonly replyTo?: string;
}

/** One attempt to change one message, and whether people see it. It has no noise and reports nothing. */
export interface Edited {
  readonly kind: "edited";
  readonly channel: string;
  readonly ref: string;
  readonly blocks: readonly SentBlock[];
  readonly chars: number;
  readonly rings: boolean;
  readonly isShown: boolean;
}

/** What a source made of one reading, before anybody else saw it. */
export interface Evaluated {
  readonly kind: "evaluated";
  readonly source: string;
  readonly ok: boolean;
  readonly active: readonly string[];
  readonly inactive: readonly string[];
  readonly holds: readonly string[];
  /** It says nothing of any other key: all else is as before. */
  readonly partial: boolean;
  readonly suspects: readonly string[];
  /** The counter behind the source's edge, where it has one and it was read, and the rise of it that was signalled. */
  readonly escapes: number | undefined;
  readonly rise: number;
}

/** `commit` events carry what is in the database afterwards, not what the program meant to write. */
export type Happening =
  | { readonly kind: "started"; readonly sources: readonly string[]; readonly rebooted: boolean }
  | { readonly kind: "died"; readonly how: string; readonly underway: readonly number[] }
  | { readonly kind: "stopping" }
  | { readonly kind: "tick" }
  | Evaluated
  | {
      readonly kind: "committed";
      readonly tables: readonly string[];
      readonly notices: readonly CommittedNotice[];
      readonly settled: readonly number[];
    }
  | Sent
  | Edited
  | {
      readonly kind: "editEnded";
      readonly channel: string;
      readonly ref: string;
      /** `undefined`: the channel broke its contract and threw. */
      readonly edit: Edit | undefined;
    }
  | { readonly kind: "acked"; readonly key: string }
  | { readonly kind: "aborted"; readonly channel: string; readonly attempt: number }
  | { readonly kind: "arrived"; readonly channel: string; readonly attempt: number }
  | {
      readonly kind: "answered";
      readonly channel: string;
      readonly attempt: number;
      /** `undefined`: the channel broke its contract and threw. */
      readonly delivery: Delivery | undefined;
    }
  | { readonly kind: "slept"; readonly ms: number; readonly how: "suspended" | "stalled" }
  | { readonly kind: "stepped"; readonly ms: number }
  | { readonly kind: "silenced"; readonly keyGlob: string; readonly until: Instant }
  | { readonly kind: "unsilenced"; readonly keyGlob: string }
  | { readonly kind: "calm" }
  | { readonly kind: "over"; readonly truth: Readonly<Record<string, boolean>>; readonly owed: readonly number[] }
  | { readonly kind: "fault"; readonly what: string };

export type TraceEvent = Happening & {
  /** True time since the beginning, in milliseconds. */
  readonly at: number;
  /** The right time on the watchdog's own timeline. */
  readonly instant: Instant;
  /** The process that was running, or ran last: 1, 2, 3 … */
  readonly life: number;
};

export type EventOf<Kind extends TraceEvent["kind"]> = Extract<TraceEvent, { kind: Kind }>;

export interface Trace {
  readonly scenario: Scenario;
  readonly events: readonly TraceEvent[];
}
