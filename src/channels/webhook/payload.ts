import { createHash } from "node:crypto";
import { type Message, renderPlain } from "../../core/message.ts";
import type { Report } from "../../core/report.ts";

/** The shape that `body` has. A change that a receiver could stumble over raises it; a further field does not. */
export const PAYLOAD_VERSION = 1;

/** One message, ready to be posted. */
export interface Payload {
  readonly id: string;
  readonly body: string;
}

/**
 * A message as JSON, see the README. Its id is the same in every attempt to tell the same notices, before and after a
 * restart.
 *
 * @param sentAtMs epoch milliseconds of this attempt
 */
export function payloadOf(message: Message, sentAtMs: number): Payload {
  const reports = message.blocks.flatMap(({ report, folded = [] }) =>
    [report, ...folded.map((line) => line.report)].filter((one) => one !== undefined),
  );
  const text = renderPlain(message);
  const id = idOf(reports, `${text}\n${sentAtMs}`);
  const body = {
    type: "watchdog.message",
    version: PAYLOAD_VERSION,
    id,
    sentAt: toIso(sentAtMs),
    possiblyRepeat: reports.some((report) => report.possiblyRepeat),
    text,
    signals: reports.map(signalOf),
  };
  return { id, body: JSON.stringify(body) };
}

function signalOf(report: Report) {
  return {
    key: report.key,
    kind: report.kind,
    action: report.action,
    severity: report.severity,
    what: report.what,
    since: toIso(report.sinceWallMs),
    at: toIso(report.atWallMs),
    times: report.times,
    measure: report.measure ?? null,
    details: report.details,
    next: report.next ?? null,
    cause: report.cause ?? null,
    effects: report.effects,
    possiblyRepeat: report.possiblyRepeat,
    noticeIds: report.noticeRefs.map((ref) => digest(`${report.key}\n${ref}`)),
  };
}

/** What reports nothing (a digest, a test) is another message each time: the same words of another day are no repeat. */
function idOf(reports: readonly Report[], otherwise: string): string {
  const parts = reports.flatMap(({ key, noticeRefs }) => noticeRefs.map((ref) => `${key}\n${ref}`));
  return `msg_${digest(parts.length > 0 ? parts.join("\n") : otherwise)}`;
}

/** Without a full stop, which would be taken for the end of it where it is signed. */
function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** `null` for what is no time, as of a clock that is off the calendar. */
function toIso(epochMs: number): string | null {
  const date = new Date(epochMs);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
