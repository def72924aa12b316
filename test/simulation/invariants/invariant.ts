import type { Trace, TraceEvent } from "../trace.ts";

/** A promise that did not hold, and the event that shows it. */
export interface Violation {
  readonly message: string;
  readonly event: TraceEvent;
}

/** A promise as a pure question to a trace: where was it first broken? */
export type Invariant = (trace: Trace) => Violation | undefined;

/** Durations are exact but for the lateness of timers. */
export const TOLERANCE_MS = 100;
