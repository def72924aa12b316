import type { Texts } from "../../core/texts/index.ts";
import { DAY_MS, SECOND_MS } from "../../core/time.ts";

export type SchemaTexts = Texts["orchestrator"]["schema"];

/** How one JSON value becomes a value of ours. */
export interface FieldKind<T> {
  /** Stands behind "expected" in a problem. */
  readonly expected: (texts: SchemaTexts["expected"]) => string;
  /** The value, or `undefined` when it is of another type, or absurd. */
  read(value: unknown): T | undefined;
}

function numberFrom(
  min: number,
  max: number,
  expected: FieldKind<number>["expected"],
  whole = false,
): FieldKind<number> {
  return {
    expected,
    // 1e400 is Infinity once parsed; both comparisons are false for NaN.
    read: (value) =>
      typeof value === "number" && value >= min && value <= max && (!whole || Number.isInteger(value))
        ? value
        : undefined,
  };
}

const MAX_AGE_S = (10 * 365 * DAY_MS) / SECOND_MS;
const MAX_ID_CHARS = 200;
const MAX_LABEL_CHARS = 1_000;

/** Seconds in JSON, milliseconds as a value. An age of decades is an epoch time in the wrong field. */
export const AGE_MS: FieldKind<number> = {
  expected: (texts) => texts.age,
  read(value) {
    return typeof value === "number" && value >= 0 && value <= MAX_AGE_S ? value * SECOND_MS : undefined;
  },
};

export const COUNT = numberFrom(0, 1e9, (texts) => texts.count, true);
export const TOKENS = numberFrom(0, 1e15, (texts) => texts.tokens);
export const TICKS = numberFrom(0, Number.MAX_SAFE_INTEGER, (texts) => texts.ticks);
export const TICK_RATE = numberFrom(1, 1e9, (texts) => texts.tickRate);
export const PID = numberFrom(0, 2 ** 31, (texts) => texts.pid, true);
export const USD = numberFrom(0, 1e9, (texts) => texts.usd);

/** Text for people's eyes, of any content: whoever shows it cleans it. */
export const LABEL: FieldKind<string> = {
  expected: (texts) => texts.label(MAX_LABEL_CHARS),
  read: (value) => (typeof value === "string" && value.length <= MAX_LABEL_CHARS ? value : undefined),
};

/** An id that is only shown, never compared: what would be too odd for a key is good enough for people. */
export const SHOWN_ID: FieldKind<string> = {
  expected: LABEL.expected,
  read: (value) => (Number.isFinite(value) ? String(value) : LABEL.read(value)),
};

/** What a subject is known by, as text: 12 and "12" are the same subject. */
export const ID: FieldKind<string> = {
  expected: (texts) => texts.id(MAX_ID_CHARS),
  read(value) {
    if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
    if (typeof value !== "string" || value.length > MAX_ID_CHARS || value.trim() === "") return undefined;
    // It becomes part of a key that is stored and compared: halves of characters do not survive that.
    return /[\p{Cc}\p{Cs}]/u.test(value) ? undefined : value;
  },
};

const ISO_8601 = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?(?:\.\d+)?)(?:(Z)|([+-]\d\d):?(\d\d)?)?$/i;
/** 2000 to 2100: what lies outside is no time, or is in milliseconds. */
const EARLIEST_S = 946_684_800;
const LATEST_S = 4_102_444_800;

/** ISO 8601 or epoch seconds in JSON, epoch milliseconds as a value. Without an offset it is UTC, wherever we run. */
export const TIMESTAMP_MS: FieldKind<number> = {
  expected: (texts) => texts.time,
  read(value) {
    const timeMs = typeof value === "number" ? value * SECOND_MS : typeof value === "string" ? parseIso(value) : NaN;
    return timeMs >= EARLIEST_S * SECOND_MS && timeMs <= LATEST_S * SECOND_MS ? timeMs : undefined;
  },
};

function parseIso(text: string): number {
  const [matched, date, time, , hours, minutes] = ISO_8601.exec(text) ?? [];
  if (matched === undefined) return NaN;
  return Date.parse(`${date}T${time}${hours === undefined ? "Z" : `${hours}:${minutes ?? "00"}`}`);
}

export function oneOf<const T extends string>(words: readonly T[]): FieldKind<T> {
  return {
    expected: (texts) => texts.oneOf(words.join(", ")),
    read: (value) => words.find((word) => word === value),
  };
}
