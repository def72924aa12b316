import type { Edited, Sent, SentBlock, Trace, TraceEvent } from "../trace.ts";
import { type Invariant, TOLERANCE_MS } from "./invariant.ts";
import { type Fate, judgeEach, type Ledger } from "./ledger.ts";

/** A message that raised incidents, as the channel's answers and the database say it. */
interface Thread {
  readonly ref: string;
  readonly sent: Sent;
  /** The keys that it raised, and whether each is over. */
  readonly isOver: Map<string, boolean>;
  /** The last edit that people see. */
  shown?: Edited;
}

/** Follows what was settled, and knows which message raised what goes on. */
class Threads {
  readonly #byChannel = new Map<string, Map<string, Thread>>();
  readonly #accepted = new Map<string, { readonly sent: Sent; readonly ref: string | undefined }>();

  /** Of which it was just learned that they are out of reach. */
  #gone: { readonly channel: string; readonly ref: string }[] = [];

  all(channel: string): Thread[] {
    return [...(this.#byChannel.get(channel)?.values() ?? [])];
  }

  get(channel: string, ref: string): Thread | undefined {
    return this.#byChannel.get(channel)?.get(ref);
  }

  /** The messages that raised what goes on of that key. */
  raisedBy(channel: string, key: string): string[] {
    return this.all(channel).flatMap(({ ref, isOver }) => (isOver.get(key) === false ? [ref] : []));
  }

  /** To be called after an event was judged, before the ledger enters it. */
  enter(event: TraceEvent, { attempts, fates }: Ledger): void {
    if (event.kind === "answered" && event.delivery?.accepted) {
      const sent = attempts.get(event.attempt);
      if (sent !== undefined) this.#accepted.set(event.channel, { sent, ref: event.delivery.ref });
    }
    if (event.kind === "committed" && event.settled.length > 0) {
      const settled = event.settled.flatMap((id) => fates.get(id) ?? []);
      for (const [channel, told] of Map.groupBy(settled, (fate) => fate.channel)) this.#settle(channel, told);
    }
    if (event.kind === "edited" && event.isShown) {
      const thread = this.get(event.channel, event.ref);
      if (thread !== undefined) thread.shown = event;
    }
    if (event.kind === "editEnded" && event.edit?.edited === false && event.edit.reason === "gone") {
      this.#gone.push(event);
    }
    // What was not stored is not known any more.
    if (event.kind === "died") this.#gone = [];
    if (event.kind !== "committed" || !event.tables.includes("head")) return;
    for (const { channel, ref } of this.#gone.splice(0)) this.#byChannel.get(channel)?.delete(ref);
  }

  #settle(channel: string, told: readonly Fate[]): void {
    const threads = this.#byChannel.get(channel) ?? new Map<string, Thread>();
    this.#byChannel.set(channel, threads);
    const { sent, ref } = this.#accepted.get(channel) ?? {};
    const raised = new Map<string, boolean>();
    const end = (key: string) => {
      for (const { isOver } of threads.values()) if (isOver.has(key)) isOver.set(key, true);
    };
    for (const { notice } of [...told].sort((a, b) => a.id - b.id)) {
      const { key, action, nature } = notice;
      if (nature === "edge") continue;
      if (action === "recovery" && !raised.delete(key)) end(key);
      if (action === "alert") end(key);
      const isNews = action === "realert" && !raised.has(key) && this.raisedBy(channel, key).length === 0;
      if (action === "alert" || isNews) raised.set(key, false);
    }
    if (sent !== undefined && ref !== undefined && raised.size > 0) threads.set(ref, { ref, sent, isOver: raised });
  }
}

function judgeThreads(
  trace: Trace,
  judge: (event: TraceEvent, threads: Threads, ledger: Ledger) => string | undefined,
): ReturnType<Invariant> {
  const threads = new Threads();
  return judgeEach(trace, (event, ledger) => {
    const message = judge(event, threads, ledger);
    threads.enter(event, ledger);
    return message;
  });
}

/** What goes on from something that was told replies to the message that raised it; what is new replies to nothing. */
export const repliesGoToWhatRaisedIt: Invariant = (trace) =>
  judgeThreads(trace, (event, threads) => {
    if (event.kind !== "sent") return undefined;
    const { channel, attempt, replyTo, blocks } = event;
    const refsOf = (keys: readonly string[]) => keys.flatMap((key) => threads.raisedBy(channel, key));
    // What stands under something goes on from that, unless nobody knows where that was told.
    const ofBlocks = refsOf(blocks.map(({ key, under }) => under ?? key));
    const refs = ofBlocks.length > 0 ? ofBlocks : refsOf(blocks.map(({ key }) => key));
    if (replyTo === undefined ? refs.length === 0 : refs.includes(replyTo)) return undefined;
    return `attempt ${attempt} replies to ${replyTo ?? "nothing"}, but what it goes on from is in ${refs.join(", ") || "none"}`;
  });

/** An edit makes no sound, and says of what its message raised that it is over if and only if that was told. */
export const editsAreTrue: Invariant = (trace) =>
  judgeThreads(trace, (event, threads) => {
    if (event.kind !== "edited") return undefined;
    const { channel, ref, blocks, rings } = event;
    const thread = threads.get(channel, ref);
    if (thread === undefined) return `an edit of ${ref}, which raised nothing`;
    if (rings) return `the edit of ${ref} makes a sound`;
    if (blocks.some(({ noticeIds }) => noticeIds.length > 0)) return `the edit of ${ref} reports something`;
    const keys = (some: readonly SentBlock[]) => some.map(({ key }) => key).join(" ");
    if (keys(blocks) !== keys(thread.sent.blocks)) return `the edit of ${ref} is about something else`;
    for (const block of raisedBlocks(blocks, thread)) {
      const isOver = thread.isOver.get(block.key);
      if ((block.icon === "🔴🟢") !== isOver) return `the edit of ${ref} says ${block.icon} of ${block.key}: not so`;
    }
    return undefined;
  });

/** Those of a message that tell what it raised; what it told of the same before, came and went. */
function raisedBlocks(blocks: readonly SentBlock[], { isOver }: Thread): SentBlock[] {
  const own = blocks.filter(({ under }) => under === undefined);
  return own.filter((block, index) => isOver.has(block.key) && own.findLastIndex(isOf(block.key)) === index);
}

const isOf = (key: string) => (block: SentBlock) => block.key === key;

/** For so long nobody edits anything once all is said. */
const QUIET_MS = 200_000;

/** Where edits succeed, a message whose incidents are over says so, some time after. */
export const whatIsOverSaysSo: Invariant = (trace) => {
  const isWell = new Map(trace.scenario.channels.map(({ name, edits }) => [name, edits === "well"]));
  const maxChars = new Map(trace.scenario.channels.map((plan) => [plan.name, plan.maxChars]));
  const lastAt = new Map<string, number>();
  return judgeThreads(trace, (event, threads) => {
    if (event.kind === "sent" || event.kind === "edited") lastAt.set(event.channel, event.at);
    if (event.kind === "editEnded" && event.edit?.edited !== true) isWell.set(event.channel, false);
    if (event.kind !== "over") return undefined;
    for (const [channel, is] of isWell) {
      if (!is || event.at - (lastAt.get(channel) ?? event.at) < QUIET_MS) continue;
      for (const thread of threads.all(channel)) {
        const { ref, sent, isOver, shown } = thread;
        // What an edit adds may not fit.
        const mayFit = sent.chars + 100 * sent.blocks.length < (maxChars.get(channel) ?? 0);
        const said = raisedBlocks(shown?.blocks ?? sent.blocks, thread);
        const silent = said.filter(({ key, icon }) => isOver.get(key) && icon !== "🔴🟢");
        if (mayFit && silent.length > 0) return `${ref} on ${channel} does not say that ${silent[0]?.key} is over`;
      }
    }
    return undefined;
  });
};

/** What is owed waits for no edit: for the pace at most, where nothing else ever goes wrong. */
export const editsDelayNothing: Invariant = (trace) => {
  const { channels, timeoutMs } = trace.scenario;
  const plans = new Map(channels.filter(({ isSteady }) => isSteady).map((plan) => [plan.name, plan]));
  /** When messages and edits began, and when the last message was answered. */
  const wroteAt = new Map<string, number[]>();
  const answeredAt = new Map<string, number>();
  const owedSince = new Map<string, number>();
  let sleptAt = Number.NEGATIVE_INFINITY;
  return judgeEach(trace, (event) => {
    if (event.kind === "died" || event.kind === "slept") owedSince.clear();
    // Who waits for the pace while the machine sleeps waits on after it, for the rest of a minute perhaps.
    if (event.kind === "slept") sleptAt = event.at;
    if (event.kind === "died") for (const times of [wroteAt, answeredAt]) times.clear();
    if (event.kind === "answered") answeredAt.set(event.channel, event.at);
    if (event.kind === "committed") {
      for (const { channel } of event.notices) if (!owedSince.has(channel)) owedSince.set(channel, event.at);
    }
    if (event.kind !== "sent" && event.kind !== "edited") return undefined;
    const { channel, at, kind } = event;
    const before = wroteAt.get(channel) ?? [];
    wroteAt.set(channel, [...before, at]);
    const since = owedSince.get(channel);
    if (kind === "edited") {
      const isOwed = since !== undefined && at - since > TOLERANCE_MS;
      return isOwed ? `${event.ref} is edited, though ${channel} is owed something` : undefined;
    }
    owedSince.delete(channel);
    const plan = plans.get(channel);
    const lastAt = answeredAt.get(channel) ?? Number.NEGATIVE_INFINITY;
    // What was under way when something became owed is another reason to wait.
    if (plan === undefined || since === undefined || since - sleptAt < 60_000) return undefined;
    if (since - lastAt < timeoutMs) return undefined;
    const inMinute = before.filter((time) => at - time < 60_000 + timeoutMs).length;
    const lateMs = at - Math.max(since, lastAt + plan.minGapMs);
    if (lateMs <= TOLERANCE_MS || inMinute >= plan.maxPerMinute) return undefined;
    return `attempt ${event.attempt} comes ${lateMs} ms late, and the pace is no reason`;
  });
};
