/** The watchdog under `soak.ts`, in a process of its own: `soak-watchdog.ts TICKS`, and a JSON line for each sample. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countHeld, type Held, startTroubledWatchdog } from "../test/stand-ins/troubled-watchdog.ts";
import { SAMPLES, type Sample } from "./soak-sample.ts";

/** What is held is the most of so many looks, a tick apart: at one moment more is under way than at another. */
const LOOKS = 10;

const ticks = Number(process.argv[2]);
const { gc } = globalThis;
if (gc === undefined) throw new Error("needs --expose-gc");
const environment = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) => (name.startsWith("WATCHDOG_") ? [[name, value ?? ""]] : [])),
);
const stateDir = mkdtempSync(join(tmpdir(), "watchdog-soak-"));
async function soak(collectGarbage: () => void): Promise<void> {
  const watchdog = await startTroubledWatchdog(environment, stateDir);

  for (let sample = 1; sample <= SAMPLES; sample += 1) {
    for (let tick = 0; tick < ticks / SAMPLES - LOOKS; tick += 1) await watchdog.tick();
    const looks: Held[] = [];
    for (let look = 0; look < LOOKS; look += 1) {
      await watchdog.tick();
      looks.push(countHeld());
    }
    collectGarbage();
    const { heapUsed, rss } = process.memoryUsage();
    const most = (what: keyof Held) => Math.max(...looks.map((held) => held[what]));
    const line: Sample = {
      heapMb: heapUsed / 2 ** 20,
      rssMb: rss / 2 ** 20,
      peakRssMb: Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1_024,
      descriptors: most("descriptors"),
      handles: most("handles"),
      timers: most("timers"),
      listeners: most("listeners"),
      messages: watchdog.messages,
    };
    console.log(JSON.stringify(line));
  }
  await watchdog.stop();
  rmSync(stateDir, { recursive: true });
}

// Not awaited at the top level: the bundle is a script.
void soak(() => void gc());
