import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The options with which the image starts Node, from its launcher. */
export function optionsOfImage(): string[] {
  const launcher = readFileSync(join(import.meta.dirname, "image-launcher"), "utf8");
  const options = /exec node ((?:--\S+ )+)/.exec(launcher)?.[1]?.trim().split(" ");
  if (options === undefined) throw new Error("scripts/image-launcher has no line `exec node --…`");
  return options;
}
