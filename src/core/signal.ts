import type { Instant } from "./time.ts";

export type Severity = "critical" | "warning";

/** A number that was read, against the threshold it is held to. Percentages are 0 to 100. */
export interface Measure {
  readonly value: number;
  readonly limit: number;
  readonly unit: "percent" | "seconds" | "usd" | "count";
  /** Its last values, oldest first, this one included, where something is wrong and they are known. */
  readonly history?: readonly number[];
}

/** How a signal hangs together with others, in plain tokens ("host:db", "service:shop/db", "docker"): no source knows another. */
export interface Links {
  /** What is gone while it is wrong. */
  readonly standsFor?: readonly string[];
  /** What it cannot be well without. */
  readonly needs?: readonly string[];
}

/** One fact about one subject, as a source evaluates it in one tick. */
export interface Signal extends Links {
  /** `kind` or `kind:subject`; the identity under which it is alerted, recovered and silenced. */
  readonly key: string;
  readonly severity: Severity;
  /** `level`: active or not, and remembered. `edge`: a single occurrence, emitted only when it happens, never remembered. */
  readonly nature: "level" | "edge";
  readonly active: boolean;
  /** One line for people, the fact as it is now: "container api is unhealthy"; while inactive: "container api is running". */
  readonly what: string;
  readonly measure?: Measure;
  /** Further facts, one line each. */
  readonly details?: readonly string[];
  /** The likely next step of the person who reads this at night. */
  readonly next?: string;
  /** Its nature changed while it stayed active: people are told again at once, whatever the cooldown. */
  readonly renewed?: true;
  /** When the fault began, where the source knows better than "when it was confirmed". */
  readonly since?: Instant;
  /** The name of the route that it asks for, see Routing. */
  readonly route?: string;
}

/**
 * A fault that is seen and not confirmed yet: within its debounce, or within the grace of a stop. It must be confirmed or
 * over within a bounded time, for what needs it is not told until then. Its key is held, or that of an inactive signal.
 */
export interface Suspect extends Links {
  readonly key: string;
  readonly severity: Severity;
  readonly what: string;
}

/** What a source makes of one reading. */
export interface Evaluation<Memory> {
  readonly signals: readonly Signal[];
  /**
   * What this reading says nothing about: keys (`dep:db`) or whole kinds (`stage_stuck`). A held key keeps the state it
   * has. A key that is neither among `signals` nor held is over: it is resolved and forgotten.
   */
  readonly holds: readonly string[];
  /** It speaks of nothing but these: every other key stays as it is, as if there had been no reading. */
  readonly partial?: true;
  /** What is not active, but suspected to be wrong. */
  readonly suspects?: readonly Suspect[];
  /** What is worth knowing and no reason to do anything, one line each: told at most once, without a sound. */
  readonly remarks?: readonly string[];
  readonly memory: Memory;
}

/** The part of a key before its first colon: `container:web:1` is of the kind `container`. */
export function kindOf(key: string): string {
  const colon = key.indexOf(":");
  return colon === -1 ? key : key.slice(0, colon);
}
