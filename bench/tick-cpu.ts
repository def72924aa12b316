import { setTimeout as sleep } from "node:timers/promises";
import { minimalPoller, minimalPollerAsInImage, start, watchdogFromBundle, watchdogFromCheckout } from "./processes.ts";
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

/** Both for the largest loads, and for the others. */
const PACE = { large: { intervalS: 1, ticks: 5 }, small: { intervalS: 0.25, ticks: 10 } };

export interface TickCost {
  readonly load: string;
  /** How many things are watched. */
  readonly checks: number;
  /** Medians over the windows, in milliseconds of CPU: run from its sources, and bundled with the image's options. */
  readonly watchdogMs: number;
  readonly bundleMs: number;
  readonly pollerMs: number;
  /** The poller under the image's options. */
  readonly leanPollerMs: number;
  /** Each to the poller that runs under the same options; the medians of the ratios within each window. */
  readonly ratio: number;
  readonly bundleRatio: number;
  readonly requestsPerTick: {
    readonly list: number;
    readonly inspect: number;
    readonly metrics: number;
    readonly dependencies: number;
  };
}

/** CPU per tick of the watchdog and of the minimal poller, each with and without the image's options, which run at the same time against servers of their own. */
export async function measureTickCpu(quick: boolean): Promise<TickCost[]> {
  const costs: TickCost[] = [];
  for (const load of LOADS) costs.push(await measureLoad(load, quick));
  return costs;
}

async function measureLoad(load: Load, quick: boolean): Promise<TickCost> {
  const { intervalS, ticks } = PACE[load.containers + load.dependencies >= 1_000 ? "large" : "small"];
  const sides = await Promise.all(
    [watchdogFromCheckout, minimalPoller, watchdogFromBundle, minimalPollerAsInImage].map(async (programOf) => {
      const surroundings = await createSurroundings(load, intervalS);
      const program = programOf(surroundings.environment);
      if (program === undefined) throw new Error("the bundle is made first");
      return { surroundings, running: start(program) };
    }),
  );
  try {
    // Starting, compiling, connecting and the first look at every container are no part of a tick.
    await sleep(quick ? 5_000 : 8_000);
    const windows: Omit<TickCost, "load" | "checks" | "requestsPerTick">[] = [];
    const requests = { list: 0, inspect: 0, metrics: 0, dependencies: 0, ticks: 0 };
    for (const side of sides) side.surroundings.count();
    for (let window = 0; window < (quick ? 2 : 4); window += 1) {
      const before = sides.map(({ running }) => running.cpuMs());
      await sleep(ticks * intervalS * 1_000);
      const costs = sides.map(({ surroundings, running }, index) => {
        const counts = surroundings.count();
        if (index === 0)
          for (const key of Object.keys(requests) as (keyof typeof requests)[]) requests[key] += counts[key];
        return (running.cpuMs() - (before[index] ?? 0)) / counts.ticks;
      });
      const [watchdogMs = Number.NaN, pollerMs = Number.NaN, bundleMs = Number.NaN, leanPollerMs = Number.NaN] = costs;
      const ratios = { ratio: watchdogMs / pollerMs, bundleRatio: bundleMs / leanPollerMs };
      windows.push({ watchdogMs, bundleMs, pollerMs, leanPollerMs, ...ratios });
    }
    const perTick = (count: number) => count / requests.ticks;
    // However many there are to watch: one list, and no inspection while all is well.
    if (load.containers > 0 && perTick(requests.list + requests.inspect) > 1.1) {
      throw new Error(`${load.name}: ${perTick(requests.list + requests.inspect)} requests a tick to the engine`);
    }
    return {
      load: load.name,
      checks: load.containers + load.dependencies + (load.metrics ? 1 : 0),
      watchdogMs: median(windows.map((window) => window.watchdogMs)),
      bundleMs: median(windows.map((window) => window.bundleMs)),
      pollerMs: median(windows.map((window) => window.pollerMs)),
      leanPollerMs: median(windows.map((window) => window.leanPollerMs)),
      ratio: median(windows.map((window) => window.ratio)),
      bundleRatio: median(windows.map((window) => window.bundleRatio)),
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
  const rows = costs.map(({ load, requestsPerTick, ...cost }) => {
    const { list, inspect, metrics, dependencies } = requestsPerTick;
    const requests = [list, inspect, metrics, dependencies].map((count) => String(Math.round(count * 100) / 100));
    const { watchdogMs, pollerMs, ratio, bundleMs, leanPollerMs, bundleRatio } = cost;
    const numbers = [watchdogMs, pollerMs, ratio, bundleMs, leanPollerMs, bundleRatio];
    return [load, ...numbers.map((number) => number.toFixed(2)), requests.join(" / ")];
  });
  const perTick = table(
    [
      ...["watched", "watchdog, ms", "minimal poller, ms", "ratio"],
      ...["bundle with the image's options, ms", "poller with them, ms", "ratio"],
      "list / inspect / metrics / pings a tick",
    ],
    rows,
  );
  return `${perTick}\n\n${describeGrowth(costs)}`;
}

/** The cost of one check where there are 1,000, of that where there are 100. */
function describeGrowth(costs: readonly TickCost[]): string {
  const rows = ["dependencies", "containers"].map((kind) => {
    const [many, some] = [1_000, 100].map((count) => costs.find(({ load }) => load === `${count} ${kind}`));
    if (many === undefined || some === undefined) throw new Error(`no costs of ${kind}`);
    const growth = (ms: (cost: TickCost) => number) => ms(many) / many.checks / (ms(some) / some.checks);
    return [
      kind,
      ...[growth((cost) => cost.watchdogMs), growth((cost) => cost.bundleMs), growth((cost) => cost.pollerMs)].map(
        (times) => times.toFixed(2),
      ),
    ];
  });
  return table(["one of 1,000 costs, of one of 100", "watchdog", "bundle", "minimal poller"], rows);
}
