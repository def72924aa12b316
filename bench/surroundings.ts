import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { idOf, type StandInContainer, startDockerEngine } from "../test/stand-ins/docker-engine.ts";
import type { Environment } from "./processes.ts";

/** How much there is to watch. */
export interface Load {
  readonly name: string;
  readonly containers: number;
  readonly dependencies: number;
  readonly metrics: boolean;
}

/** Requests since the last count. */
export interface Counts {
  readonly list: number;
  readonly inspect: number;
  readonly metrics: number;
  readonly dependencies: number;
  /** Ticks, told from whichever of these comes once a tick. */
  readonly ticks: number;
}

/** Real servers for one process under measurement: nobody else's requests are counted. */
export interface Surroundings {
  readonly environment: Environment;
  /** Counts the requests since the last call. */
  count(): Counts;
  close(): Promise<void>;
}

const ENVELOPE = readFileSync(join(import.meta.dirname, "../test/fixtures/envelope/contract.json"), "utf8");

/** It advances, as a living orchestrator's does, so that all is well. */
function envelopeOf(now: number): string {
  const { generated_at } = JSON.parse(ENVELOPE) as { generated_at: string };
  const laterMs = now - Date.parse(generated_at);
  return ENVELOPE.replace(/"(\d{4}-\d\d-\d\dT[^"]*)"/g, (_text, iso: string) => {
    return JSON.stringify(new Date(Date.parse(iso) + laterMs).toISOString());
  });
}

export async function createSurroundings(load: Load, intervalS: number): Promise<Surroundings> {
  const containers = Array.from({ length: load.containers }, (_, index): StandInContainer => {
    const labels = { "com.docker.compose.project": "shop", "com.docker.compose.service": `service-${index}` };
    return {
      id: idOf(index),
      name: `shop-service-${index}-1`,
      status: "Up 3 days (healthy)",
      health: "healthy",
      labels,
    };
  });
  const engine = load.containers === 0 ? undefined : await startDockerEngine(containers);
  let asked: string[] = [];
  const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    asked.push(request.url ?? "");
    response.setHeader("content-type", "application/json");
    if (request.url === "/metrics") response.end(envelopeOf(Date.now()));
    else response.end('{"status":"ok"}');
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const dependencies = Array.from({ length: load.dependencies }, (_, index) => `d${index}=${origin}/${index}`);
  return {
    environment: {
      WATCHDOG_INTERVAL_S: String(intervalS),
      WATCHDOG_DOCKER_SOCK: engine?.socketPath ?? "off",
      WATCHDOG_LISTEN: "off",
      WATCHDOG_LOG_LEVEL: "error",
      ...(load.dependencies > 0 && { WATCHDOG_DEPS: dependencies.join(",") }),
      ...(load.metrics && { WATCHDOG_METRICS_URL: `${origin}/metrics` }),
    },
    count() {
      const toEngine = [...(engine?.requests ?? [])];
      engine?.clear();
      const toServer = asked;
      asked = [];
      const list = toEngine.filter((request) => request.includes("/containers/json")).length;
      const inspect = toEngine.filter((request) => /\/containers\/[^/]+\/json/.test(request)).length;
      const metrics = toServer.filter((path) => path === "/metrics").length;
      const pings = toServer.length - metrics;
      return { list, inspect, metrics, dependencies: pings, ticks: list || metrics || pings / load.dependencies };
    },
    async close() {
      server.closeAllConnections();
      await Promise.all([new Promise((resolve) => server.close(resolve)), engine?.close()]);
    },
  };
}
