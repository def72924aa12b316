import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  advanceLoop,
  type LoopState,
  NO_LOOP,
  restartsBeforeFirstReading,
  restartsBetween,
  shareWithin,
} from "../../../../src/sources/containers/track/restarts.ts";
import { DETAILS, WALL } from "../observed.ts";

const MINUTE = 60_000;
const WINDOW = 10 * MINUTE;

function counters(startedAt: number | null, restartCount: number, startPending = false) {
  return { startedAt, restartCount, startPending };
}

describe("how often a container was started again between two readings", () => {
  test.each([
    ["not at all", counters(1, 4), counters(1, 4), 0],
    ["once by its policy", counters(1, 4), counters(2, 5), 1],
    ["three times by its policy", counters(1, 4), counters(2, 7), 3],
    ["it is about to be: Docker counts it before it starts", counters(1, 4), counters(1, 5, true), 1],
    ["it was about to be, and is: counted already", counters(1, 5, true), counters(2, 5), 0],
    ["it was about to be, is, and was once more", counters(1, 5, true), counters(2, 6), 1],
    ["once by hand", counters(1, 0), counters(2, 0), 1],
    ["once by hand, which resets the count", counters(1, 9), counters(2, 0), 1],
    ["by hand and then twice by its policy", counters(1, 9), counters(2, 2), 3],
    ["by hand and then as often as before", counters(1, 2), counters(2, 2), 3],
    ["it was created, and is started for the first time", counters(null, 0), counters(1, 0), 0],
    ["it was created, started, and started again by its policy", counters(null, 0), counters(2, 1), 1],
    ["by hand while it was about to be", counters(1, 5, true), counters(2, 0), 1],
  ])("%s", (_name, before, after, expected) => expect(restartsBetween(before, after)).toBe(expected));

  test("never a negative number, and none without a change", () => {
    const any = fc.record({
      startedAt: fc.option(fc.nat(5)),
      restartCount: fc.nat(5),
      startPending: fc.boolean(),
    });
    fc.assert(
      fc.property(any, any, (before, after) => {
        expect(restartsBetween(before, after)).toBeGreaterThanOrEqual(0);
        expect(restartsBetween(before, before)).toBe(0);
      }),
    );
  });
});

describe("how many of them fall into the window", () => {
  test.each([
    ["all, between two ticks", 5, 30_000, 5],
    ["all, if they happened within it", 5, WINDOW, 5],
    ["a share, if nobody looked for an hour", 60, 60 * MINUTE, 10],
    ["none, if nobody looked for a night", 40, 480 * MINUTE, 0],
  ])("%s", (_name, restarts, spanMs, expected) => expect(shareWithin(WINDOW, restarts, spanMs)).toBe(expected));

  test.each([
    ["none: it never was", 0, 60 * MINUTE, 5_000, 0],
    ["all: it is younger than the window", 4, 5 * MINUTE, 5_000, 4],
    ["a share: it is an hour old", 12, 60 * MINUTE, 5_000, 2],
    ["the last one at least: it is a month old", 1, 43_200 * MINUTE, 5_000, 1],
    ["none: the last one was long ago", 3, 43_200 * MINUTE, 60 * MINUTE, 0],
  ])("at first sight, %s", (_name, restartCount, ageMs, startedMsAgo, expected) => {
    const details = { ...DETAILS, restartCount, startedAt: WALL - startedMsAgo };
    expect(restartsBeforeFirstReading(details, WALL - ageMs, WALL, WINDOW)).toBe(expected);
  });

  test("at first sight, one that waits for its restart counts by its end", () => {
    const details = { ...DETAILS, restartCount: 1, startedAt: WALL - 60 * MINUTE, finishedAt: WALL - 1_000 };
    expect(restartsBeforeFirstReading(details, undefined, WALL, WINDOW)).toBe(1);
  });
});

describe("a restart loop", () => {
  const limits = { max: 3, windowMs: WINDOW };
  /** Restarts found at each of these minutes, each minute being a tick. */
  function run(minutes: Readonly<Record<number, number>>, until: number): boolean[] {
    let state: LoopState = NO_LOOP;
    return Array.from({ length: until + 1 }, (_, minute) => {
      state = advanceLoop(state, minutes[minute] ?? 0, minute * MINUTE, limits);
      return state.looping;
    });
  }

  test.each([
    ["begins with the third restart within the window", { 0: 1, 4: 1, 8: 1 }, 8, undefined],
    ["begins at once with three at a time", { 2: 3 }, 2, undefined],
    ["does not begin with two", { 0: 1, 4: 1 }, undefined, undefined],
    ["does not begin with three that are too far apart", { 0: 1, 6: 1, 12: 1 }, undefined, undefined],
    ["is over after a whole quiet window", { 0: 3 }, 0, 10],
    ["goes on while it restarts now and then", { 0: 3, 9: 1, 18: 1 }, 0, 28],
  ])("%s", (_name, minutes, beginsAt, endsAt) => {
    const looping = run(minutes, 40);
    expect(looping.indexOf(true)).toBe(beginsAt ?? -1);
    if (beginsAt !== undefined) expect(looping.indexOf(false, beginsAt)).toBe(endsAt ?? 10 + beginsAt);
  });

  test("what is remembered of it stays small, and no restart is lost", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { maxLength: 400 }), (restarts) => {
        let state: LoopState & { count?: number } = NO_LOOP;
        let now = 0;
        for (const count of restarts) state = advanceLoop(state, count, now++, limits);
        expect(state.bursts.length).toBeLessThanOrEqual(51);
        expect(state.count ?? 0).toBe(restarts.reduce((sum, count) => sum + count, 0));
      }),
    );
  });

  test("at a tick every 50 ms for a whole window, too", () => {
    let state: LoopState = NO_LOOP;
    for (let now = 0; now < 3 * WINDOW; now += 50) state = advanceLoop(state, 1, now, limits);
    expect(state.bursts.length).toBeLessThanOrEqual(51);
  });
});
