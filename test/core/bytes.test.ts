import { expect, test } from "vitest";
import { type ByteUnit, formatBytes } from "../../src/core/bytes.ts";
import { FR } from "../../src/core/texts/fr/index.ts";
import { EN } from "../../src/core/texts/index.ts";
import { RU } from "../../src/core/texts/ru/index.ts";

const GIB = 2 ** 30;

test.each<[bytes: number, smallest: ByteUnit, texts: typeof EN, written: string]>([
  [0, "kibibyte", EN, "0 KiB"],
  [2 ** 20 - 1, "kibibyte", EN, "1,024 KiB"],
  [2 ** 20, "kibibyte", EN, "1 MiB"],
  [1.25 * GIB, "kibibyte", EN, "1.3 GiB"],
  [300 * 2 ** 10, "mebibyte", EN, "0.3 MiB"],
  [0.5 * GIB, "gibibyte", EN, "0.5 GiB"],
  [2_000 * GIB, "gibibyte", EN, "2,000 GiB"],
  [1.25 * GIB, "kibibyte", RU, "1,3 ГиБ"],
  [512 * 2 ** 20, "mebibyte", FR, "512 Mio"],
])("%d in no less than a %s", (bytes, smallest, { units }, written) => {
  expect(formatBytes(bytes, smallest, units)).toBe(written);
});
