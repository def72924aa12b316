import { type Apart, foldEffects } from "./fold-effects.ts";
import type { Action, OwedNotice } from "./notice.ts";

/** What one block tells: one notice, or several of the same key that are told together because none was told in time. */
export interface Telling {
  /** `passed`: an alert and its recovery, neither told before. */
  readonly kind: Action | "passed";
  readonly first: OwedNotice;
  /** The newest of `notices`; its facts are the ones to tell. */
  readonly last: OwedNotice;
  readonly notices: readonly OwedNotice[];
  /** Alerts that follow from it, told in its block; none of them has effects of its own. */
  readonly effects?: readonly Telling[];
}

/**
 * Merges what one channel is owed into what is worth telling now. Per key, in order:
 * alert … realert → one alert; realert … recovery → one recovery; alert … recovery → "came and went"; edges → one with a
 * count. Alerts that follow from another are folded under it. No notice is dropped: each stands in exactly one telling.
 *
 * @param owed in the order of deciding
 * @returns tellings with what is wrong before what is over, critical before warning, else in the order of deciding; the
 *   tellings of one key stand together in their own order
 */
export function mergeOwed(owed: readonly OwedNotice[]): (Telling | Apart)[] {
  const byKey = Map.groupBy(owed, (notice) => notice.key);
  return foldEffects([...byKey.values()].map(mergeKey))
    .sort((a, b) => rankOf(a) - rankOf(b))
    .flat();
}

function mergeKey(notices: readonly OwedNotice[]): Telling[] {
  const tellings: (Telling & { notices: OwedNotice[] })[] = [];
  for (const notice of notices) {
    const previous = tellings.at(-1);
    const kind = previous && joinedKind(previous, notice);
    if (previous === undefined || kind === undefined) {
      tellings.push({ kind: notice.action, first: notice, last: notice, notices: [notice] });
    } else {
      previous.notices.push(notice);
      tellings[tellings.length - 1] = { ...previous, kind, last: notice };
    }
  }
  return joinPassed(tellings);
}

/** The kind of `previous` and `next` told together, or `undefined` when they need a telling each. */
function joinedKind(previous: Telling, next: OwedNotice): Telling["kind"] | undefined {
  if (previous.last.nature === "edge") return next.nature === "edge" ? "alert" : undefined;
  if (previous.kind === "alert" && next.action === "realert") return "alert";
  if (previous.kind === "alert" && next.action === "recovery") return "passed";
  if (previous.kind === "realert" && next.action !== "alert") return next.action;
  return undefined;
}

/** Comings and goings in a row become one: a signal that flapped for hours is one line. */
function joinPassed(tellings: readonly Telling[]): Telling[] {
  const joined: Telling[] = [];
  for (const telling of tellings) {
    const previous = joined.at(-1);
    if (previous?.kind === "passed" && telling.kind === "passed") {
      const notices = [...previous.notices, ...telling.notices];
      joined[joined.length - 1] = { kind: "passed", first: previous.first, last: telling.last, notices };
    } else joined.push(telling);
  }
  return joined;
}

function rankOf(tellings: readonly (Telling | Apart)[]): number {
  const last = tellings.at(-1);
  if (last === undefined) return 6;
  if (last.kind === "passed") return 5;
  if (last.kind === "recovery") return 4;
  const isCritical = (telling: Telling) => telling.last.severity === "critical";
  if (last.kind === "apart") return last.effects.some(isCritical) ? 1 : 3;
  return [last, ...(last.effects ?? [])].some(isCritical) ? 0 : 2;
}
