import { expect, test } from "vitest";
import { formatDay } from "../src/core/text.ts";
import { EN, LANGUAGES, type Language } from "../src/core/texts/index.ts";
import { pluralOf } from "../src/core/texts/plural.ts";
import { loadTexts } from "../src/load-texts.ts";

test.each([
  { language: "en", severity: "critical" },
  { language: "ru", severity: "критично" },
  { language: "fr", severity: "critique" },
] as const)("the texts of $language", async ({ language, severity }) => {
  const texts = await loadTexts(language);
  expect(texts.messages.critical).toBe(severity);
  expect(Object.keys(texts).sort()).toEqual(Object.keys(EN).sort());
});

test("every language that can be asked for is there", async () => {
  const all = await Promise.all(LANGUAGES.map(loadTexts));
  expect(new Set(all).size).toBe(LANGUAGES.length);
  expect(all[0]).toBe(EN);
});

test.each<[language: Language, forms: string[]]>([
  ["en", ["other", "one", "other", "other", "other", "other"]],
  ["ru", ["many", "one", "few", "many", "many", "one"]],
  ["fr", ["one", "one", "other", "other", "other", "other"]],
])("which form of a word stands behind 0, 1, 2, 5, 11 and 21: %s", (language, forms) => {
  const plural = pluralOf(language);
  const words = { one: "one", few: "few", many: "many", other: "other" };
  expect([0, 1, 2, 5, 11, 21].map((count) => plural(count, words))).toEqual(forms);
  expect(plural(2, { other: "the rest" })).toBe("the rest");
});

test.each(LANGUAGES)("the forms of words in %s are those of Unicode", (language) => {
  const plural = pluralOf(language);
  const rules = new Intl.PluralRules(language);
  const words = { zero: "zero", one: "one", two: "two", few: "few", many: "many", other: "other" };
  const counts = [...Array(1_200).keys(), 999_999, 1_000_000, 1_000_001, 2_000_000, 2_000_012];
  expect(counts.map((count) => plural(count, words))).toEqual(counts.map((count) => rules.select(count)));
});

test.each([
  ["en", "en-GB"],
  ["ru", "ru"],
  ["fr", "fr"],
] as const)("the months in %s are those of Unicode", async (language, locale) => {
  const { units } = await loadTexts(language);
  const dates = Array.from({ length: 12 }, (_, index) => Date.UTC(2026, index, 21));
  const format = new Intl.DateTimeFormat(locale, { timeZone: "UTC", day: "numeric", month: "short" });
  const written = dates.map((date) => formatDay(date, { offsetMs: 0, zone: "UTC" }, units));
  expect(written).toEqual(dates.map((date) => format.format(date)));
});
