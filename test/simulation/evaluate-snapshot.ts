import { debounce } from "../../src/core/debounce.ts";
import type { Reading } from "../../src/core/reading.ts";
import type { Evaluation, Links, Severity, Signal, Suspect } from "../../src/core/signal.ts";
import { downKeyOf, type SourcePlan } from "./scenario.ts";
import type { Evaluated } from "./trace.ts";

/** What one collection of a scripted source yields. */
export interface Snapshot {
  readonly subjects: readonly { readonly key: string; readonly severity: Severity; readonly isIll: boolean }[];
  /** The keys that it says nothing about. */
  readonly unreadable: readonly string[];
  /** Nothing but these was asked about. */
  readonly partial?: true;
  /** A counter that only rises. */
  readonly escapes: number;
}

export interface Memory {
  readonly failures: number;
  readonly illFor: Readonly<Record<string, number>>;
  /** `null` until it was read. */
  readonly escapes: number | null;
}

export const INITIAL: Memory = { failures: 0, illFor: {}, escapes: null };

/** A small source with all that real ones have: debouncing, holds, a counter whose rises are edges, a signal of its own. */
export function evaluateSnapshot(plan: SourcePlan, reading: Reading<Snapshot>, memory: Memory): Evaluation<Memory> {
  const down = debounce(memory.failures, !reading.ok, plan.threshold);
  const what = down.active ? "nobody answers" : "somebody answers";
  const links = (key: string): Links => (plan.needs ? { standsFor: [key], needs: plan.needs[key] ?? [] } : {});
  const downKey = downKeyOf(plan);
  const signals: Signal[] = [
    { key: downKey, severity: "critical", nature: "level", active: down.active, what, ...links(downKey) },
  ];
  const suspects: Suspect[] = [];
  const suspect = (key: string) => suspects.push({ key, severity: "critical", what: `${key} is pale`, ...links(key) });
  if (!reading.ok) {
    if (!down.active) suspect(downKey);
    return { signals, holds: [plan.kind], suspects, memory: { ...memory, failures: down.failuresInARow } };
  }

  const { subjects, unreadable, escapes, partial } = reading.value;
  const illFor: Record<string, number> = partial ? { ...memory.illFor } : {};
  if (partial) signals.pop();
  for (const key of unreadable) illFor[key] = memory.illFor[key] ?? 0;
  for (const { key, severity, isIll } of subjects) {
    const { active, failuresInARow } = debounce(memory.illFor[key] ?? 0, isIll, plan.threshold);
    illFor[key] = failuresInARow;
    signals.push({
      key,
      severity,
      nature: "level",
      active,
      what: `${key} is ${isIll ? "ill <&> 🔴 #forged" : "well"}`,
      ...links(key),
    });
    if (isIll && !active) suspect(key);
  }
  const rise = escapes - (memory.escapes ?? escapes);
  if (plan.hasEdge && rise > 0) {
    const measure = { value: rise, limit: 0, unit: "count" } as const;
    const key = `${plan.kind}_escaped`;
    signals.push({ key, severity: "warning", nature: "edge", active: true, what: "some escaped", measure });
  }
  const failures = partial ? memory.failures : 0;
  return { signals, holds: unreadable, suspects, ...(partial && { partial }), memory: { failures, illFor, escapes } };
}

/** What the trace keeps of an evaluation. */
export function describeEvaluation(
  plan: SourcePlan,
  reading: Reading<Snapshot>,
  { signals, holds, suspects = [], partial }: Evaluation<Memory>,
): Evaluated {
  const keysOf = (active: boolean) =>
    signals.filter((signal) => signal.nature === "level" && signal.active === active).map(({ key }) => key);
  return {
    kind: "evaluated",
    source: plan.name,
    ok: reading.ok,
    active: keysOf(true),
    inactive: keysOf(false),
    holds,
    partial: partial === true,
    suspects: suspects.map(({ key }) => key),
    escapes: plan.hasEdge && reading.ok ? reading.value.escapes : undefined,
    rise: signals.find(({ nature }) => nature === "edge")?.measure?.value ?? 0,
  };
}
