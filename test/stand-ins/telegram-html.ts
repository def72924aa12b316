/** The tags of https://core.telegram.org/bots/api#html-style. */
const TAGS = new Set("a b strong i em s strike del u ins tg-spoiler tg-emoji span pre code blockquote".split(" "));
const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"' };

const ATTRIBUTES = /^(?:\s+[^\s=>]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[\w.-]+))?)*\s*>/;

/** Why a text cannot be parsed, in Telegram's words. */
export class EntityError extends Error {}

/**
 * Parses Telegram's HTML as strictly as Telegram: its tags only, each closed in order; `&lt;`, `&gt;`, `&amp;`, `&quot;`
 * and numeric references decoded, any other "&" taken literally. Attributes must be well-formed, and mean nothing here.
 *
 * @returns the text that people see
 * @throws EntityError like Telegram: "Unsupported start tag \"x\" at byte offset 13"
 */
export function parseTelegramHtml(html: string): string {
  const open: string[] = [];
  let text = "";
  let rest = html;
  while (rest !== "") {
    const [literal = ""] = /^[^<&]*/.exec(rest) ?? [];
    text += literal;
    rest = rest.slice(literal.length);
    if (rest.startsWith("&")) {
      const { character, length } = decodeReference(rest);
      text += character;
      rest = rest.slice(length);
    } else if (rest !== "") {
      rest = rest.slice(readTag(rest, open, Buffer.byteLength(html) - Buffer.byteLength(rest)));
    }
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) throw new EntityError(`Can't find end tag corresponding to start tag "${unclosed}"`);
  return text;
}

function decodeReference(rest: string): { character: string; length: number } {
  const [all, hex, decimal, name] = /^&(?:#x([0-9a-f]+)|#([0-9]+)|([a-z]+));?/i.exec(rest) ?? [];
  if (all === undefined) return { character: "&", length: 1 };
  const point = hex !== undefined ? Number.parseInt(hex, 16) : Number.parseInt(decimal ?? "0", 10);
  if (point >= 0xd800 && point <= 0xdfff) throw new EntityError("Text contains invalid Unicode characters");
  const character = name !== undefined ? NAMED[name] : point > 0 && point < 0x10ffff ? String.fromCodePoint(point) : "";
  return character ? { character, length: all.length } : { character: "&", length: 1 };
}

/** Reads the tag that `rest` begins with, and opens or closes it. Returns its length. */
function readTag(rest: string, open: string[], at: number): number {
  if (rest.startsWith("</")) {
    const expected = open.pop();
    if (expected === undefined) throw new EntityError(`Unexpected end tag at byte offset ${at}`);
    const [tag, found] = /^<\/([^\s>]*)\s*>/.exec(rest) ?? [];
    if (tag === undefined) throw new EntityError(`Unclosed end tag at byte offset ${at}`);
    if (found !== "" && found !== expected) {
      throw new EntityError(`Unmatched end tag at byte offset ${at}, expected "</${expected}>", found "</${found}>"`);
    }
    return tag.length;
  }
  const [head, name = ""] = /^<([^\s>]*)(?=[\s>])/.exec(rest) ?? [];
  if (head === undefined) throw new EntityError(`Unclosed start tag at byte offset ${at}`);
  if (!TAGS.has(name.toLowerCase())) {
    throw new EntityError(`Unsupported start tag "${name.toLowerCase()}" at byte offset ${at}`);
  }
  const [attributes] = ATTRIBUTES.exec(rest.slice(head.length)) ?? [];
  if (attributes === undefined) throw new EntityError(`Unclosed start tag "${name}" at byte offset ${at}`);
  if (name.toLowerCase() === "span" && !/class\s*=\s*["']?tg-spoiler/.test(attributes)) {
    throw new EntityError(`Tag "span" must have class "tg-spoiler" at byte offset ${at}`);
  }
  open.push(name.toLowerCase());
  return head.length + attributes.length;
}
