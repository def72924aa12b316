import { distance } from "fastest-levenshtein";
import { isGlob } from "../core/glob.ts";
import { readSilence } from "../core/silence.ts";
import { cleanText, hashtagOf } from "../core/text.ts";
import { HOUR_MS } from "../core/time.ts";
import type { ButtonAction } from "./buttons.ts";
import { COMMAND_NAMES, type Command } from "./parse-command.ts";
import { findNearest, resolveKeys } from "./resolve-keys.ts";
import * as word from "./word-answers.ts";
import { type Effect, type Incident, listIncidents, listKeys, type World } from "./world.ts";

/** What a command or a press comes to. Effects are to be applied before the answer is sent. */
export interface Outcome {
  readonly answer: word.Answer;
  readonly effects: readonly Effect[];
}

const MAX_KEY_CHARS = 256;
const MAX_WHY_CHARS = 200;
const BUTTON_SILENCE_MS = HOUR_MS;

const only = (answer: word.Answer): Outcome => ({ answer, effects: [] });

/**
 * Answers a command. Pure and total.
 *
 * @param by who asks, cleaned
 * @param quoted the text of the message that the command replies to; empty if none
 */
export function respond(command: Command, world: World, by: string, quoted: string): Outcome {
  const incidents = listIncidents(world);
  switch (command.name) {
    case "help":
      return only(word.wordHelp());
    case "status":
      return only(word.wordStatus(world, incidents));
    case "check":
      return only(word.wordCheck(world, incidents));
    case "incidents":
      return only(word.wordIncidents(world, incidents));
    case "ack":
      return ack(command.words, world, incidents, by, quoted);
    case "silence":
      return silence(command.words, world, by);
    case "unsilence":
      return unsilence(command.words, world);
  }
}

/** A shorter command is within one slip of other bots' ones: `/back` of `/ack`. */
const LEAST_SLIP_CHARS = 5;

/**
 * One line for what looks like a command.
 *
 * @param isForUs whether nobody else in the chat can be meant
 * @returns `undefined` where it is likelier meant for another bot: it is no slip of the hand of one of ours
 */
export function respondUnknown(name: string, isForUs: boolean): word.Answer | undefined {
  const [nearest] = findNearest(name, COMMAND_NAMES);
  if (isForUs) return word.wordUnknownCommand(name, nearest);
  const isSlip = nearest !== undefined && name.length >= LEAST_SLIP_CHARS && distance(name, nearest) <= 1;
  return isSlip ? word.wordUnknownCommand(name, nearest) : undefined;
}

/** Answers a press of a button below an alert. Pure and total. */
export function respondToPress(action: ButtonAction, key: string, world: World, by: string): Outcome {
  const incident = listIncidents(world).find((open) => open.key === key);
  switch (action) {
    case "details":
      return only(incident === undefined ? word.wordOver(key) : word.wordDetails(incident, world));
    case "ack":
      return incident?.state === undefined ? only(word.wordNothingToAck(key)) : ackKeys([incident], world, by);
    case "silence":
      return silenceKey(key, BUTTON_SILENCE_MS, `by ${by}`, world);
  }
}

function ack(
  words: readonly string[],
  world: World,
  incidents: readonly Incident[],
  by: string,
  quoted: string,
): Outcome {
  const told = incidents.filter(({ state }) => state !== undefined);
  const open = told.map(({ key }) => key);
  const [asked] = words;
  if (asked === undefined) {
    const hashtags = new Set(quoted.match(/#\w+/g));
    const meant = told.filter(({ key }) => hashtags.has(hashtagOf(key)));
    if (meant.length > 0) return ackKeys(meant, world, by);
    if (quoted === "" && told.length === 1) return ackKeys(told, world, by);
    return only(open.length === 0 ? word.wordNothingToAck(undefined) : word.wordExpected("ack", open));
  }
  const resolved = resolveKeys(asked, open);
  if (resolved.kind === "found")
    return ackKeys(
      told.filter(({ key }) => resolved.keys.includes(key)),
      world,
      by,
    );
  if (resolved.nearest.length > 0) return only(word.wordUnknownKey(asked, resolved.nearest));
  const isKnown = isGlob(asked) || resolveKeys(asked, listKeys(world)).kind === "found";
  return only(isKnown ? word.wordNothingToAck(asked) : word.wordUnknownKey(asked, open.slice(0, 3)));
}

/** Who acks a cause acks what was told as following from it. Who acked first stays: a second ack changes nothing. */
function ackKeys(chosen: readonly Incident[], world: World, by: string): Outcome {
  const keys = new Set(chosen.map(({ key }) => key));
  const isMeant = ({ key, state }: Incident) => keys.has(key) || (state?.cause !== undefined && keys.has(state.cause));
  const free = listIncidents(world).filter((open) => open.state !== undefined && isMeant(open) && !open.state.ack);
  const [taken] = chosen.flatMap(({ key, state }) => (state?.ack === undefined ? [] : [{ key, by: state.ack.by }]));
  if (free.length === 0 && taken !== undefined) return only(word.wordAcked([taken.key], cleanText(taken.by, 40)));
  const effects = free.map(({ key }): Effect => ({ kind: "ack", key, ack: { by, at: world.now } }));
  return {
    answer: word.wordAcked(
      free.map(({ key }) => key),
      by,
    ),
    effects,
  };
}

function silence(words: readonly string[], world: World, by: string): Outcome {
  const { keyGlob: asked, durationMs, given, why } = readSilence(words);
  if (asked === undefined || asked.length > MAX_KEY_CHARS) {
    const open = listIncidents(world).map(({ key }) => key);
    return only(word.wordExpected("silence", open));
  }
  if (durationMs === undefined) return only(word.wordBadDuration(given));
  const reason = why === "" ? `by ${by}` : `${why}, by ${by}`;
  if (isGlob(asked)) return silenceKey(asked, durationMs, reason, world);
  const resolved = resolveKeys(asked, [...listKeys(world), ...world.silences.map(({ keyGlob }) => keyGlob)]);
  const [key] = resolved.kind === "found" ? resolved.keys : [];
  if (key === undefined)
    return only(word.wordUnknownToSilence(asked, resolved.kind === "unsure" ? resolved.nearest : []));
  return silenceKey(key, durationMs, reason, world);
}

function silenceKey(keyGlob: string, durationMs: number, why: string, world: World): Outcome {
  const entry = { keyGlob, until: world.now + durationMs, why: cleanText(why, MAX_WHY_CHARS) };
  return { answer: word.wordSilenced(entry, world), effects: [{ kind: "silence", silence: entry }] };
}

function unsilence([asked]: readonly string[], world: World): Outcome {
  const globs = world.silences.map(({ keyGlob }) => keyGlob);
  if (asked === undefined) return only(word.wordExpected("unsilence", globs));
  // A glob here names itself: `*` ends the silence of everything, not every silence.
  const resolved = globs.includes(asked) || isGlob(asked) ? undefined : resolveKeys(asked, globs);
  const keyGlob = globs.includes(asked) ? asked : resolved?.kind === "found" ? resolved.keys[0] : undefined;
  if (keyGlob === undefined) return only(word.wordNoSuchSilence(asked, world.silences));
  return { answer: word.wordUnsilenced(keyGlob), effects: [{ kind: "unsilence", keyGlob }] };
}
