import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent } from "undici";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import type { NewJob } from "../../demo/job-queue.ts";
import { EN } from "../../src/core/texts/index.ts";
import { collectEnvelope } from "../../src/sources/orchestrator/collect.ts";
import type { Envelope } from "../../src/sources/orchestrator/envelope.ts";
import { markedEnvironment, until, untilNoneIsLeft } from "./processes.ts";

const SCRIPT = new URL("../../demo/orchestrator.ts", import.meta.url);
const { env, mark } = markedEnvironment();
const dispatcher = new Agent();
let directory: string;
let orchestrator: ChildProcess;
let url: URL;

async function start(port = 0): Promise<void> {
  const database = join(directory, "queue.db");
  orchestrator = fork(SCRIPT, ["--database", database, "--port", String(port)], { env, execArgv: [] });
  const [report] = await once(orchestrator, "message");
  url = new URL(`http://127.0.0.1:${report.port}/metrics`);
}

function enqueue(workItemId: string, workS: number, fails = false): void {
  const job: NewJob = { workItemId, repo: "shop", stage: "review", agent: "reviewer", workS, fails };
  orchestrator.send({ enqueue: job });
}

/** The envelope as the watchdog itself reads it, once it is as wanted. */
function envelopeWhen<T>(what: string, choose: (envelope: Envelope) => T | undefined): Promise<T> {
  return until(what, async () => choose(await collectEnvelope(url, dispatcher, new AbortController().signal, EN)));
}

const theAgent = () => envelopeWhen("an agent at work", ({ agents }) => agents?.entries.find((a) => a.cpuTicks > 5));

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "watchdog-test-"));
  await start();
});
afterEach(async () => {
  orchestrator.kill("SIGKILL");
  await untilNoneIsLeft(mark);
  rmSync(directory, { recursive: true });
});
afterAll(() => dispatcher.destroy());

describe.skipIf(!existsSync("/proc/self/stat"))("the sample orchestrator", () => {
  test("reports an envelope that the watchdog reads without a problem, every section of it", async () => {
    enqueue("ORCH-1", 60);
    const envelope = await envelopeWhen("a stage", (read) => (read.stages?.entries.length === 1 ? read : undefined));
    expect(envelope.problems).toEqual({ count: 0, first: [] });
    expect(envelope).toMatchObject({
      ticksPerSecond: 100,
      stages: { entries: [{ id: "1", stage: "review", workItemId: "ORCH-1", repo: "shop" }] },
      queue: { queued: 0, failed: 0, retries: 0, breaker: "closed", concurrency: { running: 1, max: 2 } },
      agents: { entries: [{ id: "1", taskId: "1", agent: "reviewer" }] },
      runCosts: { entries: [{ id: "1" }] },
      workers: {
        entries: [
          { id: "w1", state: "busy" },
          { id: "w2", state: "idle" },
        ],
      },
    });
    await envelopeWhen("tokens that cost something", ({ totalCost }) => (totalCost?.costUsd ? true : undefined));
  });

  test("runs two jobs at a time, and counts what is done and what failed", async () => {
    for (const name of ["a", "b", "c"]) enqueue(name, 0.5);
    enqueue("d", 0.1, true);
    await envelopeWhen(
      "two at once",
      ({ queue }) => (queue?.queued === 2 && queue.concurrency?.running === 2) || undefined,
    );
    await envelopeWhen("the end of all", ({ queue, agents }) =>
      queue?.queued === 0 && queue.failed === 1 && agents?.entries.length === 0 ? true : undefined,
    );
  });

  test("an agent's CPU ticks are real: frozen they stand still, awake they advance", async () => {
    enqueue("ORCH-1", 60);
    const { pid, id } = await theAgent();
    const ticks = () =>
      envelopeWhen("the agent", ({ agents }) => agents?.entries.find((agent) => agent.id === id)?.cpuTicks);
    process.kill(pid!, "SIGSTOP");
    await sleep(300); // The kernel books the last slice.
    const frozen = await ticks();
    await sleep(300);
    expect(await ticks()).toBe(frozen);
    process.kill(pid!, "SIGCONT");
    await until("more ticks", async () => ((await ticks()) > frozen ? true : undefined));
  });

  test("killed and started again it has lost nothing: what was running is tried again", async () => {
    enqueue("fails", 0.1, true);
    await envelopeWhen("a failed job", ({ queue }) => queue?.failed || undefined);
    enqueue("ORCH-1", 60);
    const { pid } = await theAgent();
    orchestrator.kill("SIGKILL");
    await once(orchestrator, "exit");
    await untilNoneIsLeft(mark);
    await start(Number(url.port));
    const again = await theAgent();
    expect(again.pid).not.toBe(pid);
    await envelopeWhen(
      "the retry and the old failure",
      ({ queue }) => (queue?.retries === 1 && queue.failed === 1) || undefined,
    );
  });

  test("ends with its parent, and takes even a frozen agent along", async () => {
    enqueue("ORCH-1", 60);
    const { pid } = await theAgent();
    process.kill(pid!, "SIGSTOP");
    orchestrator.disconnect();
    await untilNoneIsLeft(mark);
  });
});
