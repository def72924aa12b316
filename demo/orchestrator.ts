// A sample orchestrator, small but real: jobs in SQLite, agents that are processes, and the envelope at /metrics.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { TICKS_PER_SECOND } from "./cpu-ticks.ts";
import { JobQueue, type NewJob } from "./job-queue.ts";
import { tellParent } from "./parent.ts";
import { Worker } from "./workers.ts";

/** What the orchestrator tells its parent over IPC. */
export type Report = { readonly port: number } | { readonly asked: number };
/** What its parent may order. */
export interface Order {
  readonly enqueue: NewJob;
}

const USD_PER_TOKEN = 15 / 1_000_000;
const MAX_RUNNING = 2;

const { values } = parseArgs({
  options: { database: { type: "string", default: ":memory:" }, port: { type: "string", default: "0" } },
});
const queue = new JobQueue(values.database);
const workers = Array.from({ length: MAX_RUNNING }, (_, index) => new Worker(`w${index + 1}`, queue));
let asked = 0;

function describe(): object {
  const runs = workers.map((worker) => worker.view()).filter((run) => run !== undefined);
  const nowS = Date.now() / 1_000;
  return {
    schema_version: 1,
    generated_at: new Date().toISOString(),
    clk_tck: TICKS_PER_SECOND,
    stages: runs.map(({ job }) => ({
      task_id: job.id,
      work_item_id: job.workItemId,
      repo: job.repo,
      stage: job.stage,
      age_s: Math.max(0, nowS - job.startedAt),
    })),
    queue: {
      counts: queue.counts(),
      retries: queue.retries(),
      breaker: { state: "closed" },
      concurrency: { running: runs.length, max: MAX_RUNNING },
    },
    agents: runs.map(({ runId, job, pid, cpuTicks }) => ({
      run_id: runId,
      task_id: job.id,
      agent: job.agent,
      pid,
      runtime_s: Math.max(0, nowS - job.startedAt),
      cpu_ticks: cpuTicks,
    })),
    cost: {
      runs: runs.map(({ runId }) => ({ run_id: runId, ...priceOf(queue.tokensOf(runId)) })),
      total: priceOf(queue.totalTokens()),
    },
    workers: workers.map(({ id, state, lastHeartbeatAt }) => ({
      id,
      state,
      last_heartbeat_at: new Date(lastHeartbeatAt).toISOString(),
    })),
  };
}

function priceOf(tokens: number): object {
  return { tokens, cost_usd: tokens * USD_PER_TOKEN };
}

const server = createServer((request, response) => {
  if (request.url !== "/metrics") {
    response.writeHead(404).end("only /metrics is served\n");
    return;
  }
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(describe()));
  asked += 1;
  tellParent({ asked } satisfies Report);
});

process.on("message", ({ enqueue }: Order) => queue.add(enqueue));
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    for (const worker of workers) worker.stop();
    queue.close();
    process.exit(0);
  });
}

server.listen(Number(values.port), "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  tellParent({ port } satisfies Report);
  if (!process.connected) console.log(`http://127.0.0.1:${port}/metrics`);
});
