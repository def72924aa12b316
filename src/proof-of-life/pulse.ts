import type { SignalView } from "../core/overview.ts";
import { type Instant, MINUTE_MS } from "../core/time.ts";
import type { DelivererStatus } from "../outbox/deliverer.ts";
import type { SourceView } from "../watched-source.ts";
import type { Pulse } from "./heartbeat.ts";

/** How the watchdog itself does after a tick. */
export interface LifeFacts {
  readonly now: Instant;
  readonly sources: readonly SourceView[];
  readonly signals: readonly SignalView[];
  readonly channels: readonly DelivererStatus[];
}

/** A channel that is away for a moment tries again; for longer than this, somebody else has to say so. */
const PATIENCE_MS = 2 * MINUTE_MS;

/** What a tick tells of the watchdog: it fails where it sees nothing, or cannot tell what it saw. */
export function pulseOf(status: "starting" | "ticked" | "stopping", version: string, facts: LifeFacts): Pulse {
  const { sources, signals, channels } = facts;
  const undelivered = channels.reduce((sum, channel) => sum + channel.undelivered, 0);
  const why = status === "ticked" ? whatFails(facts) : undefined;
  const active = signals.filter((signal) => signal.status === "active");
  const count = (severity: string) => active.filter((signal) => signal.severity === severity).length;
  return {
    status: status !== "ticked" ? status : why === undefined ? "ok" : "fail",
    ...(why !== undefined && { why }),
    version,
    sources: {
      ok: sources.filter(({ ok }) => ok === true).length,
      failed: sources.filter(({ ok }) => ok === false).length,
    },
    active: { critical: count("critical"), warning: count("warning") },
    undelivered,
  };
}

function whatFails({ now, sources, channels }: LifeFacts): string | undefined {
  if (sources.length > 0 && sources.every(({ ok }) => ok === false)) return "nothing can be read";
  const stuck = channels.find(({ undelivered, outage }) => {
    return undelivered > 0 && outage !== undefined && (outage.permanent || now - outage.since >= PATIENCE_MS);
  });
  return stuck && `${stuck.channel} takes no messages`;
}
