import { expect, test } from "vitest";
import { assessHealth, type Health, type HealthFacts } from "../../src/face/assess-health.ts";
import type { DelivererStatus } from "../../src/outbox/deliverer.ts";

const NOW = 1_000_000;
const S = 1_000;

const working: DelivererStatus = { channel: "console", undelivered: 0, oldestAt: undefined, outage: undefined };
const away: DelivererStatus = {
  channel: "telegram",
  undelivered: 4,
  oldestAt: NOW - 60 * S,
  outage: { since: NOW - 60 * S, error: "the chat does not exist", permanent: true, nextAttemptAt: NOW },
};

const facts = (more: Partial<HealthFacts> = {}): HealthFacts => ({
  enabled: true,
  now: NOW,
  lastTickAt: NOW - 3_400,
  intervalMs: 30 * S,
  channels: [working],
  ...more,
});

test.each<[name: string, facts: HealthFacts, health: Health]>([
  ["ticking", facts(), { healthy: true, status: "ok", why: "the last tick completed 3 s ago" }],
  [
    "ticked three intervals ago",
    facts({ lastTickAt: NOW - 90 * S }),
    { healthy: true, status: "ok", why: "the last tick completed 90 s ago" },
  ],
  [
    "a little longer ago",
    facts({ lastTickAt: NOW - 90 * S - 1 }),
    { healthy: false, status: "stalled", why: "the last tick completed 90 s ago" },
  ],
  [
    "with tiny intervals a busy moment is no stall",
    facts({ intervalMs: 50, lastTickAt: NOW - 2 * S }),
    { healthy: true, status: "ok", why: "the last tick completed 2 s ago" },
  ],
  [
    "with tiny intervals a stall is one",
    facts({ intervalMs: 50, lastTickAt: NOW - 3 * S }),
    { healthy: false, status: "stalled", why: "the last tick completed 3 s ago" },
  ],
  [
    "no tick yet",
    facts({ lastTickAt: undefined }),
    { healthy: false, status: "starting", why: "no tick has completed yet" },
  ],
  [
    "disabled",
    facts({ enabled: false, lastTickAt: undefined }),
    { healthy: true, status: "disabled", why: "WATCHDOG_ENABLED=false: watching nothing" },
  ],
  [
    "a channel is away: no restart would mend that",
    facts({ channels: [working, away] }),
    { healthy: true, status: "cannot alert", why: "telegram: the chat does not exist (4 undelivered)" },
  ],
  [
    "stalled beats a channel that is away",
    facts({ lastTickAt: 0, channels: [away] }),
    { healthy: false, status: "stalled", why: "the last tick completed 1000 s ago" },
  ],
])("%s", (_name, given, health) => expect(assessHealth(given)).toEqual(health));
