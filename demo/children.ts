import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { NewJob } from "./job-queue.ts";
import type { Order, Report } from "./orchestrator.ts";

const END_WITH_PARENT = new URL("parent.ts", import.meta.url).href;
/** node:sqlite warns that it is young. */
const QUIET = "--disable-warning=ExperimentalWarning";

/** The sample orchestrator as a process. */
export interface Orchestrator {
  readonly port: number;
  readonly process: ChildProcess;
  enqueue(job: NewJob): void;
  /** Resolves once /metrics was asked for this often. */
  untilAsked(times: number): Promise<void>;
}

/** @param port 0: any free one */
export async function startOrchestrator(database: string, port: number): Promise<Orchestrator> {
  const script = new URL("orchestrator.ts", import.meta.url);
  const child = fork(script, ["--database", database, "--port", String(port)], { execArgv: [QUIET] });
  const [report] = await Promise.race([once(child, "message"), endOf(child, "the sample orchestrator")]);
  return {
    port: (report as { port: number }).port,
    process: child,
    enqueue: (job) => void child.send({ enqueue: job } satisfies Order),
    untilAsked: (times) =>
      new Promise((resolve) => {
        child.on("message", (next: Report) => {
          if ("asked" in next && next.asked >= times) resolve();
        });
      }),
  };
}

/** The watchdog as a process, and what it says. */
export interface Watchdog {
  readonly process: ChildProcess;
  /** Rejects when it ends. */
  readonly ended: Promise<never>;
  /** Resolves once a block that begins with `icon` and ends with `hashtag` was said since it was last asked. */
  untilSaid(icon: string, hashtag: RegExp): Promise<void>;
}

/** @param say is given each line that the watchdog writes, as it comes */
export function startWatchdog(env: Readonly<Record<string, string>>, say: (line: string) => void): Watchdog {
  const child = fork(new URL("../src/main.ts", import.meta.url), ["run"], {
    execArgv: [QUIET, "--import", END_WITH_PARENT],
    env,
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  let icon = "";
  let said: string[] = [];
  let onSaid = () => {};
  if (child.stdout === null) throw new Error("the watchdog has no stdout");
  createInterface(child.stdout).on("line", (line) => {
    say(line);
    icon = /^(🔴🟢|🔴|🔁|🟢)/u.exec(line)?.[0] ?? icon;
    if (!line.startsWith("#")) return;
    said.push(`${icon} ${line}`);
    onSaid();
  });
  return {
    process: child,
    ended: endOf(child, "the watchdog"),
    untilSaid: (wanted, hashtag) =>
      new Promise((resolve) => {
        onSaid = () => {
          if (!said.some((block) => block.startsWith(`${wanted} #`) && hashtag.test(block))) return;
          said = [];
          resolve();
        };
        onSaid();
      }),
  };
}

/** Rejects when the process ends. */
function endOf(child: ChildProcess, name: string): Promise<never> {
  const ended = once(child, "exit").then(([code, signal]): never => {
    throw new Error(`${name} has ended (${signal ?? `exit code ${code}`})`);
  });
  ended.catch(() => {}); // Nobody need be waiting for it.
  return ended;
}

/** Ends a process, politely first, and resolves when it is gone. */
export async function end(child: ChildProcess, patienceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const impatience = setTimeout(() => child.kill("SIGKILL"), patienceMs);
  await gone;
  clearTimeout(impatience);
}
