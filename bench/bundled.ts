import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { optionsOfImage } from "../scripts/image-options.ts";
import { LEAN } from "../scripts/lean-bundle.ts";

/** The arguments with which Node runs a file as the image runs the watchdog; with a garbage collection at hand. */
export function asInImage(file: string): string[] {
  return [...optionsOfImage(), "--expose-gc", file];
}

/** Bundles an entry, or a text, as the image has its program, apart from the code that is compiled beforehand. */
export async function bundle(what: string | { readonly text: string }, outfile: string): Promise<void> {
  const from: BuildOptions =
    typeof what === "string"
      ? { entryPoints: [what] }
      : { stdin: { contents: what.text, resolveDir: join(import.meta.dirname, "..") } };
  await build({ ...LEAN, ...from, outfile });
}
