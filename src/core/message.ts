import type { Report } from "./report.ts";
import { hashtagOf, shorten } from "./text.ts";
import type { MessagesTexts } from "./texts/en/messages.ts";

/** A piece of a line: plain, bold, or to be copied (a command). Foreign text in it was cleaned, not escaped. */
export type Span = string | { readonly bold: string } | { readonly code: string };

/** An alert told in one line in the block of what it follows from; the hashtag of its key stands at its end, in brackets. */
export interface FoldedLine {
  readonly key: string;
  readonly line: readonly Span[];
  readonly noticeIds: readonly number[];
  /** It may come without a sound where it does not come with its cause: it is no more than a warning. */
  readonly quiet?: true;
  /** The same as facts, for programs. */
  readonly report?: Report;
}

/**
 * What reports one signal: begins with its icon, ends with the hashtag of its key. One with the icon "↳" reports none: it
 * names in a line the cause that was told before, `key`, and holds only what follows from it.
 */
export interface Block {
  readonly icon: "🔴" | "🔁" | "🟢" | "🔴🟢" | "↳";
  readonly lines: readonly (readonly Span[])[];
  readonly key: string;
  /** The notices that are told once this block is accepted, those of folded lines apart. */
  readonly noticeIds: readonly number[];
  /** The same as facts, for programs. */
  readonly report?: Report;
  /** Of a 🟢: the keys of what followed from it and goes on. */
  readonly stillWrong?: readonly string[];
  /** What follows from it. */
  readonly folded?: readonly FoldedLine[];
  /** Stands above the folded lines. */
  readonly foldedTitle?: string;
  /** The line that names the cause where folded lines do not fit into its block. */
  readonly foldedLead?: readonly Span[];
}

/** What a channel sends at once. */
export interface Message {
  /** Stands above the blocks of a message with several, or with an end after which something is still wrong; holds none of the icons. */
  readonly heading?: string;
  /** Information that reports no signal, below the heading; holds none of the icons. */
  readonly lines?: readonly (readonly Span[])[];
  readonly blocks: readonly Block[];
  /** False where the message may come without a sound. */
  readonly rings: boolean;
}

export function noticeIdsOf(message: Message): number[] {
  return message.blocks.flatMap(({ noticeIds, folded = [] }) => [
    ...noticeIds,
    ...folded.flatMap((line) => line.noticeIds),
  ]);
}

/**
 * Packs blocks into messages of at most `maxChars` UTF-16 units of rendered HTML, in order. A block is never split, but
 * for its folded lines: those that do not fit stand apart. Telegram counts 4096 code points after parsing (https://core.telegram.org/bots/api#sendmessage); the rendered length
 * is never less, so a message that fits here fits there.
 */
export function packMessages(blocks: readonly Block[], maxChars: number, texts: MessagesTexts): Message[] {
  const packs: Block[][] = [];
  let length = 0;
  for (const block of blocks.flatMap((given) => fitBlocks(given, maxChars))) {
    const blockLength = renderBlock(block, HTML).length + SEPARATOR.length;
    const pack = packs.at(-1);
    if (pack === undefined || length + blockLength > maxChars - HEADING_CHARS) {
      packs.push([block]);
      length = blockLength;
    } else {
      pack.push(block);
      length += blockLength;
    }
  }
  return packs.map((pack) => ({ ...headingOf(pack, texts), blocks: pack, rings: pack.some(mayRing) }));
}

/** What is critical rings always; a warning with a block of its own does too, one that follows from something told does not. */
function mayRing({ icon, folded = [] }: Block): boolean {
  return icon === "↳" ? folded.some((line) => line.quiet !== true) : icon !== "🟢";
}

/** A block with as many of its folded lines as fit, and the others apart. */
function fitBlocks(given: Block, maxChars: number): Block[] {
  const { folded = [], foldedLead = [], ...bare } = given;
  const isHeaded = given.stillWrong !== undefined;
  if (folded.length === 0) return [fitBlock(given, isHeaded ? maxChars - HEADING_CHARS : maxChars)];
  if (renderBlock(given, HTML).length <= maxChars) return [given];
  const apart: Block = { ...bare, icon: "↳", lines: [foldedLead], noticeIds: [] };
  const fitted: Block[] = [bare.icon === "↳" ? bare : fitBlock(bare, maxChars)];
  for (const line of folded) {
    const last = fitted.at(-1) ?? apart;
    const longer: Block = { ...last, foldedLead, folded: [...(last.folded ?? []), line] };
    const isEmptyApart = last.icon === "↳" && last.folded === undefined;
    if (isEmptyApart) fitted[fitted.length - 1] = fitBlock(longer, maxChars);
    else if (renderBlock(longer, HTML).length <= maxChars) fitted[fitted.length - 1] = longer;
    else fitted.push(fitBlock({ ...apart, foldedLead, folded: [line] }, maxChars));
  }
  return fitted;
}

