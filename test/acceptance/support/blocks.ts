export type Icon = "🔴" | "🔁" | "🟢" | "🔴🟢";

/** What reports one signal: begins at the start of a line with its icon and ends with its hashtag. */
export interface Block {
  readonly icon: Icon;
  /** Without its "#". */
  readonly hashtag: string;
  readonly text: string;
}

export interface ParsedMessage {
  /** What stands outside the blocks. */
  readonly headings: readonly string[];
  readonly blocks: readonly Block[];
}

const BEGIN = /^(🔴🟢|🔴|🔁|🟢) /u;
const END = /(?:^|\s)#([A-Za-z0-9_]+)$/u;
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
  let open: { icon: Icon; lines: string[] } | undefined;
  for (const line of text.split("\n")) {
    const icon = BEGIN.exec(line)?.[1] as Icon | undefined;
    const rest = icon === undefined ? line : line.slice(icon.length);
    const fail = (why: string) => new Error(`${why}: ${JSON.stringify(line)}\nin the message:\n${text}`);
    if (ICON.test(rest)) throw fail("an icon that begins no block");
    if (icon !== undefined && open !== undefined) throw fail("a block begins before the one above has its hashtag");
    if (icon !== undefined) open = { icon, lines: [] };
    const hashtag = END.exec(line)?.[1];
    if (open === undefined) {
      if (hashtag !== undefined) throw fail("a hashtag outside a block");
      if (line !== "") headings.push(line);
      continue;
    }
    open.lines.push(line);
    if (hashtag === undefined) continue;
    blocks.push({ icon: open.icon, hashtag, text: open.lines.join("\n") });
    open = undefined;
  }
  if (open !== undefined) throw new Error(`a block without a hashtag at the end of the message:\n${text}`);
  return { headings, blocks };
}

/** The hashtag of a key, by the contract's words and not by the program's code. */
export function hashtagOf(key: string): string {
  return key.replace(/[^A-Za-z0-9_]/gu, "_");
}
