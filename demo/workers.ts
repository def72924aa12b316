import { type ChildProcess, fork } from "node:child_process";
import type { Assignment, Progress } from "./agent.ts";
import { readCpuTicks } from "./cpu-ticks.ts";
import type { Job, JobQueue } from "./job-queue.ts";

interface Run {
  readonly id: number;
  readonly job: Job;
  readonly agent: ChildProcess;
}

/** A run that is under way, as it is reported. */
export interface RunView {
  readonly runId: number;
  readonly job: Job;
  readonly pid: number;
  readonly cpuTicks: number;
}

const AGENT_SCRIPT = new URL("agent.ts", import.meta.url);
const HEARTBEAT_MS = 200;

/** Takes jobs off the queue, one at a time, each done by an agent that is a process of its own. */
export class Worker {
  readonly id: string;
  lastHeartbeatAt = Date.now();
  readonly #queue: JobQueue;
  readonly #timer: NodeJS.Timeout;
  #run: Run | undefined;

  constructor(id: string, queue: JobQueue) {
    this.id = id;
    this.#queue = queue;
    this.#timer = setInterval(() => this.#beat(), HEARTBEAT_MS);
  }

  get state(): "busy" | "idle" {
    return this.#run === undefined ? "idle" : "busy";
  }

  /** `undefined` while it is idle. */
  view(): RunView | undefined {
    const run = this.#run;
    const pid = run?.agent.pid;
    const cpuTicks = pid === undefined ? undefined : readCpuTicks(pid);
    if (run === undefined || pid === undefined || cpuTicks === undefined) return undefined;
    return { runId: run.id, job: run.job, pid, cpuTicks };
  }

  /** Ends its agent, even a frozen one; the job stays "running" in the queue, to be tried again by the next process. */
  stop(): void {
    clearInterval(this.#timer);
    this.#run?.agent.kill("SIGKILL");
  }

  #beat(): void {
    this.lastHeartbeatAt = Date.now();
    if (this.#run !== undefined) return;
    const taken = this.#queue.take(Date.now() / 1_000);
    if (taken !== undefined) this.#start(taken.job, taken.runId);
  }

  #start(job: Job, runId: number): void {
    const { workS, fails } = job;
    const agent = fork(AGENT_SCRIPT, [JSON.stringify({ workS, fails } satisfies Assignment)]);
    this.#run = { id: runId, job, agent };
    agent.on("message", ({ tokens }: Progress) => this.#queue.addTokens(runId, tokens));
    agent.on("error", () => {}); // It could not be started: "exit" may not come, "close" does.
    agent.once("close", (code) => {
      this.#run = undefined;
      this.#queue.finish(job.id, code === 0 ? "done" : "failed");
    });
  }
}
