import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { findBroken } from "../test/simulation/invariants/index.ts";
import { renderTrace } from "../test/simulation/render-trace.ts";
import { SIGHTS, type Sight, sightsOf } from "../test/simulation/sights.ts";
import { simulate } from "../test/simulation/simulate.ts";

// Plays many seeds of trouble, or one again:
//   npm run simulate -- --seeds 100000 [--from 1] [--workers 2]
//   npm run simulate -- --seed 4711 [--trace]

/** How much of a failing seed's trace is shown before the first broken promise. */
const SHOWN_LINES = 80;
const REPORT_EVERY = 100;

interface Share {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

interface Report {
  readonly played: number;
  readonly upTo: number;
  readonly sights: readonly Sight[];
  readonly brokenSeed: number | undefined;
}

/** One worker's share of the seeds, until the first that breaks a promise. */
async function playShare({ from, to, step }: Share, report: (report: Report) => void): Promise<void> {
  let played = 0;
  let sights = new Set<Sight>();
  for (let seed = from; seed <= to; seed += step) {
    const trace = await simulate(seed);
    const isBroken = findBroken(trace).length > 0;
    for (const sight of sightsOf(trace)) sights.add(sight);
    played += 1;
    if (!isBroken && played < REPORT_EVERY && seed + step <= to) continue;
    report({ played, upTo: seed, sights: [...sights], brokenSeed: isBroken ? seed : undefined });
    if (isBroken) return;
    played = 0;
    sights = new Set();
  }
}

/** @returns the first seed that breaks a promise, if any */
async function playAll(first: number, last: number, workers: number): Promise<number | undefined> {
  const startedAt = performance.now();
  const seen = new Set<Sight>();
  let played = 0;
  let brokenSeed: number | undefined;
  const playing = Array.from({ length: workers }, (_, index) => {
    const share: Share = { from: first + index, to: last, step: workers };
    const worker = new Worker(new URL(import.meta.url), { workerData: share });
    worker.on("message", (report: Report) => {
      played += report.played;
      for (const sight of report.sights) seen.add(sight);
      brokenSeed = Math.min(brokenSeed ?? Number.POSITIVE_INFINITY, report.brokenSeed ?? Number.POSITIVE_INFINITY);
      if (process.stderr.isTTY) process.stderr.write(`\r${played} seeds `);
      // The others go on only as far as they may find an earlier one.
      if (report.upTo >= brokenSeed) void worker.terminate();
    });
    return new Promise<void>((resolve, reject) => worker.on("error", reject).on("exit", () => resolve()));
  });
  await Promise.all(playing);
  const tookS = (performance.now() - startedAt) / 1_000;
  console.log(`${played} seeds in ${tookS.toFixed(1)} s: ${((tookS / played) * 1_000).toFixed(1)} s for 1,000`);
  const missed = SIGHTS.filter((sight) => !seen.has(sight));
  if (missed.length > 0) console.log(`never seen: ${missed.join("; ")}`);
  return Number.isFinite(brokenSeed) ? brokenSeed : undefined;
}

/** @returns whether every promise was kept */
async function replay(seed: number, wholeTrace: boolean): Promise<boolean> {
  const trace = await simulate(seed);
  const broken = findBroken(trace);
  const lines = renderTrace(trace, broken).split("\n");
  const shown = lines.findIndex((line) => line.includes("^^^^"));
  if (wholeTrace) console.log(lines.join("\n"));
  else if (shown !== -1) {
    const head = lines.slice(0, 2 + trace.scenario.sources.length + trace.scenario.channels.length);
    const from = Math.max(head.length, shown - SHOWN_LINES);
    console.log([...head, ...(from > head.length ? ["…"] : []), ...lines.slice(from, shown + 1)].join("\n"));
  }
  console.log(broken.length === 0 ? `seed ${seed} keeps every promise` : `seed ${seed} breaks:`);
  for (const { invariant, message } of broken) console.log(`  ${invariant}: ${message}`);
  return broken.length === 0;
}

function readNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  console.error(`--${name} ${text}: expected a whole number above 0`);
  process.exit(64);
}

async function main(): Promise<void> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: { seeds: text, from: text, workers: text, seed: text, trace: { type: "boolean", default: false } },
  });
  if (values.seed !== undefined) {
    process.exitCode = (await replay(readNumber("seed", values.seed), values.trace)) ? 0 : 1;
    return;
  }
  const seeds = readNumber("seeds", values.seeds ?? "1000");
  const from = readNumber("from", values.from ?? "1");
  const workers = Math.min(seeds, readNumber("workers", values.workers ?? String(availableParallelism())));
  const brokenSeed = await playAll(from, from + seeds - 1, workers);
  if (brokenSeed === undefined) return;
  await replay(brokenSeed, values.trace);
  console.log(`again, with all of its trace: npm run simulate -- --seed ${brokenSeed} --trace`);
  process.exitCode = 1;
}

if (isMainThread) await main();
else await playShare(workerData as Share, (report) => parentPort?.postMessage(report));
