import { expect, test } from "vitest";
import { EN, LANGUAGES } from "../src/core/texts/index.ts";
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

test.each<[locale: string, forms: string[]]>([
  ["en", ["other", "one", "other", "other", "other", "other"]],
  ["ru", ["many", "one", "few", "many", "many", "one"]],
  ["fr", ["one", "one", "other", "other", "other", "other"]],
])("which form of a word stands behind 0, 1, 2, 5, 11 and 21: %s", (locale, forms) => {
  const plural = pluralOf(locale);
  const words = { one: "one", few: "few", many: "many", other: "other" };
  expect([0, 1, 2, 5, 11, 21].map((count) => plural(count, words))).toEqual(forms);
  expect(plural(2, { other: "the rest" })).toBe("the rest");
});
