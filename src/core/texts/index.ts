import { EN } from "./en/index.ts";

export { EN };

/** Everything that people read in messages and answers, by area: strings, and functions that put values into sentences. */
export type Texts = typeof EN;

/** What wording one area needs: its texts, and how numbers and durations are written. */
export type AreaTexts<Area extends keyof Texts> = Pick<Texts, Area | "units">;

export const LANGUAGES = ["en", "ru", "fr"] as const;

export type Language = (typeof LANGUAGES)[number];
