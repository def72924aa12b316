import type { Instant } from "./time.ts";

/**
 * Somebody takes care of an incident: it is not told again until it is over or its nature changes. It is kept with the
 * alert state and goes with it. Plain JSON data.
 */
export interface Ack {
  /** Who, in people's words; cleaned. */
  readonly by: string;
  readonly at: Instant;
}
