import { type CallResult, granted, Refusal, refused } from "./telegram-refusal.ts";

export interface Update {
  readonly update_id: number;
  readonly [kind: string]: unknown;
}

interface Poll {
  readonly wants: (update: Update) => boolean;
  readonly limit: number;
  end(result: CallResult): void;
}

/** Telegram holds a poll for at most 50 s (https://core.telegram.org/bots/api#getupdates). */
const MAX_POLL_S = 50;
const CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";

/**
 * What waits for the bot, and its polls for it: an offset confirms all updates before it, a negative one forgets all but
 * the last, and a second poll ends the first with 409, whoever made it.
 */
export class TelegramUpdates {
  #pending: Update[] = [];
  #lastId = 1_000;
  #poll: Poll | undefined;

  /** Whether somebody is polling at this moment. */
  get polled(): boolean {
    return this.#poll !== undefined;
  }

  /** @returns the update's id */
  push(update: Readonly<Record<string, unknown>>): number {
    this.#lastId += 1;
    this.#pending.push({ update_id: this.#lastId, ...update });
    this.#serve();
    return this.#lastId;
  }

  /** @param gone calls back when the one who polls has gone */
  poll(payload: Readonly<Record<string, unknown>>, gone: (callback: () => void) => void): Promise<CallResult> {
    this.#poll?.end(refused(new Refusal(409, CONFLICT)));
    const { offset = 0, limit = 100, timeout = 0, allowed_updates: allowed } = payload;
    this.#confirm(Number(offset));
    return new Promise((resolve) => {
      const poll: Poll = {
        // An empty list means what no list means: the default kinds.
        wants: (update) => !Array.isArray(allowed) || allowed.length === 0 || allowed.some((kind) => kind in update),
        limit: Math.min(Math.max(Number(limit), 1), 100),
        end: (result) => {
          clearTimeout(timer);
          if (this.#poll === poll) this.#poll = undefined;
          resolve(result);
        },
      };
      const heldMs = Math.min(Math.max(Number(timeout), 0), MAX_POLL_S) * 1_000;
      const timer = setTimeout(() => poll.end(granted([])), heldMs);
      gone(() => poll.end(granted([])));
      this.#poll = poll;
      this.#serve();
    });
  }

  #confirm(offset: number): void {
    if (offset < 0) this.#pending = this.#pending.slice(offset);
    else this.#pending = this.#pending.filter((update) => update.update_id >= offset);
  }

  #serve(): void {
    const poll = this.#poll;
    if (poll === undefined) return;
    // What the bot does not want to hear of is not kept for it.
    this.#pending = this.#pending.filter(poll.wants);
    if (this.#pending.length > 0) poll.end(granted(this.#pending.slice(0, poll.limit)));
  }
}
