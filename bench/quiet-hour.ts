import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../src/clock.ts";
import { loadSettings } from "../src/config/load-settings.ts";
import { EN } from "../src/core/texts/index.ts";
import { HOUR_MS, MINUTE_MS } from "../src/core/time.ts";
import { createSources } from "../src/sources/index.ts";
import { Watchdog } from "../src/watchdog.ts";
import { openState, SILENT } from "./open-state.ts";
import { createSurroundings } from "./surroundings.ts";
import { readWal } from "./wal.ts";

export interface QuietHour {
  readonly signals: number;
  readonly ticks: number;
  readonly commits: number;
  /** What the commits appended to the write-ahead log. */
  readonly walBytes: number;
  /** What the kernel counted as to be written to a disk by this process; 0 where the directory lies in memory. */
  readonly diskBytes: number;
}

/** The machine's clock, `factor` times as fast. */
function createFastClock(factor: number): Clock {
  const startAt = Date.now();
  const now = () => startAt + Math.round((Date.now() - startAt) * factor);
  return {
    now,
    wallNow: now,
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs / factor);
      return () => clearTimeout(timer);
    },
  };
}

/** An hour in which nothing changes, on a clock that runs faster: the real sources against real servers, the real store. */
export async function measureQuietHour(factor: number): Promise<QuietHour> {
  const surroundings = await createSurroundings(
    { name: "quiet", containers: 60, dependencies: 30, metrics: true },
    30 / factor,
  );
  const { settings, problems } = loadSettings({
    ...surroundings.environment,
    WATCHDOG_INTERVAL_S: "30",
    // Everything in the envelope of the tests counts as well, however long it stands still; and deadlines run faster, too.
    WATCHDOG_HTTP_TIMEOUT_S: "600",
    WATCHDOG_MEM_PCT: "100",
    ...Object.fromEntries(
      ["ORCH_STALE", "AGENT_HUNG", "WORKER_SILENT"].map((name) => [`WATCHDOG_${name}_S`, "31536000"]),
    ),
    WATCHDOG_INSTANCE_LIMITS: "booting=31536000",
  });
  if (problems.length > 0) throw new Error(problems.join("\n"));
  const state = openState();
  const sources = createSources(settings, EN);
  const clock = createFastClock(factor);
  let notices = 0;
  const { intervalMs, cooldownMs } = settings;
  const watchdog = new Watchdog({
    texts: EN,
    sources: sources.all,
    store: state.store,
    channels: ["chat"],
    onOwed: () => {
      notices += 1;
    },
    clock,
    log: SILENT,
    intervalMs,
    cooldownMs,
  });
  try {
    watchdog.start();
    // The first readings are stored at once; an hour later is not like the first minutes.
    await sleep((5 * MINUTE_MS) / factor);
    const before = { wal: readWal(state.walPath), disk: bytesWritten(), notices };
    surroundings.count();
    await sleep(HOUR_MS / factor);
    const after = { wal: readWal(state.walPath), disk: bytesWritten() };
    if (notices > before.notices) throw new Error("the hour was not quiet: something was told");
    if (after.wal.pages < before.wal.pages) throw new Error("the log was begun anew: its growth says nothing");
    return {
      signals: watchdog.signals().length,
      ticks: surroundings.count().ticks,
      commits: after.wal.commits - before.wal.commits,
      walBytes: after.wal.bytes - before.wal.bytes,
      diskBytes: after.disk - before.disk,
    };
  } finally {
    await watchdog.stop();
    await sources.close();
    state.close();
    await surroundings.close();
  }
}

function bytesWritten(): number {
  return Number(/^write_bytes: (\d+)$/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
}
