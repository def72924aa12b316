import { mergeOwed, type Telling } from "./merge-owed.ts";
import type { Block, Span } from "./message.ts";
import type { OwedNotice } from "./notice.ts";
import { cleanText, formatDuration, formatMeasure, formatTime, type WallTime } from "./text.ts";
import { type Instant, MINUTE_MS, SECOND_MS } from "./time.ts";

/** Told this much after it was decided, people are told so. */
const LATE_AFTER_MS = MINUTE_MS;
const MAX_DETAILS = 8;

/** Turns what a channel is owed into the blocks that tell it, most important first. */
export function composeBlocks(owed: readonly OwedNotice[], now: Instant, wall: WallTime): Block[] {
  return mergeOwed(owed).map((telling) => composeBlock(telling, now, wall));
}

function composeBlock(telling: Telling, now: Instant, wall: WallTime): Block {
  const key = telling.last.key;
  const noticeIds = telling.notices.map((notice) => notice.id);
  switch (telling.kind) {
    case "alert":
      return { icon: "🔴", key, noticeIds, lines: alertLines(telling, now, wall) };
    case "realert":
      return { icon: "🔁", key, noticeIds, lines: alertLines(telling, now, wall) };
    case "recovery":
      return { icon: "🟢", key, noticeIds, lines: recoveryLines(telling, now, wall) };
    case "passed":
      return { icon: "🔴🟢", key, noticeIds, lines: passedLines(telling, now, wall) };
  }
}

function alertLines(telling: Telling, now: Instant, wall: WallTime): Span[][] {
  const { last } = telling;
  const time = (at: Instant) => formatTime(at, now, wall);
  const lines: Span[][] = [[...(telling.kind === "realert" ? ["still: "] : []), { bold: clean(last.what) }]];
  const times = telling.notices.length;
  if (last.nature === "level") {
    const forMs = now - last.since;
    const since = forMs < SECOND_MS ? "just now" : `for ${formatDuration(forMs)}`;
    lines.push([[last.severity, `since ${time(last.since)} (${since})`, ...measureOf(last)].join(" · ")]);
  } else if (times === 1) lines.push([[last.severity, `at ${time(last.at)}`, ...measureOf(last)].join(" · ")]);
  else {
    const newest = last.details?.length ? "; the last:" : "";
    lines.push([`${last.severity} · ${times} times, ${time(telling.first.at)} to ${time(last.at)}${newest}`]);
  }
  for (const detail of (last.details ?? []).slice(0, MAX_DETAILS)) lines.push([clean(detail)]);
  if (last.next !== undefined) lines.push(["→ ", ...codeSpans(clean(last.next))]);
  return [...lines, ...deliveryLines(telling, now, wall)];
}

function recoveryLines(telling: Telling, now: Instant, wall: WallTime): Span[][] {
  const { last } = telling;
  const time = (at: Instant) => formatTime(at, now, wall);
  const lines: Span[][] = [
    [{ bold: clean(last.what) }],
    [`lasted ${formatDuration(last.at - last.since)} (${time(last.since)} to ${time(last.at)})`],
  ];
  for (const detail of (last.details ?? []).slice(0, MAX_DETAILS)) lines.push([clean(detail)]);
  return [...lines, ...deliveryLines(telling, now, wall)];
}

function passedLines(telling: Telling, now: Instant, wall: WallTime): Span[][] {
  const { first, last, notices } = telling;
  const span = `${formatTime(first.since, now, wall)} to ${formatTime(last.at, now, wall)}`;
  const times = notices.filter((notice) => notice.action === "recovery").length;
  const how = times === 1 ? `(${formatDuration(last.at - first.since)})` : `(${times} times)`;
  const repeat = notices.some((notice) => notice.maybeTold) ? "; possibly told before" : "";
  return [["came and went: ", { bold: clean(first.what) }, `, ${span} ${how}${repeat}`]];
}

function deliveryLines(telling: Telling, now: Instant, wall: WallTime): Span[][] {
  const { kind, first, last, notices } = telling;
  const lines: Span[][] = [];
  // What begins was detected when it began; of what goes on or ends, people had heard before.
  const detectedAt = kind === "alert" ? first.at : last.at;
  if (now - detectedAt > LATE_AFTER_MS) {
    lines.push([`told late: detected ${formatTime(detectedAt, now, wall)}, told ${formatTime(now, now, wall)}`]);
  }
  if (notices.some((notice) => notice.maybeTold)) lines.push(["possibly a repeat: an earlier attempt got no answer"]);
  return lines;
}

function measureOf(notice: OwedNotice): string[] {
  return notice.measure === undefined ? [] : [formatMeasure(notice.measure)];
}

/** The text of a line is clean already where it was made; a second cleaning costs little and forgets nothing. */
function clean(text: string): string {
  return cleanText(text, 300);
}

/** `a command in backticks` can be copied with a tap. */
function codeSpans(text: string): Span[] {
  return text
    .split(/`([^`]+)`/)
    .map((part, index) => (index % 2 === 1 ? { code: part } : part))
    .filter((span) => span !== "");
}
