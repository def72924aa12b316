import type { Span } from "../../../src/core/message.ts";
import { FR } from "../../../src/core/texts/fr/index.ts";
import { EN, type Texts } from "../../../src/core/texts/index.ts";
import { RU } from "../../../src/core/texts/ru/index.ts";

export const LANGUAGES: readonly (readonly [language: string, texts: Texts])[] = [
  ["en", EN],
  ["ru", RU],
  ["fr", FR],
];

/** What to call each function of a catalogue with; one that is left out does not compile. */
export type Calls<Area> = {
  readonly [Name in keyof Area as Area[Name] extends (...args: never[]) => unknown ? Name : never]: Area[Name] extends (
    ...args: infer Args
  ) => unknown
    ? readonly Args[]
    : never;
};

/** One text of a catalogue: a string of it, or what a function of it answers. */
export interface Reading {
  /** `wrong(3,1)`, `buttons.ack`. */
  readonly name: string;
  readonly text: string;
  /** What must be in it. */
  readonly args: readonly string[];
}

/** Every text of a catalogue, each function called as `calls` says. */
export function readTexts<Area extends object>(area: Area, calls: Calls<Area>): Reading[] {
  return Object.entries(area).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value !== "function") return stringsIn(name, value);
    const given = (calls as Readonly<Record<string, readonly (readonly unknown[])[]>>)[name] ?? [];
    return given.map((args) => ({
      name: `${name}(${args.flat().map(plain).join(",")})`,
      text: plain(value(...args)),
      args: args.flat().map(plain),
    }));
  });
}

function stringsIn(name: string, value: unknown): Reading[] {
  if (typeof value === "string") return [{ name, text: value, args: [] }];
  return Object.entries(value as object).flatMap(([part, inner]) => stringsIn(`${name}.${part}`, inner));
}

function plain(value: unknown): string {
  if (Array.isArray(value)) return value.map(plain).join("");
  if (typeof value !== "object" || value === null) return String(value);
  const span = value as Exclude<Span, string>;
  return "bold" in span ? span.bold : span.code;
}
