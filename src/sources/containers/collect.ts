import type { EngineAddress } from "../../config/engine-address.ts";
import { isSameData } from "../../core/same-data.ts";
import type { Scope } from "../source.ts";
import { type Engine, notDocker } from "./engine/engine.ts";
import type { EventFacts, EventRecord } from "./events/event-facts.ts";
import {
  type Inspected,
  type InspectionParts,
  type Inspections,
  inspectAll,
  isOver,
  listedAs,
} from "./inspect-containers.ts";
import type { ListedContainer, Listing } from "./parse.ts";
import { selectWatched } from "./select-watched.ts";
import type { ContainerDetails, ObservedContainer, Snapshot, WallTimeMs } from "./snapshot.ts";
import { linkContainers } from "./tokens.ts";
import { MAY_START_MS } from "./track/judge.ts";

export interface CollectorParts extends InspectionParts {
  readonly engine: Engine;
  readonly address: EngineAddress;
  readonly names: readonly string[];
  readonly ownId: string | undefined;
  /** Before the first collection, this long counts as the time since the one before, in milliseconds. */
  readonly intervalMs: number;
  /** No inspection begins later than this after the first might have, in milliseconds. */
  readonly inspectBudgetMs: number;
  readonly clock: { now(): number; wallNow(): number };
  /** What the events told. */
  readonly record: EventRecord;
  /** Called with when something began or ended of which there should have been an event. */
  readonly expectEvent: (at: WallTimeMs) => void;
}

/** What a collection found, and from what, so that the next one need not find it again. */
interface Found {
  readonly listing: Listing;
  readonly watched: readonly ListedContainer[];
  readonly snapshot: Snapshot;
  /** When something began or ended last. */
  readonly changedAt: WallTimeMs;
  /** No container need be inspected before so much time lies between two lists, in milliseconds; 0: some must be now. */
  readonly calmMs: number;
  readonly listsHealth: boolean;
}

const NOTHING: Inspections = new Map();

/** Docker reckons ages by the wall clock and we by a steady one; and its list takes a moment. */
const AGE_SLACK_MS = 2_000;

/**
 * Makes `collect`: one list a tick, and one inspection for each container that changed since the tick before or is not
 * plainly well and was not inspected in that state. What it learnt it keeps; nothing that decides an alert is kept here.
 *
 * With scope "news" it asks about those alone of which events told that they ended: so a crash is known before Docker
 * has listed every other container, which takes the longer the more there are.
 */
