import { type AlertState, isHeld } from "./alerts.ts";
import type { Evaluation, Signal } from "./signal.ts";
import type { MessagesTexts } from "./texts/en/messages.ts";

/** The recent past of a signal that changed lately. Plain JSON data. */
export interface FlapRecord {
  /** Whether it was active at its last reading. */
  readonly active: boolean;
  /** One bit for each of the last 20 readings, the newest lowest: whether it changed. */
  readonly changes: number;
  /** It was told as flapping and counts as active until it has calmed. */
  readonly flapping: boolean;
}

export type FlapRecords = Readonly<Record<string, FlapRecord>>;

const READINGS = 20;
const HISTORY_MASK = 2 ** READINGS - 1;
/** Flapping begins at 35 %: with the fourth alert within 20 readings, three having been told one by one … */
const BEGIN_PCT = 35;
/** … and has calmed below 10 %: at most one change is left among the last 20. */
const CALM_PCT = 10;

/**
 * Damps signals that keep changing. The measure is Nagios' (https://assets.nagios.com/downloads/nagioscore/docs/nagioscore/4/en/flapping.html,
 * also Icinga's): the weighted share of state changes among the last 20 readings, the newest counting 1.2, the oldest 0.8,
 * with a threshold each for the beginning and the end. Unlike theirs, the beginning is itself told, as an alert, and the signal counts as
 * active until it has calmed; then it recovers, or, if it stayed wrong, is told again at once. So nothing is silenced
 * unsaid, and alert and recovery still alternate.
 *
 * @param alerting the alert states of this source, by key: what a signal without a record was before
 */
export function dampFlapping<Memory>(
  evaluation: Evaluation<Memory>,
  records: FlapRecords,
  alerting: ReadonlyMap<string, AlertState>,
  texts: MessagesTexts,
): { readonly evaluation: Evaluation<Memory>; readonly records: FlapRecords } {
  const next = new Map<string, FlapRecord>();
  let isSame = true;
  const signals = evaluation.signals.map((signal) => {
    if (signal.nature === "edge") return signal;
    const before = Object.hasOwn(records, signal.key) ? records[signal.key] : undefined;
    // The common case, and there may be 100,000 of them: never changed lately, and did not now.
    if (before === undefined && signal.active === alerting.has(signal.key)) return signal;
    const record = nextRecord(before ?? { active: !signal.active, changes: 0, flapping: false }, signal.active);
    if (record.changes !== 0 || record.flapping) next.set(signal.key, record);
    const damped = dampSignal(signal, before?.flapping === true, record, texts);
    if (damped !== signal) isSame = false;
    return damped;
  });
  if (Object.keys(records).length === 0)
    return { evaluation: isSame ? evaluation : { ...evaluation, signals }, records: Object.fromEntries(next) };
  const read = new Set(evaluation.signals.map((signal) => signal.key));
  const holds = new Set(evaluation.holds);
  const isKept = (key: string) => evaluation.partial === true || isHeld(key, holds);
  const held = Object.entries(records).filter(([key]) => !read.has(key) && isKept(key));
  return {
    evaluation: isSame ? evaluation : { ...evaluation, signals },
    records: Object.fromEntries([...held, ...next]),
  };
}

function nextRecord(before: FlapRecord, active: boolean): FlapRecord {
  const changes = ((before.changes << 1) | (before.active === active ? 0 : 1)) & HISTORY_MASK;
  const pct = changePct(changes);
  // It begins with a change for the worse, so that its telling is an alert.
  const flapping = before.flapping ? pct >= CALM_PCT : active && !before.active && pct >= BEGIN_PCT;
  return { active, changes, flapping };
}

/** The weighted share of changes among the last 20 readings, in percent. */
function changePct(changes: number): number {
  let weight = 0;
  for (let age = 0; age < READINGS; age += 1) {
    if ((changes >> age) & 1) weight += 1.2 - (0.4 * age) / (READINGS - 1);
  }
  return (weight / READINGS) * 100;
}

function dampSignal(signal: Signal, wasFlapping: boolean, { flapping }: FlapRecord, texts: MessagesTexts): Signal {
  if (flapping) {
    const what = texts.flapping(signal.what);
    const details = [...(signal.details ?? []), texts.flappingNext];
    return { ...signal, active: true, what, details };
  }
  if (!wasFlapping) return signal;
  const what = texts.calmed(signal.what);
  return signal.active ? { ...signal, what, renewed: true } : { ...signal, what };
}
