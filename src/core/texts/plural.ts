/** The forms of a word behind a number; which of them a language has, its rule says. `other` stands in for the rest. */
export type Forms = { readonly other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

/**
 * Which form stands behind a whole number ≥ 0 (Unicode CLDR, Language Plural Rules). Not by Intl, whose rules cost megabytes;
 * the tests compare them.
 */
const RULES = {
  en: (count) => (count === 1 ? "one" : "other"),
  fr: (count) => (count <= 1 ? "one" : count % 1_000_000 === 0 ? "many" : "other"),
  ru: (count) => {
    const isTeen = count % 100 >= 11 && count % 100 <= 14;
    if (isTeen || count % 10 === 0 || count % 10 >= 5) return "many";
    return count % 10 === 1 ? "one" : "few";
  },
} satisfies Record<string, (count: number) => Intl.LDMLPluralRule>;

/** @returns what picks the form that fits a whole number ≥ 0: Russian "one" is 1, 21, 31 …, French "one" is 0 and 1 */
export function pluralOf(language: keyof typeof RULES): (count: number, forms: Forms) => string {
  const rule: (count: number) => Intl.LDMLPluralRule = RULES[language];
  return (count, forms) => forms[rule(count)] ?? forms.other;
}
