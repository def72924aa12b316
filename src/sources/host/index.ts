import type { HostSettings } from "../../config/settings.ts";
import type { AreaTexts } from "../../core/texts/index.ts";
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

interface HostRules extends HostSettings {
  readonly texts: AreaTexts<"host">;
}

/** What is measured of the host: each part fails alone. */
export function createHostSources(settings: HostSettings, texts: AreaTexts<"host">): AnySource[] {
  const limiter = createLimiter({ running: MAX_HUNG_DISKS }, texts.host.disk.othersHang(MAX_HUNG_DISKS));
  const paths = settings.diskCritEnabled || settings.forecastMs !== undefined ? settings.diskPaths : [];
  const rules = { ...settings, texts };
  return [createMemorySource(rules), ...paths.map((path) => createDiskSource(path, rules, limiter))];
}

function createMemorySource(rules: HostRules): Source<MemoryUsage, LevelMemory & FillMemory> {
  const { timeoutMs, forecastMs, texts } = rules;
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
      const level = evaluateMemory(rules, reading, memory);
      if (forecastMs === undefined) return level;
      const horizon = { horizonMs: forecastMs, texts };
      return joinEvaluations(level, evaluateFill("host_mem_fill", "memory", horizon, reading, memory, now));
    },
  };
}

function createDiskSource(
  path: string,
  rules: HostRules,
  limiter: Limiter,
): Source<DiskUsage, LevelMemory & FillMemory> {
  const { rootPath, timeoutMs, diskCritEnabled, forecastMs, texts } = rules;
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
        ? evaluateDisk(path, rules, reading, memory)
        : { signals: [], holds: [], memory: INITIAL_MEMORY };
      if (forecastMs === undefined) return level;
      const horizon = { horizonMs: forecastMs, texts };
      return joinEvaluations(level, evaluateFill(`host_disk_fill:${path}`, { path }, horizon, reading, memory, now));
    },
  };
}
