import { SECOND_MS } from "../../../core/time.ts";
import type { WallTimeMs } from "../snapshot.ts";
import type { ContainerEvent } from "./parse-event.ts";

/** How a container was told to end. */
export interface Order {
  readonly at: WallTimeMs;
  /** The number of the signal; `undefined`: Docker was asked to stop it. */
  readonly signal: number | undefined;
}

/** An end that was seen as it happened. */
export interface SeenEnd {
  readonly at: WallTimeMs;
  readonly exitCode: number;
  readonly deliberate: boolean;
}

/** What only the events tell of a container: what happened since the last reading. Plain data. */
export interface ContainerNews {
  readonly id: string;
  readonly end: SeenEnd | undefined;
  /** For each start that came after an end: when that end was, which tells one start from the next exactly. */
  readonly restarts: readonly WallTimeMs[];
  /** When something in it was killed for want of memory; several kills of one run at about the same time are one. */
  readonly ooms: readonly WallTimeMs[];
}

/** What events say beyond what the next reading finds by itself. Plain data. */
export interface EventFacts {
  readonly news: readonly ContainerNews[];
  /** The last order to end, by container id; also of old. */
  readonly orders: readonly (readonly [id: string, order: Order])[];
  /** When a container of that name was removed last; also of old. */
  readonly removals: readonly (readonly [name: string, at: WallTimeMs])[];
}

export const NO_FACTS: EventFacts = { news: [], orders: [], removals: [] };

/** A container that is told to stop has ten seconds by default before it is killed, and minutes if its owner wants so. */
const OBEYS_WITHIN_MS = 60 * SECOND_MS;
/** Docker notes an end and tells of it at nearly, not exactly, the same time. */
const SLACK_MS = 2 * SECOND_MS;
/** SIGHUP, SIGUSR1, SIGUSR2 and SIGWINCH mean "read your files again" to many a program, and "stop" to some. */
const RELOADS: ReadonlySet<number> = new Set([1, 10, 12, 28]);

/**
 * Whether an end was ordered: a `kill` came shortly before it, or a `stop` after it. After a signal that need not mean an
 * end, only if it ended as one does that obeys: with code 0, or of that very signal.
 */
export function isDeliberate(
  order: Order | undefined,
  end: { readonly at: WallTimeMs; readonly exitCode: number },
): boolean {
  if (order === undefined) return false;
  const { at, signal } = order;
  if (signal === undefined) return at >= end.at - OBEYS_WITHIN_MS;
  if (at > end.at + SLACK_MS || at < end.at - OBEYS_WITHIN_MS) return false;
  return !RELOADS.has(signal) || end.exitCode === 0 || end.exitCode === 128 + signal;
}

const MAX_CONTAINERS = 2_000;
const MAX_TIMES = 100;
/** Two kills for memory within this, in one run, are one. */
const SAME_OOM_MS = 10 * SECOND_MS;

interface MutableNews {
  id: string;
  end: SeenEnd | undefined;
  restarts: WallTimeMs[];
  ooms: WallTimeMs[];
}

/** Gathers events until a reading takes them. Bounded, whatever comes. */
export class EventRecord {
  #news = new Map<string, MutableNews>();
  readonly #orders = new Map<string, Order>();
  readonly #removals = new Map<string, WallTimeMs>();
  /** When the run ended that no start has followed yet. */
  readonly #endedAt = new Map<string, WallTimeMs>();

  /** What {@link take} hands out of them; the same arrays until something is added. */
  #listedOrders: EventFacts["orders"] | undefined;
  #listedRemovals: EventFacts["removals"] | undefined;

  /** @param isOld it happened before anybody followed: what it did is for the readings to find */
  record({ action, id, name, at, exitCode, signal }: ContainerEvent, isOld = false): void {
    this.#listedOrders = undefined;
    this.#listedRemovals = undefined;
    switch (action) {
      case "kill":
        keep(this.#orders, id, { at, signal });
        return;
      case "stop":
        keep(this.#orders, id, { at, signal: undefined });
        return;
      case "destroy":
        // The order stays: a reading under way may have found the end that it led to.
        for (const map of [this.#news, this.#endedAt]) map.delete(id);
        keep(this.#removals, name, at);
        return;
      case "die": {
        keep(this.#endedAt, id, at);
        if (isOld) return;
        const end = { at, exitCode: exitCode ?? 0 };
        this.#newsOf(id).end = { ...end, deliberate: isDeliberate(this.#orders.get(id), end) };
        return;
      }
      case "start": {
        // What was ordered was the end of the run before.
        this.#orders.delete(id);
        const endedAt = this.#endedAt.get(id);
        this.#endedAt.delete(id);
        if (isOld) return;
        const { restarts } = this.#newsOf(id);
        if (endedAt !== undefined) addTime(restarts, endedAt);
        return;
      }
      case "oom": {
        if (isOld) return;
        const { ooms, restarts } = this.#newsOf(id);
        const last = ooms.at(-1);
        const isSame = last !== undefined && at - last < SAME_OOM_MS && !restarts.some((restart) => restart > last);
        if (!isSame) addTime(ooms, at);
        return;
      }
      default:
        // How it is now, the reading sees; that it looks is the news.
        if (!isOld) this.#newsOf(id);
    }
  }

  /** Hands out the news, which are then no longer news, and what is kept of orders. */
  take(): EventFacts {
    const news = [...this.#news.values()];
    if (news.length > 0) this.#news = new Map();
    this.#listedRemovals ??= [...this.#removals];
    return { news, orders: this.orders, removals: this.#listedRemovals };
  }

  /** Takes news back that no reading has told. */
  giveBack({ news }: EventFacts): void {
    const newer = this.#news;
    this.#news = new Map();
    for (const { id, end, restarts, ooms } of [...news, ...newer.values()]) {
      const mine = this.#newsOf(id);
      mine.end = end ?? mine.end;
      for (const at of restarts) addTime(mine.restarts, at);
      for (const at of ooms) addTime(mine.ooms, at);
    }
  }

  /** What was ordered meanwhile belongs to the reading that found its outcome. */
  get orders(): EventFacts["orders"] {
    this.#listedOrders ??= [...this.#orders];
    return this.#listedOrders;
  }

  #newsOf(id: string): MutableNews {
    const news = this.#news.get(id) ?? { id, end: undefined, restarts: [], ooms: [] };
    keep(this.#news, id, news);
    return news;
  }
}

function keep<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MAX_CONTAINERS) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}

function addTime(times: WallTimeMs[], at: WallTimeMs): void {
  if (times.includes(at)) return;
  times.push(at);
  if (times.length > MAX_TIMES) times.shift();
}
