export type Icon = "🔴" | "🔁" | "🟢" | "🔴🟢";

/** What reports one signal: begins at the start of a line with its icon and ends with its hashtag. */
export interface Block {
  readonly icon: Icon;
  /** Without its "#". */
  readonly hashtag: string;
  readonly text: string;
  /** What follows from it, a line each. */
  readonly folded?: readonly FoldedLine[];
}

/** An alert told in one line under what it follows from: begins with "↳" and ends with its hashtag in brackets. */
export interface FoldedLine {
  /** Without its "#". */
  readonly hashtag: string;
  readonly text: string;
  /** The hashtag of what it follows from. */
  readonly under: string;
}

export interface ParsedMessage {
  /** What stands outside the blocks. */
  readonly headings: readonly string[];
  readonly blocks: readonly Block[];
  /** Folded lines that stand in no block, as what they follow from was told before: the heading above names it. */
  readonly folded?: readonly FoldedLine[];
}

const BEGIN = /^(🔴🟢|🔴|🔁|🟢) /u;
const END = /(?:^|\s)#([A-Za-z0-9_]+)$/u;
const FOLDED = /^↳ .* \(#([A-Za-z0-9_]+)\)$/u;
const LEAD = / \(#([A-Za-z0-9_]+)\):$/u;
const ICON = /[🔴🔁🟢]/u;

/**
 * Reads a message as a program that knows nothing but the contract would.
 *
 * @param text as people see it, entities parsed
 * @throws Error when the text is not made of blocks, or something in it could be taken for the beginning or end of one
 */
export function parseBlocks(text: string): ParsedMessage {
  const headings: string[] = [];
  const blocks: Block[] = [];
  const apart: FoldedLine[] = [];
  let open: { icon: Icon; lines: string[]; folded: Omit<FoldedLine, "under">[] } | undefined;
  let lead: string | undefined;
  for (const line of text.split("\n")) {
    const icon = BEGIN.exec(line)?.[1] as Icon | undefined;
    const rest = icon === undefined ? line : line.slice(icon.length);
    const fail = (why: string) => new Error(`${why}: ${JSON.stringify(line)}\nin the message:\n${text}`);
    if (ICON.test(rest)) throw fail("an icon that begins no block");
    if (icon !== undefined && open !== undefined) throw fail("a block begins before the one above has its hashtag");
    if (icon !== undefined) open = { icon, lines: [], folded: [] };
    const hashtag = END.exec(line)?.[1];
    const folded = FOLDED.exec(line)?.[1];
    if (open === undefined) {
      if (folded !== undefined && lead === undefined) throw fail("a folded line that nothing leads");
      if (folded !== undefined) apart.push({ hashtag: folded, text: line, under: lead ?? "" });
      else lead = LEAD.exec(line)?.[1];
      if (folded !== undefined) continue;
      if (hashtag !== undefined) throw fail("a hashtag outside a block");
      if (line !== "") headings.push(line);
      continue;
    }
    open.lines.push(line);
    if (folded !== undefined) open.folded.push({ hashtag: folded, text: line });
    if (hashtag === undefined) continue;
    const effects = open.folded.map((effect) => ({ ...effect, under: hashtag }));
    const more = effects.length > 0 ? { folded: effects } : {};
    blocks.push({ icon: open.icon, hashtag, text: open.lines.join("\n"), ...more });
    lead = undefined;
    open = undefined;
  }
  if (open !== undefined) throw new Error(`a block without a hashtag at the end of the message:\n${text}`);
  return { headings, blocks, ...(apart.length > 0 ? { folded: apart } : {}) };
}

/** Every folded line of a message, wherever it stands. */
export function foldedOf({ blocks, folded = [] }: Omit<ParsedMessage, "headings">): FoldedLine[] {
  return [...blocks.flatMap((block) => block.folded ?? []), ...folded];
}

/** The hashtag of a key, by the contract's words and not by the program's code. */
export function hashtagOf(key: string): string {
  return key.replace(/[^A-Za-z0-9_]/gu, "_");
}
