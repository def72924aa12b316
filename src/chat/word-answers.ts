import type { Span } from "../core/message.ts";
import { isSilenced, type Silence } from "../core/silence.ts";
import { cleanText, formatDuration, formatMeasure, formatTime, hashtagOf } from "../core/text.ts";
import { SECOND_MS } from "../core/time.ts";
import type { CommandName } from "./parse-command.ts";
import { type Incident, severityOf, type World } from "./world.ts";

/** What the chat is told, line by line. */
export type Answer = readonly (readonly Span[])[];

/** What Telegram shows beside each command: at most 256 characters (https://core.telegram.org/bots/api#botcommand). */
export const COMMAND_MEANINGS: Readonly<Record<CommandName, string>> = {
  status: "everything at a glance",
  incidents: "what is wrong, since when, who is on it",
  ack: "I am on it: no more repeats of this one",
  silence: "no alerts of this for a while",
  unsilence: "end a silence early",
  check: "look at everything now",
  help: "what I understand",
};

export const USAGE: Readonly<Record<CommandName, string>> = {
  status: "/status",
  incidents: "/incidents",
  ack: "/ack KEY",
  silence: "/silence KEY DURATION [WHY]",
  unsilence: "/unsilence KEY",
  check: "/check",
  help: "/help",
};

const MAX_KEY_CHARS = 120;
const MAX_WHY_CHARS = 120;
/** At a glance: what stands below them must be seen too. */
const MAX_INCIDENTS = 10;

export const showKey = (key: string): Span => ({ code: cleanText(key, MAX_KEY_CHARS) });

function joinKeys(keys: readonly string[]): Span[] {
  return keys.flatMap((key, index) => (index === 0 ? [showKey(key)] : [", ", showKey(key)]));
}

export function wordHelp(): Answer {
  const lines = Object.entries(USAGE).map(([name, usage]): readonly Span[] => [
    { code: usage },
    ` ${COMMAND_MEANINGS[name as CommandName]}`,
  ]);
  return [
    ...lines,
    ["KEY is what stands in an alert (", { code: "container:api" }, ", or its hashtag); * stands for anything."],
    ["DURATION is like 30m, 2h, 1d. Reply to an alert with /ack to ack what it tells."],
  ];
}

export function wordUnknownCommand(name: string, nearest: string | undefined): Answer {
  const guess: readonly Span[] = nearest === undefined ? [" /help lists what I know."] : [` Did you mean /${nearest}?`];
  return [["I do not know /", cleanText(name, 40), ".", ...guess]];
}

export function wordExpected(name: "ack" | "silence" | "unsilence", open: readonly string[]): Answer {
  const now: readonly Span[] = open.length === 0 ? [] : [" Right now: ", ...joinKeys(open.slice(0, 3))];
  return [["Expected ", { code: USAGE[name] }, ".", ...now]];
}

export function wordBadDuration(given: string | undefined): Answer {
  const what: readonly Span[] =
    given === undefined ? ["For how long?"] : [{ code: cleanText(given, 40) }, " is not a duration."];
  return [[...what, " Expected one like 30m, 2h or 1d after the key, at most 366 days."]];
}

export function wordUnknownKey(asked: string, nearest: readonly string[]): Answer {
  const shown = cleanText(asked, 60);
  if (nearest.length > 0) return [["I do not know ", { code: shown }, ". Did you mean ", ...joinKeys(nearest), "?"]];
  return [["I do not know ", { code: shown }, ". /incidents lists what is wrong."]];
}

/** A key that is not there now is not taken on trust: a silence of nothing would be believed. */
export function wordUnknownToSilence(asked: string, nearest: readonly string[]): Answer {
  const [line = []] = wordUnknownKey(asked, nearest);
  return [[...line, " What is not there now is silenced with a * at its end."]];
}

export function wordNothingToAck(asked: string | undefined): Answer {
  if (asked === undefined) return [["Nothing is wrong, so there is nothing to ack."]];
  return [[{ code: cleanText(asked, MAX_KEY_CHARS) }, " is not alerting now: nothing to ack."]];
}

export function wordAcked(keys: readonly string[], by: string): Answer {
  return [[by, " is on ", ...joinKeys(keys.slice(0, 10)), ...more(keys.length - 10), ": no repeats until it is over."]];
}

function more(count: number): readonly Span[] {
  return count > 0 ? [` and ${count} more`] : [];
}

export function wordSilenced({ keyGlob, until }: Silence, { now, wall }: World): Answer {
  const end = `${formatTime(until, now, wall)} (${formatDuration(until - now)})`;
  return [[showKey(keyGlob), ` is silent until ${end}. What is over is told all the same.`]];
}

export function wordUnsilenced(keyGlob: string): Answer {
  return [[showKey(keyGlob), " is no longer silenced. What is still wrong is told at the next look."]];
}

export function wordNoSuchSilence(asked: string, silences: readonly Silence[]): Answer {
  const globs = silences.map(({ keyGlob }) => keyGlob);
  const listed: readonly Span[] =
    globs.length === 0 ? [" Nothing is silenced."] : [" Silenced: ", ...joinKeys(globs.slice(0, 5))];
  return [["There is no silence ", { code: cleanText(asked, 60) }, ".", ...listed]];
}

