import { isGlob } from "../core/glob.ts";
import { parseDuration, readSilence } from "../core/silence.ts";
import { cleanText } from "../core/text.ts";
import { keysOf, meantWithout, type Outcome, only } from "./outcome.ts";
import { type Resolved, resolveKeys } from "./resolve-keys.ts";
import * as word from "./word-answers.ts";
import { type Incident, listKeys, type World } from "./world.ts";

const MAX_KEY_CHARS = 256;
const MAX_WHY_CHARS = 200;

/** Answers `/silence`, as Outcome says. */
export function silence(
  words: readonly string[],
  world: World,
  incidents: readonly Incident[],
  by: string,
  quoted: string,
): Outcome {
  const { texts } = world;
  const durationAlone = parseDuration(words.join(""));
  const { keyGlob: asked, durationMs, given, why } = readSilence(inOrder(words));
  if (asked === undefined || asked.length > MAX_KEY_CHARS || durationAlone !== undefined) {
    const [meant, other] = meantWithout(incidents, quoted);
    if (durationAlone === undefined || meant === undefined || other !== undefined)
      return only(word.wordExpected(texts, "silence", keysOf(incidents)));
    return silenceKey(meant.key, durationAlone, texts.chat.reason("", by), world);
  }
  const resolved: Resolved = isGlob(asked)
    ? { kind: "found", keys: [asked] }
    : resolveKeys(asked, [...new Set([...listKeys(world), ...world.silences.map(({ keyGlob }) => keyGlob)])]);
  const [key] = resolved.kind === "found" ? resolved.keys : [];
  if (key === undefined)
    return only(word.wordUnknownToSilence(texts, asked, resolved.kind === "unsure" ? resolved.nearest : []));
  if (durationMs === undefined) return only(word.wordBadDuration(texts, key, given));
  return silenceKey(key, durationMs, texts.chat.reason(why, by), world);
}

/** The words of a silence, the key first: `2h dep:db` can mean nothing else. */
function inOrder(words: readonly string[]): readonly string[] {
  const [first = "", second = "", ...rest] = words;
  const [third, ...why] = rest;
  if (readSilence(words).durationMs !== undefined || parseDuration(first) === undefined) return words;
  if (third !== undefined && parseDuration(first + second) !== undefined) return [third, first + second, ...why];
  return [second, first, ...rest];
}

export function silenceKey(keyGlob: string, durationMs: number, why: string, world: World): Outcome {
  const entry = { keyGlob, until: world.now + durationMs, why: cleanText(why, MAX_WHY_CHARS) };
  return { answer: word.wordSilenced(entry, world), effects: [{ kind: "silence", silence: entry }] };
}

/** Answers `/unsilence`, as Outcome says. */
export function unsilence([named]: readonly string[], world: World): Outcome {
  const globs = world.silences.map(({ keyGlob }) => keyGlob);
  const asked = named ?? (globs.length === 1 ? globs[0] : undefined);
  if (asked === undefined) return only(word.wordExpected(world.texts, "unsilence", globs));
  // A glob here names itself: `*` ends the silence of everything, not every silence.
  const resolved = globs.includes(asked) || isGlob(asked) ? undefined : resolveKeys(asked, globs);
  const keyGlob = globs.includes(asked) ? asked : resolved?.kind === "found" ? resolved.keys[0] : undefined;
  if (keyGlob === undefined) return only(word.wordNoSuchSilence(world.texts, asked, world.silences));
  return { answer: word.wordUnsilenced(world.texts, keyGlob), effects: [{ kind: "unsilence", keyGlob }] };
}
