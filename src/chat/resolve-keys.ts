import { distance } from "fastest-levenshtein";
import { isGlob, matchesGlob } from "../core/glob.ts";
import { hashtagOf } from "../core/text.ts";

/** Which keys a person means. `unsure`: none, or more than one; `nearest` are the likeliest, best first. */
export type Resolved =
  | { readonly kind: "found"; readonly keys: readonly string[] }
  | { readonly kind: "unsure"; readonly nearest: readonly string[] };

const MAX_NEAREST = 3;
/** Distances are quadratic in length and there may be 100,000 keys: a guess is not worth a slow tick. */
const MAX_ASKED_CHARS = 100;
const MAX_GUESSED_KEYS = 2_000;

/**
 * Finds the keys that `asked` means: a key, a glob over keys, the hashtag of a message, a key in other letter case, or a
 * subject alone where only one key has it (`api` for `container:api`). The first of these that fits.
 *
 * @param known the keys to choose from, the likeliest first
 */
export function resolveKeys(asked: string, known: readonly string[]): Resolved {
  if (known.includes(asked)) return { kind: "found", keys: [asked] };
  if (isGlob(asked)) {
    const keys = known.filter((key) => matchesGlob(key, asked));
    return keys.length > 0 ? { kind: "found", keys } : { kind: "unsure", nearest: [] };
  }
  const lowered = asked.toLowerCase();
  const readings: readonly ((key: string) => boolean)[] = [
    (key) => hashtagOf(key) === asked,
    (key) => key.toLowerCase() === lowered,
    (key) => hashtagOf(key).toLowerCase() === lowered,
    (key) => key.slice(key.indexOf(":") + 1).toLowerCase() === lowered,
  ];
  for (const means of readings) {
    const keys = known.filter(means);
    if (keys.length === 1) return { kind: "found", keys };
    if (keys.length > 1) return { kind: "unsure", nearest: keys.slice(0, MAX_NEAREST) };
  }
  return { kind: "unsure", nearest: findNearest(lowered, known) };
}

/** The words of `known` that `asked` was likely meant to be, best first; none where nothing is near. */
export function findNearest(asked: string, known: readonly string[]): readonly string[] {
  const word = asked.slice(0, MAX_ASKED_CHARS).toLowerCase();
  return known
    .slice(0, MAX_GUESSED_KEYS)
    .map((key) => ({ key, strangeness: strangeness(word, key.slice(0, MAX_ASKED_CHARS).toLowerCase()) }))
    .filter(({ key, strangeness: far }) => far <= Math.max(2, Math.min(word.length, key.length) / 2))
    .sort((a, b) => a.strangeness - b.strangeness)
    .slice(0, MAX_NEAREST)
    .map(({ key }) => key);
}

/** A part of a key (`web` of `container:web-1`) is nearer than a key of like letters. */
function strangeness(word: string, key: string): number {
  return word.length > 2 && key.includes(word) ? 0 : distance(word, key);
}

/** Whether one letter is too many, too few or wrong, or two changed places. */
export function isOneSlip(given: string, meant: string): boolean {
  if (distance(given, meant) <= 1) return true;
  const at = [...meant].findIndex((letter, index) => letter !== given[index]);
  return given === `${meant.slice(0, at)}${meant[at + 1]}${meant[at]}${meant.slice(at + 2)}`;
}
