/** The forms of a word behind a number; which of them a language has, it says itself. `other` stands in for the rest. */
export type Forms = { readonly other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

/**
 * @param locale a BCP 47 tag
 * @returns what picks the form that fits a whole number ≥ 0: Russian "one" is 1, 21, 31 …, French "one" is 0 and 1
 */
export function pluralOf(locale: string): (count: number, forms: Forms) => string {
  // Made when the first one is needed: Intl costs memory.
  let rules: Intl.PluralRules | undefined;
  return (count, forms) => {
    rules ??= new Intl.PluralRules(locale);
    return forms[rules.select(count)] ?? forms.other;
  };
}
