import type { Span } from "../core/message.ts";
import { cleanText, hashtagOf } from "../core/text.ts";
import type { Texts } from "../core/texts/index.ts";
import type { Scope, Unwatched } from "./scope.ts";

type LifeTexts = Texts["life"];

/** A message that reports no signal: without any of the three icons, and with no hashtag at the end of a line. */
export interface Information {
  readonly heading: string;
  readonly lines: readonly (readonly Span[])[];
}

export interface StartFacts {
  readonly version: string;
  /** When it started, as people read it. */
  readonly startedAt: string;
  readonly scope: Scope;
  readonly unwatched: readonly Unwatched[];
  /** Sources that cannot be read now. */
  readonly unread: readonly { readonly name: string; readonly error: string }[];
  /** The names of the channels. */
  readonly channels: readonly string[];
  /** Whether commands are taken in the chat. */
  readonly commands: boolean;
}

export interface DigestFacts {
  /** Of which day, as people read it. */
  readonly day: string;
  readonly scope: Scope;
  /** What is wrong now, most important first. */
  readonly wrong: readonly string[];
  readonly unread: readonly { readonly name: string; readonly error: string }[];
  /** What was alerted in the last 24 h: keys and how often. */
  readonly incidents: readonly (readonly [key: string, times: number])[];
  /** What will be full and when. */
  readonly trends: readonly string[];
}

const MOST_LINES = 5;
const TEXT_CHARS = 150;

export function wordStart(texts: LifeTexts, facts: StartFacts): Information {
  const { version, startedAt, scope, unwatched, unread, channels, commands } = facts;
  const missing = unwatched.map((what) => texts.whyUnwatched[what]);
  return {
    heading: texts.started(version, startedAt),
    lines: [
      [wordScope(texts, scope)],
      ...(missing.length > 0 ? [[texts.unwatched(missing)]] : []),
      ...unreadLines(texts, unread),
      [texts.alertsGoTo(channels.map((name) => cleanText(name)))],
      [commands ? texts.commandsOn : texts.commandsOff],
    ],
  };
}

export function wordDigest(texts: LifeTexts, facts: DigestFacts): Information {
  const { scope, wrong, unread, incidents, trends } = facts;
  const times = incidents.reduce((sum, [, count]) => sum + count, 0);
  return {
    heading: wordDay(texts, facts),
    lines: [
      ...shortened(
        texts,
        wrong.map((what) => `– ${cleanText(what, TEXT_CHARS)}`),
      ),
      [texts.watched(wordScope(texts, scope))],
      ...unreadLines(texts, unread),
      [times === 0 ? texts.noIncident : texts.incidents(times, names(texts, incidents))],
      ...shortened(
        texts,
        trends.map((what) => cleanText(what, TEXT_CHARS)),
      ),
    ],
  };
}

/** What cannot be read is not quiet. */
function wordDay(texts: LifeTexts, { day, wrong, unread }: DigestFacts): string {
  if (wrong.length > 0) return texts.wrongDay(day, wrong.length);
  return unread.length > 0 ? texts.quietSoFarDay(day) : texts.quietDay(day);
}

function wordScope(texts: LifeTexts, scope: Scope): string {
  const moreDisks = scope.disks.length - MOST_LINES;
  const parts = [
    ...(scope.containers === undefined ? [] : [texts.containers(scope.containers)]),
    ...(scope.orchestrator ? [texts.orchestrator] : []),
    ...(scope.dependencies === 0 ? [] : [texts.dependencies(scope.dependencies)]),
    ...(scope.memory ? [texts.memory] : []),
    ...scope.disks.slice(0, MOST_LINES).map((path) => texts.disk(cleanText(path, 100))),
    ...(moreDisks > 0 ? [texts.moreDisks(moreDisks)] : []),
    ...(scope.wayOut ? [texts.wayOut] : []),
  ];
  return parts.length === 0 ? texts.nothing : parts.join(", ");
}

function unreadLines(texts: LifeTexts, unread: DigestFacts["unread"]): Span[][] {
  return shortened(
    texts,
    unread.map(({ name, error }) => texts.unread(cleanText(name, 100), cleanText(error, TEXT_CHARS))),
  );
}

function names(texts: LifeTexts, incidents: DigestFacts["incidents"]): string {
  const shown = incidents.slice(0, MOST_LINES).map(([key, times]) => {
    const hashtag = hashtagOf(key.slice(0, 100));
    return times === 1 ? hashtag : `${hashtag} ×${times}`;
  });
  const more = incidents.length - shown.length;
  return [...shown, ...(more > 0 ? [texts.more(more)] : [])].join(", ");
}

function shortened(texts: LifeTexts, lines: readonly string[]): Span[][] {
  const more = lines.length - MOST_LINES;
  return [...lines.slice(0, MOST_LINES), ...(more > 0 ? [texts.andMore(more)] : [])].map((line) => [line]);
}
