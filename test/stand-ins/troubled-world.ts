import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Random } from "../simulation/random.ts";
import { idOf, type StandInContainer, type StandInEngine, startDockerEngine } from "./docker-engine.ts";

const ENVELOPE = readFileSync(new URL("../fixtures/envelope/contract.json", import.meta.url), "utf8");
const DEPENDENCIES = 4;
const CONTAINERS = 4;
/** What hangs is given up after this. */
const TIMEOUT_S = 0.05;

/** An engine, an orchestrator and dependencies, of which all is real but what they say, and that are seldom well. */
export interface TroubledWorld {
  /** What makes a watchdog watch it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Lets time pass: containers come, go and change, and those who follow events hear of it. */
  turn(): void;
  /** How many requests there were, and how many of them went wrong. */
  counts(): { readonly asked: number; readonly failed: number };
  close(): Promise<void>;
}

/** @param faultRate the share of requests that go wrong */
export async function startTroubledWorld(faultRate: number, seed: number): Promise<TroubledWorld> {
  const random = new Random(seed);
  let asked = 0;
  let failed = 0;
  const fault = (_request: IncomingMessage, response: ServerResponse): boolean => {
    asked += 1;
    if (!random.chance(faultRate)) return false;
    failed += 1;
    goWrong(response, random);
    return true;
  };
  const engine = await startDockerEngine([]);
  engine.fault = fault;
  const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    if (fault(request, response)) return;
    response.setHeader("content-type", "application/json");
    if (request.url !== "/metrics") response.end('{"status":"ok"}');
    else response.end(JSON.stringify({ ...JSON.parse(ENVELOPE), generated_at: new Date().toISOString() }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const names = Array.from({ length: DEPENDENCIES }, (_, index) => `d${index}=${origin}/${index}`);
  return {
    environment: {
      WATCHDOG_HTTP_TIMEOUT_S: String(TIMEOUT_S),
      WATCHDOG_DOCKER_SOCK: engine.socketPath,
      WATCHDOG_METRICS_URL: `${origin}/metrics`,
      // The last one is a port that nobody listens on.
      WATCHDOG_DEPS: [...names, "nobody=tcp://127.0.0.1:1"].join(","),
      WATCHDOG_CONTAINER_MEM_PCT: "90",
      WATCHDOG_LISTEN: "off",
    },
    turn() {
      change(engine, random);
      engine.clear();
    },
    counts: () => ({ asked, failed }),
    async close() {
      server.closeAllConnections();
      await Promise.all([new Promise((resolve) => server.close(resolve)), engine.close()]);
    },
  };
}

function goWrong(response: ServerResponse, random: Random): void {
  const kind = random.between(1, 50);
  if (kind === 1) return; // Never answered: whoever asked must give up.
  if (kind <= 15) response.destroy();
  else if (kind <= 25) {
    response.writeHead(200, { "content-length": "1000", "content-type": "application/json" }).write('{"half":');
    setImmediate(() => response.destroy());
  } else if (kind <= 38) response.writeHead(500).end("no");
  else response.writeHead(200, { "content-type": "text/html" }).end("<html>not what was asked for</html>");
}

function change(engine: StandInEngine, random: Random): void {
  const running = Array.from({ length: CONTAINERS }, (_, index): StandInContainer => {
    const well = { id: idOf(index), name: `api-${index}` };
    if (random.chance(0.9)) return well;
    return { ...well, state: "exited", status: "Exited (1) 5 seconds ago", exitCode: 1 };
  });
  engine.containers = running;
  const [first] = running;
  if (first !== undefined && random.chance(0.1)) engine.emit({ action: "die", id: first.id, name: first.name });
  if (random.chance(0.02)) engine.cutEvents();
}
