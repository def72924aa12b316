import { EN, type Language, type Texts } from "./core/texts/index.ts";

const LOADERS: Readonly<Record<Language, () => Promise<Texts>>> = {
  en: async () => EN,
  ru: async () => (await import("./core/texts/ru/index.ts")).RU,
  fr: async () => (await import("./core/texts/fr/index.ts")).FR,
};

/** The texts of a language; of those, a process loads no more than it needs. */
export function loadTexts(language: Language): Promise<Texts> {
  return LOADERS[language]();
}
