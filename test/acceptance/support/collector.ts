import type { BotApi, ReceivedMessage } from "../../stand-ins/bot-api.ts";
import { type Block, type FoldedLine, foldedOf, hashtagOf, type Icon, parseBlocks } from "./blocks.ts";

/** When a message may come, in seconds after the last mark. */
export interface Window {
  readonly fromS: number;
  readonly toS: number;
}

/** One block of a message: what it reports, and what it says besides. */
export interface Wanted {
  readonly icon: Icon;
  readonly key: string;
  readonly says: readonly (string | RegExp)[];
}

export interface Told {
  readonly message: ReceivedMessage;
  readonly headings: readonly string[];
  readonly blocks: readonly Block[];
  /** Those that stand in no block. */
  readonly folded?: readonly FoldedLine[];
}

export function between(fromS: number, toS: number): Window {
  return { fromS, toS };
}

/**
 * Longer than a tick, a time-out and the pause between two messages on a busy machine; only a failing test waits for it. It is
 * counted from when the message is asked for: what a scenario did before may have taken its time.
 */
export const SOON: Window = { fromS: 0, toS: 40 };

const wanted =
  (icon: Icon) =>
  (key: string, ...says: readonly (string | RegExp)[]): Wanted => ({ icon, key, says });

export const alert = wanted("🔴");
export const realert = wanted("🔁");
export const recovery = wanted("🟢");
/** What came and went before it could be told. */
export const passed = wanted("🔴🟢");

/** What is told in one line under what it follows from, in a block or after it. */
export function folded(key: string, under: string, ...says: readonly (string | RegExp)[]) {
  return { key, under, says, isFolded: true } as const;
}

type WantedFolded = ReturnType<typeof folded>;

/**
 * States when each message may come and what it must say, in the manner of Alertmanager's acceptance tests. A message is
 * due once; one that nothing was said about is one too many.
 */
export class Collector {
  readonly #botApi: BotApi;
  #startAt = Date.now();
  #checked = 0;

  constructor(botApi: BotApi) {
    this.#botApi = botApi;
  }

  /** Windows are measured from here. */
  mark(): void {
    this.#startAt = Date.now();
  }

  /** Waits for the next message: it must come within `window` and consist of exactly these blocks and folded lines, each in this order. */
  async expect(window: Window, ...parts: readonly (Wanted | WantedFolded)[]): Promise<Told> {
    const { fromS } = window;
    const toS = window.toS + (window === SOON ? (Date.now() - this.#startAt) / 1_000 : 0);
    const blocks = parts.filter((part): part is Wanted => !("isFolded" in part));
    const lines = parts.filter((part): part is WantedFolded => "isFolded" in part);
    const due = `between ${fromS} s and ${Number(toS.toFixed(1))} s: ${[...blocks.map(describeWanted), ...lines.map(describeFolded)].join(" ")}`;
    const remainingMs = Math.max(this.#startAt + toS * 1_000 - Date.now(), 0);
    await this.#botApi.received(this.#checked + 1, remainingMs).catch(() => {
      throw this.#failure(`no message came ${due}`);
    });
    const told = this.#take();
    const atS = (told.message.at - this.#startAt) / 1_000;
    if (atS < fromS || atS > toS) throw this.#failure(`the message at ${atS.toFixed(2)} s should have come ${due}`);
    const problem = compare(told.blocks, blocks) ?? compareFolded(foldedOf(told), lines);
    if (problem !== undefined) throw this.#failure(`${problem}; due was ${due}`);
    return told;
  }

  /** Takes the next `count` messages as they are. */
  async takeMany(count: number, withinS: number): Promise<readonly Told[]> {
    await this.#botApi.received(this.#checked + count, withinS * 1_000).catch((error: Error) => {
      throw this.#failure(error.message);
    });
    return Array.from({ length: count }, () => this.#take());
  }

  /** How many messages have come that nothing was said about yet. */
  get unchecked(): number {
    return this.#botApi.messages.length - this.#checked;
  }

  /** Fails on a message too many. */
  checkNothingElse(): void {
    if (this.unchecked > 0) throw this.#failure(`${this.unchecked} messages too many`);
  }

  #take(): Told {
    const message = this.#botApi.messages[this.#checked];
    if (message === undefined) throw this.#failure("no message");
    this.#checked += 1;
    return { message, ...parseBlocks(message.text) };
  }

  #failure(what: string): Error {
    const lines = this.#botApi.messages.map(({ at, text }, index) => {
      const state = index < this.#checked ? "checked" : "not expected yet";
      return `${((at - this.#startAt) / 1_000).toFixed(2)} s (${state})\n${text.replace(/^/gm, "  | ")}`;
    });
    return new Error(`${what}\n\nwhat came:\n${lines.join("\n") || "nothing"}`);
  }
}

function describeWanted({ icon, key }: Wanted): string {
  return `[${icon} #${hashtagOf(key)}]`;
}

function describeFolded({ key, under }: Pick<WantedFolded, "key" | "under">): string {
  return `[#${hashtagOf(under)} ↳ #${hashtagOf(key)}]`;
}

function compareFolded(lines: readonly FoldedLine[], wanted: readonly WantedFolded[]): string | undefined {
  const is = lines.map(({ hashtag, under }) => describeFolded({ key: hashtag, under })).join(" ");
  if (is !== wanted.map(describeFolded).join(" ")) return `folded are ${is || "none"}`;
  for (const [index, { key, says }] of wanted.entries()) {
    const text = lines[index]?.text ?? "";
    const missing = says.find((part) => (typeof part === "string" ? !text.includes(part) : !part.test(text)));
    if (missing !== undefined) return `the line of ${key} does not say ${missing}`;
  }
  return undefined;
}

function compare(blocks: readonly Block[], wanted: readonly Wanted[]): string | undefined {
  const is = blocks.map(({ icon, hashtag }) => `[${icon} #${hashtag}]`).join(" ");
  if (is !== wanted.map(describeWanted).join(" ")) return `the message consists of ${is}`;
  for (const [index, { key, says }] of wanted.entries()) {
    const text = blocks[index]?.text ?? "";
    const missing = says.find((part) => (typeof part === "string" ? !text.includes(part) : !part.test(text)));
    if (missing !== undefined) return `the block of ${key} does not say ${missing}`;
  }
  return undefined;
}
