import type { HostSettings } from "../../config/settings.ts";
import { createLimiter, type Limiter } from "../limiter.ts";
import type { AnySource, Source } from "../source.ts";
import { untilAborted } from "../until-aborted.ts";
import { measureDisk, readMemory } from "./collect.ts";
import { evaluateFill, type FillMemory, joinEvaluations } from "./fill.ts";
import {
  type DiskUsage,
  evaluateDisk,
  evaluateMemory,
  INITIAL_MEMORY,
  type LevelMemory,
  type MemoryUsage,
} from "./signals.ts";

/**
 * A hung file system keeps a thread of libuv's pool (4 unless UV_THREADPOOL_SIZE says otherwise) for as long as it hangs.
 * Half of them stay free for everybody else's files and name lookups.
 */
const MAX_HUNG_DISKS = 2;

/** What is measured of the host: each part fails alone. */
export function createHostSources(settings: HostSettings): AnySource[] {
  const limiter = createLimiter(MAX_HUNG_DISKS, `not measured: ${MAX_HUNG_DISKS} other file systems do not answer`);
  const paths = settings.diskCritEnabled || settings.forecastMs !== undefined ? settings.diskPaths : [];
  return [createMemorySource(settings), ...paths.map((path) => createDiskSource(path, settings, limiter))];
}

function createMemorySource(settings: HostSettings): Source<MemoryUsage, LevelMemory & FillMemory> {
  const { memPct, timeoutMs, forecastMs } = settings;
  let reading: Promise<MemoryUsage> | undefined;
  return {
    name: "host/memory",
    deadlineMs: timeoutMs,
    initial: INITIAL_MEMORY,
    collect(deadline) {
      reading ??= readMemory().finally(() => {
        reading = undefined;
      });
      return untilAborted(deadline, reading);
    },
    evaluate(reading, memory, now) {
      const level = evaluateMemory(memPct, reading, memory);
      if (forecastMs === undefined) return level;
      return joinEvaluations(level, evaluateFill("host_mem_fill", "memory", forecastMs, reading, memory, now));
    },
  };
}

function createDiskSource(
  path: string,
  settings: HostSettings,
  limiter: Limiter,
): Source<DiskUsage, LevelMemory & FillMemory> {
  const { rootPath, timeoutMs, diskCritEnabled, diskCritPct, forecastMs } = settings;
  let measuring: Promise<DiskUsage> | undefined;
  return {
    name: `host/disk ${path}`,
    deadlineMs: timeoutMs,
    initial: INITIAL_MEMORY,
    async collect(deadline) {
      // What hangs from an earlier tick is waited for again, never asked twice: it would hold a second thread.
      if (measuring === undefined) {
        const leave = await limiter.enter(deadline);
        measuring = measureDisk(rootPath, path).finally(() => {
          measuring = undefined;
          leave();
        });
      }
      return untilAborted(deadline, measuring);
    },
    evaluate(reading, memory, now) {
      const level = diskCritEnabled
        ? evaluateDisk(path, diskCritPct, reading, memory)
        : { signals: [], holds: [], memory: INITIAL_MEMORY };
      if (forecastMs === undefined) return level;
      return joinEvaluations(level, evaluateFill(`host_disk_fill:${path}`, { path }, forecastMs, reading, memory, now));
    },
  };
}
