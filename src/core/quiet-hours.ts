import type { Message } from "./message.ts";
import type { OwedNotice } from "./notice.ts";
import { minuteOfDay, readWallClock } from "./wall-clock.ts";

/** A span of every day in which only what is critical makes a sound. It may pass midnight. */
export interface QuietHours {
  /** Minutes after midnight, by the clock on the wall; the span begins with it. */
  readonly fromMinute: number;
  /** Minutes after midnight; the span ends before it. Never equal to `fromMinute`. */
  readonly toMinute: number;
}

/**
 * Whether it is quiet at that moment, by what a clock on a wall in `zone` shows: where clocks are put forward or back, a
 * span lasts as long as they show it.
 *
 * @param wallMs epoch milliseconds
 * @param zone an IANA time zone name; UTC where it is none, the system's where it is `undefined`
 */
export function isQuiet(hours: QuietHours | undefined, wallMs: number, zone: string | undefined): boolean {
  if (hours === undefined) return false;
  const minute = minuteOfDay(readWallClock(wallMs, zone));
  const { fromMinute, toMinute } = hours;
  return fromMinute < toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute;
}

/** Whether a message rings: while it is quiet, only for something critical that is more than an end. */
export function ringsIn(message: Message, notices: readonly OwedNotice[], quiet: boolean): boolean {
  if (!message.rings || !quiet) return message.rings;
  const critical = new Set(notices.flatMap(({ id, severity }) => (severity === "critical" ? [id] : [])));
  const wrong = message.blocks.filter(({ icon }) => icon !== "🟢");
  return wrong.some(({ noticeIds, folded = [] }) => {
    return [noticeIds, ...folded.map((line) => line.noticeIds)].flat().some((id) => critical.has(id));
  });
}
