import { setTimeout as sleep } from "node:timers/promises";
import { BARE_NODE, minimalPoller, start, watchdogFromBundle, watchdogFromCheckout } from "./processes.ts";
import { table } from "./statistics.ts";
import { createSurroundings, type Load } from "./surroundings.ts";

const LOAD: Load = { name: "typical", containers: 100, dependencies: 50, metrics: true };

export interface MemoryUse {
  readonly program: string;
  readonly rssMb: number;
  /** What no file backs: this the kernel cannot take back. */
  readonly anonymousMb: number;
  /** Against bare Node. */
  readonly rssRatio: number;
  readonly anonymousRatio: number;
}

/** Ten ticks a second, so that 1,000 of them fit into a benchmark. */
const INTERVAL_S = 0.1;

/** Memory after 1,000 ticks, of programs that run at the same time. */
export async function measureMemory(quick: boolean): Promise<MemoryUse[]> {
  const surroundings = [];
  const running = [{ name: BARE_NODE.name, process: start(BARE_NODE) }];
  try {
    for (const programOf of [minimalPoller, watchdogFromCheckout, watchdogFromBundle]) {
      const own = await createSurroundings(LOAD, INTERVAL_S);
      surroundings.push(own);
      const program = programOf(own.environment);
      if (program !== undefined) running.push({ name: program.name, process: start(program) });
    }
    await sleep((quick ? 100 : 1_000) * INTERVAL_S * 1_000);
    const [bare, ...others] = running.map(({ name, process }) => ({ name, ...process.memory() }));
    if (bare === undefined) throw new Error("bare Node is the first");
    return [bare, ...others].map(({ name, rssKb, anonymousKb }) => ({
      program: name,
      rssMb: rssKb / 1_024,
      anonymousMb: anonymousKb / 1_024,
      rssRatio: rssKb / bare.rssKb,
      anonymousRatio: anonymousKb / bare.anonymousKb,
    }));
  } finally {
    await Promise.all(running.map(({ process }) => process.stop()));
    await Promise.all(surroundings.map((own) => own.close()));
  }
}

export function describeMemory(uses: readonly MemoryUse[]): string {
  const rows = uses.map(({ program, rssMb, anonymousMb, rssRatio, anonymousRatio }) => [
    program,
    rssMb.toFixed(1),
    anonymousMb.toFixed(1),
    rssRatio.toFixed(2),
    anonymousRatio.toFixed(2),
  ]);
  return table(["program", "RSS, MB", "anonymous, MB", "RSS, of bare Node", "anonymous, of bare Node"], rows);
}
