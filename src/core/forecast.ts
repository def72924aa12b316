import { HOUR_MS, type Instant, MINUTE_MS } from "./time.ts";

/** How much was free at a moment. */
export type Sample = readonly [at: Instant, free: number];

/** The course of something that is used up (a disk, memory). Plain JSON data, at most 124 samples. */
export interface Trend {
  /**
   * Beside each of {@link SPANS_MS}: the lowest sample of each of its thirty parts, oldest first. Lowest, so that what is
   * filled and cleared in turn (logs that rotate) looks like what it is: the same low again and again.
   */
  readonly spans: readonly (readonly Sample[])[];
  /** Since it was found to run out in time: on which span's pace, and what was free then. */
  readonly warned: { readonly span: number; readonly free: number } | null;
}

/** When it runs out if it goes on like this. */
export interface Forecast {
  /** From now; 0 when nothing is left. */
  readonly fullInMs: number;
  /** How much is used up in an hour. */
  readonly perHour: number;
  /** The time over which this pace was seen. */
  readonly spanMs: number;
}

/** A pace is looked for over each of these, the shortest first: what fills within the hour cannot wait for a day's history. */
export const SPANS_MS: readonly number[] = [20 * MINUTE_MS, 2 * HOUR_MS, 12 * HOUR_MS, 72 * HOUR_MS];
export const NO_TREND: Trend = { spans: SPANS_MS.map(() => []), warned: null };

const PARTS = 30;
/** A pace is not believed for longer than this many times the span over which it was seen. */
const REACH = 6;
const LEAST_SAMPLES = 12;
/** How much of a span has to be known. */
const LEAST_COVER = 0.75;
/** Of what a span used up, so much may have come free at once in between. */
const MOST_FREED = 0.2;
/** A third of a span that has less than this part of the whole span's pace: a step, a pause or an end, not a steady pace. */
const LEAST_THIRD = 0.5;
/** What was warned of is over only when it would take so much longer than what is warned of, */
const CLEARS_LATER = 1.5;
/** or when so much of what was used up is free again. It is not over because nothing is left to use up: */
const CLEARS_FREED = 0.5;
/** below this part of what was free at the warning, only room ends it. */
const NOTHING_LEFT = 0.1;

/** Takes one reading into the history. */
export function noteFree(trend: Trend, at: Instant, free: number): Trend {
  const spans = SPANS_MS.map((spanMs, index) => {
    const partMs = spanMs / PARTS;
    const samples = (trend.spans[index] ?? []).filter(([before]) => at - before <= spanMs);
    const last = samples.at(-1);
    if (last === undefined || Math.floor(last[0] / partMs) !== Math.floor(at / partMs)) return [...samples, [at, free]];
    return free <= last[1] ? [...samples.slice(0, -1), [at, free]] : samples;
  }) as readonly (readonly Sample[])[];
  return { ...trend, spans };
}

/** When it runs out, by the shortest span with a steady pace; `undefined` where there is none to go by. */
export function forecastFull(trend: Trend, free: number): Forecast | undefined {
  const index = steadySpan(trend, free);
  return index === -1 ? undefined : extrapolate(trend.spans[index] ?? [], SPANS_MS[index] ?? 0, free);
}

const DRAWN = 12;

/** What was free over the span of a forecast, oldest first: at most twelve of the samples that it was told from. */
export function courseOf(trend: Trend, { spanMs }: Forecast): readonly number[] {
  const samples = trend.spans[SPANS_MS.indexOf(spanMs)] ?? [];
  const step = Math.max(samples.length / DRAWN, 1);
  // Counted back from the newest, which is always among them.
  const indexes = Array.from(
    { length: Math.min(samples.length, DRAWN) },
    (_, n) => samples.length - 1 - Math.floor(n * step),
  );
  return indexes.toReversed().flatMap((index) => samples[index]?.slice(1) ?? []);
}

/**
 * Whether it is to be warned of: it runs out within `horizonMs` at a steady pace, or was warned of and is not over.
 *
 * @param trend with the newest reading in it
 * @returns the forecast that belongs to the verdict, where there is a pace at all
 */
