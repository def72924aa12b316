import type { Span } from "../core/message.ts";
import { isSilenced, type Silence } from "../core/silence.ts";
import { cleanText, formatDuration, formatMeasure, formatTime, hashtagOf } from "../core/text.ts";
import type { AreaTexts } from "../core/texts/index.ts";
import { type Instant, SECOND_MS } from "../core/time.ts";
import { COMMAND_NAMES } from "./parse-command.ts";
import { type Incident, severityOf, type World } from "./world.ts";

/** What the chat is told, line by line. */
export type Answer = readonly Line[];
type Line = readonly Span[];

/** What answers are put into words with. */
export type Wording = AreaTexts<"chat">;

const MAX_KEY_CHARS = 120;
const MAX_ASKED_CHARS = 60;
const MAX_NAME_CHARS = 40;
const MAX_WHY_CHARS = 120;
const MAX_ERROR_CHARS = 160;
/** At a glance: what stands below them must be seen too. */
const MAX_INCIDENTS = 10;

export const showKey = (key: string): Span => ({ code: cleanText(key, MAX_KEY_CHARS) });

const showAsked = (asked: string): Span => ({ code: cleanText(asked, MAX_ASKED_CHARS) });
const showSilence = (key: string): Span => ({ code: `/silence ${cleanText(key, MAX_KEY_CHARS)} 2h` });
const showName = (name: string): string => cleanText(name, MAX_NAME_CHARS);

function joinKeys(keys: readonly string[]): Span[] {
  return keys.flatMap((key, index) => (index === 0 ? [showKey(key)] : [", ", showKey(key)]));
}

/** Sentences behind each other on one line. */
function joinLines(lines: readonly Line[], separator = " "): Span[] {
  return lines.flatMap((line, index) => (index === 0 ? line : [separator, ...line]));
}

/** A tap on a command sends it, so only one that lacks something is there to be copied. */
const showUsage = (usage: string): Span => (usage.includes(" ") ? { code: usage } : usage);

export function wordHelp({ chat }: Wording): Answer {
  const lines = COMMAND_NAMES.map((name): Line => [showUsage(chat.usage[name]), ` – ${chat.meanings[name]}`]);
  return [...lines, chat.helpKey({ code: "#container_api" }, { code: "container:api" }), [chat.helpDuration]];
}

export function wordUnknownCommand({ chat }: Wording, name: string, nearest: string | undefined): Answer {
  const guess = nearest === undefined ? chat.seeHelp : chat.meantCommand(nearest);
  return [[`${chat.unknownCommand(showName(name))} ${guess}`]];
}

export function wordExpected(
  { chat }: Wording,
  name: "ack" | "silence" | "unsilence",
  open: readonly string[],
): Answer {
  const now = open.length === 0 ? [] : [chat.rightNow(joinKeys(open.slice(0, 3)))];
  return [joinLines([chat.expected({ code: chat.usage[name] }), ...now])];
}

export function wordBadDuration({ chat }: Wording, key: string, given: string | undefined): Answer {
  const what = given === undefined ? [chat.forHowLong] : chat.noDuration({ code: showName(given) });
  return [joinLines([what, chat.expectedDuration(showSilence(key))])];
}

export function wordUnknownKey({ chat }: Wording, asked: string, nearest: readonly string[]): Answer {
  const guess = nearest.length === 0 ? [chat.seeIncidents] : chat.meantKeys(joinKeys(nearest));
  return [joinLines([chat.unknownKey(showAsked(asked)), guess])];
}

/** A key that is not there now is not taken on trust: a silence of nothing would be believed. */
export function wordUnknownToSilence({ chat }: Wording, asked: string, nearest: readonly string[]): Answer {
  const guess = nearest.length === 0 ? [] : [chat.meantKeys(joinKeys(nearest))];
  return [joinLines([chat.unknownKey(showAsked(asked)), ...guess, chat.silenceUnseen(showSilence(`${asked}*`))])];
}

export function wordNothingToAck({ chat }: Wording, asked: string | undefined): Answer {
  return [asked === undefined ? [chat.nothingToAck] : chat.notAlerting(showKey(asked))];
}

export function wordAcked({ chat }: Wording, keys: readonly string[], by: string): Answer {
  const more = keys.length - 10;
  return [chat.acked(by, [...joinKeys(keys.slice(0, 10)), ...(more > 0 ? [` ${chat.andMore(more)}`] : [])])];
}

export function wordSilenced({ keyGlob, until }: Silence, world: World): Answer {
  const { chat, units } = world.texts;
  return [chat.silenced(showKey(keyGlob), timeIn(world, until), formatDuration(until - world.now, units))];
}

export function wordUnsilenced({ chat }: Wording, keyGlob: string): Answer {
  return [chat.unsilenced(showKey(keyGlob))];
}

export function wordNoSuchSilence({ chat }: Wording, asked: string, silences: readonly Silence[]): Answer {
  const globs = silences.slice(0, 5).map(({ keyGlob }) => keyGlob);
  const listed = globs.length === 0 ? [chat.nothingSilenced] : chat.silences(joinKeys(globs));
  return [joinLines([chat.noSuchSilence(showAsked(asked)), listed])];
}

export function wordStatus(world: World, incidents: readonly Incident[]): Answer {
  return [...wordCheck(world, incidents), ...wordSilences(world), ...wordUntold(world)];
}

