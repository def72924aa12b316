import { setTimeout as sleep } from "node:timers/promises";
import { minimalPoller, start, watchdogFromCheckout } from "./processes.ts";
import { median, table } from "./statistics.ts";
import { createSurroundings, type Load } from "./surroundings.ts";

const sized =
  (kind: "containers" | "dependencies") =>
  (count: number): Load => ({
    name: `${count} ${kind}`,
    containers: 0,
    dependencies: 0,
    metrics: false,
    [kind]: count,
  });

const LOADS: readonly Load[] = [
  ...[10, 100, 1_000].map(sized("dependencies")),
  ...[10, 100, 1_000].map(sized("containers")),
  { name: "100 containers, 50 dependencies, /metrics", containers: 100, dependencies: 50, metrics: true },
];

const TICKS_A_WINDOW = 10;

export interface TickCost {
  readonly load: string;
  /** Medians over the windows, in milliseconds of CPU. */
  readonly watchdogMs: number;
  readonly pollerMs: number;
  /** The median of the ratios within each window. */
  readonly ratio: number;
  readonly requestsPerTick: {
    readonly list: number;
    readonly inspect: number;
    readonly metrics: number;
    readonly dependencies: number;
  };
}

/** CPU per tick of the watchdog and of the minimal poller, which run at the same time against servers of their own. */
export async function measureTickCpu(quick: boolean): Promise<TickCost[]> {
  const costs: TickCost[] = [];
  for (const load of LOADS) costs.push(await measureLoad(load, quick));
  return costs;
}

async function measureLoad(load: Load, quick: boolean): Promise<TickCost> {
  const intervalS = load.containers + load.dependencies >= 1_000 ? 0.5 : 0.25;
  const sides = await Promise.all(
    [watchdogFromCheckout, minimalPoller].map(async (program) => {
      const surroundings = await createSurroundings(load, intervalS);
      return { surroundings, running: start(program(surroundings.environment)) };
    }),
  );
  const [watchdog, poller] = sides;
  if (watchdog === undefined || poller === undefined) throw new Error("two sides");
  try {
    // Starting, compiling, connecting and the first look at every container are no part of a tick.
    await sleep(quick ? 5_000 : 8_000);
    const windows: { watchdogMs: number; pollerMs: number; ratio: number }[] = [];
    const requests = { list: 0, inspect: 0, metrics: 0, dependencies: 0, ticks: 0 };
    for (const side of sides) side.surroundings.count();
    for (let window = 0; window < (quick ? 2 : 4); window += 1) {
      const before = sides.map(({ running }) => running.cpuMs());
      await sleep(TICKS_A_WINDOW * intervalS * 1_000);
      const [watchdogMs = Number.NaN, pollerMs = Number.NaN] = sides.map(({ surroundings, running }, index) => {
        const counts = surroundings.count();
        if (index === 0)
          for (const key of Object.keys(requests) as (keyof typeof requests)[]) requests[key] += counts[key];
        return (running.cpuMs() - (before[index] ?? 0)) / counts.ticks;
      });
      windows.push({ watchdogMs, pollerMs, ratio: watchdogMs / pollerMs });
    }
    const perTick = (count: number) => count / requests.ticks;
    // However many there are to watch: one list, and no inspection while all is well.
    if (load.containers > 0 && perTick(requests.list + requests.inspect) > 1.1) {
      throw new Error(`${load.name}: ${perTick(requests.list + requests.inspect)} requests a tick to the engine`);
    }
    return {
      load: load.name,
      watchdogMs: median(windows.map((window) => window.watchdogMs)),
      pollerMs: median(windows.map((window) => window.pollerMs)),
      ratio: median(windows.map((window) => window.ratio)),
      requestsPerTick: {
        list: perTick(requests.list),
        inspect: perTick(requests.inspect),
        metrics: perTick(requests.metrics),
        dependencies: perTick(requests.dependencies),
      },
    };
  } finally {
    await Promise.all(sides.map(({ running }) => running.stop()));
    await Promise.all(sides.map(({ surroundings }) => surroundings.close()));
  }
}

export function describeTickCpu(costs: readonly TickCost[]): string {
  const rows = costs.map(
    ({ load, watchdogMs, pollerMs, ratio, requestsPerTick: { list, inspect, metrics, dependencies } }) => [
      load,
      watchdogMs.toFixed(2),
      pollerMs.toFixed(2),
      ratio.toFixed(2),
      [list, inspect, metrics, dependencies].map((count) => String(Math.round(count * 100) / 100)).join(" / "),
    ],
  );
  return table(
    ["watched", "watchdog, ms", "minimal poller, ms", "ratio", "list / inspect / metrics / pings a tick"],
    rows,
  );
}
