import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { optionsOfImage, variablesOfImage } from "../scripts/image-options.ts";

const ROOT = join(import.meta.dirname, "..");
const BUNDLE = join(ROOT, "dist/watchdog.cjs");

/** A program under measurement. */
export interface Program {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}

/** A process under measurement. */
export interface Running {
  readonly pid: number;
  /** CPU time of all its threads so far, in milliseconds. */
  cpuMs(): number;
  memory(): { readonly rssKb: number; readonly anonymousKb: number };
  stop(): Promise<void>;
}

/** What it watches, as environment variables that both the watchdog and the reference poller understand. */
export type Environment = Readonly<Record<string, string>>;

export function watchdogFromCheckout(environment: Environment): Program {
  return { name: "watchdog (checkout)", argv: [join(ROOT, "bin/watchdog"), "run"], env: environment };
}

/** The bundle as the image runs it, with the options of its launcher; `undefined` where it was not built. */
export function watchdogFromBundle(environment: Environment): Program | undefined {
  if (!existsSync(BUNDLE)) return undefined;
  const env = { ...variablesOfImage(), ...environment };
  return { name: "watchdog (bundle)", argv: [process.execPath, ...optionsOfImage(), BUNDLE, "run"], env };
}

export function minimalPoller(environment: Environment): Program {
  return {
    name: "minimal poller",
    argv: [process.execPath, join(ROOT, "bench/minimal-poller.mjs")],
    env: environment,
  };
}

/** The poller under the options of the image: what they cost by themselves. */
export function minimalPollerAsInImage(environment: Environment): Program {
  const { argv, ...program } = minimalPoller(environment);
  const [node, ...rest] = argv;
  return { ...program, name: "minimal poller, image's options", argv: [node, ...optionsOfImage(), ...rest] };
}

export function minimalListener(environment: Environment): Program {
  return {
    name: "minimal listener",
    argv: [process.execPath, join(ROOT, "bench/minimal-listener.mjs")],
    env: environment,
  };
}

export const BARE_NODE: Program = {
  name: "bare Node",
  argv: [process.execPath, "-e", "setInterval(() => {}, 1 << 30)"],
  env: {},
};

export function start({ name, argv: [command, ...rest], env }: Program): Running {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(command, rest, { env: { PATH, HOME, ...env }, stdio: ["ignore", "ignore", "inherit"] });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} could not be started: ${command}`);
  let stopping = false;
  child.on("exit", (code, signal) => {
    if (!stopping) throw new Error(`${name} ended by itself (${code ?? signal})`);
  });
  return {
    pid,
    cpuMs: () => cpuMsOf(pid),
    memory: () => memoryOf(pid),
    async stop() {
      stopping = true;
      await end(child);
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 6_000);
  await exited;
  clearTimeout(timer);
}

/** From schedstat, which counts nanoseconds where /proc/<pid>/stat counts hundredths of a second. */
export function cpuMsOf(pid: number): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
  }
  return nanoseconds / 1e6;
}

function memoryOf(pid: number): { rssKb: number; anonymousKb: number } {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const kilobytes = (field: string) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(text)?.[1]);
  return { rssKb: kilobytes("Rss"), anonymousKb: kilobytes("Anonymous") };
}
