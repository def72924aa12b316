import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  advanceForecast,
  courseOf,
  forecastFull,
  NO_TREND,
  noteFree,
  SPANS_MS,
  type Trend,
} from "../../src/core/forecast.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/core/time.ts";

const GB = 1e9;
/** Any moment: nothing depends on where the timeline begins. */
const START = 1_781_082_000_123;

/** What is free after so much time. */
type Course = (ms: number) => number;

interface Watched {
  readonly trend: Trend;
  readonly free: number;
  /** After how much time each spell of warning began and ended. */
  readonly warnings: { readonly fromMs: number; readonly toMs: number | undefined }[];
}

/** Watches a course once a minute. */
function watch(course: Course, forMs: number, horizonMs = DAY_MS, everyMs = MINUTE_MS): Watched {
  let trend = NO_TREND;
  let free = 0;
  const warnings: { fromMs: number; toMs: number | undefined }[] = [];
  for (let ms = 0; ms <= forMs; ms += everyMs) {
    free = Math.max(0, course(ms));
    const verdict = advanceForecast(noteFree(trend, START + ms, free), free, horizonMs);
    trend = verdict.trend;
    const open = warnings.at(-1);
    if (verdict.active && (open === undefined || open.toMs !== undefined))
      warnings.push({ fromMs: ms, toMs: undefined });
    if (!verdict.active && open !== undefined && open.toMs === undefined) open.toMs = ms;
  }
  return { trend, free, warnings };
}

/** So much is used up in an hour. */
const fills =
  (from: number, perHour: number): Course =>
  (ms) =>
    from - (perHour * ms) / HOUR_MS;

/** Deterministic noise, uniform in ±`size`. */
const noise = (size: number): Course => {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return (2 * (state / 2_147_483_647) - 1) * size;
  };
};

const plus =
  (...courses: readonly Course[]): Course =>
  (ms) =>
    courses.reduce((sum, course) => sum + course(ms), 0);

/** Falls by `size` over each period and is back at once. */
const sawtooth =
  (periodMs: number, size: number): Course =>
  (ms) =>
    -size * ((ms % periodMs) / periodMs);

/** Rests, then takes its course between two hours, then rests again. */
const hours =
  (from: number, to: number, course: Course): Course =>
  (ms) =>
    course(Math.min(Math.max(ms, from * HOUR_MS), to * HOUR_MS) - from * HOUR_MS);

describe("what is warned of, a day ahead", () => {
  test.each<[name: string, course: Course, forMs: number, afterAtMostMs: number]>([
    ["a log that runs away", fills(20 * GB, 20 * GB), HOUR_MS, 20 * MINUTE_MS],
    ["a steady fill that leaves some hours", fills(14 * GB, 1.2 * GB), 4 * HOUR_MS, 2 * HOUR_MS],
    ["a slow fill, once it is near", fills(100 * GB, GB), 80 * HOUR_MS, 77 * HOUR_MS],
    ["a fill under noise", plus(fills(14 * GB, 1.2 * GB), noise(0.05 * GB)), 4 * HOUR_MS, 3 * HOUR_MS],
    ["a fill after hours of rest", hours(6, 99, fills(20 * GB, 10 * GB)), 8 * HOUR_MS, 6.5 * HOUR_MS],
    ["a fill in steps, an hour each", (ms) => 30 * GB - 2 * GB * Math.floor(ms / HOUR_MS), 14 * HOUR_MS, 12 * HOUR_MS],
    [
      "logs that rotate, on a disk that fills",
      plus(fills(30 * GB, 1.5 * GB), sawtooth(10 * MINUTE_MS, GB)),
      19 * HOUR_MS,
      12 * HOUR_MS,
    ],
  ])("%s", (_name, course, forMs, afterAtMostMs) => {
    const { warnings } = watch(course, forMs);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.fromMs).toBeLessThanOrEqual(afterAtMostMs);
    expect(warnings[0]?.toMs).toBeUndefined();
  });
});

