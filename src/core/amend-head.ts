import type { Head, HeadPart } from "./head.ts";
import { type Block, type FoldedLine, type Message, packMessages, type Span } from "./message.ts";
import type { WallTime } from "./text.ts";
import type { Instant } from "./time.ts";
import { wordFoldedOver, wordHeading, wordOver, wordSince, wordSpan, wordStill, wordToldAgain } from "./word-head.ts";

/**
 * The message that raised incidents, saying how they stand now: what is over is seen at a glance, and offers no next step.
 * Its blocks, their order and their hashtags stay.
 *
 * @returns `undefined` where that does not fit into one message
 */
export function amendHead(head: Head, now: Instant, wall: WallTime, maxChars: number): Message | undefined {
  const full = head.message.blocks.map((block) => amendBlock(head, block, now, wall));
  // Without the details it may fit.
  const short = full.map((block) => ({ ...block, lines: block.lines.slice(0, 3) }));
  for (const blocks of [full, short]) {
    const [message, ...more] = packMessages(blocks, maxChars);
    if (message !== undefined && more.length === 0) return { ...message, ...headingOf(head), rings: false };
  }
  return undefined;
}

function headingOf({ message, parts }: Head): { heading?: string } {
  if (message.heading === undefined) return {};
  const over = parts.filter((part) => part.overAt !== undefined).length;
  return { heading: wordHeading(parts.length - over, over) };
}

function amendBlock(head: Head, given: Block, now: Instant, wall: WallTime): Block {
  const partOf = (wanted: string) => head.parts.findLast(({ key }) => key === wanted);
  const folded = given.folded?.map((one) => amendFolded(one, partOf(one.key)));
  const block = { ...given, ...(folded && { folded }) };
  const part = partOf(block.key);
  // What another message raised, or what happened once, stays as it was told.
  if (part === undefined) return block;
  return part.overAt === undefined
    ? amendOngoing(block, part, head.composedAt, now, wall)
    : amendOver(block, part, part.overAt, head.composedAt, now, wall);
}

function amendFolded(folded: FoldedLine, part: HeadPart | undefined): FoldedLine {
  if (part?.overAt === undefined) return folded;
  return { ...folded, line: [...folded.line, wordFoldedOver(part.since, part.overAt)] };
}

function amendOngoing(block: Block, part: HeadPart, composedAt: Instant, now: Instant, wall: WallTime): Block {
  const said = wordSince(part.since, composedAt, wall);
  const { first, second, rest } = linesOf(block, said, wordSince(part.since, now, wall));
  return { ...block, lines: [first, ...second, [wordStill(now, wall, part.toldAgain)], ...rest] };
}

function amendOver(
  block: Block,
  part: HeadPart,
  overAt: Instant,
  composedAt: Instant,
  now: Instant,
  wall: WallTime,
): Block {
  const span = wordSpan(part.since, overAt, now, wall);
  const { first, second, rest } = linesOf(block, wordSince(part.since, composedAt, wall), span);
  // What stands before the name ("still: ") is no longer so.
  const name = first.slice(
    Math.max(
      first.findIndex((piece) => typeof piece !== "string"),
      0,
    ),
  );
  const toldAgain = wordToldAgain(part.toldAgain).map((text) => [text]);
  const lines = [[wordOver(part.since, overAt), ...name], ...second, ...toldAgain, ...rest.filter(isNoNextStep)];
  return { ...block, icon: "🔴🟢", lines: lines.length > 1 ? lines : [...lines, [span]] };
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
