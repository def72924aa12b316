/** A block as somebody finds it who knows only what the contract says about messages. */
export interface ReadBlock {
  readonly icon: string;
  readonly text: string;
  readonly hashtag: string;
}

const BEGINNING = /^(🔴🟢|🔴|🔁|🟢)/u;
const HASHTAG_AT_END = /(?:^|\s)(#[A-Za-z0-9_]+)$/;
/** What follows from something is one line; what it follows from may be named in a line above, outside its block. */
const FOLDED = /^↳ .*( \(#[A-Za-z0-9_]+\))$/u;
/** What was alerted in the last 24 h, outside any block. */
const INCIDENTS = / \((#\w+( ×\d+)?(, )?)+([^#]*)\)$/u;
const LEAD = /( \(#[A-Za-z0-9_]+\)):$/;

/**
 * Finds the blocks of a message's text: each begins at the start of a line with its icon and ends with its hashtag.
 *
 * @throws when an icon or a hashtag stands where none may stand
 */
export function readBlocks(text: string): ReadBlock[] {
  const blocks: ReadBlock[] = [];
  let open: { icon: string; lines: string[] } | undefined;
  for (const line of text.split("\n")) {
    if (open === undefined && INCIDENTS.test(line)) continue;
    const [icon] = BEGINNING.exec(line) ?? [];
    if (icon !== undefined) {
      if (open !== undefined) throw new Error(`a block begins within another: ${line}`);
      open = { icon, lines: [] };
    }
    const [, folded = ""] = FOLDED.exec(line) ?? (open === undefined ? LEAD.exec(line) : undefined) ?? [];
    const rest = (icon === undefined ? line : line.slice(icon.length)).replace(folded, "");
    if (/[🔴🔁🟢]/u.test(rest)) throw new Error(`an icon within a line: ${line}`);
    const [, hashtag] = HASHTAG_AT_END.exec(rest) ?? [];
    if (rest.slice(0, rest.length - (hashtag ?? "").length).includes("#"))
      throw new Error(`a foreign hashtag: ${line}`);
    if (open === undefined) {
      if (hashtag !== undefined) throw new Error(`a hashtag outside a block: ${line}`);
      continue;
    }
    open.lines.push(rest.trim());
    if (hashtag === undefined) continue;
    blocks.push({ icon: open.icon, text: open.lines.join("\n"), hashtag });
    open = undefined;
  }
  if (open !== undefined) throw new Error(`a block without its hashtag: ${open.lines.join("\n")}`);
  return blocks;
}
