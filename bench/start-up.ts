import { spawn } from "node:child_process";
import { once } from "node:events";
import { type Program, watchdogFromBundle, watchdogFromCheckout } from "./processes.ts";
import { median, table } from "./statistics.ts";
import { createSurroundings, type Load } from "./surroundings.ts";

/** From the start of a process to what it was started for, medians in milliseconds. */
export interface StartUp {
  readonly load: string;
  readonly program: string;
  readonly watchdogMs: number;
  readonly bareMs: number;
  /** The median of the ratios within each pair. */
  readonly ratio: number;
}

const NOTHING: Load = { name: "nothing but the host", containers: 0, dependencies: 0, metrics: false };
const TYPICAL: Load = { name: "10 containers, 10 dependencies", containers: 10, dependencies: 10, metrics: false };
const LONGEST_MS = 30_000;

/** A bare Node process has started when it runs its first line. */
const BARE: Program = { name: "bare Node", argv: [process.execPath, "-e", 'console.log("here")'], env: {} };

/** The watchdog's first completed tick, and the first line of a bare Node process, in turn. */
export async function measureStartUp(quick: boolean): Promise<StartUp[]> {
  const results: StartUp[] = [];
  for (const load of [NOTHING, TYPICAL]) {
    const surroundings = await createSurroundings(load, 3_600);
    // What a tick logs when it is committed.
    const environment = { ...surroundings.environment, WATCHDOG_LOG_LEVEL: "debug" };
    const watchdog = watchdogFromBundle(environment) ?? watchdogFromCheckout(environment);
    const pairs: { watchdogMs: number; bareMs: number }[] = [];
    try {
      await timeUntil(watchdog, '"msg":"tick"'); // Files are read for the first time.
      for (let pair = 0; pair < (quick ? 5 : 15); pair += 1) {
        pairs.push({ bareMs: await timeUntil(BARE, "here"), watchdogMs: await timeUntil(watchdog, '"msg":"tick"') });
      }
    } finally {
      await surroundings.close();
    }
    results.push({
      load: load.name,
      program: watchdog.name,
      watchdogMs: median(pairs.map(({ watchdogMs }) => watchdogMs)),
      bareMs: median(pairs.map(({ bareMs }) => bareMs)),
      ratio: median(pairs.map(({ watchdogMs, bareMs }) => watchdogMs / bareMs)),
    });
  }
  return results;
}

/** Starts a program, resolves to the milliseconds until it has written `text` to stdout, and ends it. */
async function timeUntil({ name, argv: [command, ...rest], env }: Program, text: string): Promise<number> {
  const { PATH = "", HOME = "" } = process.env;
  const startedAt = performance.now();
  const child = spawn(command, rest, { env: { PATH, HOME, ...env }, stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const timer = setTimeout(() => child.kill("SIGKILL"), LONGEST_MS);
  let written = "";
  let tookMs: number | undefined;
  for await (const chunk of child.stdout.setEncoding("utf8")) {
    written += chunk;
    if (tookMs !== undefined || !written.includes(text)) continue;
    tookMs = performance.now() - startedAt;
    child.kill("SIGTERM");
  }
  await exited;
  clearTimeout(timer);
  if (tookMs === undefined) throw new Error(`${name} ended without ${text}: ${written}`);
  return tookMs;
}

export function describeStartUp(results: readonly StartUp[]): string {
  const rows = results.map(({ load, program, watchdogMs, bareMs, ratio }) => [
    ...[program, load, watchdogMs.toFixed(0), bareMs.toFixed(0), ratio.toFixed(2)],
  ]);
  return table(["start to first tick", "watched", "it, ms", "bare Node, ms", "ratio"], rows);
}