export function createCollector(parts: CollectorParts): (deadline: AbortSignal, scope?: Scope) => Promise<Snapshot> {
  const { engine, clock, record, inspectBudgetMs } = parts;
  let inspected: ReadonlyMap<string, Inspected> = new Map();
  let listedAt: number | undefined;
  let last: Found | undefined;
  let hasFailed = false;
  const observe = createObserver();

  return async function collect(deadline, scope = "all") {
    const stop = (): void => engine.disconnect();
    deadline.addEventListener("abort", stop, { once: true });
    const events = record.take();
    try {
      deadline.throwIfAborted();
      const newsEndAt = clock.now() + inspectBudgetMs;
      const ended = scope === "news" ? await inspectEnded(events, newsEndAt, deadline) : NOTHING;
      const part = showEnded(ended, events);
      if (part !== undefined) return part;
      const askedAt = clock.now();
      const listing = await engine.listing();
      if (listing === undefined) throw notDocker(parts.address);
      const sinceLastMs = listedAt === undefined ? parts.intervalMs : askedAt - listedAt;
      if (last !== undefined && isCalm(last, listing, events, sinceLastMs)) parts.expectEvent(last.changedAt);
      else {
        const endAt = ended.size > 0 ? newsEndAt : clock.now() + inspectBudgetMs;
        last = await look(listing, events, sinceLastMs, endAt, deadline, ended);
      }
      listedAt = askedAt;
      hasFailed = false;
      // Orders that came while it looked may be the reason for what it saw.
      return { ...last.snapshot, takenAt: clock.wallNow(), events: { ...events, orders: record.orders } };
    } catch (thrown) {
      record.giveBack(events);
      hasFailed = true;
      throw thrown;
    } finally {
      deadline.removeEventListener("abort", stop);
      engine.rest();
    }
  };

  /** Asks about the containers that ended, where these are all that there is news of. */
  async function inspectEnded(events: EventFacts, endAt: number, deadline: AbortSignal): Promise<Inspections> {
    const due = last === undefined || hasFailed ? [] : endedOf(last, events);
    const fresh = due.length === 0 ? NOTHING : await inspectAll(due, inspected, parts, endAt, deadline);
    deadline.throwIfAborted();
    return fresh;
  }

  /** @returns `undefined` where that tells too little, so that everything must be looked at */
  function showEnded(ended: Inspections, events: EventFacts): Snapshot | undefined {
    if (last === undefined || ended.size === 0) return undefined;
    const containers: ObservedContainer[] = [];
    const found = new Map(inspected);
    for (const entry of last.watched) {
      const one = ended.get(entry.id);
      if (one === undefined) continue;
      // One that runs again has an age, which the list tells.
      if (one === "gone" || !one.details.ok || !isOver(one.details.value)) return undefined;
      containers.push(observe(entry, one, true));
      found.set(entry.id, one);
    }
    inspected = found;
    last = { ...last, calmMs: 0 };
    const { links } = last.snapshot;
    const nothingElse = { partial: true, leftOut: [], unsure: [], incomplete: false } as const;
    const told = { takenAt: clock.wallNow(), events: { ...events, orders: record.orders } };
    return { containers, ...(links && { links }), ...nothingElse, ...told };
  }

  async function look(
    listing: Listing,
    events: EventFacts,
    sinceLastMs: number,
    endAt: number,
    deadline: AbortSignal,
    asked: Inspections,
  ): Promise<Found> {
    const haveNews = new Set(events.news.map(({ id }) => id));
    const listsHealth = engine.listsHealth();
    const { watched, leftOut } = selectWatched(listing.listed, parts.names, parts.ownId);
    const due = watched.filter(
      (entry) =>
        haveNews.has(entry.id) ||
        lacksHealth(entry, inspected.get(entry.id), listsHealth) ||
        needsInspection(entry, inspected.get(entry.id), sinceLastMs),
    );
    // What failed just now is not asked again; what was answered may have changed before the list.
    const failed = new Map([...asked].filter(([, found]) => found !== "gone" && !found.details.ok));
    const answered = await inspectAll(
      due.filter(({ id }) => !failed.has(id)),
      inspected,
      parts,
      endAt,
      deadline,
    );
    const fresh = new Map([...failed, ...answered]);
    deadline.throwIfAborted();
    const kept = new Map<string, Inspected>();
    const containers: ObservedContainer[] = [];
    const unsure: string[] = [];
    let changedAt = 0;
    let youngestMs = Number.POSITIVE_INFINITY;
    for (const entry of watched) {
      const now = fresh.get(entry.id);
      const before = inspected.get(entry.id);
      if (now === "gone" || (now !== undefined && isListBehind(entry, now, before))) {
        unsure.push(entry.name);
        if (now !== "gone" && before !== undefined) kept.set(entry.id, before);
        continue;
      }
      const found = now ?? before;
      if (found !== undefined) kept.set(entry.id, found);
      containers.push(observe(entry, found, fresh.has(entry.id)));
      youngestMs = Math.min(youngestMs, leastAgeOf(entry));
      if (!found?.details.ok) continue;
      parts.expectEvent(lastChangeOf(found.details.value));
      changedAt = Math.max(changedAt, lastChangeOf(found.details.value));
    }
    // Only now: after a failed collection the next one must look back as far as the last one that succeeded.
    inspected = kept;
    const incomplete = listing.unreadable > 0;
    const known = last !== undefined && isSameCast(last.listing, listing) ? last.snapshot.links : undefined;
    const links = known ?? linkContainers(listing.listed, watched, parts.ownId);
    const snapshot = { takenAt: 0, containers, links, leftOut, unsure, incomplete, events };
    const calmMs = due.length > 0 ? 0 : youngestMs - AGE_SLACK_MS;
    return { listing, watched, snapshot, changedAt, calmMs, listsHealth };
  }

  function isCalm(found: Found, listing: Listing, { news }: EventFacts, sinceLastMs: number): boolean {
    if (listing !== found.listing || news.length > 0 || sinceLastMs > found.calmMs) return false;
    return engine.listsHealth() === found.listsHealth;
  }
}

