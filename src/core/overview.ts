import { isHeld } from "./alerts.ts";
import type { Evaluation, Measure, Severity } from "./signal.ts";

/** A level signal as it stands, for those who look. */
export interface SignalView {
  readonly key: string;
  readonly severity: Severity;
  /** `unknown`: the newest reading says nothing about it; `what` is from the last one that did. */
  readonly status: "active" | "inactive" | "unknown";
  readonly what: string;
  readonly measure?: Measure;
  readonly details?: readonly string[];
}

/** What one source's signals look like after an evaluation: what it says now, and what it holds from before. */
export function updateOverview(before: readonly SignalView[], evaluation: Evaluation<unknown>): readonly SignalView[] {
  const views: SignalView[] = [];
  const present = new Set<string>();
  for (const { key, severity, nature, active, what, measure, details } of evaluation.signals) {
    if (nature === "edge" || present.has(key)) continue;
    present.add(key);
    views.push({
      key,
      severity,
      status: active ? "active" : "inactive",
      what,
      ...(measure && { measure }),
      ...(details && { details }),
    });
  }
  if (evaluation.holds.length === 0) return views;
  const holds = new Set(evaluation.holds);
  const held = before.filter((view) => !present.has(view.key) && isHeld(view.key, holds));
  return [...views, ...held.map((view) => ({ ...view, status: "unknown" as const }))];
}
