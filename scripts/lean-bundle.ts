import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import type { BuildOptions, Plugin } from "esbuild";

const ROOT = dirname(import.meta.dirname);
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
  // dockerode asks through a modem of the watchdog's own.
  "docker-modem": stub("absent.cjs"),
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

/** Parts of Node that packages load at once and use late, seldom or never; TLS with its cryptography costs megabytes. */
const LATE =
  /^(?:child_process|crypto|fs\/promises|http2|https|perf_hooks|readline|sqlite|tls|v8|worker_threads|zlib)$/;

const leaner: Plugin = {
  name: "leaner",
  setup(builder) {
    builder.onResolve({ filter: /./ }, ({ importer, path, kind }) => {
      const replaced = REPLACED.find(([who, what]) => who.test(importer) && what.test(path));
      if (replaced !== undefined) return { path: replaced[2] };
      if (!isBuiltin(path)) return undefined;
      const name = path.replace("node:", "");
      if (name === "assert") return { path: name, namespace: "assert" };
      if (kind === "import-statement") return { path: name, namespace: "imported" };
      return { path: name, namespace: LATE.test(name) ? "late" : "builtin" };
    });
    builder.onLoad({ filter: /./, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule("node:${path}");`,
    }));
    builder.onLoad({ filter: /./, namespace: "assert" }, () => ({ contents: ASSERT }));
    builder.onLoad({ filter: /./, namespace: "late" }, ({ path }) => ({ contents: lateModule(path) }));
    builder.onLoad({ filter: /./, namespace: "imported" }, ({ path }) => ({ contents: importedModule(path) }));
  },
};

/** What holds costs nothing; what does not is told by Node's own, which undici would load, with its diffs and colors, at the start. */
const ASSERT = `const real = () => process.getBuiltinModule("node:assert");
  module.exports = (value, message) => { if (!value) real()(value, message); };
  for (const name of ${JSON.stringify(Object.keys(process.getBuiltinModule("node:assert")))}) {
    Object.defineProperty(module.exports, name, { get: () => real()[name] });
  }`;

/** A module with the names of one of Node's, which loads that when one of them is used. A package may put its own in place. */
function lateModule(name: string): string {
  const names = Object.getOwnPropertyNames(process.getBuiltinModule(`node:${name}`));
  return `let loaded;
  for (const name of ${JSON.stringify(names)}) Object.defineProperty(exports, name, {
    configurable: true,
    enumerable: true,
    get: () => (loaded ??= process.getBuiltinModule("node:${name}"))[name],
    set: (value) => Object.defineProperty(exports, name, { value, enumerable: true, writable: true }),
  });`;
}

/**
 * What an `import` of one of Node's modules gets. It would read everything that the module exports, also what that loads late
 * (`http.WebSocket`, `util.diff`), and keep a getter for each in every file. This one has no names that could be copied: it is
 * the prototype of what each file gets.
 */
function importedModule(name: string): string {
  return `let loaded;
  const get = (_, key) => key === "__esModule" ? undefined : (loaded ??= process.getBuiltinModule("node:${name}"))[key];
  const prototype = new Proxy({}, { get });
  module.exports = new Proxy({}, { get, getPrototypeOf: () => prototype });`;
}

/** How what the image runs is bundled, whatever the entry. */
export const LEAN = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node26",
  alias: ALIASES,
  plugins: [leaner],
  tsconfigRaw: "{}",
  // undici: without its second, experimental parser.
  define: { esbuildDetection: "true" },
  // Identifiers and short lines are kept: a stack trace in a log has to mean something.
  minifySyntax: true,
  minifyWhitespace: true,
  lineLimit: 200,
  charset: "ascii",
  legalComments: "none",
  logLevel: "warning",
} satisfies BuildOptions;
