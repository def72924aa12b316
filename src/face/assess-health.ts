import type { Instant } from "../core/time.ts";
import type { DelivererStatus } from "../outbox/deliverer.ts";

export interface HealthFacts {
  readonly enabled: boolean;
  readonly now: Instant;
  readonly lastTickAt: Instant | undefined;
  readonly intervalMs: number;
  readonly channels: readonly DelivererStatus[];
}

export interface Health {
  readonly healthy: boolean;
  readonly status: "ok" | "disabled" | "cannot alert" | "starting" | "stalled";
  /** One line for people. */
  readonly why: string;
}

/** Below this, three intervals are shorter than one busy moment of the machine. */
const SHORTEST_PATIENCE_MS = 2_000;

/**
 * Healthy while a tick has completed within three intervals, or while disabled. A channel that is away does not make the
 * watchdog unhealthy (a restart would not mend it), but it is said.
 */
export function assessHealth(facts: HealthFacts): Health {
  if (!facts.enabled) return { healthy: true, status: "disabled", why: "WATCHDOG_ENABLED=false: watching nothing" };
  const patienceMs = Math.max(3 * facts.intervalMs, SHORTEST_PATIENCE_MS);
  if (facts.lastTickAt === undefined) {
    return { healthy: false, status: "starting", why: "no tick has completed yet" };
  }
  const ageS = Math.round((facts.now - facts.lastTickAt) / 1_000);
  if (facts.now - facts.lastTickAt > patienceMs) {
    return { healthy: false, status: "stalled", why: `the last tick completed ${ageS} s ago` };
  }
  const away = facts.channels.find((channel) => channel.outage !== undefined);
  if (away?.outage !== undefined) {
    const { channel, undelivered, outage } = away;
    return { healthy: true, status: "cannot alert", why: `${channel}: ${outage.error} (${undelivered} undelivered)` };
  }
  return { healthy: true, status: "ok", why: `the last tick completed ${ageS} s ago` };
}
