import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Command, type CommandContext, EXIT } from "./commands/command.ts";
import { exitNow } from "./exit-now.ts";

/** Set by the bundler; a checkout reads it from package.json. */
declare const __WATCHDOG_VERSION__: string | undefined;

const USAGE = `usage: watchdog [command] [options]

  run               watch until told to stop (the default)
  check [--json]    one pass over everything, then exit: 0 ok, 1 warning, 2 critical, 3 something could not be read
  doctor [--send]   explain what is misconfigured and how to mend it; --send also sends a test message and a heartbeat
  health            ask the running watchdog: exit 0 healthy, 1 not
  silence [KEY-GLOB DURATION [WHY]]
                    do not alert on these keys for 30m, 2h, 1d; alone: list the silences
  unsilence KEY-GLOB
  demo              play an incident on a sample orchestrator (in a checkout)

  --help, --version

All settings are environment variables; see README.md or .env.example.`;

interface CommandEntry {
  readonly options?: readonly string[];
  /** How many words may stand behind its name; none where it says nothing. */
  readonly maxWords?: number;
  readonly load: () => Promise<Command>;
}

/** Each command with the options it takes. Loaded when it is called: one never pays for another. */
const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  run: { load: async () => (await import("./commands/run.ts")).run },
  check: { options: ["json"], load: async () => (await import("./commands/check.ts")).check },
  doctor: { options: ["send"], load: async () => (await import("./commands/doctor.ts")).doctor },
  health: { load: async () => (await import("./commands/health.ts")).health },
  silence: { maxWords: 100, load: async () => (await import("./commands/silence.ts")).silence },
  unsilence: { maxWords: 1, load: async () => (await import("./commands/silence.ts")).unsilence },
  demo: { load: async () => (await import("./commands/demo.ts")).demo },
};

const OPTIONS = {
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
  json: { type: "boolean" },
  send: { type: "boolean" },
} as const;

const write = outputTo("stdout");
const writeError = outputTo("stderr");

/** Opened with the first text. A reader that went away (EPIPE) ends the output, never the watchdog. */
function outputTo(name: "stdout" | "stderr"): (text: string) => void {
  let stream: NodeJS.WriteStream | undefined;
  return (text) => {
    stream ??= process[name].on("error", () => {});
    stream.write(text);
  };
}

async function main(argv: readonly string[]): Promise<number> {
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    // Node loads it when it is first used, which a plain start can do without.
    const hasOptions = argv.some((word) => word.startsWith("-"));
    parsed = hasOptions
      ? parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true })
      : { values: {}, positionals: [...argv] };
  } catch (error) {
    return refuse((error as Error).message);
  }
  const given = new Set(Object.keys(parsed.values));
  if (given.has("help")) return print(USAGE);
  if (given.has("version")) return print(readVersion());
  const [name = "run", ...rest] = parsed.positionals;
  if (name === "help") return print(USAGE);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) return refuse(`unknown command "${name}"`);
  const surplus = rest.slice(command.maxWords ?? 0);
  if (surplus.length > 0) return refuse(`"${name}" does not take "${surplus.join(" ")}"`);
  const foreign = [...given].find((option) => !(command.options ?? []).includes(option));
  if (foreign !== undefined) return refuse(`"${name}" has no option --${foreign}`);
  // First: it may be told to stop while the command is loading.
  const context = createContext(given, rest);
  return (await command.load())(context);
}

function createContext(options: ReadonlySet<string>, words: readonly string[]): CommandContext {
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stop.abort());
  return {
    env: process.env,
    options,
    words,
    version: readVersion(),
    print: (line) => void print(line),
    complain: (line) => writeError(`${line}\n`),
    stopping: stop.signal,
  };
}

function print(text: string): number {
  write(`${text}\n`);
  return EXIT.ok;
}

function refuse(problem: string): number {
  writeError(`watchdog: ${problem}\n\n${USAGE}\n`);
  return EXIT.usage;
}

function readVersion(): string {
  if (typeof __WATCHDOG_VERSION__ === "string") return __WATCHDOG_VERSION__;
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return String((JSON.parse(manifest) as { version: unknown }).version);
}

// A library's stray error must not silence the watchdog: what it left half done is bounded by deadlines.
for (const event of ["unhandledRejection", "uncaughtException"] as const) {
  process.on(event, (reason: unknown) => {
    writeError(`watchdog: internal fault: ${reason instanceof Error ? reason.message : String(reason)}\n`);
  });
}

// Not awaited at the top level: the bundle is a script, whose compiled form can be kept.
void main(process.argv.slice(2))
  .catch((error: unknown) => {
    writeError(`watchdog: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return EXIT.failed;
  })
  .then((code) => {
    process.exitCode = code;
    // Whatever a library still keeps open, a command that has ended has ended.
    setTimeout(() => exitNow(code), 200).unref();
  });
