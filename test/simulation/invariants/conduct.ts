import type { EventOf, TraceEvent } from "../trace.ts";
import { type Invariant, TOLERANCE_MS, type Violation } from "./invariant.ts";

type Judge = (event: TraceEvent) => string | undefined;

function judgeAll(events: readonly TraceEvent[], judge: Judge): Violation | undefined {
  for (const event of events) {
    const message = judge(event);
    if (message !== undefined) return { message, event };
  }
  return undefined;
}

/** Nothing throws, and nothing reports a fault of its own. */
export const nothingBreaks: Invariant = ({ events }) =>
  judgeAll(events, (event) => (event.kind === "fault" ? event.what : undefined));

export const messagesFit: Invariant = ({ scenario, events }) => {
  const maxChars = new Map(scenario.channels.map((plan) => [plan.name, plan.maxChars]));
  return judgeAll(events, (event) => {
    if (event.kind !== "sent" && event.kind !== "edited") return undefined;
    const most = maxChars.get(event.channel) ?? 0;
    const name = event.kind === "sent" ? `attempt ${event.attempt}` : `the edit of ${event.ref}`;
    if (event.blocks.length === 0) return `${name} is an empty message`;
    return event.chars > most ? `${name} has ${event.chars} characters, over ${most}` : undefined;
  });
};

/** A message makes a sound where it tells of something critical that is more than an end, and none where it tells only of ends. */
export const criticalsRing: Invariant = ({ events }) => {
  const critical = new Set<number>();
  return judgeAll(events, (event) => {
    if (event.kind === "committed") {
      for (const { id, notice } of event.notices) if (notice.severity === "critical") critical.add(id);
    }
    if (event.kind !== "sent") return undefined;
    const wrong = event.blocks.filter(({ icon }) => icon !== "🟢");
    const mustRing = wrong.some(({ noticeIds }) => noticeIds.some((id) => critical.has(id)));
    if (mustRing && !event.rings) return `attempt ${event.attempt} tells of something critical without a sound`;
    return wrong.length === 0 && event.rings ? `attempt ${event.attempt} rings for what is over` : undefined;
  });
};

/** A process keeps to the pace of each channel and never sends twice at once on it. */
export const paceIsKept: Invariant = ({ scenario, events }) => {
  const plans = new Map(scenario.channels.map((plan) => [plan.name, plan]));
  const sentAt = new Map<string, number[]>();
  return judgeAll(events, (event) => {
    if (event.kind === "died") sentAt.clear();
    if (event.kind !== "sent") return undefined;
    const plan = plans.get(event.channel);
    if (plan === undefined) return `there is no channel ${event.channel}`;
    const before = sentAt.get(event.channel) ?? [];
    const gapMs = event.at - (before.at(-1) ?? Number.NEGATIVE_INFINITY);
    const inMinute = before.filter((at) => event.at - at < 60_000).length;
    sentAt.set(event.channel, [...before.slice(-30), event.at]);
    if (gapMs < plan.minGapMs) return `sends ${gapMs} ms apart on ${event.channel}, allowed are ${plan.minGapMs}`;
    if (inMinute < plan.maxPerMinute) return undefined;
    return `more than ${plan.maxPerMinute} sends in a minute on ${event.channel}`;
  });
};

export const oneSendAtATime: Invariant = ({ events }) => {
  const underWay = new Map<string, EventOf<"sent">>();
  return judgeAll(events, (event) => {
    if (event.kind === "died") underWay.clear();
    if (event.kind === "answered" || event.kind === "aborted") {
      if (underWay.get(event.channel)?.attempt === event.attempt) underWay.delete(event.channel);
    }
    if (event.kind !== "sent") return undefined;
    const other = underWay.get(event.channel);
    underWay.set(event.channel, event);
    return other && `attempt ${event.attempt} began before attempt ${other.attempt} had ended`;
  });
};

/** Ticks come at every interval, whatever the wall clock does; after a sleep there is one to catch up, not many. */
export const ticksAreOnCadence: Invariant = ({ scenario: { intervalMs }, events }) => {
  /** The last ticks of this process, the newest first, and how long it slept before each. */
  let ticks: { readonly at: number; readonly sleptMs: number }[] = [];
  let sleptMs = 0;
  return judgeAll(events, (event) => {
    if (event.kind === "slept") sleptMs += event.ms;
    if (event.kind === "died" || event.kind === "stopping") ticks = [];
    const [last, secondLast] = ticks;
    const gapMs = last === undefined ? undefined : event.at - last.at;
    if (gapMs !== undefined && gapMs > intervalMs + sleptMs + TOLERANCE_MS) {
      return `no tick for ${gapMs} ms, the interval is ${intervalMs} ms`;
    }
    if (event.kind !== "tick") return undefined;
    // After a late tick the next one may come early, to be back on the grid.
    const hasSlept = sleptMs > 0 || ticks.some((tick) => tick.sleptMs > 0);
    ticks = [{ at: event.at, sleptMs }, ...ticks.slice(0, 2)];
    sleptMs = 0;
    if (!hasSlept && gapMs !== undefined && gapMs < intervalMs - TOLERANCE_MS) {
      return `a tick ${gapMs} ms after the one before, the interval is ${intervalMs} ms`;
    }
    if (secondLast !== undefined && event.at - secondLast.at < intervalMs - TOLERANCE_MS) {
      return `three ticks within ${event.at - secondLast.at} ms, the interval is ${intervalMs} ms`;
    }
    return undefined;
  });
};

/**
 * While nothing changes, what is stored is that the watchdog lives (once a minute) and memories (each every ten minutes),
 * and what is stored at the start and the stop.
 */
export const quietWorldsAreNotWritten: Invariant = ({ scenario, events }) => {
  let writes = 0;
  let startedAt = 0;
  return judgeAll(events, (event) => {
    if (event.kind === "died") {
      writes = 0;
      startedAt = event.at;
    }
    if (event.kind !== "committed" || event.tables.some((table) => table !== "memory")) return undefined;
    writes += 1;
    const minutes = (event.at - startedAt + TOLERANCE_MS) / 60_000;
    const allowed = 5 + scenario.sources.length + minutes * (1 + (scenario.sources.length + 1) / 10);
    return writes > allowed ? `${writes} writes within ${minutes.toFixed(1)} min though nothing changed` : undefined;
  });
};

export const cleanStopsAreQuick: Invariant = ({ events }) => {
  let stoppingAt: number | undefined;
  return judgeAll(events, (event) => {
    if (event.kind === "stopping") stoppingAt = event.at;
    if (event.kind === "slept" || event.kind === "started") stoppingAt = undefined;
    if (event.kind !== "died" || stoppingAt === undefined) return undefined;
    const tookMs = event.at - stoppingAt;
    stoppingAt = undefined;
    return tookMs > 5_000 ? `a clean stop took ${tookMs} ms` : undefined;
  });
};
