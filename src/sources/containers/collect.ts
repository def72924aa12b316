import type { EngineAddress } from "../../config/engine-address.ts";
import { known, type Reading, unknown } from "../../core/reading.ts";
import { isSameData } from "../../core/same-data.ts";
import { type Engine, notDocker } from "./engine/engine.ts";
import { MAX_SOCKETS } from "./engine/guarded-agent.ts";
import type { EventFacts, EventRecord } from "./events/event-facts.ts";
import { type ListedContainer, type Listing, parseInspect } from "./parse.ts";
import { selectWatched } from "./select-watched.ts";
import type { ContainerDetails, ObservedContainer, Snapshot, WallTimeMs } from "./snapshot.ts";
import { linkContainers } from "./tokens.ts";
import { MAY_START_MS } from "./track/judge.ts";

export interface CollectorParts {
  readonly engine: Engine;
  readonly address: EngineAddress;
  readonly names: readonly string[];
  readonly ownId: string | undefined;
  /** Before the first collection, this long counts as the time since the one before, in milliseconds. */
  readonly intervalMs: number;
  /** No inspection begins later than this after the list has come, in milliseconds. */
  readonly inspectBudgetMs: number;
  readonly clock: { now(): number; wallNow(): number };
  /** Whether the output of a failing health check may be quoted; absent: no. */
  readonly evidence?: boolean;
  /** What the events told. */
  readonly record: EventRecord;
  /** Called with when something began or ended of which there should have been an event. */
  readonly expectEvent: (at: WallTimeMs) => void;
}

/** What `inspect` said of a container, and of which state it said so. */
interface Inspected {
  readonly listedAs: string;
  readonly details: Reading<ContainerDetails>;
}

/** What a collection found, and from what, so that the next one need not find it again. */
interface Found {
  readonly listing: Listing;
  readonly snapshot: Snapshot;
  /** When something began or ended last. */
  readonly changedAt: WallTimeMs;
  /** No container need be inspected before so much time lies between two lists, in milliseconds; 0: some must be now. */
  readonly calmMs: number;
  readonly listsHealth: boolean;
}

/** Docker reckons ages by the wall clock and we by a steady one; and its list takes a moment. */
const AGE_SLACK_MS = 2_000;

/**
 * Makes `collect`: one list a tick, and one inspection for each container that changed since the tick before or is not
 * plainly well and was not inspected in that state. What it learnt it keeps; nothing that decides an alert is kept here.
 */
export function createCollector(parts: CollectorParts): (deadline: AbortSignal) => Promise<Snapshot> {
  const { engine, clock, record } = parts;
  let inspected: ReadonlyMap<string, Inspected> = new Map();
  let listedAt: number | undefined;
  let last: Found | undefined;
  const observe = createObserver();

  return async function collect(deadline) {
    const stop = (): void => engine.disconnect();
    deadline.addEventListener("abort", stop, { once: true });
    const events = record.take();
    try {
      deadline.throwIfAborted();
      const askedAt = clock.now();
      const listing = await engine.listing();
      if (listing === undefined) throw notDocker(parts.address);
      const sinceLastMs = listedAt === undefined ? parts.intervalMs : askedAt - listedAt;
      if (last !== undefined && isCalm(last, listing, events, sinceLastMs)) parts.expectEvent(last.changedAt);
      else last = await look(listing, events, sinceLastMs, deadline);
      listedAt = askedAt;
      // Orders that came while it looked may be the reason for what it saw.
      return { ...last.snapshot, takenAt: clock.wallNow(), events: { ...events, orders: record.orders } };
    } catch (thrown) {
      record.giveBack(events);
      throw thrown;
    } finally {
      deadline.removeEventListener("abort", stop);
      engine.rest();
    }
  };

  async function look(
    listing: Listing,
    events: EventFacts,
    sinceLastMs: number,
    deadline: AbortSignal,
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
    const fresh = await inspectAll(due, inspected, parts, deadline);
    deadline.throwIfAborted();
    const kept = new Map<string, Inspected>();
    const containers: ObservedContainer[] = [];
    const unsure: string[] = [];
    let changedAt = 0;
    let youngestMs = Number.POSITIVE_INFINITY;
    for (const entry of watched) {
      if (fresh.get(entry.id) === "gone") {
        unsure.push(entry.name);
        continue;
      }
      const found = (fresh.get(entry.id) as Inspected | undefined) ?? inspected.get(entry.id);
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
    return { listing, snapshot, changedAt, calmMs, listsHealth };
  }

  function isCalm(found: Found, listing: Listing, { news }: EventFacts, sinceLastMs: number): boolean {
    if (listing !== found.listing || news.length > 0 || sinceLastMs > found.calmMs) return false;
    return engine.listsHealth() === found.listsHealth;
  }
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

function listedAs({ state, health, exitCode }: ListedContainer): string {
  return `${state} ${health === "unhealthy"} ${exitCode}`;
}

async function inspectAll(
  due: readonly ListedContainer[],
  before: ReadonlyMap<string, Inspected>,
  { engine, clock, inspectBudgetMs, evidence }: CollectorParts,
  deadline: AbortSignal,
): Promise<ReadonlyMap<string, Inspected | "gone">> {
  const results = new Map<string, Inspected | "gone">();
  // Those that failed last time come last: a few containers that hang must not cost the others their turn.
  const queue = due.toSorted((a, b) => failed(before, a) - failed(before, b)).values();
  const endAt = clock.now() + inspectBudgetMs;
  const work = async (): Promise<void> => {
    for (const entry of queue) {
      const details =
        clock.now() < endAt && !deadline.aborted
          ? await inspect(engine, entry.id, evidence)
          : unknown("not inspected: Docker answers too slowly");
      results.set(entry.id, details === "gone" ? details : { listedAs: listedAs(entry), details });
    }
  };
  await Promise.all(Array.from({ length: MAX_SOCKETS }, work));
  return results;
}

function failed(before: ReadonlyMap<string, Inspected>, entry: ListedContainer): number {
  return before.get(entry.id)?.details.ok === false ? 1 : 0;
}

async function inspect(
  engine: Engine,
  id: string,
  evidence: boolean | undefined,
): Promise<Reading<ContainerDetails> | "gone"> {
  try {
    const json = await engine.inspect(id);
    if (json === undefined) return "gone";
    const details = parseInspect(json, evidence);
    return details === undefined ? unknown("inspect does not have the expected shape") : known(details);
  } catch (thrown) {
    return unknown((thrown as Error).message);
  }
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
