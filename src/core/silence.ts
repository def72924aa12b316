import { matchesGlob } from "./glob.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "./time.ts";

/** Alerts of the keys that match are not sent until then. Plain JSON data. */
export interface Silence {
  /** A glob over keys: `container:web*`, `dep:db`, `*`. Unique among the silences. */
  readonly keyGlob: string;
  readonly until: Instant;
  /** Why, in people's words; may be empty. */
  readonly why: string;
}

/** Whether alerts of `key` are silenced at `now`. Resolves of what was told are always sent. */
export function isSilenced(key: string, silences: readonly Silence[], now: Instant): boolean {
  return silences.some((silence) => now < silence.until && matchesGlob(key, silence.keyGlob));
}

/** In every language that answers are given in, whichever is set: no unit of one means another in another. */
const UNIT_NAMES: readonly (readonly [unitMs: number, names: string])[] = [
  [SECOND_MS, "s sec second seconds с сек секунду секунды секунд seconde secondes"],
  [MINUTE_MS, "m min minute minutes м мин минуту минуты минут"],
  [HOUR_MS, "h hour hours ч час часа часов heure heures"],
  [DAY_MS, "d day days д день дня дней j jour jours"],
];
const UNITS: Readonly<Record<string, number>> = Object.fromEntries(
  UNIT_NAMES.flatMap(([unitMs, names]) => names.split(" ").map((name) => [name, unitMs])),
);
/** As a word of its own it means "with": `5 с базой` is five minutes, and why. */
const NO_UNIT_ALONE = "с";
const LONGEST_MS = 366 * DAY_MS;

/**
 * A duration as people type it: `90s`, `30m`, `2h`, `1h30m`, `3d`, `1,5ч`; a bare number is minutes.
 *
 * @returns milliseconds, more than 0 and at most 366 days; `undefined` for anything else
 */
export function parseDuration(text: string): number | undefined {
  const compact = text.replace(/\s+/g, "").toLowerCase();
  const parts = /^\d+$/.test(compact) ? [`${compact}m`] : compact.match(/\d+(?:[.,]\d+)?\p{L}+/gu);
  if (parts === null || parts.join("").length < compact.length) return undefined;
  let totalMs = 0;
  for (const part of parts) {
    const [, amount = "", unit = ""] = /^([\d.,]+)(\p{L}+)$/u.exec(part) ?? [];
    const unitMs = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
    if (unitMs === undefined) return undefined;
    totalMs += Number(amount.replace(",", ".")) * unitMs;
  }
  return totalMs > 0 && totalMs <= LONGEST_MS ? totalMs : undefined;
}

/** What people type to silence: the key or glob, the duration, and why. What is missing or cannot be read is `undefined`. */
export interface SilenceWords {
  readonly keyGlob: string | undefined;
  readonly durationMs: number | undefined;
  /** The duration as it was typed. */
  readonly given: string | undefined;
  readonly why: string;
}

/** Reads `KEY-GLOB DURATION [WHY …]`, on the command line and in the chat alike; `2 h` is one duration. */
export function readSilence(words: readonly string[]): SilenceWords {
  const [keyGlob, amount, ...rest] = words;
  const unit = rest[0]?.toLowerCase() ?? "";
  const isSplit = /^[\d.,]+$/.test(amount ?? "") && Object.hasOwn(UNITS, unit) && unit !== NO_UNIT_ALONE;
  const given = isSplit ? `${amount}${rest[0]}` : amount;
  const durationMs = given === undefined ? undefined : parseDuration(given);
  return { keyGlob, durationMs, given, why: rest.slice(isSplit ? 1 : 0).join(" ") };
}
