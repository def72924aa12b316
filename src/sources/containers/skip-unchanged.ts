import type { Reading } from "../../core/reading.ts";
import { isSameData } from "../../core/same-data.ts";
import type { Evaluation } from "../../core/signal.ts";
import type { Instant } from "../../core/time.ts";
import { isNobodyAway, type RedeployMemory } from "./redeploys.ts";
import type { Memory } from "./signals.ts";
import type { Snapshot } from "./snapshot.ts";
import { isTimeless } from "./track/track.ts";

type Evaluate<M extends Memory & RedeployMemory> = (
  reading: Reading<Snapshot>,
  memory: M,
  now: Instant,
) => Evaluation<M>;

/**
 * Evaluates only what may come out differently. Where nothing is wrong, suspected or unknown, and evaluating changed nothing of what is
 * remembered, the same snapshot without news says the same again, whenever that is: so on most ticks. What comes out is the
 * same as without this; signals that are the same are in the same array, too.
 *
 * @param evaluate must be pure, and look at the time only for what is active, held, suspected or about to be forgotten
 */
export function skipUnchanged<M extends Memory & RedeployMemory>(evaluate: Evaluate<M>): Evaluate<M> {
  let last: { readonly snapshot: Snapshot; readonly evaluation: Evaluation<M> } | undefined;
  return (reading, memory, now) => {
    if (reading.ok && memory === last?.evaluation.memory && isSameSight(reading.value, last.snapshot)) {
      last = { ...last, evaluation: { ...last.evaluation, memory: { ...memory, readAt: now } } };
      return last.evaluation;
    }
    const evaluation = evaluate(reading, memory, now);
    last =
      reading.ok && !evaluation.partial && isCalm(memory, evaluation)
        ? { snapshot: reading.value, evaluation }
        : undefined;
    return evaluation;
  };
}

/** By what was read, not by when. */
function isSameSight(a: Snapshot, b: Snapshot): boolean {
  return (
    a.containers === b.containers &&
    a.links === b.links &&
    a.leftOut === b.leftOut &&
    a.unsure === b.unsure &&
    a.incomplete === b.incomplete &&
    a.events.news.length === 0 &&
    a.events.orders === b.events.orders &&
    a.events.removals === b.events.removals
  );
}

function isCalm<M extends Memory & RedeployMemory>(
  before: M,
  { signals, holds, suspects = [], remarks = [], memory }: Evaluation<M>,
): boolean {
  if (holds.length + suspects.length + remarks.length > 0) return false;
  if (signals.some(({ active, nature }) => active || nature === "edge")) return false;
  if (!memory.tracks.every(([, track]) => isTimeless(track)) || !isNobodyAway(memory)) return false;
  return (Object.keys(memory) as (keyof M)[]).every(
    (name) => name === "readAt" || isSameData(before[name], memory[name]),
  );
}