export function advanceForecast(
  trend: Trend,
  free: number,
  horizonMs: number,
): { readonly active: boolean; readonly forecast: Forecast | undefined; readonly trend: Trend } {
  const steady = steadySpan(trend, free);
  const forecast = steady === -1 ? undefined : extrapolate(trend.spans[steady] ?? [], SPANS_MS[steady] ?? 0, free);
  if (forecast !== undefined && forecast.fullInMs <= horizonMs) {
    const warned = trend.warned ?? { span: steady, free };
    return { active: true, forecast, trend: { ...trend, warned } };
  }
  if (trend.warned === null) return { active: false, forecast, trend };
  const { span, free: freeAtWarning } = trend.warned;
  const samples = trend.spans[span] ?? [];
  const atThisPace = extrapolate(samples, SPANS_MS[span] ?? 0, free);
  const goesOn = (atThisPace?.fullInMs ?? Number.POSITIVE_INFINITY) <= CLEARS_LATER * horizonMs;
  const nothingLeft = free <= NOTHING_LEFT * freeAtWarning;
  if ((goesOn || nothingLeft) && !hasRoomAgain(samples, free)) return { active: true, forecast: atThisPace, trend };
  return { active: false, forecast, trend: { ...trend, warned: null } };
}

/** The index of the shortest span whose pace can be gone by, or -1. */
function steadySpan(trend: Trend, free: number): number {
  return SPANS_MS.findIndex((spanMs, index) => {
    const samples = trend.spans[index] ?? [];
    const forecast = extrapolate(samples, spanMs, free);
    return (
      forecast !== undefined &&
      forecast.fullInMs <= REACH * spanMs &&
      isSteady(samples, spanMs) &&
      isNewLow(trend, samples, free)
    );
  });
}

function extrapolate(samples: readonly Sample[], spanMs: number, free: number): Forecast | undefined {
  const perMs = paceOf(samples);
  if (!(perMs > 0)) return undefined;
  return { fullInMs: Math.max(free, 0) / perMs, perHour: perMs * HOUR_MS, spanMs };
}

/**
 * What is used up in a millisecond, by Theil–Sen: the median of the slopes between all pairs of samples. A few wild
 * samples do not move it (https://en.wikipedia.org/wiki/Theil%E2%80%93Sen_estimator).
 */
function paceOf(samples: readonly Sample[]): number {
  const paces: number[] = [];
  for (const [index, [at, free]] of samples.entries()) {
    for (let other = 0; other < index; other++) {
      const [atBefore, freeBefore] = samples[other] ?? [at, free];
      if (at > atBefore) paces.push((freeBefore - free) / (at - atBefore));
    }
  }
  paces.sort((a, b) => a - b);
  const middle = paces.length / 2;
  return ((paces[Math.ceil(middle) - 1] ?? 0) + (paces[Math.floor(middle)] ?? 0)) / 2;
}

function isSteady(samples: readonly Sample[], spanMs: number): boolean {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || samples.length < LEAST_SAMPLES) return false;
  const coveredMs = last[0] - first[0];
  if (coveredMs < LEAST_COVER * spanMs) return false;
  const pace = paceOf(samples);
  if (mostFreed(samples) > MOST_FREED * pace * coveredMs) return false;
  return [0, 1, 2].every((third) => {
    const beginAt = first[0] + (third * coveredMs) / 3;
    const part = samples.filter(([at]) => at >= beginAt && at <= beginAt + coveredMs / 3);
    return paceOf(part) >= LEAST_THIRD * pace;
  });
}

/** The most that came free between any sample and a later one. */
function mostFreed(samples: readonly Sample[]): number {
  let lowest = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const [, free] of samples) {
    lowest = Math.min(lowest, free);
    most = Math.max(most, free - lowest);
  }
  return most;
}

/** What has been as low before, and was cleared, will be cleared again: logs that rotate, a backup that is moved away. */
function isNewLow(trend: Trend, samples: readonly Sample[], free: number): boolean {
  const [beginAt, freeThen] = samples[0] ?? [0, free];
  const before = trend.spans.flat().flatMap(([at, low]) => (at < beginAt ? [low] : []));
  return before.every((low) => free <= low - (freeThen - free) / 2);
}

function hasRoomAgain(samples: readonly Sample[], free: number): boolean {
  const lows = samples.map(([, low]) => low);
  const lowest = Math.min(free, ...lows);
  return free - lowest > CLEARS_FREED * (Math.max(...lows) - lowest);
}
