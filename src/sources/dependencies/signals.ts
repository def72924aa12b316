import { debounce } from "../../core/debounce.ts";
import type { Reading } from "../../core/reading.ts";
import type { Evaluation } from "../../core/signal.ts";
import { cleanText } from "../../core/text.ts";
import type { AreaTexts } from "../../core/texts/index.ts";
import type { Instant } from "../../core/time.ts";

/** How a ping ended. That it failed is a good reading of a bad dependency. */
export type PingOutcome =
  | { readonly up: true; readonly ms: number }
  | {
      readonly up: false;
      readonly error: string;
      /** What it answered, where it did: 400 to 599. */
      readonly status?: number;
    };

export interface DependencyMemory {
  readonly failuresInARow: number;
  /** When the first of these was read. */
  readonly failingSince: Instant | null;
}

export const INITIAL_MEMORY: DependencyMemory = { failuresInARow: 0, failingSince: null };

/** What people are shown of a dependency: no credentials, no query. */
export interface Shown {
  readonly name: string;
  readonly address: string;
  /** The token of what it cannot answer without. */
  readonly needs?: readonly string[];
}

export interface Rules {
  /** Failures in a row before it is down. */
  readonly downTicks: number;
  readonly texts: AreaTexts<"dependencies">;
}

export function evaluateDependency(
  { name, address, needs }: Shown,
  { downTicks, texts: { dependencies: texts } }: Rules,
  reading: Reading<PingOutcome>,
  memory: DependencyMemory,
  now: Instant,
): Evaluation<DependencyMemory> {
  const key = `dep:${name}`;
  if (!reading.ok) return { signals: [], holds: [key], memory };
  const outcome = reading.value;
  const signal = { key, severity: "critical", nature: "level", ...(needs && { needs }) } as const;
  if (outcome.up) {
    return {
      signals: [{ ...signal, active: false, what: texts.up(name) }],
      holds: [],
      memory: INITIAL_MEMORY,
    };
  }
  const { active, failuresInARow } = debounce(memory.failuresInARow, true, downTicks);
  const failingSince = memory.failingSince ?? now;
  const next: DependencyMemory = { failuresInARow, failingSince };
  // Not confirmed yet: neither bad nor, whatever was told before, good.
  if (!active) return { signals: [], holds: [key], memory: next };
  return {
    signals: [
      {
        ...signal,
        active: true,
        what: outcome.status === undefined ? texts.silent(name) : texts.answers(name, outcome.status),
        details: [cleanText(`${address}: ${outcome.error}`)],
        next: texts.next(`\`${commandThatTries(address)}\``),
        since: failingSince,
      },
    ],
    holds: [],
    memory: next,
  };
}

/** @param address `tcp://host:port` or an http(s) address */
function commandThatTries(address: string): string {
  const [, host, port] = /^tcp:\/\/(.*):(\d+)$/.exec(address) ?? [];
  if (host !== undefined) return `nc -zv -w 5 ${host.replace(/^\[(.*)\]$/, "$1")} ${port}`;
  return `curl -sv -m 5 -o /dev/null ${/^[\w.:/~%-]+$/.test(address) ? address : `'${address.replaceAll("'", "%27")}'`}`;
}
