import type { Telling } from "./merge-owed.ts";
import type { Cause } from "./notice.ts";
import { kindOf, type Measure, type Severity } from "./signal.ts";
import type { WallTime } from "./text.ts";

/** What a block tells, as facts for programs. Times are wall clock, in epoch milliseconds. */
export interface Report {
  readonly key: string;
  readonly kind: string;
  /** `passed`: it came and went before it could be told. */
  readonly action: Telling["kind"];
  readonly severity: Severity;
  /** The fact as it is now; of what came and went, as it was at first. */
  readonly what: string;
  /** When the fault began, as far as it is known. */
  readonly sinceWallMs: number;
  /** When this was decided last. */
  readonly atWallMs: number;
  /** How often it happened: more than 1 where occurrences, or comings and goings, are told together. */
  readonly times: number;
  readonly measure: Measure | undefined;
  readonly details: readonly string[];
  readonly next: string | undefined;
  readonly cause: Cause | undefined;
  /** The keys of what follows from it and is told beside it, each with a report of its own. */
  readonly effects: readonly string[];
  /** An earlier attempt to tell this got no answer. */
  readonly possiblyRepeat: boolean;
  /**
   * One for each notice that is told with it, the same in every attempt: number and time of the decision. A notice number
   * alone would begin again where no state is kept.
   */
  readonly noticeRefs: readonly string[];
}

export function reportOf(telling: Telling, { offsetMs }: Pick<WallTime, "offsetMs">): Report {
  const { kind, first, last, notices, effects = [] } = telling;
  const shown = kind === "passed" ? first : last;
  return {
    key: last.key,
    kind: kindOf(last.key),
    action: kind,
    severity: shown.severity,
    what: shown.what,
    sinceWallMs: first.since + offsetMs,
    atWallMs: last.at + offsetMs,
    times: timesOf(kind, notices),
    measure: shown.measure,
    details: shown.details ?? [],
    next: shown.next,
    cause: shown.cause,
    effects: effects.map((effect) => effect.last.key),
    possiblyRepeat: notices.some((notice) => notice.maybeTold),
    noticeRefs: notices.map(({ id, at }) => `${id}-${at}`),
  };
}

function timesOf(kind: Telling["kind"], notices: Telling["notices"]): number {
  if (kind === "passed") return notices.filter(({ action }) => action === "recovery").length;
  return notices.every(({ nature }) => nature === "edge") ? notices.length : 1;
}
