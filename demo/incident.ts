import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { end, type Orchestrator, startOrchestrator, startWatchdog, type Watchdog } from "./children.ts";
import type { NewJob } from "./job-queue.ts";
import { type Stack, startStack } from "./stack.ts";

export interface DemoIo {
  /** Shows a line to the person who watches. */
  print(line: string): void;
  /** Aborted when that person has seen enough. */
  readonly stopping: AbortSignal;
}

/** Every message comes within a few seconds; on a machine that is very busy, a little later. */
const MESSAGE_TIMEOUT_MS = 20_000;
/** Time to read what came. */
const READING_MS = 1_500;

const NO_PROC = `The sample orchestrator measures its agents' CPU time by Linux's /proc, which this machine does not have.
In a Linux container the demo runs: docker run --rm -it node:26 sh -c 'git clone <this project> w && cd w && npm run demo'`;

/**
 * Plays an incident: a sample orchestrator, this watchdog beside it, and faults that are really produced.
 *
 * @returns the exit code: 0 when every message came, or when it was stopped
 */
export async function runDemo({ print, stopping }: DemoIo): Promise<number> {
  if (!existsSync("/proc/self/stat")) {
    print(NO_PROC);
    return 1;
  }
  const directory = await mkdtemp(join(tmpdir(), "watchdog-demo-"));
  const demo = new Demo(print, stopping, join(directory, "queue.db"));
  try {
    await demo.play();
    return 0;
  } catch (error) {
    if (stopping.aborted) return 0;
    print(`\nThe demo went wrong: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    await demo.end();
    await rm(directory, { recursive: true, force: true });
  }
}

class Demo {
  readonly #print: DemoIo["print"];
  readonly #stopping: AbortSignal;
  readonly #database: string;
  readonly #startedAt = performance.now();
  #orchestrator: Orchestrator | undefined;
  #watchdog: Watchdog | undefined;
  #stack: Stack | undefined;
  #frozenPid: number | undefined;

  constructor(print: DemoIo["print"], stopping: AbortSignal, database: string) {
    this.#print = print;
    this.#stopping = stopping;
    this.#database = database;
  }

  async play(): Promise<void> {
    const orchestrator = await this.#start(0);
    const url = `http://127.0.0.1:${orchestrator.port}/metrics`;
    this.#tell(`An orchestrator of coding agents starts: a small one, but its job queue is real,
and its agents are real processes. The watchdog starts beside it and reads
${url} every second. (Half a minute in all; Ctrl-C ends it.)`);
    orchestrator.enqueue(job("ORCH-101", "development", "developer", 60));
    const stack = await startStack();
    this.#stack = stack;
    this.#watchdog = startWatchdog(environment(url, stack.socketPath), (line) => {
      if (line !== "") this.#print(`      │ ${line}`);
    });
    await this.#soon("the watchdog's first reading", orchestrator.untilAsked(2));
    this.#tell("An agent works. All is well, so the watchdog is silent.");
    await this.#pause();

    this.#tell("A job fails: its agent exits with code 1.");
    orchestrator.enqueue(job("ORCH-102", "review", "reviewer", 0.3, true));
    await this.#untilSaid("🔴", /#job_failed/);

    const pid = await agentPid(url);
    this.#tell(`An agent hangs: it is still there, but does nothing. Its CPU time stands still,
and after 3 seconds of that (usually 10 minutes) the watchdog tells.
$ kill -STOP ${pid}`);
    this.#freeze(pid);
    await this.#untilSaid("🔴", /#agent_hung_/);

    this.#tell(`You look, and help it to its feet.
$ kill -CONT ${pid}`);
    this.#thaw();
    await this.#untilSaid("🟢", /#agent_hung_/);

    this.#tell(`The orchestrator itself dies, and so cannot tell anybody.
$ kill -KILL ${orchestrator.process.pid}`);
    orchestrator.process.kill("SIGKILL");
    await this.#untilSaid("🔴", /#orch_down/);

    this.#tell("You start it again.");
    await this.#start(orchestrator.port);
    await this.#untilSaid("🟢", /#orch_down/);

    this.#tell(`Beside it stands a compose stack: web needs api, and api needs db. (It is only played:
your own Docker is not touched.) db runs out of memory, and takes the others with it:
one message, led by the cause, with what follows from it folded under it.`);
    stack.breakDown();
    await this.#untilSaid("🔴", /#container_db/);

    this.#tell("You start db again.");
    stack.mend();
    await this.#untilSaid("🟢", /#container_db/);
    this.#tell(SUMMARY);
  }

  async end(): Promise<void> {
    this.#thaw();
    const children = [this.#watchdog?.process, this.#orchestrator?.process];
    await Promise.all(children.map((child) => child && end(child, 3_000)));
    await this.#stack?.close();
  }

  async #start(port: number): Promise<Orchestrator> {
    this.#orchestrator = await startOrchestrator(this.#database, port);
    return this.#orchestrator;
  }

  #freeze(pid: number): void {
    this.#frozenPid = pid;
    process.kill(pid, "SIGSTOP");
  }

  #thaw(): void {
    const pid = this.#frozenPid;
    this.#frozenPid = undefined;
    try {
      if (pid !== undefined) process.kill(pid, "SIGCONT");
    } catch {
      // It is gone already.
    }
  }

  #tell(text: string): void {
    const seconds = Math.floor((performance.now() - this.#startedAt) / 1_000);
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    this.#print(`\n${time}  ${text.replaceAll("\n", "\n      ")}\n`);
  }

  async #untilSaid(icon: string, hashtag: RegExp): Promise<void> {
    if (this.#watchdog === undefined) throw new Error("the watchdog was not started");
    await this.#soon(`the watchdog's message ${icon} ${hashtag.source}`, this.#watchdog.untilSaid(icon, hashtag));
    await this.#pause();
  }

  #pause(): Promise<void> {
    return sleep(READING_MS, undefined, { signal: this.#stopping });
  }

  /** `event`, unless it takes too long or the demo is stopped. */
  async #soon(what: string, event: Promise<void>): Promise<void> {
    const cancel = new AbortController();
    const signal = AbortSignal.any([cancel.signal, this.#stopping]);
    const tooLong = sleep(MESSAGE_TIMEOUT_MS, undefined, { signal }).then(() => {
      throw new Error(`${what} did not come within ${MESSAGE_TIMEOUT_MS / 1_000} s`);
    });
    const ended = this.#watchdog?.ended ?? event;
    await Promise.race([event, tooLong, ended]).finally(() => cancel.abort());
  }
}

const SUMMARY = `That is all it does: it looks from outside and tells people, once; it never acts.
On your phone: two lines in .env (a Telegram bot's token and a chat), then docker compose up -d.
It watches memory, disks and dependencies as well, and answers in the chat: README.md says how.`;

function job(workItemId: string, stage: string, agent: string, workS: number, fails = false): NewJob {
  return { workItemId, repo: "shop", stage, agent, workS, fails };
}

/** The person's own environment, less what would make their watchdog of this one. */
function environment(metricsUrl: string, dockerSocket: string): Record<string, string> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("WATCHDOG_"));
  return {
    ...(Object.fromEntries(own) as Record<string, string>),
    WATCHDOG_METRICS_URL: metricsUrl,
    WATCHDOG_INTERVAL_S: "1",
    WATCHDOG_AGENT_HUNG_S: "3",
    WATCHDOG_ORCH_DOWN_TICKS: "2",
    WATCHDOG_MEM_PCT: "100", // This machine's own memory has no part in the play.
    WATCHDOG_DOCKER_SOCK: dockerSocket,
    WATCHDOG_LISTEN: "off",
    WATCHDOG_LOG_FORMAT: "pretty",
    WATCHDOG_LOG_LEVEL: "error",
  };
}

/** The process of the first agent in the envelope, as anybody may look it up. */
async function agentPid(url: string): Promise<number> {
  const envelope = (await (await fetch(url)).json()) as { agents: { pid: number }[] };
  const [agent] = envelope.agents;
  if (agent === undefined) throw new Error(`no agent is running: see ${url}`);
  return agent.pid;
}
