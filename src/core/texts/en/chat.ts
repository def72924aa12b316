import type { Span } from "../../message.ts";
import { pluralOf } from "../plural.ts";

type Line = readonly Span[];
const plural = pluralOf("en");

/** What the chat is answered. Keys and commands come as spans, durations and times as people read them. */
export const chat = {
  /** What Telegram shows beside each command: at most 256 characters (https://core.telegram.org/bots/api#botcommand). */
  meanings: {
    status: "everything at a glance",
    incidents: "what is wrong, since when, who is on it",
    ack: "I am on it: no more repeats of this one",
    silence: "no alerts of this for a while",
    unsilence: "end a silence early",
    check: "look at everything now",
    help: "what I understand",
  },
  usage: {
    status: "/status",
    incidents: "/incidents",
    ack: "/ack KEY",
    silence: "/silence KEY DURATION [WHY]",
    unsilence: "/unsilence KEY",
    check: "/check",
    help: "/help",
  },
  helpKey: (hashtag: Span, key: Span): Line => [
    "KEY is the hashtag of an alert (",
    hashtag,
    ") or what /status shows (",
    key,
    "); * stands for anything.",
  ],
  helpDuration: "DURATION is like 30m, 2h, 1d. In reply to an alert, /ack and /silence 2h need no KEY.",

  unknownCommand: (name: string): string => `I do not know /${name}.`,
  meantCommand: (name: string): string => `Did you mean /${name}?`,
  seeHelp: "/help lists what I know.",
  expected: (usage: Span): Line => ["Expected ", usage, "."],
  rightNow: (keys: Line): Line => ["Right now: ", ...keys],
  forHowLong: "For how long?",
  noDuration: (given: Span): Line => [given, " is not a duration."],
  expectedDuration: (example: Span): Line => [
    "Expected one like 30m, 2h or 1d after the key, at most 366 days: ",
    example,
  ],
  unknownKey: (asked: Span): Line => ["I do not know ", asked, "."],
  meantKeys: (keys: Line): Line => ["Did you mean ", ...keys, "?"],
  seeIncidents: "/incidents lists what is wrong.",
  silenceUnseen: (example: Span): Line => ["What is not there now is silenced with a * at its end: ", example],

  nothingToAck: "Nothing is wrong, so there is nothing to ack.",
  notAlerting: (key: Span): Line => [key, " is not alerting now: nothing to ack."],
  acked: (by: string, keys: Line): Line => [by, " is on ", ...keys, ": no repeats until it is over."],
  /** Behind what is named. */
  andMore: (count: number): string => `and ${count} more`,
  andMoreLines: (count: number): string => `and ${count} more ${plural(count, { one: "line", other: "lines" })}`,

  silenced: (key: Span, until: string, duration: string): Line => [
    key,
    ` is silent until ${until} (${duration}). A recovery is told all the same.`,
  ],
  unsilenced: (key: Span): Line => [key, " is no longer silenced. What is still wrong is told at the next look."],
  noSuchSilence: (asked: Span): Line => ["There is no silence ", asked, "."],
  nothingSilenced: "Nothing is silenced.",
  silences: (keys: Line): Line => ["Silenced: ", ...keys],
  /** Kept beside a silence, and shown with it. @param why may be empty */
  reason: (why: string, by: string): string => (why === "" ? `by ${by}` : `${why}, by ${by}`),

  allQuiet: "All quiet",
  quietSoFar: "Nothing wrong, as far as I can see",
  nothingWrong: "Nothing is wrong.",
  wrong(count: number, acked: number): string {
    const wrong = `${count} ${plural(count, { one: "problem", other: "problems" })}`;
    if (acked === 0) return wrong;
    if (acked < count) return `${wrong}, ${acked} of them acked`;
    return `${wrong}, ${count === 1 ? "acked" : "all acked"}`;
  },
  watched: (count: number): string => `${count} ${plural(count, { one: "signal", other: "signals" })} watched`,
  noLookYet: "no look completed yet",
  looked: (ago: string): string => `looked ${ago} ago`,
  /** How long something has been wrong. */
  lasting: (duration: string): string => `for ${duration}`,
  ackedBy: (by: string): string => `acked by ${by}`,
  isSilenced: "silenced",
  becauseOf: (key: Span): Line => ["because of ", key],
  waitsFor: (key: Span): Line => ["not told yet: perhaps because of ", key],
  notSeen: "not seen at the last look",
  silenceLeft: (key: Span, duration: string): Line => [key, ` for another ${duration}`],
  unread: (source: string, error: string): string => `${source} cannot be read: ${error}`,
  noReason: "no reason given",
  untold: (channel: string, count: number): string => `${channel}: ${count} not told yet`,
  /** Behind a statement: what went wrong. */
  because: (error: string): string => `: ${error}`,
  sinceAndTold: (since: string, told: string): string => `since ${since}, last told ${told}`,
  ackedByAt: (by: string, at: string): string => `acked by ${by} at ${at}`,
  notWrong: (key: Span): Line => [key, " is not wrong now: it is over, or happened once."],
  stale: (age: string): string => `This was sent ${age} ago by my clock, before I listened: ignored. Send it again.`,

  /** Toasts of a button: at most 200 characters (https://core.telegram.org/bots/api#answercallbackquery). */
  stalePress: "Pressed before I listened: ignored. Press again.",
  unknownButton: "I do not know this button any more: see /incidents.",
  seeBelow: "See below.",
  /** Three of them stand side by side on a phone. */
  buttons: { ack: "Ack", silence: "Silence 1 h", details: "Details" },

  /** Who asks, where no name is known. */
  anonymousAdmin: "an anonymous admin",
  user: (id: string): string => `user ${id}`,
};

export type ChatTexts = typeof chat;
