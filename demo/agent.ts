import { setTimeout as sleep } from "node:timers/promises";
import { tellParent } from "./parent.ts";

/** What an agent is told to do; its only argument, as JSON. */
export interface Assignment {
  /** How long it works, in seconds. Time in which it is frozen does not count. */
  readonly workS: number;
  readonly fails: boolean;
}

/** What an agent reports now and then over IPC. */
export interface Progress {
  readonly tokens: number;
}

const SLICE_MS = 100;
/** Enough to advance the CPU ticks (of 10 ms) every time, and little enough for a laptop. */
const BURN_MS = 25;
const TOKENS_PER_SLICE = 150;

function burnCpu(forMs: number): void {
  const end = performance.now() + forMs;
  while (performance.now() < end);
}

const { workS, fails } = JSON.parse(process.argv[2] ?? "{}") as Assignment;
for (let slice = 0; slice * SLICE_MS < workS * 1_000; slice += 1) {
  burnCpu(BURN_MS);
  tellParent({ tokens: TOKENS_PER_SLICE } satisfies Progress);
  await sleep(SLICE_MS - BURN_MS);
}
process.exit(fails ? 1 : 0);
