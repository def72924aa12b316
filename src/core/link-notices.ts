import type { AlertChanges, AlertState } from "./alerts.ts";
import type { Notice } from "./notice.ts";
import { stillWrong } from "./word-causes.ts";

/**
 * Brings what a tick decided into the order in which it is told, causes before what follows from them, and names in the
 * recovery of a cause what followed from it and goes on. The notices of one key keep their order.
 *
 * @param alerting every alert state as it is after the tick
 */
export function linkNotices(changes: AlertChanges, alerting: () => Iterable<AlertState>): AlertChanges {
  const { notices } = changes;
  const causes = new Set(notices.flatMap(({ cause }) => (cause === undefined ? [] : [cause.key])));
  const ordered = [...notices.filter(({ key }) => causes.has(key)), ...notices.filter(({ key }) => !causes.has(key))];
  if (!notices.some(({ action }) => action === "recovery")) return { ...changes, notices: ordered };
  const effects = Map.groupBy(
    [...alerting()].filter((state) => state.cause !== undefined),
    (state) => state.cause,
  );
  return { ...changes, notices: ordered.map((notice) => nameEffects(notice, effects.get(notice.key) ?? [])) };
}

function nameEffects(notice: Notice, effects: readonly AlertState[]): Notice {
  if (notice.action !== "recovery" || effects.length === 0) return notice;
  return { ...notice, details: [...(notice.details ?? []), stillWrong(effects.map(({ what }) => what))] };
}
