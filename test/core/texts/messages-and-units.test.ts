import { describe, expect, test } from "vitest";
import { formatDuration, formatMeasure, formatNumber, formatTime } from "../../../src/core/text.ts";
import { EN, type Texts } from "../../../src/core/texts/index.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/core/time.ts";
import { type Calls, LANGUAGES, type Reading, readTexts } from "./read-texts.ts";

const COUNTS: readonly [number][] = [[1], [2], [5], [11], [21]];

const MESSAGES: Calls<Texts["messages"]> = {
  wrongCount: COUNTS,
  resolvedCount: COUNTS,
  stillWrongCount: COUNTS,
  passedCount: COUNTS,
  since: [["14:02:11", "12 m"]],
  sinceJustNow: [["14:02:11"]],
  at: [["14:02:11"]],
  span: [["14:02:11", "15:02:11"]],
  timesWithin: COUNTS.map(([count]) => [count, "X"]),
  lasted: [["12 m", "X"]],
  itWas: [["api is down"]],
  passedSpan: [["X", "3 times"]],
  passedTimes: COUNTS,
  toldLate: [["14:02:11", "15:02:11"]],
  foldedDetail: [["refused"]],
  foldedDetected: [["14:02:11"]],
  followedFrom: [["db is down"]],
  stillWrong: [[["api", "web"]]],
  andMore: COUNTS,
  over: [["12 m"]],
  foldedOver: [["12 m"]],
  goesOn: [["14:02:11"]],
  reminded: COUNTS.slice(1),
  ackedBy: [["Ann"]],
  ongoingCount: COUNTS,
  overCount: COUNTS,
  noLongerReported: [["dep:db"]],
  noLongerWatched: [["dep:db"]],
  flapping: [["api is down"]],
  calmed: [["api is well"]],
  away: [["3 h"]],
};

const UNITS: Calls<Texts["units"]> = { percent: [["93"]], usd: [["5.00"]], ofLimit: [["93", "90"]] };

const readingsOf = ({ messages, units }: Texts): Reading[] => [
  ...readTexts(messages, MESSAGES),
  ...readTexts(units, UNITS),
];

describe.each(LANGUAGES)("%s", (_language, texts) => {
  test.each(readingsOf(texts))("$name is one line that holds what it was given", ({ text, args }) => {
    expect(text).not.toBe("");
    expect(text).not.toMatch(/\s{2}|[\r\n]|undefined|NaN|\[object|[🔴🔁🟢#]/u);
    for (const arg of args) if (arg !== "apiweb") expect(text).toContain(arg);
  });

  test("what follows from something is joined", () => {
    expect(texts.messages.stillWrong(["api", "web"])).toMatch(/api ?; web$/);
  });
});

const english = new Map(readingsOf(EN).map(({ name, text }) => [name, text]));
/** The same in another language: unit symbols, signs, and what only joins. */
const SAME: Readonly<Record<string, RegExp>> = {
  ru: /^(percent|passedSpan|foldedDetail)\(/,
  fr: /^(hour|minute|second|millisecond|(percent|passedSpan)\()/,
};

describe.each(LANGUAGES.slice(1))("%s leaves nothing in English", (language, texts) => {
  test.each(readingsOf(texts))("$name", ({ name, text }) => {
    if (SAME[language]?.test(name)) expect(text).toBe(english.get(name));
    else expect(text).not.toBe(english.get(name));
  });
});

describe("what is counted", () => {
  const { ru = EN, fr = EN } = Object.fromEntries(LANGUAGES);

  test.each<[name: string, word: (count: number) => string, said: readonly string[]]>([
    ["problems", ru.messages.wrongCount, ["1 проблема", "2 проблемы", "5 проблем", "11 проблем", "21 проблема"]],
    ["times", ru.messages.passedTimes, ["1 раз", "2 раза", "5 раз", "11 раз", "21 раз"]],
    [
      "repeats",
      ru.messages.reminded,
      ["напомнили 1 раз", "напомнили 2 раза", "напомнили 5 раз", "напомнили 11 раз", "напомнили 21 раз"],
    ],
  ])("in Russian: %s", (_name, word, said) => expect([1, 2, 5, 11, 21].map(word)).toEqual(said));

  test.each<[name: string, word: (count: number) => string, said: readonly string[]]>([
    ["problems", fr.messages.wrongCount, ["1 problème", "2 problèmes"]],
    ["what is over", fr.messages.resolvedCount, ["1 résolu", "2 résolus"]],
    ["times", fr.messages.passedTimes, ["1 fois", "2 fois"]],
  ])("in French: %s", (_name, word, said) => expect([1, 2].map(word)).toEqual(said));

  test("in English", () => {
    expect([1, 2].map(EN.messages.wrongCount)).toEqual(["1 problem", "2 problems"]);
    expect([1, 2].map(EN.messages.reminded)).toEqual(["reminded once", "reminded 2 times"]);
    expect([1, 2].map(EN.messages.passedTimes)).toEqual(["1 time", "2 times"]);
  });
});

describe("numbers, durations and times", () => {
  const AT = Date.UTC(2026, 5, 10, 14, 2, 11);
  const wall = { offsetMs: 0, zone: "UTC" };

  test.each<[language: string, written: readonly string[]]>([
    ["en", ["1 d 2 h", "2 h 5 min", "93.1 % (limit 90 %)", "$12.50 (limit $10.00)", "1,234,567", "10 Jun 14:02:11"]],
    ["ru", ["1 д 2 ч", "2 ч 5 мин", "93,1 % (порог 90 %)", "12,50 $ (порог 10,00 $)", "1 234 567", "10 июн. 14:02:11"]],
    ["fr", ["1 j 2 h", "2 h 5 min", "93,1 % (seuil 90 %)", "12,50 $ (seuil 10,00 $)", "1 234 567", "10 juin 14:02:11"]],
  ])("as people write them: %s", (language, written) => {
    const { units } = Object.fromEntries(LANGUAGES)[language] ?? EN;
    const said = [
      formatDuration(DAY_MS + 2 * HOUR_MS, units),
      formatDuration(2 * HOUR_MS + 5 * MINUTE_MS, units),
      formatMeasure({ value: 93.14, limit: 90, unit: "percent" }, units),
      formatMeasure({ value: 12.5, limit: 10, unit: "usd" }, units),
      formatNumber(1_234_567, units),
      formatTime(AT, AT + 2 * DAY_MS, wall, units),
    ];
    expect(said.map((text) => text.replace(/\s/g, " "))).toEqual(written);
  });
});
