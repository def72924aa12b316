import { readFileSync, writeFileSync } from "node:fs";
import { renderEnvExample, renderReadmeTable } from "../src/config/document.ts";

// Writes what is derived from the table of variables: `npm run docs`. A test fails while the files differ from it.

const BEGIN = "<!-- variables: written by `npm run docs` -->";
const END = "<!-- /variables -->";

export function fillReadme(readme: string): string {
  const [before, rest] = readme.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`README.md: expected ${BEGIN} … ${END}`);
  return `${before}${BEGIN}\n${renderReadmeTable()}\n${END}${after}`;
}

const at = (name: string) => new URL(`../${name}`, import.meta.url);

if (import.meta.main) {
  writeFileSync(at(".env.example"), renderEnvExample());
  writeFileSync(at("README.md"), fillReadme(readFileSync(at("README.md"), "utf8")));
}
