import type { SentBlock, Trace, TraceEvent } from "../trace.ts";
import type { Invariant, Violation } from "./invariant.ts";
import { judgeEach, type Ledger, saysMaybe } from "./ledger.ts";

/** What people know of the level keys on each channel: whether they last heard that it is wrong. */
class Knowledge {
  readonly #wrong = new Map<string, boolean>();

  believes(channel: string, key: string): boolean {
    return this.#wrong.get(`${channel} ${key}`) ?? false;
  }

  /** @returns what is odd about hearing this now */
  hear(channel: string, { icon, key, ...block }: SentBlock, mayRepeat: boolean): string | undefined {
    const knewWrong = this.believes(channel, key);
    const supposes = icon === "🔁" || icon === "🟢";
    this.#wrong.set(`${channel} ${key}`, icon === "🔴" || icon === "🔁");
    if (mayRepeat || knewWrong === supposes) return undefined;
    const before = knewWrong ? "knew already that it is wrong" : "did not know that it was wrong";
    return `people on ${channel} hear ${icon} of ${key} (${block.noticeIds.join(", ")}), but they ${before}`;
  }
}

function judgeArrivals(
  trace: Trace,
  judge: (event: TraceEvent, knowledge: Knowledge, odd: string | undefined) => string | undefined,
): Violation | undefined {
  const knowledge = new Knowledge();
  return judgeEach(trace, (event, ledger) => {
    const odd = event.kind === "arrived" ? hearAll(event.channel, event.attempt, ledger, knowledge) : undefined;
    return judge(event, knowledge, odd);
  });
}

function hearAll(channel: string, attempt: number, ledger: Ledger, knowledge: Knowledge): string | undefined {
  let odd: string | undefined;
  for (const block of ledger.attempts.get(attempt)?.blocks ?? []) {
    const isEdge = ledger.fatesOf(block).some(({ notice }) => notice.nature === "edge");
    if (!isEdge) odd ??= knowledge.hear(channel, block, saysMaybe(block));
  }
  return odd;
}

/** Per key: 🔴 (🔁 …) 🟢, again and again; 🔴🟢 only where nothing was wrong. What says that it may be a repeat is excused. */
export const alertAndRecoveryAlternate: Invariant = (trace) => judgeArrivals(trace, (_event, _knowledge, odd) => odd);

/** After calm, what people heard last of each key is how it is. */
export const lastWordIsTheTruth: Invariant = (trace) =>
  judgeArrivals(trace, (event, knowledge) => {
    if (event.kind !== "over") return undefined;
    for (const { name } of trace.scenario.channels) {
      for (const [key, isWrong] of Object.entries(event.truth)) {
        if (knowledge.believes(name, key) !== isWrong) {
          return `${key} is ${isWrong ? "wrong" : "well"}, but people on ${name} heard the opposite last`;
        }
      }
    }
    return undefined;
  });
