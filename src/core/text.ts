import type { Measure } from "./signal.ts";
import type { UnitsTexts } from "./texts/en/units.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "./time.ts";
import { dayOf, readWallClock, timeOf, type WallClock } from "./wall-clock.ts";

/** The icons that begin a block; foreign text must not hold them, or it could forge one. */
const ICONS = /[🔴🔁🟢]/gu;
/** Controls, line and paragraph separators, bidirectional and invisible formatting marks. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cf}\p{Co}\p{Cn}]+/gu;
/** Marks piled upon one letter; no script needs more than four, and many reach into the lines above and below. */
const PILED_MARKS = /(\p{M}{4})\p{M}+/gu;
/** Telegram turns much into a hashtag, "#·x" too (https://core.telegram.org/api/entities): no plain number sign is left. */
const NUMBER_SIGN = /#/g;

/**
 * Makes text from outside harmless and readable: on one line, without control and direction marks, block icons and
 * hashtags, at most `maxChars` code points long (a longer one ends with "…"). Not HTML-escaped: the renderer does that.
 */
export function cleanText(raw: string, maxChars = 300): string {
  // Cut first, generously: the rest of a 10 MB text need not be looked at.
  const isCut = raw.length > maxChars * 4;
  const text = raw
    .slice(0, maxChars * 4)
    .toWellFormed()
    .replace(UNPRINTABLE, " ")
    .replace(PILED_MARKS, "$1")
    .replace(ICONS, "•")
    .replace(NUMBER_SIGN, "＃")
    .replace(/\s+/g, " ")
    .trim();
  const points = [...text];
  if (text === "" || (!isCut && points.length <= maxChars)) return text;
  return `${points.slice(0, maxChars - 1).join("")}…`;
}

/** At most `maxPoints` code points of it; a longer one ends with "…". */
export function shorten(text: string, maxPoints: number): string {
  const points = [...text];
  return points.length <= maxPoints ? text : `${points.slice(0, maxPoints - 1).join("")}…`;
}

/** A key as a hashtag, each character outside `[A-Za-z0-9_]` replaced by `_`: a tap on it lists the key's history. */
export function hashtagOf(key: string): string {
  return `#${key.replace(/[^A-Za-z0-9_]/gu, "_")}`;
}

/** A duration as people say it, in its two largest units: "45 s", "2 min 5 s", "1 h 30 min", "3 d 4 h"; "250 ms" below 1 s. */
export function formatDuration(durationMs: number, texts: UnitsTexts): string {
  if (!(durationMs >= SECOND_MS)) {
    return durationMs >= 1 ? `${Math.floor(durationMs)} ${texts.millisecond}` : `0 ${texts.second}`;
  }
  const units: readonly (readonly [string, number])[] = [
    [texts.day, DAY_MS],
    [texts.hour, HOUR_MS],
    [texts.minute, MINUTE_MS],
    [texts.second, SECOND_MS],
  ];
  const index = units.findIndex(([, unitMs]) => durationMs >= unitMs);
  const [name, unitMs] = units[index] ?? [texts.second, SECOND_MS];
  const whole = Math.floor(durationMs / unitMs);
  const finer = units[index + 1];
  const rest = finer === undefined ? 0 : Math.floor((durationMs - whole * unitMs) / finer[1]);
  return finer === undefined || rest === 0 ? `${whole} ${name}` : `${whole} ${name} ${rest} ${finer[0]}`;
}

/** A number without noise: at most one decimal below 1,000, none above. */
export function formatNumber(value: number, texts: UnitsTexts): string {
  if (Math.abs(value) < 1_000) return String(Math.round(value * 10) / 10).replace(".", texts.decimal);
  // Not by Intl, whose first format costs megabytes.
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, texts.group);
}

function formatAmount(value: number, unit: Measure["unit"], texts: UnitsTexts): string {
  switch (unit) {
    case "percent":
      return texts.percent(formatNumber(value, texts));
    case "seconds":
      return formatDuration(value * SECOND_MS, texts);
    case "usd":
      return texts.usd(value.toFixed(2).replace(".", texts.decimal));
    case "count":
      return formatNumber(value, texts);
  }
}

/** A value against its threshold: "93.1 % (limit 90 %)". */
export function formatMeasure({ value, limit, unit }: Measure, texts: UnitsTexts): string {
  return texts.ofLimit(formatAmount(value, unit, texts), formatAmount(limit, unit, texts));
}

/** How Instants become wall time for people. */
export interface WallTime {
  /** Wall clock minus Instant, in milliseconds, as known now. */
  readonly offsetMs: number;
  /** An IANA time zone name; `undefined`: the system's. */
  readonly zone: string | undefined;
}

/** "14:02:11", or "21 Nov 14:02:11" when `at` is not on the day of `now`; "?" for what is no time. Never throws. */
export function formatTime(at: Instant, now: Instant, wall: WallTime, texts: UnitsTexts): string {
  const clock = clockAt(at, wall);
  if (clock === undefined) return "?";
  const today = clockAt(now, wall);
  const isToday = today !== undefined && dayOf(clock) === dayOf(today);
  return isToday ? timeOf(clock) : `${writeDay(clock, texts)} ${timeOf(clock)}`;
}

/** "21 Nov"; "?" for what is no time. Never throws. */
export function formatDay(at: Instant, wall: WallTime, texts: UnitsTexts): string {
  const clock = clockAt(at, wall);
  return clock === undefined ? "?" : writeDay(clock, texts);
}

/** `undefined`: no time. */
function clockAt(at: Instant, { offsetMs, zone }: WallTime): WallClock | undefined {
  const wallMs = at + offsetMs;
  return Math.abs(wallMs) <= LAST_DATE_MS ? readWallClock(wallMs, zone) : undefined;
}

function writeDay({ day, month }: WallClock, texts: UnitsTexts): string {
  return `${day} ${texts.months[month - 1]}`;
}

/** The last moment that a date can be (https://tc39.es/ecma262/#sec-time-values-and-time-range). */
const LAST_DATE_MS = 8.64e15;