export function wordStatus(world: World, incidents: readonly Incident[]): Answer {
  return [...wordCheck(world, incidents), ...wordSilences(world), ...wordUntold(world)];
}

export function wordIncidents(world: World, incidents: readonly Incident[]): Answer {
  if (incidents.length === 0) return [["Nothing is wrong."]];
  return incidents.flatMap((incident) => [wordIncident(incident, world), [hashtagOf(incident.key)]]);
}

/** What a look at everything found. */
export function wordCheck(world: World, incidents: readonly Incident[]): Answer {
  return [
    [{ bold: summarize(incidents) }, ` · ${world.signals.length} signals watched · ${lookedAt(world)}`],
    ...incidents.slice(0, MAX_INCIDENTS).map((incident) => wordIncident(incident, world)),
    ...(incidents.length > MAX_INCIDENTS ? [[`… and ${incidents.length - MAX_INCIDENTS} more: /incidents`]] : []),
    ...wordUnread(world),
  ];
}

function summarize(incidents: readonly Incident[]): string {
  const acked = incidents.filter(({ state }) => state?.ack !== undefined).length;
  if (incidents.length === 0) return "All quiet";
  return acked === 0 ? `${incidents.length} wrong` : `${incidents.length} wrong, ${acked} acked`;
}

function lookedAt({ lastTickAt, now }: World): string {
  return lastTickAt === undefined ? "no look completed yet" : `looked ${wordSpan(now - lastTickAt)} ago`;
}

/** Nobody thinks in milliseconds. */
function wordSpan(spanMs: number): string {
  return formatDuration(Math.max(spanMs, SECOND_MS));
}

function wordIncident(incident: Incident, world: World): readonly Span[] {
  const { key, view, state } = incident;
  const facts = [
    ...(view?.measure ? [formatMeasure(view.measure)] : []),
    ...(state ? [`for ${wordSpan(world.now - state.since)}`] : []),
    ...(state?.ack ? [`acked by ${cleanText(state.ack.by, 40)}`] : []),
    ...(isSilenced(key, world.silences, world.now) ? ["silenced"] : []),
    ...(view?.status === "active" ? [] : ["not seen at the last look"]),
  ];
  const mark = severityOf(incident) === "critical" ? "‼️" : "⚠️";
  const what = cleanText(view?.what ?? state?.what ?? key, 200);
  return [`${mark} ${what} · ${facts.join(" · ")} · `, showKey(key)];
}

function wordSilences({ silences, now }: World): Answer {
  return silences.map(({ keyGlob, until, why }) => {
    const reason = why === "" ? "" : ` (${cleanText(why, MAX_WHY_CHARS)})`;
    return ["🔇 ", showKey(keyGlob), ` for another ${formatDuration(until - now)}${reason}`];
  });
}

function wordUnread({ sources }: World): Answer {
  return sources
    .filter(({ ok }) => ok === false)
    .map(({ name, error }) => [
      `❔ ${cleanText(name, 60)} cannot be read: ${cleanText(error ?? "no reason given", 160)}`,
    ]);
}

function wordUntold({ channels }: World): Answer {
  return channels
    .filter(({ undelivered, outage }) => undelivered > 0 || outage !== undefined)
    .map(({ channel, undelivered, outage }) => [
      `📭 ${cleanText(channel, 40)}: ${undelivered} not told yet${outage ? `: ${cleanText(outage.error, 160)}` : ""}`,
    ]);
}

export function wordDetails(incident: Incident, world: World): Answer {
  const { view, state, key } = incident;
  const since = state && `since ${formatTime(state.since, world.now, world.wall)}`;
  const told = state && `last told ${formatTime(state.lastAlertAt, world.now, world.wall)}`;
  const ack = state?.ack;
  return [
    wordIncident(incident, world),
    ...(view?.details ?? []).slice(0, 20).map((detail) => [cleanText(detail)]),
    ...(state ? [[`${since}, ${told}`]] : []),
    ...(ack ? [[`acked by ${cleanText(ack.by, 40)} at ${formatTime(ack.at, world.now, world.wall)}`]] : []),
    [hashtagOf(key)],
  ];
}

export function wordOver(key: string): Answer {
  return [[showKey(key), " is not wrong now: it is over, or happened once."]];
}

/** @param ageMs by this machine's clock, so that one that is wrong is seen to be */
export function wordStale(ageMs: number): Answer {
  return [[`This was sent ${formatDuration(ageMs)} ago by my clock, before I listened: ignored. Send it again.`]];
}

export const STALE_PRESS = "Pressed before I listened: ignored. Press again.";
export const UNKNOWN_BUTTON = "I do not know this button any more: see /incidents.";
export const SEE_BELOW = "See below.";

export const BUTTON_TEXTS = { ack: "Ack", silence: "Silence 1 h", details: "Details" } as const;

export function wordAckedButton(by: string): string {
  return `✓ ${cleanText(by, 24)}`;
}

/** What a button does, and to whom: "Ack api". */
export function wordButton(text: string, subject: string): string {
  return `${text} ${cleanText(subject, 16)}`;
}
