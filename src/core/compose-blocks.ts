import type { Apart } from "./fold-effects.ts";
import { mergeOwed, type Telling } from "./merge-owed.ts";
import type { Block, FoldedLine, Span } from "./message.ts";
import type { Cause, OwedNotice } from "./notice.ts";
import { reportOf } from "./report.ts";
import type { Measure } from "./signal.ts";
import { drawSparkline } from "./sparkline.ts";
import { cleanText, formatMeasure, type WallTime } from "./text.ts";
import type { AreaTexts } from "./texts/index.ts";
import { type Instant, MINUTE_MS } from "./time.ts";
import { type Wording, wordingAt } from "./wording.ts";

/** Told this much after it was decided, people are told so. */
const LATE_AFTER_MS = MINUTE_MS;
const MAX_DETAILS = 8;
const MAX_FOLDED_WHAT = 200;
const MAX_FOLDED_DETAIL = 120;

/** Turns what a channel is owed into the blocks that tell it, most important first. */
export function composeBlocks(
  owed: readonly OwedNotice[],
  now: Instant,
  wall: WallTime,
  texts: AreaTexts<"messages">,
): Block[] {
  const wording = wordingAt(now, wall, texts);
  const compose = (telling: Telling): Block => ({
    ...composeBlock(telling, now, wording),
    ...foldedOf(telling, now, wall, wording),
    report: reportOf(telling, wall),
  });
  return mergeOwed(owed).map((telling) =>
    telling.kind === "apart" ? apartBlock(telling, now, wall, wording) : compose(telling),
  );
}

/** What follows from something that was told before. */
function apartBlock({ cause, effects }: Apart, now: Instant, wall: WallTime, wording: Wording): Block {
  const lead = leadOf(cause, wording);
  const folded = effects.map((effect) => foldedLine(effect, now, wall, wording));
  return { icon: "↳", key: cause.key, noticeIds: [], lines: [lead], folded, foldedLead: lead };
}

function foldedOf({ last, effects }: Telling, now: Instant, wall: WallTime, wording: Wording): Partial<Block> {
  if (effects === undefined) return {};
  return {
    folded: effects.map((effect) => foldedLine(effect, now, wall, wording)),
    foldedTitle: wording.messages.takesWithIt,
    foldedLead: leadOf(last, wording),
  };
}

function leadOf({ what }: Pick<Cause, "what">, { messages }: Wording): Span[] {
  return [messages.alsoWrongBecause, { bold: cleanText(what, MAX_FOLDED_WHAT) }];
}

function foldedLine(effect: Telling, now: Instant, wall: WallTime, wording: Wording): FoldedLine {
  const { first, last, notices } = effect;
  const { messages, units, time } = wording;
  const [detail] = [...(last.measure ? [formatMeasure(last.measure, units)] : []), ...(last.details ?? [])];
  const line: Span[] = [{ bold: cleanText(last.what, MAX_FOLDED_WHAT) }];
  if (detail !== undefined) line.push(messages.foldedDetail(cleanText(detail, MAX_FOLDED_DETAIL)));
  if (now - first.at > LATE_AFTER_MS) line.push(` · ${messages.foldedDetected(time(first.at))}`);
  if (notices.some((notice) => notice.maybeTold)) line.push(` · ${messages.foldedPossiblyRepeat}`);
  return {
    key: last.key,
    line,
    noticeIds: notices.map((notice) => notice.id),
    ...(last.severity === "warning" && { quiet: true }),
    report: reportOf(effect, wall),
  };
}

function composeBlock(telling: Telling, now: Instant, wording: Wording): Block {
  const key = telling.last.key;
  const noticeIds = telling.notices.map((notice) => notice.id);
  switch (telling.kind) {
    case "alert":
      return { icon: "🔴", key, noticeIds, lines: alertLines(telling, now, wording) };
    case "realert":
      return { icon: "🔁", key, noticeIds, lines: alertLines(telling, now, wording) };
    case "recovery":
      return { icon: "🟢", key, noticeIds, lines: recoveryLines(telling, now, wording), ...stillWrongOf(telling) };
    case "passed":
      return { icon: "🔴🟢", key, noticeIds, lines: passedLines(telling, wording) };
  }
}

function stillWrongOf({ last: { stillWrong } }: Telling): Pick<Block, "stillWrong"> {
  return stillWrong === undefined ? {} : { stillWrong };
}

function alertLines(telling: Telling, now: Instant, wording: Wording): Span[][] {
  const { first, last } = telling;
  const { messages, time, span } = wording;
  const lines: Span[][] = [[...(telling.kind === "realert" ? [messages.still] : []), { bold: clean(last.what) }]];
  const times = telling.notices.length;
  const severity = messages[last.severity];
  const measure = last.measure ? [measureText(last.measure, wording)] : [];
  if (last.nature === "level") lines.push([[severity, wording.since(last.since), ...measure].join(" · ")]);
  else if (times === 1) lines.push([[severity, messages.at(time(last.at)), ...measure].join(" · ")]);
  else {
    const newest = last.details?.length ? messages.theLast : "";
    lines.push([`${severity} · ${messages.timesWithin(times, span(first.at, last.at))}${newest}`]);
  }
  for (const detail of (last.details ?? []).slice(0, MAX_DETAILS)) lines.push([clean(detail)]);
  // Its cause was over before it could be told.
  if (first.cause !== undefined) lines.push([clean(messages.followedFrom(first.cause.what))]);
  if (last.next !== undefined) lines.push(["→ ", ...codeSpans(clean(last.next))]);
  return [...lines, ...deliveryLines(telling, now, wording)];
}

function recoveryLines(telling: Telling, now: Instant, wording: Wording): Span[][] {
  const { last } = telling;
  const { messages, duration, span } = wording;
  const lines: Span[][] = [
    [{ bold: clean(last.what) }],
    [messages.lasted(duration(last.at - last.since), span(last.since, last.at))],
  ];
  for (const detail of (last.details ?? []).slice(0, MAX_DETAILS)) lines.push([clean(detail)]);
  return [...lines, ...deliveryLines(telling, now, wording)];
}

function passedLines({ first, last, notices }: Telling, { messages, duration, span }: Wording): Span[][] {
  const times = notices.filter((notice) => notice.action === "recovery").length;
  const how = times === 1 ? duration(last.at - first.since) : messages.passedTimes(times);
  const repeat = notices.some((notice) => notice.maybeTold) ? messages.possiblyToldBefore : "";
  const when = messages.passedSpan(span(first.since, last.at), how);
  return [[messages.cameAndWent, { bold: clean(first.what) }, `${when}${repeat}`]];
}

function deliveryLines(telling: Telling, now: Instant, { messages, time }: Wording): Span[][] {
  const { kind, first, last, notices } = telling;
  const lines: Span[][] = [];
  // What begins was detected when it began; of what goes on or ends, people had heard before.
  const detectedAt = kind === "alert" ? first.at : last.at;
  if (now - detectedAt > LATE_AFTER_MS) lines.push([messages.toldLate(time(detectedAt), time(now))]);
  if (notices.some((notice) => notice.maybeTold)) lines.push([messages.possiblyRepeat]);
  return lines;
}

/** "93.1 % (limit 90 %) ▁▂▃▅▇" */
function measureText(measure: Measure, { units }: Wording): string {
  const course = drawSparkline(measure.history ?? [], measure.limit);
  return `${formatMeasure(measure, units)}${course === "" ? "" : ` ${course}`}`;
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
