import { formatNumber } from "./text.ts";
import type { UnitsTexts } from "./texts/en/units.ts";

const UNITS = [
  ["kibibyte", 2 ** 10],
  ["mebibyte", 2 ** 20],
  ["gibibyte", 2 ** 30],
] as const;

export type ByteUnit = (typeof UNITS)[number][0];

/** "1.2 GiB": in the largest unit of which there is a whole one, or in the smallest that may be used. */
export function formatBytes(bytes: number, smallest: ByteUnit, texts: UnitsTexts): string {
  const allowed = UNITS.slice(UNITS.findIndex(([name]) => name === smallest));
  const [name, size] = allowed.findLast(([, unitBytes]) => bytes >= unitBytes) ?? allowed[0] ?? UNITS[0];
  return `${formatNumber(bytes / size, texts)} ${texts[name]}`;
}
