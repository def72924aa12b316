import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isSilenced, parseDuration, readSilence, type Silence } from "../../src/core/silence.ts";

const S = 1_000;
const MIN = 60 * S;
const H = 60 * MIN;
const D = 24 * H;

describe("parseDuration: as people type it", () => {
  test.each<[text: string, ms: number | undefined]>([
    ["90s", 90 * S],
    ["30m", 30 * MIN],
    ["30min", 30 * MIN],
    ["2h", 2 * H],
    ["1h30m", 90 * MIN],
    ["1h 30 min", 90 * MIN],
    ["1.5h", 90 * MIN],
    ["3d", 3 * D],
    ["15", 15 * MIN],
    ["30м", 30 * MIN],
    ["1ч 30мин", 90 * MIN],
    ["45с", 45 * S],
    ["2д", 2 * D],
    ["1,5 ч", 90 * MIN],
    ["3j", 3 * D],
    ["2 J", 2 * D],
    ["2 hours", 2 * H],
    ["1 день", D],
    [" 2H ", 2 * H],
    ["366d", 366 * D],
    ["367d", undefined],
    ["0", undefined],
    ["0h", undefined],
    ["", undefined],
    ["h", undefined],
    ["-1h", undefined],
    ["2w", undefined],
    ["1h30", undefined],
    ["1..5h", undefined],
    ["1,2,3h", undefined],
    ["2ё", undefined],
    ["1h x", undefined],
    ["soon", undefined],
    ["1constructor", undefined],
    [`${"9".repeat(400)}d`, undefined],
  ])("%j: %j", (text, ms) => expect(parseDuration(text)).toBe(ms));

  test("whatever is typed, it is a duration within a year or none", () => {
    const typed = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."0123456789.,smhdчмj -") }));
    fc.assert(
      fc.property(typed, (text) => {
        const ms = parseDuration(text);
        if (ms !== undefined) expect(ms > 0 && ms <= 366 * D).toBe(true);
      }),
    );
  });
});

describe("isSilenced", () => {
  const silence = (keyGlob: string, until = 10): Silence => ({ keyGlob, until, why: "" });

  test.each<[name: string, silences: Silence[], silenced: boolean]>([
    ["by nothing", [], false],
    ["by its key", [silence("dep:db")], true],
    ["by a glob", [silence("x"), silence("dep:*")], true],
    ["by everything", [silence("*")], true],
    ["not by its kind alone", [silence("dep")], false],
    ["not by another", [silence("dep:db2")], false],
    ["not when it has ended", [silence("dep:db", 9)], false],
    ["not in the moment in which it ends", [silence("dep:db", 9)], false],
  ])("%s", (_name, silences, silenced) => expect(isSilenced("dep:db", silences, 9)).toBe(silenced));
});

describe("readSilence: what people type, on the command line and in the chat", () => {
  test.each([
    { name: "nothing", words: [], read: { keyGlob: undefined, durationMs: undefined, given: undefined, why: "" } },
    { name: "a key alone", words: ["a"], read: { keyGlob: "a", durationMs: undefined, given: undefined, why: "" } },
    { name: "both", words: ["a*", "2h"], read: { keyGlob: "a*", durationMs: 2 * H, given: "2h", why: "" } },
    {
      name: "and why",
      words: ["a", "2h", "moving", "it"],
      read: { keyGlob: "a", durationMs: 2 * H, given: "2h", why: "moving it" },
    },
    {
      name: "two words of duration",
      words: ["a", "2", "h", "x"],
      read: { keyGlob: "a", durationMs: 2 * H, given: "2h", why: "x" },
    },
    {
      name: "minutes, and why",
      words: ["a", "5", "hot"],
      read: { keyGlob: "a", durationMs: 5 * MIN, given: "5", why: "hot" },
    },
    {
      name: "a unit in full, which is no reason for two minutes",
      words: ["a", "2", "hours", "x"],
      read: { keyGlob: "a", durationMs: 2 * H, given: "2hours", why: "x" },
    },
    {
      name: "two words of Russian",
      words: ["a", "2", "ч", "ремонт"],
      read: { keyGlob: "a", durationMs: 2 * H, given: "2ч", why: "ремонт" },
    },
    {
      name: "minutes and a Russian preposition, which is no unit",
      words: ["a", "5", "с", "базой"],
      read: { keyGlob: "a", durationMs: 5 * MIN, given: "5", why: "с базой" },
    },
    {
      name: "no duration",
      words: ["a", "soon"],
      read: { keyGlob: "a", durationMs: undefined, given: "soon", why: "" },
    },
  ])("$name", ({ words, read }) => {
    expect(readSilence(words)).toEqual(read);
  });
});
