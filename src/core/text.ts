import type { Measure } from "./signal.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "./time.ts";

/** The icons that begin a block; foreign text must not hold them, or it could forge one. */
const ICONS = /[🔴🔁🟢]/gu;
/** Controls, line and paragraph separators, bidirectional and invisible formatting marks. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cf}\p{Co}\p{Cn}]+/gu;
/** What Telegram would turn into a hashtag (https://core.telegram.org/api/entities). */
const HASHTAG = /#(?=[\p{L}\p{N}_])/gu;

/**
 * Makes text from outside harmless and readable: on one line, without control and direction marks, block icons and
 * hashtags, at most `maxChars` code points long (a longer one ends with "…"). Not HTML-escaped: the renderer does that.
 */
export function cleanText(raw: string, maxChars = 300): string {
  // Cut first, generously: the rest of a 10 MB text need not be looked at.
  const text = raw
    .slice(0, maxChars * 4)
    .toWellFormed()
    .replace(UNPRINTABLE, " ")
    .replace(ICONS, "•")
    .replace(HASHTAG, "＃")
    .replace(/\s+/g, " ")
    .trim();
  const points = [...text];
  return points.length > maxChars ? `${points.slice(0, maxChars - 1).join("")}…` : text;
}

/** A key as a hashtag, each character outside `[A-Za-z0-9_]` replaced by `_`: a tap on it lists the key's history. */
export function hashtagOf(key: string): string {
  return `#${key.replace(/[^A-Za-z0-9_]/gu, "_")}`;
}

/** A duration as people say it, in its two largest units: "45 s", "2 min 5 s", "1 h 30 min", "3 d 4 h". */
export function formatDuration(durationMs: number): string {
  if (durationMs < SECOND_MS) return "less than 1 s";
  const units: readonly (readonly [string, number])[] = [
    ["d", DAY_MS],
    ["h", HOUR_MS],
    ["min", MINUTE_MS],
    ["s", SECOND_MS],
  ];
  const index = units.findIndex(([, unitMs]) => durationMs >= unitMs);
  const [name, unitMs] = units[index] ?? ["s", SECOND_MS];
  const whole = Math.floor(durationMs / unitMs);
  const finer = units[index + 1];
  const rest = finer === undefined ? 0 : Math.floor((durationMs - whole * unitMs) / finer[1]);
  return finer === undefined || rest === 0 ? `${whole} ${name}` : `${whole} ${name} ${rest} ${finer[0]}`;
}

/** A number without noise: at most one decimal below 1,000, none above. */
export function formatNumber(value: number): string {
  return Math.abs(value) < 1_000 ? String(Math.round(value * 10) / 10) : Math.round(value).toLocaleString("en");
}

function formatAmount(value: number, unit: Measure["unit"]): string {
  switch (unit) {
    case "percent":
      return `${formatNumber(value)} %`;
    case "seconds":
      return formatDuration(value * SECOND_MS);
    case "usd":
      return `$${value.toFixed(2)}`;
    case "count":
      return formatNumber(value);
  }
}

/** A value against its threshold: "93.1 % (limit 90 %)". */
export function formatMeasure(measure: Measure): string {
  return `${formatAmount(measure.value, measure.unit)} (limit ${formatAmount(measure.limit, measure.unit)})`;
}

/** How Instants become wall time for people. */
export interface WallTime {
  /** Wall clock minus Instant, in milliseconds, as known now. */
  readonly offsetMs: number;
  /** An IANA time zone name. */
  readonly zone: string;
}

/** "14:02:11", or "21 Nov 14:02:11" when `at` is not on the day of `now`. */
export function formatTime(at: Instant, now: Instant, wall: WallTime): string {
  const day = dateFormat(wall.zone, { day: "numeric", month: "short" });
  const time = dateFormat(wall.zone, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const atDay = day.format(at + wall.offsetMs);
  const clock = time.format(at + wall.offsetMs);
  return atDay === day.format(now + wall.offsetMs) ? clock : `${atDay} ${clock}`;
}

function dateFormat(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-GB", { timeZone, ...options });
}
