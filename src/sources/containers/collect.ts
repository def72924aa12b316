import type { EngineAddress } from "../../config/engine-address.ts";
import { known, type Reading, unknown } from "../../core/reading.ts";
import { type Engine, notDocker } from "./engine.ts";
import type { EventRecord } from "./event-facts.ts";
import { MAX_SOCKETS } from "./guarded-agent.ts";
import { MAY_START_MS } from "./judge.ts";
import { type ListedContainer, parseInspect, parseList } from "./parse.ts";
import { selectWatched } from "./select-watched.ts";
import type { ContainerDetails, ObservedContainer, Snapshot, WallTimeMs } from "./snapshot.ts";
import { linkContainers } from "./tokens.ts";

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

  return async function collect(deadline) {
    const stop = (): void => engine.disconnect();
    deadline.addEventListener("abort", stop, { once: true });
    const events = record.take();
    const haveNews = new Set(events.news.map(({ id }) => id));
    try {
      deadline.throwIfAborted();
      const askedAt = clock.now();
      const list = parseList(await engine.list());
      if (list === undefined) throw new Error(notDocker(parts.address));
      const sinceLastMs = listedAt === undefined ? parts.intervalMs : askedAt - listedAt;
      const { watched, leftOut } = selectWatched(list.listed, parts.names, parts.ownId);
      const due = watched.filter(
        (entry) =>
          haveNews.has(entry.id) ||
          lacksHealth(entry, inspected.get(entry.id), engine.listsHealth()) ||
          needsInspection(entry, inspected.get(entry.id), sinceLastMs),
      );
      const fresh = await inspectAll(due, inspected, parts, deadline);
      deadline.throwIfAborted();
      const kept = new Map<string, Inspected>();
      const containers: ObservedContainer[] = [];
      const unsure: string[] = [];
      for (const entry of watched) {
        if (fresh.get(entry.id) === "gone") {
          unsure.push(entry.name);
          continue;
        }
        const found = (fresh.get(entry.id) as Inspected | undefined) ?? inspected.get(entry.id);
        if (found !== undefined) kept.set(entry.id, found);
        containers.push(observe(entry, found, fresh.has(entry.id)));
        if (found?.details.ok) parts.expectEvent(lastChangeOf(found.details.value));
      }
      // Only now: after a failed collection the next one must look back as far as the last one that succeeded.
      inspected = kept;
      listedAt = askedAt;
      const incomplete = list.unreadable > 0;
      // Orders that came while it looked may be the reason for what it saw.
      const facts = { ...events, orders: record.orders };
      const links = linkContainers(list.listed, watched, parts.ownId);
      return { takenAt: clock.wallNow(), containers, links, leftOut, unsure, incomplete, events: facts };
    } catch (thrown) {
      record.giveBack(events);
      throw thrown;
    } finally {
      deadline.removeEventListener("abort", stop);
      engine.rest();
    }
  };
}

/** Whether the list alone does not tell enough of a container. */
function needsInspection(entry: ListedContainer, last: Inspected | undefined, sinceLastMs: number): boolean {
  // A start that failed leaves no trace in the list.
  if (entry.state === "created") return true;
  if (last?.details.ok === false) return true;
  const leastAgeMs = entry.leastAgeMs ?? (entry.state === "running" ? 0 : Number.POSITIVE_INFINITY);
  if (leastAgeMs < sinceLastMs + AGE_SLACK_MS) return true;
  if (last !== undefined) return last.listedAs !== listedAs(entry);
  if (entry.health === "starting" && leastAgeMs >= MAY_START_MS) return true;
  return entry.state !== "running" || entry.health === "unhealthy";
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

/** What was inspected just now is newer than the list; what was inspected before is older. */
function observe(entry: ListedContainer, found: Inspected | undefined, isFresh: boolean): ObservedContainer {
  const { id, name, service, options, image, createdAt } = entry;
  const details = found?.details.ok ? found.details.value : undefined;
  const { state, health } = isFresh ? (details ?? entry) : entry;
  const exitCode = isFresh ? (details ?? entry).exitCode : (entry.exitCode ?? details?.exitCode);
  const leastAgeMs = state === entry.state ? entry.leastAgeMs : 0;
  return { id, name, service, options, image, createdAt, state, health, exitCode, leastAgeMs, details: found?.details };
}
