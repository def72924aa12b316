import type { SentBlock } from "../trace.ts";
import type { Invariant } from "./invariant.ts";
import { iconOf, judgeEach, type Ledger, saysMaybe } from "./ledger.ts";

/** Whatever was committed has reached people once it is over. */
export const nothingIsLost: Invariant = (trace) =>
  judgeEach(trace, (event, { fates }) => {
    if (event.kind !== "over") return undefined;
    if (event.owed.length > 0) return `notices ${event.owed.join(", ")} are still owed after a long calm`;
    const lost = [...fates.values()].find(({ arrivedAt }) => arrivedAt === undefined);
    if (lost === undefined) return undefined;
    return `notice ${lost.id} (${lost.notice.action} of ${lost.notice.key}) never reached ${lost.channel}`;
  });

export const onlyTheAcceptedIsSettled: Invariant = (trace) =>
  judgeEach(trace, (event, { fates }) => {
    if (event.kind !== "committed") return undefined;
    const early = event.settled.find((id) => fates.get(id)?.arrivedAt === undefined);
    return early === undefined ? undefined : `notice ${early} was settled, but nothing that told it has arrived`;
  });

export const commitsComeBeforeSends: Invariant = (trace) =>
  judgeEach(trace, (event, { fates }) => {
    if (event.kind !== "sent") return undefined;
    for (const { key, noticeIds } of event.blocks) {
      for (const id of noticeIds) {
        const fate = fates.get(id);
        if (fate === undefined) return `attempt ${event.attempt} tells notice ${id}, which is not committed`;
        if (fate.settled) return `attempt ${event.attempt} tells notice ${id}, which was settled before`;
        if (fate.channel !== event.channel) return `notice ${id} is owed to ${fate.channel}, not to ${event.channel}`;
        if (fate.notice.key !== key) return `notice ${id} of ${fate.notice.key} stands in a block of ${key}`;
      }
    }
    return undefined;
  });

/** What a message tells of a key is the oldest that is owed of it, in the order of deciding. */
export const orderIsKept: Invariant = (trace) =>
  judgeEach(trace, (event, ledger) => {
    if (event.kind !== "sent") return undefined;
    for (const key of new Set(event.blocks.map((block) => block.key))) {
      const told = event.blocks.filter((block) => block.key === key).flatMap(({ noticeIds }) => noticeIds);
      const owed = ledger.owedOf(event.channel, key).slice(0, told.length);
      const ids = owed.map(({ id }) => id);
      if (ids.join() !== told.join()) return `of ${key}, ${told.join(", ")} are told where ${ids.join(", ")} are due`;
    }
    return undefined;
  });

export const blocksSayWhatIsOwed: Invariant = (trace) =>
  judgeEach(trace, (event, ledger) => {
    if (event.kind !== "sent") return undefined;
    for (const block of event.blocks) {
      const notices = ledger.fatesOf(block).map(({ notice }) => notice);
      const icon = iconOf(notices);
      const actions = notices.map(({ action }) => action).join(", ");
      if (icon === undefined) return `of ${block.key}, ${actions} cannot stand in one block`;
      const isFolded = block.under !== undefined;
      if (isFolded && notices[0]?.cause === undefined) return `${block.key} is folded, but it follows from nothing`;
      if (icon !== block.icon) return `of ${block.key}, ${actions} is told as ${block.icon} instead of ${icon}`;
    }
    return undefined;
  });

/** "Possibly a repeat" stands where an earlier attempt may have arrived, and only there; nothing else is told twice. */
export const repeatsAreMarked: Invariant = (trace) =>
  judgeEach(trace, (event, ledger) => {
    if (event.kind !== "sent") return undefined;
    for (const block of event.blocks) {
      const message = judgeMark(block, ledger);
      if (message !== undefined) return `attempt ${event.attempt}: ${message}`;
    }
    return undefined;
  });

function judgeMark(block: SentBlock, ledger: Ledger): string | undefined {
  const fates = ledger.fatesOf(block);
  const repeated = fates.find(({ arrivedAt, ambiguous }) => arrivedAt !== undefined && !ambiguous);
  if (repeated !== undefined) return `notice ${repeated.id} of ${block.key} is told again, although it surely arrived`;
  const ambiguous = fates.find((fate) => fate.ambiguous);
  if (ambiguous !== undefined && !saysMaybe(block)) {
    return `notice ${ambiguous.id} of ${block.key} may have arrived before, but the block does not say so`;
  }
  if (ambiguous === undefined && saysMaybe(block)) {
    return `the block of ${block.key} says that it may be a repeat, but no attempt before was ambiguous`;
  }
  return undefined;
}

/** A channel to which nothing happens is not held up by anything, not by the other channel either. */
export const healthyChannelsTellSoon: Invariant = (trace) => {
  const steady = new Set(trace.scenario.channels.filter(({ isSteady }) => isSteady).map(({ name }) => name));
  let disturbedAt = 0;
  return judgeEach(trace, (event, { fates }) => {
    if (event.kind === "died" || event.kind === "started" || event.kind === "slept") disturbedAt = event.at;
    if (event.kind !== "tick") return undefined;
    for (const { id, channel, arrivedAt, committedAt } of fates.values()) {
      if (arrivedAt !== undefined || !steady.has(channel)) continue;
      if (event.at - Math.max(committedAt, disturbedAt) > 300_000) {
        return `notice ${id} waits for more than five minutes, though ${channel} is healthy`;
      }
    }
    return undefined;
  });
};