/** A block longer than a whole message (texts full of "&") is told with its texts shortened rather than never. */
function fitBlock(block: Block, maxChars: number): Block {
  let fitted = block;
  for (const maxPoints of [150, 60, 20]) {
    if (renderBlock(fitted, HTML).length <= maxChars) break;
    const shortened = (line: readonly Span[]) => line.map((span) => shortenSpan(span, maxPoints));
    const folded = block.folded?.map((one) => ({ ...one, line: shortened(one.line) }));
    fitted = { ...block, lines: block.lines.map(shortened), ...(folded && { folded }) };
  }
  return fitted;
}

function shortenSpan(span: Span, maxPoints: number): Span {
  if (typeof span === "string") return shorten(span, maxPoints);
  return "bold" in span ? { bold: shorten(span.bold, maxPoints) } : { code: shorten(span.code, maxPoints) };
}

const SEPARATOR = "\n\n";
const HEADING_CHARS = 100;

function headingOf(blocks: readonly Block[], texts: MessagesTexts): { heading?: string } {
  const stillWrong = countStillWrong(blocks);
  if (blocks.length < 2 && stillWrong === 0) return {};
  const count = (...icons: Block["icon"][]) => blocks.filter((block) => icons.includes(block.icon)).length;
  const folded = blocks.reduce((sum, block) => sum + (block.folded?.length ?? 0), 0);
  const counts: readonly (readonly [number, (number: number) => string])[] = [
    [count("🔴", "🔁") + folded, texts.wrongCount],
    [count("🟢"), texts.resolvedCount],
    [stillWrong, texts.stillWrongCount],
    [count("🔴🟢"), texts.passedCount],
  ];
  return { heading: joinCounts(counts) };
}

/** Without what has a place of its own in the message. */
function countStillWrong(blocks: readonly Block[]): number {
  const told = new Set(blocks.flatMap(({ key, folded = [] }) => [key, ...folded.map((line) => line.key)]));
  return new Set(blocks.flatMap(({ stillWrong = [] }) => stillWrong.filter((key) => !told.has(key)))).size;
}

/** @param counts numbers with the words for them; what is 0 is left out */
export function joinCounts(counts: readonly (readonly [count: number, word: (count: number) => string])[]): string {
  return counts.flatMap(([count, word]) => (count > 0 ? [word(count)] : [])).join(", ");
}

interface Markup {
  text(text: string): string;
  bold(html: string): string;
  code(html: string): string;
}

/** Telegram's HTML style needs these three characters escaped (https://core.telegram.org/bots/api#html-style). */
function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const HTML: Markup = { text: escapeHtml, bold: (html) => `<b>${html}</b>`, code: (html) => `<code>${html}</code>` };
const PLAIN: Markup = { text: (text) => text, bold: (text) => text, code: (text) => text };

export function renderHtml(message: Message): string {
  return render(message, HTML);
}

export function renderPlain(message: Message): string {
  return render(message, PLAIN);
}

function render(message: Message, markup: Markup): string {
  const heading = message.heading === undefined ? [] : [markup.bold(markup.text(message.heading))];
  const lines = (message.lines ?? []).map((line) => line.map((span) => renderSpan(span, markup)).join(""));
  const head = [...heading, ...lines].join("\n");
  const blocks = message.blocks.map((block) => renderBlock(block, markup));
  return [...(head === "" ? [] : [head]), ...blocks].join(SEPARATOR);
}

function renderBlock(block: Block, markup: Markup): string {
  const lines = block.lines.map((line) => line.map((span) => renderSpan(span, markup)).join(""));
  const folded = (block.folded ?? []).map(({ line, key }) => {
    const text = line.map((span) => renderSpan(span, markup)).join("");
    return `↳ ${text} (${hashtagOf(key)})`;
  });
  const [first = "", ...rest] = lines;
  if (block.icon === "↳") return [`${first} (${hashtagOf(block.key)}):`, ...folded].join("\n");
  // What came and went is one line, its hashtag at the end of it.
  if (rest.length === 0 && folded.length === 0) return `${block.icon} ${first} ${hashtagOf(block.key)}`;
  const led = folded.length === 0 ? [] : [markup.text(block.foldedTitle ?? ""), ...folded];
  return [`${block.icon} ${first}`, ...rest, ...led, hashtagOf(block.key)].join("\n");
}

function renderSpan(span: Span, markup: Markup): string {
  if (typeof span === "string") return markup.text(span);
  return "bold" in span ? markup.bold(markup.text(span.bold)) : markup.code(markup.text(span.code));
}
