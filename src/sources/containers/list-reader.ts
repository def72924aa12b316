import { type ListedContainer, type Listing, parseEntry, parseList } from "./parse.ts";

/** So every entry begins as Docker writes it; no string can hold this, for quotes are escaped there. */
const BEGIN = '{"Id":"';

/**
 * Reads one list after the other, most of which is as it was a tick ago. Entries that are the same to the letter are not even parsed:
 * they are the same objects as before, which whoever comes after can tell by that alone.
 */
export class ListReader {
  #text: string | undefined;
  #listing: Listing | undefined;
  #known: ReadonlyMap<string, ListedContainer | undefined> = new Map();

  /** @returns `undefined` when it is no list at all */
  read(text: string): Listing | undefined {
    if (text === this.#text) return this.#listing;
    this.#text = text;
    this.#listing = this.#readEntries(text) ?? parseList(parseJson(text));
    return this.#listing;
  }

  /** @returns `undefined` where it is not written as Docker writes it */
  #readEntries(text: string): Listing | undefined {
    const list = text.trim();
    if (!list.startsWith(`[${BEGIN}`) || !list.endsWith("}]")) return undefined;
    // Whatever these are the ends of: if all that lies between is JSON, the whole is a list of that.
    const parts = list.slice(BEGIN.length + 1, -2).split(`},${BEGIN}`);
    const known = new Map<string, ListedContainer | undefined>();
    const listed: ListedContainer[] = [];
    for (const part of parts) {
      let entry = this.#known.get(part);
      if (entry === undefined) {
        const json = parseJson(`${BEGIN}${part}}`);
        if (json === undefined) return undefined;
        entry = parseEntry(json);
      }
      known.set(part, entry);
      if (entry !== undefined) listed.push(entry);
    }
    this.#known = known;
    return { listed, unreadable: parts.length - listed.length };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
