import { debounce } from "../../core/debounce.ts";
import type { Reading } from "../../core/reading.ts";
import type { Evaluation } from "../../core/signal.ts";
import type { Instant } from "../../core/time.ts";
import { wordOffline } from "./word-signals.ts";

export interface NetworkMemory {
  readonly closedInARow: number;
  /** When the first of these was read. */
  readonly closedSince: Instant | null;
}

export const INITIAL_MEMORY: NetworkMemory = { closedInARow: 0, closedSince: null };

const KEY = "offline";

/** @param reading whether anything outside answers */
export function evaluateNetwork(
  outsideTargets: readonly string[],
  offlineTicks: number,
  reading: Reading<boolean>,
  memory: NetworkMemory,
  now: Instant,
): Evaluation<NetworkMemory> {
  if (!reading.ok) return { signals: [], holds: [KEY], memory };
  const signal = { key: KEY, severity: "critical", nature: "level", standsFor: ["outside"] } as const;
  if (reading.value) {
    const what = "this host is online: something outside answers";
    return { signals: [{ ...signal, active: false, what }], holds: [], memory: INITIAL_MEMORY };
  }
  const { active, failuresInARow } = debounce(memory.closedInARow, true, offlineTicks);
  const closedSince = memory.closedSince ?? now;
  const next: NetworkMemory = { closedInARow: failuresInARow, closedSince };
  // Not confirmed yet: neither bad nor, whatever was told before, good.
  if (!active) return { signals: [], holds: [KEY], memory: next };
  const words = wordOffline(outsideTargets);
  return { signals: [{ ...signal, ...words, active: true, since: closedSince }], holds: [], memory: next };
}
