import type { Measure, Severity } from "./signal.ts";
import type { Instant } from "./time.ts";

export type Action = "alert" | "realert" | "recovery";

/** What an alert follows from. */
export interface Cause {
  readonly key: string;
  readonly what: string;
  readonly severity: Severity;
}

/** What people must be told about one key: decided in a tick, owed to every channel until that channel accepts it. */
export interface Notice {
  readonly key: string;
  readonly action: Action;
  readonly nature: "level" | "edge";
  readonly severity: Severity;
  readonly what: string;
  readonly measure?: Measure;
  readonly details?: readonly string[];
  readonly next?: string;
  /** Of a new alert: what it follows from, which was told before or is told with it. */
  readonly cause?: Cause;
  /** Of a recovery: the keys of what followed from it and goes on. */
  readonly stillWrong?: readonly string[];
  /** The name of the route that it asks for, see Routing. */
  readonly route?: string;
  /** When the fault began, as far as it is known. */
  readonly since: Instant;
  /** When this was decided. */
  readonly at: Instant;
}

/** A notice that one channel has not accepted yet. */
export interface OwedNotice extends Notice {
  /** Grows in the order of deciding; stable over restarts and attempts. */
  readonly id: number;
  /** Whether an attempt ended without an answer, so that it may have arrived. */
  readonly maybeTold: boolean;
}
