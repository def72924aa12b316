import { HOUR_MS, type Instant } from "../core/time.ts";

/** What was told at the last start that was told. Plain JSON data. */
export interface StartMemory {
  readonly at: Instant;
  /** What was watched then, and how: as one text, to be compared. */
  readonly watches: string;
}

/** A start within this time of the last word, or of the last sign of life, is a restart and no news. */
const QUICK_MS = HOUR_MS;

/** @param stored what the watchdog before left, if anything; @param aliveAt when it last said that it lives */
export function isStartNews(stored: unknown, aliveAt: unknown, watches: string, now: Instant): boolean {
  const last = stored as Partial<StartMemory> | null | undefined;
  if (typeof last?.at !== "number" || last.watches !== watches) return true;
  const heardAt = Math.max(last.at, typeof aliveAt === "number" ? aliveAt : 0);
  return now - heardAt >= QUICK_MS;
}
