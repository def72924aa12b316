import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The options with which the image starts Node, from its launcher. */
export function optionsOfImage(): string[] {
  const options = /exec node ((?:--\S+ )+)/.exec(readLauncher())?.[1]?.trim().split(" ");
  if (options === undefined) throw new Error("scripts/image-launcher has no line `exec node --…`");
  return options;
}

/** The variables that it sets for Node where nobody else did. */
export function variablesOfImage(): Record<string, string> {
  const found = [...readLauncher().matchAll(/^ *export (\w+)="\$\{\1:-(\w+)\}"$/gm)];
  if (found.length === 0) throw new Error("scripts/image-launcher sets no variable");
  return Object.fromEntries(found.map(([, name, value]) => [name, value]));
}

function readLauncher(): string {
  return readFileSync(join(import.meta.dirname, "image-launcher"), "utf8");
}
