import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { build } from "esbuild";
import { optionsOfImage } from "./image-options.ts";
import { LEAN } from "./lean-bundle.ts";

const ROOT = dirname(import.meta.dirname);
/** The first argument; `dist` by default. */
const OUT_DIR = resolve(process.argv[2] ?? join(ROOT, "dist"));

const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };

const result = await build({
  ...LEAN,
  entryPoints: ["src/main.ts"],
  outfile: join(OUT_DIR, "program.js"),
  define: {
    ...LEAN.define,
    __WATCHDOG_VERSION__: JSON.stringify(version),
    "import.meta.url": "importMetaUrl",
    // Node loads all of its `perf_hooks` for the real one.
    "performance.now": "monotonicNow",
  },
  // A function, as Node makes one of every CommonJS module: watchdog.cjs calls it.
  banner: {
    js: `(function (exports, require, module, __filename, __dirname) { "use strict";
const importMetaUrl = "file://" + __filename;
const monotonicNow = () => Number(process.hrtime.bigint()) / 1e6;`,
  },
  footer: { js: "})" },
  metafile: true,
  write: false,
}).catch(() => process.exit(1)); // esbuild has said why.
if (result.warnings.length > 0) process.exit(1);

const [bundle] = result.outputFiles;
if (bundle === undefined) throw new Error("esbuild made no file");
const text = escapeBeyondAscii(bundle.text);
const packages = packagesOf(Object.keys(result.metafile.inputs));
mkdirSync(OUT_DIR, { recursive: true });
writeFileSync(bundle.path, text);
copyFileSync(join(ROOT, "scripts/bundle-start.cjs"), join(OUT_DIR, "watchdog.cjs"));
writeFileSync(join(OUT_DIR, "third-party-licenses.txt"), packages.map(describeLicense).join("\n"));
makeCodeCache();
console.log(`${bundle.path}: ${Math.round(text.length / 1024)} KB, ${packages.length} packages, version ${version}`);

/** With the options that the image starts Node with: V8 takes it under no others. */
function makeCodeCache(): void {
  const { PATH = "" } = process.env;
  const argv = [...optionsOfImage(), join(ROOT, "scripts/make-code-cache.cjs"), OUT_DIR];
  execFileSync(process.execPath, argv, { env: { PATH }, stdio: ["ignore", "ignore", "inherit"] });
}

/**
 * esbuild escapes strings but not regular expressions, and one character beyond Latin-1 makes V8 keep the whole text in two
 * bytes a character. A code point above U+FFFF only makes sense in an expression with the flag that knows this escape.
 */
function escapeBeyondAscii(code: string): string {
  return code.replace(/\P{ASCII}/gu, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16);
    return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, "0")}`;
  });
}

/** The package folders that the inputs come from, nested ones included. */
function packagesOf(inputs: readonly string[]): string[] {
  const folders = inputs.map((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

function describeLicense(folder: string): string {
  const path = join(ROOT, folder);
  const manifest = JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as Record<string, unknown>;
  const file = existsSync(path) ? readdirSync(path).find((name) => /^licen[cs]e/i.test(name)) : undefined;
  const text = file === undefined ? "" : readFileSync(join(path, file), "utf8").trim();
  return `${"=".repeat(80)}\n${manifest.name} ${manifest.version} (${manifest.license})\n\n${text}\n`;
}
