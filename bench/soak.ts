import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { variablesOfImage } from "../scripts/image-options.ts";
import { startTroubledWorld } from "../test/stand-ins/troubled-world.ts";
import { asInImage, bundle } from "./bundled.ts";
import type { Sample } from "./soak-sample.ts";
import { table } from "./statistics.ts";

const FAULT_RATE = 0.3;
/** The world changes this often, as fast as the watchdog looks. */
const TURN_MS = 4;

export interface Soak {
  readonly ticks: number;
  readonly asked: number;
  readonly failed: number;
  readonly samples: readonly Sample[];
}

/** Many ticks of the bundled watchdog with the image's options, one after the other, among things of which three in ten answers go wrong. */
export async function measureSoak(ticks: number): Promise<Soak> {
  const world = await startTroubledWorld(FAULT_RATE, 1);
  const turning = setInterval(() => world.turn(), TURN_MS);
  const directory = mkdtempSync(join(tmpdir(), "watchdog-soak-"));
  const script = join(directory, "soak-watchdog.cjs");
  await bundle(join(import.meta.dirname, "soak-watchdog.ts"), script);
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, [...asInImage(script), String(ticks)], {
    env: { PATH, ...variablesOfImage(), ...world.environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  try {
    const samples: Sample[] = [];
    for await (const line of createInterface(child.stdout)) samples.push(JSON.parse(line) as Sample);
    const [code] = await exited;
    if (code !== 0) throw new Error(`the watchdog under soak ended with ${code}`);
    return { ticks, ...world.counts(), samples };
  } finally {
    clearInterval(turning);
    child.kill("SIGKILL");
    await world.close();
    rmSync(directory, { recursive: true });
  }
}

export function describeSoak({ ticks, asked, failed, samples }: Soak): string {
  const rows = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const index = Math.round(part * (samples.length - 1));
    const sample = samples[index];
    if (sample === undefined) throw new Error("a soak without samples");
    const { heapMb, rssMb, peakRssMb, descriptors, handles, timers, listeners, messages } = sample;
    const after = Math.round(((index + 1) * ticks) / samples.length);
    return [
      ...[
        after,
        heapMb.toFixed(1),
        rssMb.toFixed(0),
        peakRssMb.toFixed(0),
        descriptors,
        handles,
        timers,
        listeners,
        messages,
      ].map(String),
    ];
  });
  const columns = [
    "after ticks",
    "heap after gc, MB",
    "RSS, MB",
    "at most, MB",
    "descriptors",
    "handles",
    "timers",
    "listeners",
  ];
  const share = `${asked} requests, of which ${((100 * failed) / asked).toFixed(0)} % went wrong`;
  return `${table([...columns, "messages told"], rows)}\n\n${share}`;
}