describe("what is not", () => {
  test.each<[name: string, course: Course, forMs?: number]>([
    ["nothing moves", () => 10 * GB],
    ["there is nothing left, and never was", () => 0],
    ["only noise", plus(() => 10 * GB, noise(GB))],
    ["it gets more", fills(10 * GB, -0.1 * GB)],
    ["a fill that takes weeks", fills(500 * GB, GB)],
    ["one large file", (ms) => (ms < 5 * HOUR_MS ? 50 : 10) * GB],
    ["a copy that takes ten minutes and ends", hours(5, 5 + 1 / 6, fills(230 * GB, 1_200 * GB))],
    ["logs that rotate every hour", plus(() => 5 * GB, sawtooth(HOUR_MS, GB))],
    ["logs that were deleted once", (ms) => (ms < 5 * HOUR_MS ? 10 : 40) * GB],
  ])("%s", (_name, course, forMs = 30 * HOUR_MS) => {
    expect(watch(course, forMs).warnings).toEqual([]);
  });

  test("a history that is too short", () => {
    expect(watch(fills(20 * GB, 20 * GB), 14 * MINUTE_MS).warnings).toEqual([]);
  });

  test("too few readings, as after a night in which nobody watched", () => {
    const { warnings } = watch(fills(20 * GB, 0.5 * GB), 10 * HOUR_MS, DAY_MS, HOUR_MS);
    expect(warnings).toEqual([]);
  });

  test("what rotates daily, from the second day on", () => {
    const { warnings } = watch(
      plus(() => 30 * GB, sawtooth(DAY_MS, 20 * GB)),
      4 * DAY_MS,
      DAY_MS,
      5 * MINUTE_MS,
    );
    expect(warnings.filter(({ fromMs }) => fromMs > DAY_MS)).toEqual([]);
  });
});

describe("what is over", () => {
  const leak = hours(0, 3, fills(14 * GB, 2 * GB));

  test("deleted logs end it at once", () => {
    const { warnings } = watch((ms) => (ms < 3 * HOUR_MS ? leak(ms) : 40 * GB), 6 * HOUR_MS);
    expect(warnings).toEqual([{ fromMs: expect.any(Number), toMs: 3 * HOUR_MS }]);
  });

  test("a fill that ends is over when its span has seen the rest, not at the first quiet minute", () => {
    const { warnings } = watch(leak, 6 * HOUR_MS);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.toMs).toBeGreaterThan(3.5 * HOUR_MS);
    expect(warnings[0]?.toMs).toBeLessThan(5 * HOUR_MS);
  });

  test("a pace that trembles around the limit is told once", () => {
    const pace: Course = (ms) => (Math.floor(ms / HOUR_MS) % 2 === 0 ? 1.1 : 0.9);
    let left = 40 * GB;
    const { warnings } = watch((ms) => {
      left -= (pace(ms) * GB) / 60;
      return left;
    }, 30 * HOUR_MS);
    expect(warnings).toEqual([{ fromMs: expect.any(Number), toMs: undefined }]);
  });

  test("what has filled up is not over because it fills no more", () => {
    const { warnings } = watch(fills(14 * GB, 2 * GB), 30 * HOUR_MS);
    expect(warnings).toEqual([{ fromMs: expect.any(Number), toMs: undefined }]);
  });
});

describe("the forecast", () => {
  test("says when, how fast and by what it goes", () => {
    const { trend, free } = watch(fills(14 * GB, 2 * GB), 2 * HOUR_MS);
    const forecast = forecastFull(trend, free);
    expect(forecast?.fullInMs).toBeCloseTo(5 * HOUR_MS, -4);
    expect(forecast?.perHour).toBeCloseTo(2 * GB, -3);
    expect(forecast?.spanMs).toBe(2 * HOUR_MS);
  });

  test("reaches days ahead after three days, for a digest", () => {
    const { trend, free } = watch(fills(360 * GB, GB), 72 * HOUR_MS);
    expect(forecastFull(trend, free)?.fullInMs).toBeCloseTo(12 * DAY_MS, -6);
  });

  test("is none where nothing is known", () => expect(forecastFull(NO_TREND, 1)).toBeUndefined());
});

