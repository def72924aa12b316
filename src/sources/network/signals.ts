import { debounce } from "../../core/debounce.ts";
import type { Reading } from "../../core/reading.ts";
import type { Evaluation } from "../../core/signal.ts";
import type { AreaTexts } from "../../core/texts/index.ts";
import type { Instant } from "../../core/time.ts";
import { wordOffline } from "./word-signals.ts";

export interface NetworkMemory {
  readonly closedInARow: number;
  /** When the first of these was read. */
  readonly closedSince: Instant | null;
}

export const INITIAL_MEMORY: NetworkMemory = { closedInARow: 0, closedSince: null };

const KEY = "offline";

export interface Rules {
  /** The addresses of the probes, for people. */
  readonly probes: readonly string[];
  /** The names of the dependencies outside, for people. */
  readonly outsideTargets: readonly string[];
  /** Readings in a row before this host is offline. */
  readonly offlineTicks: number;
  readonly texts: AreaTexts<"network">;
}

/** @param reading whether anything outside answers */
export function evaluateNetwork(
  { probes, outsideTargets, offlineTicks, texts: { network: texts } }: Rules,
  reading: Reading<boolean>,
  memory: NetworkMemory,
  now: Instant,
): Evaluation<NetworkMemory> {
  if (!reading.ok) return { signals: [], holds: [KEY], memory };
  const signal = { key: KEY, severity: "critical", nature: "level", standsFor: ["outside"] } as const;
  if (reading.value) {
    return { signals: [{ ...signal, active: false, what: texts.online }], holds: [], memory: INITIAL_MEMORY };
  }
  const { active, failuresInARow } = debounce(memory.closedInARow, true, offlineTicks);
  const closedSince = memory.closedSince ?? now;
  const next: NetworkMemory = { closedInARow: failuresInARow, closedSince };
  // Not confirmed yet: neither bad nor, whatever was told before, good.
  if (!active) return { signals: [], holds: [KEY], memory: next };
  const words = wordOffline({ probes, outsideTargets }, texts);
  return { signals: [{ ...signal, ...words, active: true, since: closedSince }], holds: [], memory: next };
}
