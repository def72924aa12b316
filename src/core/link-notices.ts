import type { AlertChanges, AlertState } from "./alerts.ts";
import type { Notice } from "./notice.ts";
import type { MessagesTexts } from "./texts/en/messages.ts";

const MOST_NAMED = 4;

/**
 * Brings what a tick decided into the order in which it is told, causes before what follows from them, and names in the
 * recovery of a cause what followed from it and goes on. The notices of one key keep their order.
 *
 * @param alerting every alert state as it is after the tick
 */
export function linkNotices(
  changes: AlertChanges,
  alerting: () => Iterable<AlertState>,
  texts: MessagesTexts,
): AlertChanges {
  const { notices } = changes;
  const causes = new Set(notices.flatMap(({ cause }) => (cause === undefined ? [] : [cause.key])));
  const ordered = [...notices.filter(({ key }) => causes.has(key)), ...notices.filter(({ key }) => !causes.has(key))];
  if (!notices.some(({ action }) => action === "recovery")) return { ...changes, notices: ordered };
  const effects = Map.groupBy(
    [...alerting()].filter((state) => state.cause !== undefined),
    (state) => state.cause,
  );
  return { ...changes, notices: ordered.map((notice) => nameEffects(notice, effects.get(notice.key) ?? [], texts)) };
}

function nameEffects(notice: Notice, effects: readonly AlertState[], texts: MessagesTexts): Notice {
  if (notice.action !== "recovery" || effects.length === 0) return notice;
  const whats = effects.map(({ what }) => what);
  const more = whats.length - MOST_NAMED;
  const named = more > 1 ? [...whats.slice(0, MOST_NAMED), texts.andMore(more)] : whats;
  const details = [...(notice.details ?? []), texts.stillWrong(named)];
  return { ...notice, details, stillWrong: effects.map(({ key }) => key) };
}
