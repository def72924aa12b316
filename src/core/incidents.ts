import type { Notice } from "./notice.ts";
import { DAY_MS, type Instant } from "./time.ts";

/** When what was alerted, oldest first. Plain JSON data, bounded. */
export type IncidentHistory = readonly (readonly [key: string, at: Instant])[];

export const MOST_INCIDENTS = 200;
const KEPT_MS = 2 * DAY_MS;

/** Takes in what people are told; a re-alert and a recovery are no new incident. */
export function noteIncidents(history: IncidentHistory, notices: readonly Notice[], now: Instant): IncidentHistory {
  const added = notices.flatMap(({ action, key, at }) => (action === "alert" ? [[key, at] as const] : []));
  if (added.length === 0) return history;
  return [...history, ...added].filter(([, at]) => now - at <= KEPT_MS).slice(-MOST_INCIDENTS);
}

/** What was alerted since then: keys with how often, the most frequent first. */
export function countIncidents(
  history: IncidentHistory,
  since: Instant,
): readonly (readonly [key: string, times: number])[] {
  const times = new Map<string, number>();
  for (const [key, at] of history) if (at >= since) times.set(key, (times.get(key) ?? 0) + 1);
  return [...times].sort((a, b) => b[1] - a[1]);
}
