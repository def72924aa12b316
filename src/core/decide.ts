import type { Instant } from "./time.ts";

/** What to tell people about a level signal now. */
export type Decision = "alert" | "realert" | "recovery" | "none";

/** The state of a signal that is alerting. A signal that is not alerting has none. */
export interface Alerting {
  readonly lastAlertAt: Instant;
}

/**
 * Decides what people must be told. Pure and total; an unknown reading never comes here, it changes nothing.
 *
 * @param active whether the signal is active now
 * @param prev its alert state, or `undefined` when it is not alerting
 * @param now the time of this decision
 * @param cooldownMs a signal still active is alerted again once this much has passed since its last alert; 0 never
 */
export function decide(active: boolean, prev: Alerting | undefined, now: Instant, cooldownMs: number): Decision {
  if (!active) return prev === undefined ? "none" : "recovery";
  if (prev === undefined) return "alert";
  return cooldownMs > 0 && now - prev.lastAlertAt >= cooldownMs ? "realert" : "none";
}
