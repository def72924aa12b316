import { CauseBook, hasCauses } from "./invariants/causes.ts";
import { POINTS } from "./life.ts";
import type { Trace, TraceEvent } from "./trace.ts";

/** What a few hundred seeds must have come across, or they prove nothing. */
export const SIGHTS = [
  ...POINTS.map((point) => `killed: ${point}`),
  "stopped",
  "stopped in the middle of a send",
  "sent while stopping",
  "restarted after a reboot",
  "twenty restarts in two minutes",
  "went to sleep",
  "wall clock stepped",
  "silenced",
  "flapping told",
  "absence told",
  "edge told",
  "failed reading",
  "partly unknown reading",
  "came and went",
  "told again",
  "marked as a possible repeat",
  "arrived twice",
  "429",
  "permanent failure",
  "hung beyond its deadline",
  "channel threw",
  "more than one message for one backlog",
  "two channels",
  "folded under its cause",
  "told after its cause",
  "held back",
  "reading of some news",
  "replied to what raised it",
  "edited",
  "edit failed",
  "acked",
  "edited at last to say that it is over",
] as const;

export type Sight = (typeof SIGHTS)[number];

/** Which of the sights are in a trace. */
export function sightsOf(trace: Trace): Set<Sight> {
  const { scenario, events } = trace;
  const seen = new Set<Sight>();
  const arrived = new Map<number, number>();
  const blocksOf = new Map<number, readonly number[]>();
  const starts: number[] = [];
  let before: TraceEvent | undefined;
  let isStopping = false;
  let inFlight = 0;
  if (scenario.channels.length === 2) seen.add("two channels");
  const causes = hasCauses(trace) ? new CauseBook(trace) : undefined;
  for (const event of events) {
    causes?.enter(event);
    if (causes !== undefined && causes.heldBack.size > 0) seen.add("held back");
    switch (event.kind) {
      case "started":
        isStopping = false;
        starts.push(event.at);
        if (event.rebooted) seen.add("restarted after a reboot");
        if (event.at - (starts.at(-20) ?? Number.NEGATIVE_INFINITY) < 120_000)
          seen.add("twenty restarts in two minutes");
        break;
      case "stopping":
        isStopping = true;
        if (inFlight > 0) seen.add("stopped in the middle of a send");
        break;
      case "died":
        inFlight = 0;
        if ((SIGHTS as readonly string[]).includes(event.how)) seen.add(event.how as Sight);
        break;
      case "evaluated":
        if (event.partial) seen.add("reading of some news");
        if (!event.ok) seen.add("failed reading");
        else if (event.holds.length > 0) seen.add("partly unknown reading");
        break;
      case "committed":
        for (const { notice } of event.notices) {
          if (notice.what.includes("flapping")) seen.add("flapping told");
          if (notice.key === "watchdog_away") seen.add("absence told");
          else if (notice.nature === "edge") seen.add("edge told");
        }
        break;
      case "sent":
        inFlight += 1;
        if (event.replyTo !== undefined) seen.add("replied to what raised it");
        if (isStopping) seen.add("sent while stopping");
        blocksOf.set(
          event.attempt,
          event.blocks.flatMap(({ noticeIds }) => noticeIds),
        );
        for (const { icon, text, under } of event.blocks) {
          const isLed = event.blocks.some(({ key }) => key === under);
          if (under !== undefined) seen.add(isLed ? "folded under its cause" : "told after its cause");
          if (icon === "🔴🟢") seen.add("came and went");
          if (icon === "🔁") seen.add("told again");
          if (text.includes("possibly")) seen.add("marked as a possible repeat");
        }
        if (before?.kind === "committed" && event.blocks.length > 3) seen.add("more than one message for one backlog");
        break;
      case "acked":
        seen.add("acked");
        break;
      case "edited":
        seen.add("edited");
        if (event.blocks.every(({ icon }) => icon === "🔴🟢")) seen.add("edited at last to say that it is over");
        break;
      case "editEnded":
        if (event.edit?.edited !== true) seen.add("edit failed");
        break;
      case "arrived":
        for (const id of blocksOf.get(event.attempt) ?? []) {
          arrived.set(id, (arrived.get(id) ?? 0) + 1);
          if (arrived.get(id) === 2) seen.add("arrived twice");
        }
        break;
      case "answered":
        inFlight -= 1;
        if (event.delivery === undefined) seen.add("channel threw");
        else if (!event.delivery.accepted && event.delivery.permanent) seen.add("permanent failure");
        else if (!event.delivery.accepted && event.delivery.retryAfterMs !== undefined) seen.add("429");
        break;
      case "aborted":
        seen.add("hung beyond its deadline");
        break;
      case "slept":
        seen.add("went to sleep");
        break;
      case "stepped":
        seen.add("wall clock stepped");
        break;
      case "silenced":
        seen.add("silenced");
    }
    before = event;
  }
  return seen;
}
