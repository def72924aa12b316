import { isHeld } from "./alerts.ts";
import type { Evaluation, Signal } from "./signal.ts";

/** The last values of what is measured, by key, oldest first. */
export type Histories = ReadonlyMap<string, readonly number[]>;

export const NO_HISTORIES: Histories = new Map();

const KEPT_VALUES = 12;
/** A source may have 100,000 signals: the course of a few of them is kept, first come, first served. */
const MAX_KEYS = 200;

/** The histories with one more reading; what is gone is forgotten, what is held stays as it is. */
export function noteReadings(before: Histories, { signals, holds, partial }: Evaluation<unknown>): Histories {
  const after = new Map<string, readonly number[]>();
  let room = MAX_KEYS - before.size;
  for (const signal of signals) {
    const value = measuredValue(signal);
    if (value === undefined || after.has(signal.key)) continue;
    const known = before.get(signal.key);
    if (known === undefined) {
      if (room <= 0) continue;
      room -= 1;
    }
    after.set(signal.key, [...(known ?? []), value].slice(-KEPT_VALUES));
  }
  if (holds.length === 0 && !partial) return after;
  const held = new Set(holds);
  const isKept = (key: string) => partial === true || isHeld(key, held);
  for (const [key, values] of before) if (!after.has(key) && isKept(key)) after.set(key, values);
  return after;
}

/** Gives what is wrong the values that led to it. */
export function showHistories<Memory>(evaluation: Evaluation<Memory>, histories: Histories): Evaluation<Memory> {
  const isShown = ({ active, key }: Signal) => active && histories.has(key);
  if (histories.size === 0 || !evaluation.signals.some(isShown)) return evaluation;
  const signals = evaluation.signals.map((signal): Signal => {
    const history = isShown(signal) ? histories.get(signal.key) : undefined;
    const { measure } = signal;
    return history === undefined || measure === undefined ? signal : { ...signal, measure: { ...measure, history } };
  });
  return { ...evaluation, signals };
}

/** An age grows by itself: its course says nothing. */
function measuredValue({ nature, measure }: Signal): number | undefined {
  if (nature === "edge" || measure === undefined || measure.unit === "seconds") return undefined;
  return Number.isFinite(measure.value) ? measure.value : undefined;
}
