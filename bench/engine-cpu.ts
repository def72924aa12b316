import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openSocketBetween, type SocketBetween } from "../test/engine/support/socket-between.ts";
import { cpuMsOf, minimalPoller, type Program, start, watchdogFromBundle, watchdogFromCheckout } from "./processes.ts";
import { RealContainers } from "./real-containers.ts";
import { median, table } from "./statistics.ts";

/** What a tick costs that asks a real engine, in milliseconds of CPU. */
export interface EngineTickCost {
  readonly program: string;
  readonly containers: number;
  readonly programMs: number;
  /** The daemon's own, what it does without anybody asking taken off; NaN where its process is not known. */
  readonly daemonMs: number;
  readonly requestsPerTick: number;
}

const INTERVAL_S = 0.25;
const TICKS_A_WINDOW = 12;

/**
 * The watchdog and then the minimal poller, over 10 and over 100 running containers. Throws where the watchdog's requests
 * per tick are not the same for both.
 *
 * @param socketPath of the engine
 */
export async function measureEngineCpu(socketPath: string, quick: boolean): Promise<EngineTickCost[]> {
  const daemon = findDaemon(socketPath);
  const containers = new RealContainers();
  const costs: EngineTickCost[] = [];
  try {
    for (const count of [10, 100]) {
      await containers.growTo(count);
      // The engine has things to put in order after it has started so many.
      await sleep(3_000);
      const idleMsPerS = await measureIdle(daemon, quick ? 2 : 3);
      const own = [];
      for (const programOf of [shippedWatchdog, minimalPoller]) {
        const counting = await openSocketBetween(socketPath);
        const program = programOf({
          WATCHDOG_INTERVAL_S: String(INTERVAL_S),
          WATCHDOG_DOCKER_SOCK: counting.path,
          WATCHDOG_CONTAINERS: containers.glob,
          WATCHDOG_LISTEN: "off",
          WATCHDOG_LOG_LEVEL: "error",
        });
        own.push({ containers: count, ...(await measureProgram(program, counting, daemon, idleMsPerS, quick)) });
        await counting.close();
      }
      costs.push(...own);
    }
  } finally {
    await containers.remove();
  }
  const perTick = costs.filter(({ program }) => program !== "minimal poller").map((cost) => cost.requestsPerTick);
  if (Math.max(...perTick) - Math.min(...perTick) > 0.2) {
    throw new Error(`requests per tick grow with the containers: ${perTick.join(" and ")}`);
  }
  return costs;
}

function shippedWatchdog(environment: Readonly<Record<string, string>>): Program {
  return watchdogFromBundle(environment) ?? watchdogFromCheckout(environment);
}

async function measureProgram(
  program: Program,
  counting: SocketBetween,
  daemon: number | undefined,
  idleMsPerS: number,
  quick: boolean,
): Promise<Omit<EngineTickCost, "containers">> {
  const running = start(program);
  try {
    // Starting, compiling, and the first look at every container.
    await sleep(quick ? 4_000 : 6_000);
    const windows: { programMs: number; daemonMs: number }[] = [];
    let requests = 0;
    let ticks = 0;
    for (let window = 0; window < (quick ? 2 : 3); window += 1) {
      counting.takeRequests();
      const before = { program: running.cpuMs(), daemon: daemonMs(daemon), at: performance.now() };
      await sleep(TICKS_A_WINDOW * INTERVAL_S * 1_000);
      const asked = counting.takeRequests();
      const lists = asked.filter((request) => request.includes("/containers/json")).length;
      const idleMs = (idleMsPerS * (performance.now() - before.at)) / 1_000;
      windows.push({
        programMs: (running.cpuMs() - before.program) / lists,
        daemonMs: (daemonMs(daemon) - before.daemon - idleMs) / lists,
      });
      requests += asked.length;
      ticks += lists;
    }
    return {
      program: program.name,
      programMs: median(windows.map(({ programMs }) => programMs)),
      daemonMs: median(windows.map((window) => window.daemonMs)),
      requestsPerTick: requests / ticks,
    };
  } finally {
    await running.stop();
  }
}

async function measureIdle(daemon: number | undefined, seconds: number): Promise<number> {
  const before = daemonMs(daemon);
  await sleep(seconds * 1_000);
  return (daemonMs(daemon) - before) / seconds;
}

function daemonMs(pid: number | undefined): number {
  return pid === undefined ? Number.NaN : cpuMsOf(pid);
}

/** As scripts/start-engine and the usual service leave its process id. */
function findDaemon(socketPath: string): number | undefined {
  const file = [join(dirname(socketPath), "pid"), join(dirname(socketPath), "docker.pid")].find(existsSync);
  return file === undefined ? undefined : Number(readFileSync(file, "utf8"));
}

export function describeEngineCpu(costs: readonly EngineTickCost[]): string {
  const rows = costs.map(({ program, containers, programMs, daemonMs, requestsPerTick }) => [
    ...[`${containers} containers`, program, programMs.toFixed(2), daemonMs.toFixed(2), requestsPerTick.toFixed(2)],
  ]);
  return table(["a real engine with", "asked by", "its CPU a tick, ms", "the daemon's, ms", "requests a tick"], rows);
}