export function wordIncidents(world: World, incidents: readonly Incident[]): Answer {
  if (incidents.length === 0) return [[world.texts.chat.nothingWrong]];
  return incidents.flatMap((incident) => [wordIncident(incident, world), [hashtagOf(incident.key)]]);
}

/** What a look at everything found. */
export function wordCheck(world: World, incidents: readonly Incident[]): Answer {
  const { chat } = world.texts;
  const more = incidents.length - MAX_INCIDENTS;
  return [
    [{ bold: summarize(world, incidents) }, ` · ${chat.watched(world.signals.length)} · ${lookedAt(world)}`],
    ...incidents.slice(0, MAX_INCIDENTS).map((incident) => wordIncident(incident, world)),
    ...(more > 0 ? [[`… ${chat.andMore(more)}: /incidents`]] : []),
    ...wordUnread(world),
  ];
}

/** What cannot be read is not quiet. */
function summarize({ texts: { chat }, sources }: World, incidents: readonly Incident[]): string {
  const acked = incidents.filter(({ state }) => state?.ack !== undefined).length;
  if (incidents.length > 0) return chat.wrong(incidents.length, acked);
  return sources.some(({ ok }) => ok === false) ? chat.quietSoFar : chat.allQuiet;
}

function lookedAt({ texts, lastTickAt, now }: World): string {
  return lastTickAt === undefined ? texts.chat.noLookYet : texts.chat.looked(wordSpan(texts, now - lastTickAt));
}

/** Nobody thinks in milliseconds. */
function wordSpan({ units }: Wording, spanMs: number): string {
  return formatDuration(Math.max(spanMs, SECOND_MS), units);
}

function timeIn({ texts, now, wall }: World, at: Instant): string {
  return formatTime(at, now, wall, texts.units);
}

function wordIncident(incident: Incident, world: World): Line {
  const { key, view, state } = incident;
  const mark = severityOf(incident) === "critical" ? "‼️" : "⚠️";
  const what = cleanText(view?.what ?? state?.what ?? key, 200);
  return joinLines([[`${mark} ${what}`], ...factsOf(incident, world), [showKey(key)]], " · ");
}

function factsOf({ key, view, state }: Incident, world: World): readonly Line[] {
  const { texts } = world;
  const { chat, units } = texts;
  return [
    ...(view?.measure ? [[formatMeasure(view.measure, units)]] : []),
    ...(state ? [[chat.lasting(wordSpan(texts, world.now - state.since))]] : []),
    ...(state?.cause === undefined ? [] : [chat.becauseOf(showKey(state.cause))]),
    ...(view?.waitsFor === undefined || state !== undefined ? [] : [chat.waitsFor(showKey(view.waitsFor))]),
    ...(state?.ack ? [[chat.ackedBy(showName(state.ack.by))]] : []),
    ...(isSilenced(key, world.silences, world.now) ? [[chat.isSilenced]] : []),
    ...(view?.status === "active" ? [] : [[chat.notSeen]]),
  ];
}

function wordSilences({ texts, silences, now }: World): Answer {
  return silences.map(({ keyGlob, until, why }) => {
    const reason = why === "" ? "" : ` (${cleanText(why, MAX_WHY_CHARS)})`;
    return ["🔇 ", ...texts.chat.silenceLeft(showKey(keyGlob), formatDuration(until - now, texts.units)), reason];
  });
}

function wordUnread({ texts: { chat }, sources }: World): Answer {
  return sources
    .filter(({ ok }) => ok === false)
    .map(({ name, error = chat.noReason }) => [
      `❔ ${chat.unread(cleanText(name, 60), cleanText(error, MAX_ERROR_CHARS))}`,
    ]);
}

function wordUntold({ texts: { chat }, channels }: World): Answer {
  return channels
    .filter(({ undelivered, outage }) => undelivered > 0 || outage !== undefined)
    .map(({ channel, undelivered, outage }) => {
      const why = outage === undefined ? "" : chat.because(cleanText(outage.error, MAX_ERROR_CHARS));
      return [`📭 ${chat.untold(showName(channel), undelivered)}${why}`];
    });
}

export function wordDetails(incident: Incident, world: World): Answer {
  const { view, state, key } = incident;
  const { chat } = world.texts;
  const ack = state?.ack;
  return [
    wordIncident(incident, world),
    ...(view?.details ?? []).slice(0, 20).map((detail) => [cleanText(detail)]),
    ...(state ? [[chat.sinceAndTold(timeIn(world, state.since), timeIn(world, state.lastAlertAt))]] : []),
    ...(ack ? [[chat.ackedByAt(showName(ack.by), timeIn(world, ack.at))]] : []),
    [hashtagOf(key)],
  ];
}

export function wordOver({ chat }: Wording, key: string): Answer {
  return [chat.notWrong(showKey(key))];
}

/** @param ageMs by this machine's clock, so that one that is wrong is seen to be */
export function wordStale({ chat, units }: Wording, ageMs: number): Answer {
  return [[chat.stale(formatDuration(ageMs, units))]];
}

export function wordAckedButton(by: string): string {
  return `✓ ${cleanText(by, 24)}`;
}

/** What a button does, and to whom: "Ack api". */
export function wordButton(text: string, subject: string): string {
  return `${text} ${cleanText(subject, 16)}`;
}
