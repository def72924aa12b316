import type { Notice } from "./notice.ts";
import { formatDuration } from "./text.ts";
import type { AreaTexts } from "./texts/index.ts";
import { type Instant, MINUTE_MS } from "./time.ts";

/** That the watchdog lives is stored this often, so that the next one knows how long nobody watched. */
export const ALIVE_STORE_MS = MINUTE_MS;
/** Away for longer than this many intervals, and than three times the above, is worth a word. */
const AWAY_INTERVALS = 5;

/**
 * Nobody watched for a while: people are told once, for what came and went then was seen by nobody. A restart is no news.
 *
 * @param aliveAt when a watchdog last said that it lives, as it was stored
 */
export function noticeAbsence(
  aliveAt: unknown,
  now: Instant,
  intervalMs: number,
  { messages, units }: AreaTexts<"messages">,
): Notice | undefined {
  if (typeof aliveAt !== "number") return undefined;
  const awayMs = now - aliveAt;
  if (awayMs <= Math.max(AWAY_INTERVALS * intervalMs, 3 * ALIVE_STORE_MS)) return undefined;
  return {
    key: "watchdog_away",
    action: "alert",
    nature: "edge",
    severity: "warning",
    what: messages.away(formatDuration(awayMs, units)),
    details: [messages.awayMeaning],
    since: aliveAt,
    at: now,
  };
}
