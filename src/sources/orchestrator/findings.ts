import type { Signal } from "../../core/signal.ts";
import { cleanText } from "../../core/text.ts";
import type { Section } from "./read-fields.ts";

/** What one section of the envelope says, and what it says nothing about. */
export interface Findings {
  readonly signals: readonly Signal[];
  /** Keys or whole kinds, as in an Evaluation. */
  readonly holds: readonly string[];
}

/** What an alert tells beyond its first line. */
type Telling = Pick<Signal, "measure" | "details" | "next" | "since">;

export function active(key: string, severity: Signal["severity"], what: string, telling: Telling): Signal {
  return { key, severity, nature: "level", active: true, what, ...telling };
}

export function inactive(key: string, severity: Signal["severity"], what: string, measure?: Signal["measure"]): Signal {
  return { key, severity, nature: "level", active: false, what, ...(measure && { measure }) };
}

/** In a longer list only what is wrong is told, or was: nobody reads 100,000 lines saying that all is well. */
const MAX_QUIET_ENTRIES = 1_000;
/** Where more entries than this are unknown, their kinds are held as a whole. */
const MAX_HELD_ENTRIES = 100;

/**
 * The findings of a list of subjects. A section that was not reported holds its kinds; an entry that is unknown holds its
 * keys, or, when it is not even known whose entry it is, the kinds.
 *
 * @param wasActive the keys that were active when last known: their end is told in any case
 */
export function findEach<T>(
  section: Section<T> | undefined,
  kinds: readonly string[],
  wasActive: ReadonlySet<string>,
  signalsOf: (entry: T) => readonly Signal[],
): Findings {
  if (section === undefined) return { signals: [], holds: kinds };
  const { entries, unknownIds, complete } = section;
  const quiet = entries.length <= MAX_QUIET_ENTRIES;
  const signals: Signal[] = [];
  for (const entry of entries) {
    for (const signal of signalsOf(entry)) {
      if (quiet || signal.active || wasActive.has(signal.key)) signals.push(signal);
    }
  }
  const named = complete && unknownIds.length <= MAX_HELD_ENTRIES;
  return { signals, holds: named ? unknownIds.flatMap((id) => kinds.map((kind) => `${kind}:${id}`)) : kinds };
}

/** The findings of a single value: unknown holds its kind. */
export function findOne<T>(value: T | undefined, kind: string, signalOf: (value: T) => Signal): Findings {
  return value === undefined ? { signals: [], holds: [kind] } : { signals: [signalOf(value)], holds: [] };
}

const HARMLESS = /^[\w .:/-]{1,60}$/;

/** A foreign name as people may see it. Most need no cleaning, and there may be 100,000 of them. */
export function shown(name: string): string {
  return HARMLESS.test(name) ? name : cleanText(name, 60) || "?";
}

/** What `word` makes of a foreign value, or nothing where there is none. */
export function detail(word: (value: string) => string, value: string | undefined): string {
  return value === undefined || value === "" ? "" : word(shown(value));
}

/** The details that there are, on one line; no line where there are none. */
export function joinDetails(...details: readonly string[]): string[] {
  const line = details.filter((part) => part !== "").join(", ");
  return line === "" ? [] : [line];
}
