import type { Block, Message } from "./message.ts";
import type { Notice } from "./notice.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS } from "./time.ts";

/** One incident, as the message that raised it is to tell it. */
export interface HeadPart {
  readonly key: string;
  readonly since: Instant;
  /** How often it was told again in other messages. */
  readonly toldAgain: number;
  /** When it was over. */
  readonly overAt?: Instant;
  /** Who takes care of it. */
  readonly ackedBy?: string;
}

/**
 * The message that raised one or several incidents, kept while they go on and for a while after: what comes later replies
 * to it, and it is edited to stay true. Plain JSON data.
 */
export interface Head {
  /** How its channel finds it again; unique in the channel. */
  readonly ref: string;
  /** As it was sent. */
  readonly message: Message;
  /** The moment that its text speaks of. */
  readonly composedAt: Instant;
  readonly parts: readonly HeadPart[];
  readonly editedAt?: Instant;
  /** Something was told since that the message does not say yet. */
  readonly outdated: boolean;
  /** Its channel cannot change it any more. */
  readonly fixed: boolean;
}

/** A message that a channel accepted. */
export interface Told {
  /** `undefined` where the channel does not say. */
  readonly ref: string | undefined;
  readonly message: Message;
  /** All that it told, in the order of deciding. */
  readonly notices: readonly Notice[];
  readonly composedAt: Instant;
}

export interface HeadChanges {
  readonly set: readonly Head[];
  /** The refs of those that are forgotten. */
  readonly forget: readonly string[];
}

const MAX_HEADS = 200;
const KEPT_AFTER_END_MS = DAY_MS;
/** Between two edits of one message. */
const LEAST_GAP_MS = MINUTE_MS;
const REFRESH_MS = { least: 5 * MINUTE_MS, most: HOUR_MS };

/** What a message that was told changes among the `heads`. */
export function advanceHeads(heads: readonly Head[], told: Told): HeadChanges {
  const changed = new Map<string, Head>();
  const opened = new Map<string, HeadPart>();
  const current = () => heads.map((head) => changed.get(head.ref) ?? head);
  const update = (key: string, change: (part: HeadPart) => HeadPart): boolean => {
    const head = current().find((one) => openPart(one, key) !== undefined);
    if (head === undefined) return false;
    const parts = head.parts.map((part) => (part === openPart(head, key) ? change(part) : part));
    changed.set(head.ref, { ...head, parts, outdated: true });
    return true;
  };
  for (const { key, action, nature, since, at } of told.notices) {
    if (nature === "edge") continue;
    const mine = opened.get(key);
    const begin = { key, since, toldAgain: 0 };
    if (action === "alert") {
      // It cannot begin while it goes on: its end was lost.
      update(key, (part) => ({ ...part, overAt: Math.max(since, part.since) }));
      opened.set(key, begin);
    } else if (action === "recovery") {
      if (mine === undefined) update(key, (part) => ({ ...part, overAt: at }));
      else opened.delete(key);
    } else if (mine === undefined && !update(key, tellAgain)) {
      // Where the message that raised it is not known, the thread begins here.
      opened.set(key, begin);
    }
  }
  if (told.ref !== undefined && opened.size > 0) {
    const { ref, composedAt } = told;
    const message = asShown(told.message);
    changed.set(ref, { ref, message, composedAt, parts: [...opened.values()], outdated: false, fixed: false });
  }
  return { set: [...changed.values()], forget: forgettable([...current(), ...changed.values()], told.composedAt) };
}

/** The heads after a change. */
export function applyHeads(heads: readonly Head[], { set, forget }: HeadChanges): Head[] {
  const byRef = new Map(heads.map((head) => [head.ref, head]));
  for (const head of set) byRef.set(head.ref, head);
  for (const ref of forget) byRef.delete(ref);
  return [...byRef.values()];
}

