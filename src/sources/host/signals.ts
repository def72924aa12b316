import { formatBytes } from "../../core/bytes.ts";
import { hysteresis } from "../../core/hysteresis.ts";
import type { Reading } from "../../core/reading.ts";
import type { Evaluation, Measure, Signal } from "../../core/signal.ts";
import { cleanText } from "../../core/text.ts";
import type { AreaTexts } from "../../core/texts/index.ts";

export interface MemoryUsage {
  readonly totalBytes: number;
  /** What can be had without swapping (MemAvailable): caches that can be dropped count as available. */
  readonly availableBytes: number;
}

export interface DiskUsage {
  readonly usedBytes: number;
  /** What an unprivileged user can still write; blocks reserved for root are neither used nor available. */
  readonly availableBytes: number;
}

/** Whether the threshold was passed and not cleared since. */
export interface LevelMemory {
  readonly active: boolean;
}

export const INITIAL_MEMORY: LevelMemory = { active: false };

/** "Clears below 5 points less." */
const MEMORY_CLEARS_POINTS_LOWER = 5;
/** A disk that trembles at its ceiling moves by less; more would keep an alert up after someone has made room. */
const DISK_CLEARS_POINTS_LOWER = 1;

type HostTexts = AreaTexts<"host">;

export function evaluateMemory(
  { memPct, texts }: { readonly memPct: number; readonly texts: HostTexts },
  reading: Reading<MemoryUsage>,
  memory: LevelMemory,
): Evaluation<LevelMemory> {
  const key = "host_mem";
  if (!reading.ok) return { signals: [], holds: [key], memory };
  const { totalBytes, availableBytes } = reading.value;
  const { memory: words } = texts.host;
  const written = (bytes: number) => formatGiB(bytes, texts);
  const usedBytes = totalBytes - availableBytes;
  const measure = percentMeasure(usedBytes, totalBytes, memPct);
  const active = hysteresis(memory.active, measure.value, memPct, memPct - MEMORY_CLEARS_POINTS_LOWER);
  return level({
    key,
    active,
    what: active ? words.full : words.fine,
    measure,
    details: [words.use(written(usedBytes), written(totalBytes), written(availableBytes))],
    next: words.next("`docker stats --no-stream`", "`ps aux --sort=-rss | head`"),
  });
}

export function evaluateDisk(
  path: string,
  { diskCritPct, texts }: { readonly diskCritPct: number; readonly texts: HostTexts },
  reading: Reading<DiskUsage>,
  memory: LevelMemory,
): Evaluation<LevelMemory> {
  const key = `host_disk:${path}`;
  if (!reading.ok) return { signals: [], holds: [key], memory };
  const { usedBytes, availableBytes } = reading.value;
  const { disk: words } = texts.host;
  const measure = percentMeasure(usedBytes, usedBytes + availableBytes, diskCritPct);
  const active = hysteresis(memory.active, measure.value, diskCritPct, diskCritPct - DISK_CLEARS_POINTS_LOWER);
  const shown = cleanText(path, 100);
  return level({
    key,
    active,
    what: active ? words.full(shown) : words.fine(shown),
    measure,
    details: [words.use(formatGiB(usedBytes, texts), formatGiB(availableBytes, texts))],
    next: words.next("`docker system df`", `\`du -xh -d 2 ${quoted(shown)} | sort -h | tail\``),
  });
}

function level(signal: Omit<Signal, "severity" | "nature">): Evaluation<LevelMemory> {
  return {
    signals: [{ ...signal, severity: "critical", nature: "level" }],
    holds: [],
    memory: { active: signal.active },
  };
}

function percentMeasure(part: number, whole: number, limit: number): Measure {
  return { value: (100 * part) / whole, limit, unit: "percent" };
}

function formatGiB(bytes: number, { units }: HostTexts): string {
  return formatBytes(bytes, "gibibyte", units);
}

/** As a word of a shell command. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
