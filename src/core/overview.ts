import { isHeld } from "./alerts.ts";
import type { Evaluation, Links, Measure, Severity, Signal } from "./signal.ts";
import type { Instant } from "./time.ts";

/** A level signal as it stands, for those who look. */
export interface SignalView extends Links {
  readonly key: string;
  readonly severity: Severity;
  /** `unknown`: the newest reading says nothing about it; `what` is from the last one that did. */
  readonly status: "active" | "inactive" | "unknown";
  readonly what: string;
  readonly measure?: Measure;
  readonly details?: readonly string[];
  /** It is active and not told yet: whether it follows from the signal of that key will be known soon. */
  readonly waitsFor?: string;
  /** It is not active, but suspected: it was stopped on purpose, or its fault is not confirmed yet. */
  readonly pending?: true;
  /** When the fault began, where its source knows better than "when it was confirmed". */
  readonly since?: Instant;
}

/** What one source's signals look like after an evaluation: what it says now, and what it holds from before. */
export function updateOverview(before: readonly SignalView[], evaluation: Evaluation<unknown>): readonly SignalView[] {
  const views: SignalView[] = [];
  const present = new Set<string>();
  const suspects = new Map(evaluation.suspects?.map((suspect) => [suspect.key, suspect]));
  for (const signal of evaluation.signals) {
    const { key, nature, active } = signal;
    if (nature === "edge" || present.has(key)) continue;
    present.add(key);
    const view = VIEWS.get(signal) ?? viewOf(signal);
    VIEWS.set(signal, view);
    views.push(!active && suspects.has(key) ? { ...view, pending: true } : view);
  }
  if (evaluation.holds.length === 0 && !evaluation.partial) return views;
  const holds = new Set(evaluation.holds);
  for (const suspect of suspects.values()) {
    const { key, severity, what } = suspect;
    if (present.has(key) || !isHeld(key, holds)) continue;
    present.add(key);
    views.push({ key, severity, status: "unknown", what, pending: true, ...linksOf(suspect) });
  }
  for (const view of before) {
    if (present.has(view.key) || !isHeld(view.key, holds)) continue;
    const { pending: _over, ...held } = view;
    views.push({ ...held, status: "unknown" });
  }
  return evaluation.partial ? replaceAmong(before, views) : views;
}

function replaceAmong(before: readonly SignalView[], views: readonly SignalView[]): readonly SignalView[] {
  const left = new Map(views.map((view) => [view.key, view]));
  const replaced = before.map((view) => {
    const newer = left.get(view.key) ?? view;
    left.delete(view.key);
    return newer;
  });
  return [...replaced, ...left.values()];
}

/** Most signals are the same objects tick after tick, and so are their views. */
const VIEWS = new WeakMap<Signal, SignalView>();

function viewOf(signal: Signal): SignalView {
  const { key, severity, active, what, measure, details, since } = signal;
  return {
    key,
    severity,
    status: active ? "active" : "inactive",
    what,
    ...(measure && { measure }),
    ...(details && { details }),
    ...(active && since !== undefined && { since }),
    ...linksOf(signal),
  };
}

function linksOf({ standsFor, needs }: Links): Links {
  return { ...(standsFor && { standsFor }), ...(needs && { needs }) };
}
