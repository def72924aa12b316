import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { known, unknown } from "../../../src/core/reading.ts";
import { EN } from "../../../src/core/texts/index.ts";
import { evaluateDisk, evaluateMemory, INITIAL_MEMORY, type LevelMemory } from "../../../src/sources/host/signals.ts";

const GIB = 2 ** 30;

/** 100 GiB of memory with `usedPct` of it in use. */
function memoryAt(usedPct: number) {
  return known({ totalBytes: 100 * GIB, availableBytes: (100 - usedPct) * GIB });
}

function diskAt(usedPct: number) {
  return known({ usedBytes: usedPct * GIB, availableBytes: (100 - usedPct) * GIB });
}

/** Whether the signal is active after each value in turn; `undefined` is a failed reading. */
function course(evaluate: typeof evaluateMemoryAt, values: readonly (number | undefined)[]): (boolean | "held")[] {
  let memory: LevelMemory = INITIAL_MEMORY;
  return values.map((value) => {
    const evaluation = evaluate(value, memory);
    memory = evaluation.memory;
    return evaluation.signals[0]?.active ?? "held";
  });
}

const DISK_RULES = { diskCritPct: 97, texts: EN };
const evaluateMemoryAt = (usedPct: number | undefined, memory: LevelMemory) =>
  evaluateMemory({ memPct: 90, texts: EN }, usedPct === undefined ? unknown("no") : memoryAt(usedPct), memory);
const evaluateDiskAt = (usedPct: number | undefined, memory: LevelMemory) =>
  evaluateDisk("/data", DISK_RULES, usedPct === undefined ? unknown("no") : diskAt(usedPct), memory);

describe("host_mem, limit 90 %", () => {
  test.each([
    { name: "active from the limit on", values: [89.9, 90, 99], expected: [false, true, true] },
    { name: "clears below five points less", values: [90, 85, 84.9], expected: [true, true, false] },
    { name: "trembling is told once", values: [90, 89, 91, 86, 90], expected: [true, true, true, true, true] },
    { name: "not active between, coming from below", values: [80, 86, 89], expected: [false, false, false] },
    { name: "unknown holds", values: [91, undefined, 86], expected: [true, "held", true] },
  ])("$name", ({ values, expected }) => {
    expect(course(evaluateMemoryAt, values)).toEqual(expected);
  });

  test("is active at or above the limit and inactive below 85 %, whatever came before", () => {
    const percent = fc.double({ min: 0, max: 99.9, noNaN: true });
    fc.assert(
      fc.property(fc.array(percent), percent, (before, last) => {
        const active = course(evaluateMemoryAt, [...before, last]).at(-1);
        const used = (100 * (100 * GIB - (100 - last) * GIB)) / (100 * GIB);
        if (used >= 90) expect(active).toBe(true);
        if (used < 85) expect(active).toBe(false);
      }),
    );
  });

  test("says how much, and what to look at", () => {
    expect(evaluateMemoryAt(93, INITIAL_MEMORY)).toEqual({
      signals: [
        {
          key: "host_mem",
          severity: "critical",
          nature: "level",
          active: true,
          what: "host memory is almost used up",
          measure: { value: 93, limit: 90, unit: "percent" },
          details: ["93 GiB used of 100 GiB, 7 GiB available"],
          next: "see who uses it: `docker stats --no-stream` or `ps aux --sort=-rss | head`",
        },
      ],
      holds: [],
      memory: { active: true },
    });
    expect(evaluateMemoryAt(12, INITIAL_MEMORY).signals[0]?.what).toBe("host memory is fine");
  });

  test("a failed reading holds it and forgets nothing", () => {
    expect(evaluateMemoryAt(undefined, { active: true })).toEqual({
      signals: [],
      holds: ["host_mem"],
      memory: { active: true },
    });
  });
});

describe("host_disk, limit 97 %", () => {
  test.each([
    { name: "active from the limit on", values: [96.9, 97, 100], expected: [false, true, true] },
    { name: "clears below one point less", values: [97, 96, 95.9], expected: [true, true, false] },
    { name: "unknown holds", values: [97, undefined, 96.5], expected: [true, "held", true] },
  ])("$name", ({ values, expected }) => {
    expect(course(evaluateDiskAt, values)).toEqual(expected);
  });

  test("says how much, and what to look at", () => {
    expect(evaluateDiskAt(98, INITIAL_MEMORY).signals).toEqual([
      {
        key: "host_disk:/data",
        severity: "critical",
        nature: "level",
        active: true,
        what: "disk /data is almost full",
        measure: { value: 98, limit: 97, unit: "percent" },
        details: ["98 GiB used, 2 GiB available"],
        next: "see what fills it: `docker system df` and `du -xh -d 2 /data | sort -h | tail`",
      },
    ]);
    expect(evaluateDiskAt(12, INITIAL_MEMORY).signals[0]?.what).toBe("disk /data has room");
  });

  test("a path that a shell would take apart is quoted, one with an icon is defused", () => {
    const [signal] = evaluateDisk("/a b🔴'c", DISK_RULES, diskAt(99), INITIAL_MEMORY).signals;
    expect(signal?.what).toBe("disk /a b•'c is almost full");
    expect(signal?.next).toContain(`du -xh -d 2 '/a b•'\\''c' |`);
  });

  test("a failed reading holds its own key only", () => {
    expect(evaluateDiskAt(undefined, { active: true }).holds).toEqual(["host_disk:/data"]);
  });
});
