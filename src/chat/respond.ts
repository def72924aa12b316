import { isGlob } from "../core/glob.ts";
import { cleanText } from "../core/text.ts";
import { HOUR_MS } from "../core/time.ts";
import type { ButtonAction } from "./buttons.ts";
import { keysOf, meantWithout, type Outcome, only } from "./outcome.ts";
import { COMMAND_NAMES, type Command } from "./parse-command.ts";
import { findNearest, isOneSlip, resolveKeys } from "./resolve-keys.ts";
import { silence, silenceKey, unsilence } from "./respond-to-silence.ts";
import * as word from "./word-answers.ts";
import { type Effect, type Incident, listIncidents, listKeys, type World } from "./world.ts";

const BUTTON_SILENCE_MS = HOUR_MS;

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
      return only(word.wordHelp(world.texts));
    case "status":
      return only(word.wordStatus(world, incidents));
    case "check":
      return only(word.wordCheck(world, incidents));
    case "incidents":
      return only(word.wordIncidents(world, incidents));
    case "ack":
      return ack(command.words, world, incidents, by, quoted);
    case "silence":
      return silence(command.words, world, incidents, by, quoted);
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
export function respondUnknown(texts: word.Wording, name: string, isForUs: boolean): word.Answer | undefined {
  const [nearest] = findNearest(name, COMMAND_NAMES);
  if (isForUs) return word.wordUnknownCommand(texts, name, nearest);
  const isSlip = nearest !== undefined && name.length >= LEAST_SLIP_CHARS && isOneSlip(name, nearest);
  return isSlip ? word.wordUnknownCommand(texts, name, nearest) : undefined;
}

/** Answers a press of a button below an alert. Pure and total. */
export function respondToPress(action: ButtonAction, key: string, world: World, by: string): Outcome {
  const incident = listIncidents(world).find((open) => open.key === key);
  switch (action) {
    case "details":
      return only(incident === undefined ? word.wordOver(world.texts, key) : word.wordDetails(incident, world));
    case "ack":
      return incident?.state === undefined
        ? only(word.wordNothingToAck(world.texts, key))
        : ackKeys([incident], world, by);
    case "silence":
      return silenceKey(key, BUTTON_SILENCE_MS, world.texts.chat.reason("", by), world);
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
  const open = keysOf(told);
  const [asked] = words;
  if (asked === undefined) {
    const meant = meantWithout(told, quoted);
    if (meant.length > 0) return ackKeys(meant, world, by);
    return only(
      open.length === 0 ? word.wordNothingToAck(world.texts, undefined) : word.wordExpected(world.texts, "ack", open),
    );
  }
  const resolved = resolveKeys(asked, open);
  if (resolved.kind === "found")
    return ackKeys(
      told.filter(({ key }) => resolved.keys.includes(key)),
      world,
      by,
    );
  if (resolved.nearest.length > 0) return only(word.wordUnknownKey(world.texts, asked, resolved.nearest));
  const isKnown = isGlob(asked) || resolveKeys(asked, listKeys(world)).kind === "found";
  return only(
    isKnown ? word.wordNothingToAck(world.texts, asked) : word.wordUnknownKey(world.texts, asked, open.slice(0, 3)),
  );
}

/** Who acks a cause acks what was told as following from it. Who acked first stays: a second ack changes nothing. */
function ackKeys(chosen: readonly Incident[], world: World, by: string): Outcome {
  const keys = new Set(chosen.map(({ key }) => key));
  const isMeant = ({ key, state }: Incident) => keys.has(key) || (state?.cause !== undefined && keys.has(state.cause));
  const free = listIncidents(world).filter((open) => open.state !== undefined && isMeant(open) && !open.state.ack);
  const [taken] = chosen.flatMap(({ key, state }) => (state?.ack === undefined ? [] : [{ key, by: state.ack.by }]));
  if (free.length === 0 && taken !== undefined)
    return only(word.wordAcked(world.texts, [taken.key], cleanText(taken.by, 40)));
  const effects = free.map(({ key }): Effect => ({ kind: "ack", key, ack: { by, at: world.now } }));
  return {
    answer: word.wordAcked(
      world.texts,
      free.map(({ key }) => key),
      by,
    ),
    effects,
  };
}
