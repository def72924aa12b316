import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, resolve } from "node:path";
import { build, type Plugin } from "esbuild";

const ROOT = dirname(import.meta.dirname);
/** The first argument; `dist` by default. */
const OUT_DIR = resolve(process.argv[2] ?? join(ROOT, "dist"));
const stub = (name: string) => join(ROOT, "scripts/bundle-stubs", name);

/** Packages, or parts of them, that are loaded but never used here. Without them the process needs half the memory. */
const ALIASES = {
  // dockerode: builds, ssh and sessions. The guard refuses whatever is not a listed GET.
  ssh2: stub("absent.cjs"),
  "@grpc/grpc-js": stub("absent.cjs"),
  "@grpc/proto-loader": stub("absent.cjs"),
  protobufjs: stub("absent.cjs"),
  "tar-fs": stub("absent.cjs"),
  "@balena/dockerignore": stub("absent.cjs"),
  "readable-stream": "node:stream",
  // telegraf: its own transport and its uploads.
  "node-fetch": stub("absent.cjs"),
  "sandwich-stream": stub("absent.cjs"),
  telegraf: stub("telegraf.mjs"),
  undici: stub("undici.mjs"),
  debug: stub("debug.cjs"),
};

/** The same, of single files: `[who requires, what it requires, what it gets instead]`. */
const REPLACED: readonly (readonly [importer: RegExp, path: RegExp, stub: string])[] = [
  // undici: HTTP/2, fetch with its bodies, and methods that nobody calls.
  [/\/undici\//, /client-h2\.js$|\/web\/|api-(?:stream|pipeline|upgrade|connect)$/, stub("absent.cjs")],
  // telegraf makes an agent for a transport that is not used.
  [/\/telegraf\//, /^https$/, stub("https.cjs")],
  // systeminformation runs programs for everything but what it is asked here.
  [/\/systeminformation\//, /^child_process$/, stub("absent.cjs")],
  // pino: transports in a thread of their own.
  [/\/pino\//, /transport(?:-stream)?(?:\.js)?$/, stub("absent.cjs")],
  [/\/pino\//, /^worker_threads$/, stub("main-thread.cjs")],
];

/** Parts of Node that much code loads at once and uses late, seldom or never; TLS with its cryptography costs megabytes. */
const LATE =
  /^(?:child_process|crypto|fs\/promises|http2|https|perf_hooks|readline|sqlite|tls|v8|worker_threads|zlib)$/;

const leaner: Plugin = {
  name: "leaner",
  setup(builder) {
    builder.onResolve({ filter: /./ }, ({ importer, path }) => {
      const replaced = REPLACED.find(([who, what]) => who.test(importer) && what.test(path));
      if (replaced !== undefined) return { path: replaced[2] };
      if (!isBuiltin(path)) return undefined;
      const name = path.replace("node:", "");
      return { path: name, namespace: LATE.test(name) ? "late" : "builtin" };
    });
    // An `import` of one of Node's modules reads everything that it exports, also what it would load late (`http.WebSocket`).
    builder.onLoad({ filter: /./, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule("node:${path}");`,
    }));
    builder.onLoad({ filter: /./, namespace: "late" }, ({ path }) => ({ contents: lateModule(path) }));
  },
};

/** A module with the names of one of Node's, which loads that when one of them is used. A package may put its own in place. */
function lateModule(name: string): string {
  const names = Object.getOwnPropertyNames(process.getBuiltinModule(`node:${name}`));
  return `for (const name of ${JSON.stringify(names)}) Object.defineProperty(exports, name, {
    configurable: true,
    enumerable: true,
    get: () => process.getBuiltinModule("node:${name}")[name],
    set: (value) => Object.defineProperty(exports, name, { value, enumerable: true, writable: true }),
  });`;
}

const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };

const result = await build({
  absWorkingDir: ROOT,
  entryPoints: ["src/main.ts"],
  outfile: join(OUT_DIR, "watchdog.mjs"),
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node26",
  alias: ALIASES,
  plugins: [leaner],
  tsconfigRaw: "{}",
  define: {
    __WATCHDOG_VERSION__: JSON.stringify(version),
    // undici: without its second, experimental parser.
    esbuildDetection: "true",
  },
  banner: {
    // CommonJS packages expect these.
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url); const __dirname = import.meta.dirname, __filename = import.meta.filename;',
  },
  // Identifiers and short lines are kept: a stack trace in a log has to mean something.
  minifySyntax: true,
  minifyWhitespace: true,
  lineLimit: 200,
  keepNames: true,
  charset: "ascii",
  legalComments: "none",
  metafile: true,
  write: false,
  logLevel: "warning",
}).catch(() => process.exit(1)); // esbuild has said why.
if (result.warnings.length > 0) process.exit(1);

const [bundle] = result.outputFiles;
if (bundle === undefined) throw new Error("esbuild made no file");
const text = escapeBeyondAscii(bundle.text);
const packages = packagesOf(Object.keys(result.metafile.inputs));
mkdirSync(OUT_DIR, { recursive: true });
writeFileSync(bundle.path, text);
writeFileSync(join(OUT_DIR, "third-party-licenses.txt"), packages.map(describeLicense).join("\n"));
console.log(`${bundle.path}: ${Math.round(text.length / 1024)} KB, ${packages.length} packages, version ${version}`);

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