/** The message that a new one goes on from: the one to which most of its blocks belong, else the first. */
export function parentOf(heads: readonly Head[], message: Message, notices: readonly Notice[]): string | undefined {
  const refByKey = new Map(heads.flatMap(({ ref, parts }) => parts.filter(isOpen).map(({ key }) => [key, ref])));
  const ofBlocks = message.blocks.map(({ key }) => refByKey.get(key));
  // What is folded into the blocks counts where the blocks themselves go on from nothing.
  const ofAll = ofBlocks.some((ref) => ref !== undefined) ? ofBlocks : notices.map(({ key }) => refByKey.get(key));
  const votes = new Map<string, number>();
  for (const ref of ofAll) if (ref !== undefined) votes.set(ref, (votes.get(ref) ?? 0) + 1);
  const most = Math.max(...votes.values());
  return [...votes].find(([, count]) => count === most)?.[0];
}

/**
 * When a head should be edited: soon after something was told of it, else the more rarely the longer it goes on. `undefined`
 * where there is no more to say.
 */
export function editDueAt(head: Head): Instant | undefined {
  const { composedAt, editedAt, parts, outdated, fixed } = head;
  if (fixed) return undefined;
  const saidAt = editedAt ?? composedAt;
  const open = parts.filter(isOpen);
  // The first word after a change and the last one do not wait.
  if (outdated) return editedAt === undefined || open.length === 0 ? saidAt : saidAt + LEAST_GAP_MS;
  if (open.length === 0) return undefined;
  const ageMs = saidAt - Math.min(...open.map((part) => part.since));
  return saidAt + Math.min(Math.max(ageMs / 4, REFRESH_MS.least), REFRESH_MS.most);
}

/** Without what only a first telling needs. */
function asShown({ blocks, heading, rings }: Message): Message {
  const shown = blocks.map(({ icon, key, lines, folded, foldedTitle, foldedLead }): Block => {
    const rest = folded?.map((one) => ({ key: one.key, line: one.line, noticeIds: [] }));
    return {
      icon,
      key,
      lines,
      noticeIds: [],
      ...(rest && { folded: rest }),
      ...(foldedTitle !== undefined && { foldedTitle }),
      ...(foldedLead && { foldedLead }),
    };
  });
  return { blocks: shown, rings, ...(heading !== undefined && { heading }) };
}

/** Whoever acked it did not ack what it has become: otherwise it would not be told again. */
function tellAgain({ ackedBy: _, ...part }: HeadPart): HeadPart {
  return { ...part, toldAgain: part.toldAgain + 1 };
}

/** Somebody takes care of an incident. */
export function ackHeads(heads: readonly Head[], key: string, ackedBy: string): HeadChanges {
  const set = heads.flatMap((head): Head[] => {
    const open = openPart(head, key);
    if (open === undefined) return [];
    const parts = head.parts.map((part) => (part === open ? { ...part, ackedBy } : part));
    return [{ ...head, parts, outdated: true }];
  });
  return { set, forget: [] };
}

function isOpen(part: HeadPart): boolean {
  return part.overAt === undefined;
}

function openPart(head: Head, key: string): HeadPart | undefined {
  return head.parts.find((part) => part.key === key && isOpen(part));
}

/** Those that ended long ago, and the oldest where there are too many. */
function forgettable(heads: readonly Head[], now: Instant): string[] {
  const endedAt = ({ parts }: Head) => Math.max(...parts.map((part) => part.overAt ?? Number.POSITIVE_INFINITY));
  const [gone, kept] = [new Set<string>(), new Map<string, Head>()];
  for (const head of heads) {
    if (now - endedAt(head) > KEPT_AFTER_END_MS) gone.add(head.ref);
    else kept.set(head.ref, head);
  }
  const byEnd = [...kept.values()].sort(
    (a, b) => orderOf(endedAt(a)) - orderOf(endedAt(b)) || a.composedAt - b.composedAt,
  );
  for (const { ref } of byEnd.slice(0, Math.max(byEnd.length - MAX_HEADS, 0))) gone.add(ref);
  return [...gone];
}

/** What goes on comes after what has ended. */
function orderOf(endedAt: number): number {
  return Number.isFinite(endedAt) ? 0 : 1;
}