describe("whatever comes", () => {
  const course = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 300 });

  test("it is total, bounded, and plain JSON", () => {
    fc.assert(
      fc.property(course, fc.integer({ min: 1, max: 10 * HOUR_MS }), (values, gapMs) => {
        let trend = NO_TREND;
        for (const [index, free] of values.entries()) {
          const verdict = advanceForecast(noteFree(trend, START + index * gapMs, free), free, DAY_MS);
          trend = JSON.parse(JSON.stringify(verdict.trend)) as Trend;
          expect(trend).toEqual(verdict.trend);
          expect(verdict.forecast?.fullInMs ?? 0).toBeGreaterThanOrEqual(0);
        }
        for (const samples of trend.spans) expect(samples.length).toBeLessThanOrEqual(31);
        expect(trend.spans).toHaveLength(SPANS_MS.length);
      }),
      { numRuns: 50 },
    );
  });

  test("what grows or rests is never warned of", () => {
    fc.assert(
      fc.property(course, (steps) => {
        let free = 0;
        let trend = NO_TREND;
        for (const [index, step] of steps.entries()) {
          free += step;
          const verdict = advanceForecast(noteFree(trend, START + index * MINUTE_MS, free), free, 30 * DAY_MS);
          expect(verdict.active).toBe(false);
          trend = verdict.trend;
        }
      }),
      { numRuns: 50 },
    );
  });

  test("faster is sooner, and more room is later", () => {
    const size = fc.double({ min: 1, max: 100, noNaN: true });
    fc.assert(
      fc.property(size, size, fc.double({ min: 1.01, max: 3, noNaN: true }), (room, perHour, more) => {
        const left = (at: Course) => {
          const { trend, free } = watch(at, 2 * HOUR_MS, DAY_MS, 2 * MINUTE_MS);
          return forecastFull(trend, free)?.fullInMs ?? Number.POSITIVE_INFINITY;
        };
        const from = room + 2 * perHour;
        const as = left(fills(from, perHour));
        expect(left(fills(from * more, perHour))).toBeGreaterThanOrEqual(as);
        expect(left(fills(2 * more * perHour + room, perHour * more))).toBeLessThanOrEqual(as);
      }),
      { numRuns: 40 },
    );
  });

  test("what is filled and cleared in turn is not warned of, once it was seen to be cleared", () => {
    const sizes = fc.record({
      periodMin: fc.integer({ min: 4, max: 12 * 60 }),
      size: fc.integer({ min: 1, max: 100 }),
      low: fc.integer({ min: 0, max: 100 }),
      jitter: fc.double({ min: 0, max: 0.1, noNaN: true }),
    });
    fc.assert(
      fc.property(sizes, ({ periodMin, size, low, jitter }) => {
        const periodMs = periodMin * MINUTE_MS;
        const course = plus(() => low + size * 1.2, sawtooth(periodMs, size), noise(jitter * size));
        const { warnings } = watch(course, Math.max(4 * periodMs, 4 * HOUR_MS), DAY_MS, 2 * MINUTE_MS);
        expect(warnings.filter(({ fromMs }) => fromMs > 1.5 * periodMs)).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});

describe("what is drawn of a course", () => {
  test.each<[name: string, forMs: number, values: number]>([
    ["twelve of many samples", 3 * DAY_MS, 12],
    ["no more than there are", 5 * MINUTE_MS, 6],
  ])("%s, the newest among them, in their order", (_name, forMs, values) => {
    const { trend, free } = watch(fills(1_000 * GB, GB), forMs);
    const course = courseOf(trend, { spanMs: SPANS_MS[0]!, perHour: GB, fullInMs: 0 });
    expect(course).toHaveLength(values);
    expect(course.at(-1)).toBe(free);
    expect(course).toEqual(course.toSorted((a, b) => b - a));
  });

  test("nothing of a span that nobody knows", () => {
    expect(courseOf(NO_TREND, { spanMs: SPANS_MS[0]!, perHour: GB, fullInMs: 0 })).toEqual([]);
    expect(courseOf(NO_TREND, { spanMs: 1, perHour: GB, fullInMs: 0 })).toEqual([]);
  });
});
