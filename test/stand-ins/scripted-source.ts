import type { Clock } from "../../src/clock.ts";
import type { Reading } from "../../src/core/reading.ts";
import { type Evaluation, kindOf, type Signal } from "../../src/core/signal.ts";
import type { Instant } from "../../src/core/time.ts";
import type { Scope, Source } from "../../src/sources/source.ts";

/** How a collection goes. May also break the contract: throw at once, reject with anything, never settle. */
export type Collecting = (deadline: AbortSignal) => Promise<readonly Signal[]>;

export interface ScriptedMemory {
  /** How often it was evaluated. */
  readonly evaluations: number;
}

/** A source whose readings are the signals themselves; it holds its own kinds while it cannot be read. */
export class ScriptedSource implements Source<readonly Signal[], ScriptedMemory> {
  readonly name: string;
  readonly deadlineMs: number;
  readonly initial: ScriptedMemory = { evaluations: 0 };
  /** May be exchanged at any time. */
  collecting: Collecting;
  /** When each collection began, on the timeline. */
  readonly collectedAt: Instant[] = [];
  /** What each was to read. */
  readonly scopes: Scope[] = [];
  underWay = 0;
  mostUnderWay = 0;
  closed = 0;
  /** Its readings say nothing of what they do not name. */
  isPartial = false;
  memory: ScriptedMemory = this.initial;
  readonly #kinds: readonly string[];
  readonly #clock: Clock;

  /** @param kinds the kinds of the keys it raises; its own name by default */
  constructor(
    clock: Clock,
    name: string,
    collecting: Collecting = reports(),
    more: { deadlineMs?: number; kinds?: readonly string[] } = {},
  ) {
    this.#clock = clock;
    this.name = name;
    this.collecting = collecting;
    this.deadlineMs = more.deadlineMs ?? 5_000;
    this.#kinds = more.kinds ?? [kindOf(name)];
  }

  collect(deadline: AbortSignal, scope: Scope = "all"): Promise<readonly Signal[]> {
    this.collectedAt.push(this.#clock.now());
    this.scopes.push(scope);
    this.underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    const collected = this.collecting(deadline);
    const done = () => {
      this.underWay -= 1;
    };
    collected.then(done, done);
    return collected;
  }

  evaluate(reading: Reading<readonly Signal[]>, { evaluations }: ScriptedMemory): Evaluation<ScriptedMemory> {
    this.memory = { evaluations: evaluations + 1 };
    const { memory } = this;
    if (!reading.ok) return { signals: [], holds: this.#kinds, memory };
    return { signals: reading.value, holds: [], ...(this.isPartial && { partial: true }), memory };
  }

  async close(): Promise<void> {
    this.closed += 1;
  }
}

export function reports(...signals: readonly Signal[]): Collecting {
  return async () => signals;
}

export function reportsAfter(clock: Clock, delayMs: number, ...signals: readonly Signal[]): Collecting {
  return () => new Promise((resolve) => void clock.after(delayMs, () => resolve(signals)));
}

export function fails(thrown: unknown): Collecting {
  return () => Promise.reject(thrown);
}

export const hangs: Collecting = () => new Promise(() => {});

/** An active level signal. */
export function active(key: string, more: Partial<Signal> = {}): Signal {
  return { key, severity: "critical", nature: "level", active: true, what: `${key} is bad`, ...more };
}

export function inactive(key: string, more: Partial<Signal> = {}): Signal {
  return { ...active(key), active: false, what: `${key} is good`, ...more };
}

/** A single occurrence. */
export function edge(key: string, more: Partial<Signal> = {}): Signal {
  return { ...active(key), severity: "warning", nature: "edge", what: `${key} happened`, ...more };
}
