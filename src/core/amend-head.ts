import type { Head, HeadPart } from "./head.ts";
import { type Block, type FoldedLine, joinCounts, type Message, packMessages, type Span } from "./message.ts";
import { cleanText, type WallTime } from "./text.ts";
import type { AreaTexts } from "./texts/index.ts";
import type { Instant } from "./time.ts";
import { type Wording, wordingAt } from "./wording.ts";

const SEPARATOR = " · ";

/** How what it tells is put into words: as when it was composed, and as now. */
interface Wordings {
  readonly before: Wording;
  readonly now: Wording;
  /** "it goes on (edited at 16:10:00)" */
  readonly goesOn: string;
}

/**
 * The message that raised incidents, saying how they stand now: what is over is seen at a glance, and offers no next step.
 * Its blocks, their order and their hashtags stay.
 *
 * @returns `undefined` where that does not fit into one message
 */
export function amendHead(
  head: Head,
  now: Instant,
  wall: WallTime,
  maxChars: number,
  texts: AreaTexts<"messages">,
): Message | undefined {
  const wording = wordingAt(now, wall, texts);
  const goesOn = texts.messages.goesOn(wording.time(now));
  const wordings = { before: wordingAt(head.composedAt, wall, texts), now: wording, goesOn };
  const { blocks: told } = head.message;
  // What came and went before it began again stays as it was told.
  const isRaised = (block: Block, index: number) => told.findLastIndex(({ key }) => key === block.key) === index;
  const full = told.map((block, index) => (isRaised(block, index) ? amendBlock(head, block, wordings) : block));
  // Without the details it may fit.
  const short = full.map((block) => ({ ...block, lines: block.lines.slice(0, 3) }));
  for (const blocks of [full, short]) {
    const [message, ...more] = packMessages(blocks, maxChars, texts.messages);
    if (message !== undefined && more.length === 0) return { ...message, ...headingOf(head, wording), rings: false };
  }
  return undefined;
}

function headingOf({ message, parts }: Head, { messages }: Wording): { heading?: string } {
  if (message.heading === undefined) return {};
  const over = parts.filter((part) => part.overAt !== undefined).length;
  const counts = [
    [parts.length - over, messages.ongoingCount],
    [over, messages.overCount],
  ] as const;
  return { heading: joinCounts(counts) };
}

function amendBlock(head: Head, given: Block, wordings: Wordings): Block {
  const partOf = (wanted: string) => head.parts.findLast(({ key }) => key === wanted);
  const folded = given.folded?.map((one) => amendFolded(one, partOf(one.key), wordings.now));
  const block = { ...given, ...(folded && { folded }) };
  const part = partOf(block.key);
  // What another message raised, or what happened once, stays as it was told.
  if (part === undefined) return block;
  return part.overAt === undefined
    ? amendOngoing(block, part, wordings)
    : amendOver(block, part, part.overAt, wordings);
}

function amendFolded(folded: FoldedLine, part: HeadPart | undefined, { messages, duration }: Wording): FoldedLine {
  if (part?.overAt === undefined) return folded;
  return { ...folded, line: [...folded.line, messages.foldedOver(duration(part.overAt - part.since))] };
}

function amendOngoing(block: Block, part: HeadPart, { before, now, goesOn }: Wordings): Block {
  const { first, second, rest } = linesOf(block, before.since(part.since), now.since(part.since));
  const standing = [...ackedBy(part, now), goesOn, ...reminded(part, now)].join(SEPARATOR);
  return { ...block, lines: [first, ...second, [standing], ...rest] };
}

function amendOver(block: Block, part: HeadPart, overAt: Instant, { before, now }: Wordings): Block {
  const span = now.span(part.since, overAt);
  const { first, second, rest } = linesOf(block, before.since(part.since), span);
  // What stands before the name ("still: ") is no longer so.
  const name = first.slice(
    Math.max(
      first.findIndex((piece) => typeof piece !== "string"),
      0,
    ),
  );
  const over = now.messages.over(now.duration(overAt - part.since));
  const more = [...ackedBy(part, now), ...reminded(part, now)];
  const told = more.length > 0 ? [[more.join(SEPARATOR)]] : [];
  const lines = [[over, ...name], ...second, ...told, ...rest.filter(isNoNextStep)];
  return { ...block, icon: "🔴🟢", lines: lines.length > 1 ? lines : [...lines, [span]] };
}

/** Empty where it was told once. */
function reminded({ toldAgain: times }: HeadPart, { messages }: Wording): string[] {
  return times === 0 ? [] : [messages.reminded(times)];
}

function ackedBy({ ackedBy: name }: HeadPart, { messages }: Wording): string[] {
  return name === undefined ? [] : [messages.ackedBy(cleanText(name, 40))];
}

type Line = readonly Span[];

/** @param said the words in the second line that are not true any more @param is what takes their place */
function linesOf(block: Block, said: string, is: string): { first: Line; second: Line[]; rest: readonly Line[] } {
  const [first = [], second, ...rest] = block.lines;
  if (second === undefined) return { first, second: [], rest };
  const amended = second.map((piece) => (typeof piece === "string" ? piece.replace(said, () => is) : piece));
  return { first, second: [amended], rest };
}

function isNoNextStep(line: Line): boolean {
  const [begin] = line;
  return !(typeof begin === "string" && begin.startsWith("→"));
}
