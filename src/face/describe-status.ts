import type { AlertState } from "../core/alerts.ts";
import type { Notice } from "../core/notice.ts";
import type { SignalView } from "../core/overview.ts";
import { isSilenced, type Silence } from "../core/silence.ts";
import type { Instant } from "../core/time.ts";
import type { DelivererStatus } from "../outbox/deliverer.ts";
import type { SourceView } from "../watched-source.ts";

export interface StatusFacts {
  readonly now: Instant;
  readonly signals: readonly SignalView[];
  readonly alerting: readonly AlertState[];
  readonly silences: readonly Silence[];
  readonly sources: readonly SourceView[];
  readonly channels: readonly DelivererStatus[];
  /** The oldest undelivered notices, a bounded number of them. */
  readonly owed: readonly (Notice & { readonly channel: string })[];
}

/** How a source does; `parts` where it consists of several that can fail alone (`host/memory`). */
export interface SourceDescription {
  ok: boolean | null;
  error: string | null;
  readAt: string | null;
  parts?: Record<string, { ok: boolean | null; error: string | null; readAt: string | null }>;
}

/** The signals as JSON for people and programs; a signal that alerts says since when and when it was last alerted. */
export function describeSignals(
  signals: readonly SignalView[],
  alerting: readonly AlertState[],
  toIso: (at: Instant) => string,
  silenced: (key: string) => boolean = () => false,
): object[] {
  const states = new Map(alerting.map((state) => [state.key, state]));
  const seen = new Set(signals.map((signal) => signal.key));
  // An alert from before a restart whose subject was not read yet is shown all the same.
  const unread = alerting.filter((state) => !seen.has(state.key));
  const views = [...signals, ...unread.map(({ key, severity, what }) => ({ key, severity, status: "unknown", what }))];
  return views.map((view) => {
    const state = states.get(view.key);
    const { standsFor: _stands, needs: _needs, since: _since, ...shown } = view as SignalView;
    return {
      ...shown,
      active: view.status === "unknown" ? null : view.status === "active",
      alerting: state !== undefined,
      silenced: silenced(view.key),
      ...(state?.ack && { ack: { by: state.ack.by, at: toIso(state.ack.at) } }),
      ...(state && { since: toIso(state.since), lastAlertAt: toIso(state.lastAlertAt) }),
      ...(state?.cause !== undefined && { cause: state.cause }),
    };
  });
}

/** Sources by their folder's name: a folder is ok when all its parts are, and `null` while one was never read. */
export function describeSources(
  views: readonly SourceView[],
  toIso: (at: Instant) => string,
): Record<string, SourceDescription> {
  const described: Record<string, SourceDescription> = {};
  for (const { name, ok, error, readAt } of views) {
    const slash = name.indexOf("/");
    const one = { ok: ok ?? null, error: error ?? null, readAt: readAt === undefined ? null : toIso(readAt) };
    if (slash === -1) {
      described[name] = one;
      continue;
    }
    // Without a prototype: a dependency may be called `__proto__`.
    described[name.slice(0, slash)] ??= { ok: true, error: null, readAt: one.readAt, parts: Object.create(null) };
    const folder = described[name.slice(0, slash)];
    if (folder?.parts === undefined) continue;
    folder.parts[name.slice(slash + 1)] = one;
    if (one.ok === false) folder.ok = false;
    else if (one.ok === null && folder.ok) folder.ok = null;
    folder.error ??= one.error;
    folder.readAt = one.readAt;
  }
  return described;
}

/** What people were not told yet: how much, since when, why, and the oldest of it. */
export function describeUndelivered(facts: StatusFacts, toIso: (at: Instant) => string): object {
  const waiting = facts.channels.filter((channel) => channel.undelivered > 0);
  const oldestAt = Math.min(...waiting.map((channel) => channel.oldestAt ?? Number.POSITIVE_INFINITY));
  return {
    count: waiting.reduce((sum, channel) => sum + channel.undelivered, 0),
    oldestAt: Number.isFinite(oldestAt) ? toIso(oldestAt) : null,
    why: waiting.find((channel) => channel.outage !== undefined)?.outage?.error ?? null,
    oldest: facts.owed.map(({ channel, key, action, what, at }) => ({ channel, key, action, what, at: toIso(at) })),
  };
}

export function describeStatus(facts: StatusFacts, toIso: (at: Instant) => string): object {
  return {
    signals: describeSignals(facts.signals, facts.alerting, toIso, (key) => isSilenced(key, facts.silences, facts.now)),
    silences: facts.silences.map(({ keyGlob, until, why }) => ({ keyGlob, until: toIso(until), why })),
    sources: describeSources(facts.sources, toIso),
    undelivered: describeUndelivered(facts, toIso),
    channels: facts.channels.map(({ channel, undelivered, outage }) => ({
      channel,
      undelivered,
      outage: outage
        ? {
            since: toIso(outage.since),
            error: outage.error,
            permanent: outage.permanent,
            nextAttemptAt: toIso(outage.nextAttemptAt),
          }
        : null,
    })),
  };
}
