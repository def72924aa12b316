import { readFileSync } from "node:fs";
import { uptime } from "node:os";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createSystemClock } from "../src/clock.ts";

const BOOT_ID = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
const HOUR = 3_600_000;
/** The boot clock is read in hundredths of a second, on a machine that may be busy. */
const TOLERANCE = 100;

const isNear = (value: number, expected: number) => expect(Math.abs(value - expected)).toBeLessThanOrEqual(TOLERANCE);

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the timeline", () => {
  test("begins at the wall clock", () => {
    const { clock, timeline } = createSystemClock();
    isNear(clock.now(), Date.now());
    expect(timeline.bootId).toBe(BOOT_ID);
  });

  test("is continued on the same boot, whatever the wall clock says", () => {
    const stored = { bootId: BOOT_ID, originMs: 12_345 };
    const { clock, timeline } = createSystemClock(stored, Date.now() + HOUR);
    expect(timeline).toEqual(stored);
    isNear(clock.now(), 12_345 + uptime() * 1_000);
  });

  test("two processes on one boot agree", () => {
    const first = createSystemClock();
    const second = createSystemClock(first.timeline);
    isNear(second.clock.now(), first.clock.now());
  });

  test.each<[name: string, bootId: string]>([
    ["another boot", "00000000-0000-0000-0000-000000000000"],
    ["a boot that nobody knows", ""],
  ])("begins anew after %s", (_name, bootId) => {
    const { clock, timeline } = createSystemClock({ bootId, originMs: 12_345 });
    isNear(clock.now(), Date.now());
    expect(timeline.bootId).toBe(BOOT_ID);
  });

  test("begins never before what was stored: a wall clock that was set back makes nothing happen twice", () => {
    const notBefore = Date.now() + HOUR;
    isNear(createSystemClock({ bootId: "another", originMs: 0 }, notBefore).clock.now(), notBefore);
    isNear(createSystemClock(undefined, notBefore).clock.now(), notBefore);
  });

  test("does not follow a wall clock that is stepped", () => {
    const { clock } = createSystemClock();
    const before = clock.now();
    const real = Date.now;
    vi.spyOn(Date, "now").mockImplementation(() => real() + HOUR);
    isNear(clock.now(), before);
    isNear(clock.wallNow(), real() + HOUR);
  });

  test("never runs backwards, and counts what the boot clock counts", async () => {
    const { clock } = createSystemClock();
    const startedAt = clock.now();
    const begun = performance.now();
    let last = startedAt;
    while (performance.now() - begun < 600) {
      const now = clock.now();
      expect(now).toBeGreaterThanOrEqual(last);
      isNear(now - startedAt, performance.now() - begun);
      last = now;
      await new Promise((resolve) => setTimeout(resolve, 7));
    }
  });
});

describe("timers", () => {
  const { clock } = createSystemClock();

  test("run once, later, never at once", async () => {
    let runs = 0;
    const done = new Promise<void>((resolve) => {
      clock.after(-5, () => {
        runs += 1;
        resolve();
      });
    });
    expect(runs).toBe(0);
    await done;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(runs).toBe(1);
  });

  test("can be cancelled, also twice", async () => {
    const cancel = clock.after(5, () => expect.unreachable("it was cancelled"));
    cancel();
    cancel();
    await new Promise((resolve) => setTimeout(resolve, 20));
  });

  test.each([1e10, Number.POSITIVE_INFINITY, 2 ** 31])("%d ms are not one millisecond", async (delayMs) => {
    const cancel = clock.after(delayMs, () => expect.unreachable("much too early"));
    await new Promise((resolve) => setTimeout(resolve, 20));
    cancel();
  });
});
