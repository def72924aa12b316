import { pluralOf } from "../plural.ts";

const plural = pluralOf("en");

/** What messages say around the facts of the sources. Times, durations and names come in as they are shown. */
export const messages = {
  critical: "critical",
  warning: "warning",
  /** Above several blocks, joined by commas; each is left out where it is 0. */
  wrongCount: (count: number) => `${count} ${plural(count, { one: "problem", other: "problems" })}`,
  resolvedCount: (count: number) => `${count} resolved`,
  /** Of what followed from something that is resolved. */
  stillWrongCount: (count: number) => `${count} still wrong`,
  passedCount: (count: number) => `${count} came and went`,
  /** Before the fact in a re-alert. */
  still: "still: ",
  since: (time: string, age: string) => `since ${time} (for ${age})`,
  sinceJustNow: (time: string) => `since ${time} (just now)`,
  /** A single occurrence. */
  at: (time: string) => `at ${time}`,
  span: (from: string, until: string) => `${from} to ${until}`,
  timesWithin: (times: number, span: string) => `${times} ${plural(times, { one: "time", other: "times" })}, ${span}`,
  /** Several occurrences, the details of the newest below. */
  theLast: "; the last:",
  lasted: (duration: string, span: string) => `the problem lasted ${duration} (${span})`,
  itWas: (what: string) => `it was: ${what}`,
  cameAndWent: "came and went: ",
  /** Behind what came and went, with a span and how long or how often. */
  passedSpan: (span: string, how: string) => `, ${span} (${how})`,
  passedTimes: (times: number) => `${times} ${plural(times, { one: "time", other: "times" })}`,
  possiblyToldBefore: "; possibly told before",
  toldLate: (detected: string, told: string) => `told late: detected ${detected}, told ${told}`,
  possiblyRepeat: "possibly a repeat of this message: an earlier attempt to send it got no answer",
  /** In a line about what follows from something: the first of its facts, when it was detected, and so on. */
  foldedDetail: (detail: string) => `: ${detail}`,
  foldedDetected: (time: string) => `detected ${time}`,
  foldedPossiblyRepeat: "possibly a repeat",
  /** Above what follows from the fact of the block. */
  takesWithIt: "because of it:",
  /** Before a cause that was told earlier; its hashtag and a colon follow, then what follows from it. */
  alsoWrongBecause: "also, because ",
  followedFrom: (cause: string) => `followed from: ${cause}`,
  stillWrong: (whats: readonly string[]) => `still wrong: ${whats.join("; ")}`,
  andMore: (count: number) => `and ${count} more`,
  /** Before the fact in an edited message. */
  over: (duration: string) => `ended after ${duration}: `,
  foldedOver: (duration: string) => ` · ended after ${duration}`,
  /** When the message was edited last. */
  goesOn: (time: string) => `it goes on (edited at ${time})`,
  reminded: (times: number) => `reminded ${plural(times, { one: "once", other: `${times} times` })}`,
  ackedBy: (name: string) => `acked by ${name}`,
  ongoingCount: (count: number) => `${count} still wrong`,
  overCount: (count: number) => `${count} ended`,
  noLongerReported: (key: string) => `${key} is no longer reported`,
  noLongerWatched: (key: string) => `${key} is no longer watched`,
  flapping: (what: string) => `${what}; it keeps changing (flapping)`,
  flappingNext: "there is no message for each change; one comes when it stays well, or stays wrong",
  calmed: (what: string) => `${what}; it has calmed`,
  away: (duration: string) => `the watchdog itself was away for ${duration}`,
  awayMeaning: "what came and went meanwhile was seen by nobody; what is wrong now is told as ever",
};

export type MessagesTexts = typeof messages;
