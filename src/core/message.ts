import { hashtagOf } from "./text.ts";

/** A piece of a line: plain, bold, or to be copied (a command). Foreign text in it was cleaned, not escaped. */
export type Span = string | { readonly bold: string } | { readonly code: string };

/** What reports one signal: begins with its icon, ends with the hashtag of its key. */
export interface Block {
  readonly icon: "🔴" | "🔁" | "🟢" | "🔴🟢";
  readonly lines: readonly (readonly Span[])[];
  readonly key: string;
  /** The notices that are told once this block is accepted. */
  readonly noticeIds: readonly number[];
}

/** What a channel sends at once. */
export interface Message {
  /** Stands above the blocks of a message with several; holds none of the icons. */
  readonly heading?: string;
  readonly blocks: readonly Block[];
  /** False where the message may come without a sound. */
  readonly rings: boolean;
}

export function noticeIdsOf(message: Message): number[] {
  return message.blocks.flatMap((block) => block.noticeIds);
}

/**
 * Packs blocks into messages of at most `maxChars` UTF-16 units of rendered HTML, in order, never splitting a block.
 * Telegram counts 4096 code points after parsing (https://core.telegram.org/bots/api#sendmessage); the rendered length
 * is never less, so a message that fits here fits there.
 */
export function packMessages(blocks: readonly Block[], maxChars: number): Message[] {
  const packs: Block[][] = [];
  let length = 0;
  for (const given of blocks) {
    const block = fitBlock(given, maxChars);
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
  return packs.map((pack) => ({ ...headingOf(pack), blocks: pack, rings: pack.some((block) => block.icon !== "🟢") }));
}

/** A block longer than a whole message (texts full of "&") is told with its texts shortened rather than never. */
function fitBlock(block: Block, maxChars: number): Block {
  let fitted = block;
  for (const maxPoints of [150, 60, 20]) {
    if (renderBlock(fitted, HTML).length <= maxChars) break;
    fitted = { ...block, lines: block.lines.map((line) => line.map((span) => shortenSpan(span, maxPoints))) };
  }
  return fitted;
}

function shortenSpan(span: Span, maxPoints: number): Span {
  if (typeof span === "string") return shorten(span, maxPoints);
  return "bold" in span ? { bold: shorten(span.bold, maxPoints) } : { code: shorten(span.code, maxPoints) };
}

function shorten(text: string, maxPoints: number): string {
  const points = [...text];
  return points.length <= maxPoints ? text : `${points.slice(0, maxPoints - 1).join("")}…`;
}

const SEPARATOR = "\n\n";
const HEADING_CHARS = 80;

function headingOf(blocks: readonly Block[]): { heading?: string } {
  if (blocks.length < 2) return {};
  const count = (...icons: Block["icon"][]) => blocks.filter((block) => icons.includes(block.icon)).length;
  const counts: readonly (readonly [number, string])[] = [
    [count("🔴", "🔁"), "wrong"],
    [count("🟢"), "resolved"],
    [count("🔴🟢"), "came and went"],
  ];
  const parts = counts.flatMap(([number, what]) => (number > 0 ? [`${number} ${what}`] : []));
  return { heading: parts.join(", ") };
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
  return [...heading, ...message.blocks.map((block) => renderBlock(block, markup))].join(SEPARATOR);
}

function renderBlock(block: Block, markup: Markup): string {
  const lines = block.lines.map((line) => line.map((span) => renderSpan(span, markup)).join(""));
  const [first = "", ...rest] = lines;
  // What came and went is one line, its hashtag at the end of it.
  if (rest.length === 0) return `${block.icon} ${first} ${hashtagOf(block.key)}`;
  return [`${block.icon} ${first}`, ...rest, hashtagOf(block.key)].join("\n");
}

function renderSpan(span: Span, markup: Markup): string {
  if (typeof span === "string") return markup.text(span);
  return "bold" in span ? markup.bold(markup.text(span.bold)) : markup.code(markup.text(span.code));
}
