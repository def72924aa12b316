import type { Notice } from "../../../src/core/notice.ts";
import type { CommittedNotice, Sent, SentBlock, Trace, TraceEvent } from "../trace.ts";
import type { Violation } from "./invariant.ts";

/** A committed notice and what became of it. */
export interface Fate {
  readonly id: number;
  readonly channel: string;
  readonly notice: Notice;
  readonly committedAt: number;
  arrivedAt: number | undefined;
  settled: boolean;
  /** An attempt to tell it may have arrived without anybody here knowing. */
  ambiguous: boolean;
}

/** Reads a trace once, event by event, and knows at each what was owed and told until then. */
export class Ledger {
  readonly fates = new Map<number, Fate>();
  readonly attempts = new Map<number, Sent>();

  /** The notices of a key that are owed to a channel, in the order of deciding. */
  owedOf(channel: string, key: string): Fate[] {
    return [...this.fates.values()].filter(
      (fate) => !fate.settled && fate.channel === channel && fate.notice.key === key,
    );
  }

  fatesOf(block: SentBlock): Fate[] {
    return block.noticeIds.flatMap((id) => this.fates.get(id) ?? []);
  }

  /** To be called after an event was judged. */
  enter(event: TraceEvent): void {
    switch (event.kind) {
      case "committed":
        for (const notice of event.notices) this.#commit(notice, event.at);
        for (const id of event.settled) this.#update([id], (fate) => (fate.settled = true));
        break;
      case "sent":
        this.attempts.set(event.attempt, event);
        break;
      case "arrived":
        this.#update(this.#idsOf(event.attempt), (fate) => (fate.arrivedAt ??= event.at));
        break;
      case "aborted":
        this.#update(this.#idsOf(event.attempt), (fate) => (fate.ambiguous = true));
        break;
      case "answered":
        if (event.delivery === undefined || (!event.delivery.accepted && event.delivery.arrived === "maybe")) {
          this.#update(this.#idsOf(event.attempt), (fate) => (fate.ambiguous = true));
        }
        break;
      case "died":
        this.#update(event.underway, (fate) => (fate.ambiguous = true));
    }
  }

  #commit({ id, channel, notice }: CommittedNotice, at: number): void {
    const fate = { id, channel, notice, committedAt: at, arrivedAt: undefined, settled: false, ambiguous: false };
    this.fates.set(id, fate);
  }

  #idsOf(attempt: number): readonly number[] {
    return this.attempts.get(attempt)?.blocks.flatMap((block) => block.noticeIds) ?? [];
  }

  #update(ids: readonly number[], change: (fate: Fate) => void): void {
    for (const id of ids) {
      const fate = this.fates.get(id);
      if (fate !== undefined) change(fate);
    }
  }
}

export function saysMaybe(block: SentBlock): boolean {
  return block.text.includes("possibly");
}

/** The icon of a block that tells these notices of one key together; `undefined` where they must not stand together. */
export function iconOf(notices: readonly Notice[]): SentBlock["icon"] | undefined {
  if (notices.every(({ nature }) => nature === "edge")) return "🔴";
  const letters = { alert: "A", realert: "r", recovery: "R" };
  const said = notices.map(({ action, nature }) => (nature === "edge" ? "?" : letters[action])).join("");
  if (/^Ar*$/.test(said)) return "🔴";
  if (/^r+$/.test(said)) return "🔁";
  if (/^r*R$/.test(said)) return "🟢";
  if (/^(Ar*R)+$/.test(said)) return "🔴🟢";
  return undefined;
}

/** Asks `judge` about every event, with the ledger as it was before it. */
export function judgeEach(
  { events }: Trace,
  judge: (event: TraceEvent, ledger: Ledger) => string | undefined,
): Violation | undefined {
  const ledger = new Ledger();
  for (const event of events) {
    const message = judge(event, ledger);
    if (message !== undefined) return { message, event };
    ledger.enter(event);
  }
  return undefined;
}