/** Whether the list may be behind: it shows as running what had ended when it was inspected, and that cannot be repeated now. */
function isListBehind(entry: ListedContainer, now: Inspected, before: Inspected | undefined): boolean {
  if (now.details.ok || !before?.details.ok) return false;
  return entry.state === "running" && isOver(before.details.value);
}

/** The watched containers of which there are news, if these are ends; else none. */
function endedOf({ listing, watched }: Found, { news }: EventFacts): readonly ListedContainer[] {
  const known = new Set(listing.listed.map(({ id }) => id));
  const newsOf = new Map(news.map((one) => [one.id, one]));
  if (news.some(({ id }) => !known.has(id))) return [];
  const due = watched.filter(({ id }) => newsOf.has(id));
  return due.every(({ id }) => newsOf.get(id)?.end !== undefined) ? due : [];
}

/** Whether it is the same containers under the same names, in whatever state. */
function isSameCast(a: Listing, b: Listing): boolean {
  if (a.listed.length !== b.listed.length) return false;
  return a.listed.every((entry, index) => {
    const other = b.listed[index];
    return entry === other || (entry.name === other?.name && isSameData(entry.composition, other.composition));
  });
}

/** Whether the list alone does not tell enough of a container. */
function needsInspection(entry: ListedContainer, last: Inspected | undefined, sinceLastMs: number): boolean {
  // A start that failed leaves no trace in the list.
  if (entry.state === "created") return true;
  if (last?.details.ok === false) return true;
  const leastAgeMs = leastAgeOf(entry);
  if (leastAgeMs < sinceLastMs + AGE_SLACK_MS) return true;
  if (last !== undefined) return last.listedAs !== listedAs(entry);
  if (entry.health === "starting" && leastAgeMs >= MAY_START_MS) return true;
  return entry.state !== "running" || entry.health === "unhealthy";
}

function leastAgeOf({ leastAgeMs, state }: ListedContainer): number {
  return leastAgeMs ?? (state === "running" ? 0 : Number.POSITIVE_INFINITY);
}

/** Podman's list does not tell of health checks: who has one is found by the first inspection, and inspected at each tick. */
function lacksHealth(entry: ListedContainer, last: Inspected | undefined, listsHealth: boolean): boolean {
  if (entry.state !== "running" || entry.health !== "none") return false;
  return last?.details.ok ? last.details.value.health !== "none" : !listsHealth;
}

function lastChangeOf({ startedAt, finishedAt }: ContainerDetails): WallTimeMs {
  return Math.max(startedAt ?? 0, finishedAt ?? 0);
}

/** Makes of an entry what is read of its container; of the same entry the same, unless it was inspected anew. */
function createObserver() {
  const known = new WeakMap<ListedContainer, { found: Inspected | undefined; observed: ObservedContainer }>();
  return (entry: ListedContainer, found: Inspected | undefined, isFresh: boolean): ObservedContainer => {
    const before = known.get(entry);
    if (!isFresh && before !== undefined && before.found === found) return before.observed;
    const observed = observe(entry, found, isFresh);
    if (!isFresh) known.set(entry, { found, observed });
    return observed;
  };
}

/** What was inspected just now is newer than the list; what was inspected before is older. */
function observe(entry: ListedContainer, found: Inspected | undefined, isFresh: boolean): ObservedContainer {
  const { id, name, service, options, image, createdAt } = entry;
  const details = found?.details.ok ? found.details.value : undefined;
  const { state, health } = isFresh ? (details ?? entry) : entry;
  const exitCode = isFresh ? (details ?? entry).exitCode : (entry.exitCode ?? details?.exitCode);
  const leastAgeMs = state === entry.state ? entry.leastAgeMs : 0;
  return { id, name, service, options, image, createdAt, state, health, exitCode, leastAgeMs, details: found?.details };
}
