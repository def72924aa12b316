import type { Apart } from "./fold-effects.ts";
import { mergeOwed, type Telling } from "./merge-owed.ts";
import type { Block, FoldedLine, Span } from "./message.ts";
import type { Cause, OwedNotice } from "./notice.ts";
import { reportOf } from "./report.ts";
import { cleanText, formatDuration, formatMeasure, formatTime, type WallTime } from "./text.ts";
import { type Instant, MINUTE_MS, SECOND_MS } from "./time.ts";
import { detectedAt, followedFrom, POSSIBLY_A_REPEAT } from "./word-causes.ts";

/** Told this much after it was decided, people are told so. */
const LATE_AFTER_MS = MINUTE_MS;
const MAX_DETAILS = 8;
const MAX_FOLDED_WHAT = 200;
const MAX_FOLDED_DETAIL = 120;

/** Turns what a channel is owed into the blocks that tell it, most important first. */
export function composeBlocks(owed: readonly OwedNotice[], now: Instant, wall: WallTime): Block[] {
  return mergeOwed(owed).map((telling) =>
    telling.kind === "apart"
      ? apartBlock(telling, now, wall)
      : { ...composeBlock(telling, now, wall), ...foldedOf(telling, now, wall), report: reportOf(telling, wall) },
  );
}

/** What follows from something that was told before rings only where it is worse than that. */
function apartBlock({ cause, effects }: Apart, now: Instant, wall: WallTime): Block {
  const lead = leadOf(cause);
  const isWorse = cause.severity === "warning" && effects.some(({ last }) => last.severity === "critical");
  const folded = effects.map((effect) => foldedLine(effect, now, wall));
  return {
    icon: "↳",
    key: cause.key,
    noticeIds: [],
    lines: [lead],
    folded,
    foldedLead: lead,
    ...(!isWorse && { quiet: true }),
  };
}

function foldedOf({ last, effects }: Telling, now: Instant, wall: WallTime): Partial<Block> {
  if (effects === undefined) return {};
  return { folded: effects.map((effect) => foldedLine(effect, now, wall)), foldedLead: leadOf(last) };
}

function leadOf({ what }: Pick<Cause, "what">): Span[] {
  return [{ bold: cleanText(what, MAX_FOLDED_WHAT) }];
}

function foldedLine(effect: Telling, now: Instant, wall: WallTime): FoldedLine {
  const { first, last, notices } = effect;
  const [detail] = [...measureOf(last), ...(last.details ?? [])];
  const line: Span[] = [{ bold: cleanText(last.what, MAX_FOLDED_WHAT) }];
  if (detail !== undefined) line.push(`: ${cleanText(detail, MAX_FOLDED_DETAIL)}`);
  if (now - first.at > LATE_AFTER_MS) line.push(` · ${detectedAt(formatTime(first.at, now, wall))}`);
  if (notices.some((notice) => notice.maybeTold)) line.push(` · ${POSSIBLY_A_REPEAT}`);
  return { key: last.key, line, noticeIds: notices.map((notice) => notice.id), report: reportOf(effect, wall) };
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
  // Its cause was over before it could be told.
  const { cause } = telling.first;
  if (cause !== undefined) lines.push([clean(followedFrom(cause.what))]);
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
