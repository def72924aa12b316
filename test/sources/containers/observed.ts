import { known, type Reading } from "../../../src/core/reading.ts";
import type { Evaluation, Signal } from "../../../src/core/signal.ts";
import { EN } from "../../../src/core/texts/index.ts";
import { NO_FACTS } from "../../../src/sources/containers/events/event-facts.ts";
import { evaluate, INITIAL_MEMORY, type Memory, type Rules } from "../../../src/sources/containers/signals.ts";
import type { ContainerDetails, ObservedContainer, Snapshot } from "../../../src/sources/containers/snapshot.ts";
import { idOf } from "../../stand-ins/docker-engine.ts";

/** Docker's clock when the watchdog's own stands at 0. */
export const WALL = Date.parse("2026-06-10T12:00:00Z");

export const DETAILS: ContainerDetails = {
  state: "running",
  health: "none",
  failingStreak: undefined,
  startPeriodMs: 0,
  exitCode: 0,
  startedAt: WALL - 86_400_000,
  finishedAt: undefined,
  restartCount: 0,
  oomKilled: false,
  restartPolicy: "always",
  restartLimit: undefined,
  startFailure: undefined,
};

/** A container that runs well; `details` as far as they are given. */
export function observed(
  change: Partial<Omit<ObservedContainer, "details">> & { readonly details?: Partial<ContainerDetails> } = {},
): ObservedContainer {
  const { details, ...facts } = change;
  const base = {
    id: idOf(1),
    name: "api",
    service: undefined,
    options: {},
    image: "shop/api:1.2",
    createdAt: WALL - 86_400_000,
    state: "running",
    health: "none",
    exitCode: undefined,
    leastAgeMs: 86_400_000,
  } as const;
  const { state, health } = { ...base, ...facts };
  const exitCode = facts.exitCode ?? 0;
  const reading = details && known({ ...DETAILS, state, health, exitCode, ...details });
  return { ...base, ...facts, details: reading };
}

export const RULES: Rules = {
  texts: EN,
  engineAt: "/var/run/docker.sock",
  required: [],
  intervalMs: 30_000,
  stopGraceMs: 120_000,
  downTicks: 1,
  engineDownTicks: 2,
  restartsMax: 3,
  restartsWindowMs: 600_000,
};

export function snapshot(containers: readonly ObservedContainer[], change: Partial<Snapshot> = {}): Reading<Snapshot> {
  return known({ takenAt: WALL, containers, leftOut: [], unsure: [], incomplete: false, events: NO_FACTS, ...change });
}

/** Feeds readings one after the other, as the watchdog would, its memory through JSON in between. */
export class Play {
  memory: Memory = INITIAL_MEMORY;
  now = 0;
  last: Evaluation<Memory> = { signals: [], holds: [], memory: INITIAL_MEMORY };
  readonly rules: Rules;

  constructor(rules: Partial<Rules> = {}) {
    this.rules = { ...RULES, ...rules };
  }

  /** One reading, `afterMs` after the one before; Docker's clock keeps step. */
  read(containers: readonly ObservedContainer[], afterMs = 30_000, change: Partial<Snapshot> = {}): this {
    this.now += afterMs;
    return this.#evaluate(snapshot(containers, { takenAt: WALL + this.now, ...change }));
  }

  fail(error = "nobody listens", afterMs = 30_000): this {
    this.now += afterMs;
    return this.#evaluate({ ok: false, error });
  }

  #evaluate(reading: Reading<Snapshot>): this {
    this.last = evaluate(reading, this.memory, this.now, this.rules);
    this.memory = JSON.parse(JSON.stringify(this.last.memory));
    return this;
  }

  signal(key: string): Signal | undefined {
    return this.last.signals.find((signal) => signal.key === key);
  }

  /** "active", "inactive", "held", or "absent". */
  state(key: string): string {
    const signal = this.signal(key);
    if (signal !== undefined) return signal.active ? "active" : "inactive";
    const kind = key.split(":")[0] ?? key;
    return this.last.holds.includes(key) || this.last.holds.includes(kind) ? "held" : "absent";
  }
}
