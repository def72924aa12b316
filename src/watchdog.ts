import type { Clock } from "./clock.ts";
import { type AlertChanges, type AlertState, advanceAlerts, joinChanges, retireAlerts } from "./core/alerts.ts";
import { dampFlapping, type FlapRecords } from "./core/flapping.ts";
import type { Notice } from "./core/notice.ts";
import { type SignalView, updateOverview } from "./core/overview.ts";
import { type Reading, unknown } from "./core/reading.ts";
import type { Evaluation } from "./core/signal.ts";
import type { Silence } from "./core/silence.ts";
import { formatDuration } from "./core/text.ts";
import { type Instant, MINUTE_MS, SECOND_MS } from "./core/time.ts";
import { explainFailure } from "./http/explain-failure.ts";
import { NudgedCollections } from "./nudged-collections.ts";
import { readSource } from "./sources/read-source.ts";
import type { AnySource } from "./sources/source.ts";
import type { TickChanges } from "./store/store.ts";

/** What the tick needs of the store; see Store. */
export interface TickStore {
  alerts(): AlertState[];
  memory(owner: string): unknown;
  silences(now: Instant): readonly Silence[];
  commit(changes: TickChanges): void;
}

export interface TickLog {
  debug(facts: object, msg: string): void;
  info(facts: object, msg: string): void;
  warn(facts: object, msg: string): void;
  error(facts: object, msg: string): void;
}

export interface WatchdogParts {
  /** In the order in which causes are told: what others stand on comes first. */
  readonly sources: readonly AnySource[];
  readonly store: TickStore;
  /** The names of the channels that every notice is owed to. */
  readonly channels: readonly string[];
  /** Called after a commit that owes people something. */
  readonly onOwed: () => void;
  readonly clock: Clock;
  readonly log: TickLog;
  readonly intervalMs: number;
  readonly cooldownMs: number;
}

/** How a source does, for those who look. */
export interface SourceView {
  readonly name: string;
  /** `undefined` until its first reading. */
  readonly ok: boolean | undefined;
  readonly error: string | undefined;
  readonly readAt: Instant | undefined;
}

/**
 * A tick waits this long for its slower sources, so that what changes together is told together. A source that was
 * slower than this last time is not waited for: it joins when it is done.
 */
const GATHER_MS = SECOND_MS;
/** Late sources that end at about the same time (a shared time-out) are taken together. */
const LATE_GATHER_MS = 50;
/** A source that does not let itself be closed does not hold up the end for longer than this. */
const CLOSE_MS = SECOND_MS;
/** A memory whose loss only delays a detection is stored this often while nothing else is. */
const MEMORY_STORE_MS = 10 * MINUTE_MS;
/** That the watchdog lives is stored this often, so that the next one knows how long nobody watched. */
const ALIVE_STORE_MS = MINUTE_MS;
/** Away for longer than this many intervals, and than three times the above, is worth a word. */
const AWAY_INTERVALS = 5;

interface Watched {
  readonly source: AnySource;
  memory: unknown;
  memoryStoredAt: Instant;
  flaps: FlapRecords;
  readonly alerting: Map<string, AlertState>;
  views: readonly SignalView[];
  view: SourceView;
  /** A collection has not let go yet; there is never a second one beside it. */
  busy: boolean;
  /** The collection under way has yielded no reading yet. */
  pending: boolean;
  prompt: boolean;
  readonly nudged: NudgedCollections;
  following: { stop(): void } | undefined;
}

interface Ready {
  readonly watched: Watched;
  readonly reading: Reading<unknown>;
}

/**
 * The tick: collect → evaluate → decide → commit. Sources are collected side by side; everything from evaluating to the
 * commit is one synchronous step, so ticks cannot overlap, whatever hangs. A source that follows its thing is also
 * collected between two ticks, alone.
 */
export class Watchdog {
  readonly #parts: WatchdogParts;
  readonly #watched: readonly Watched[];
  #ready: Ready[] = [];
  /** The prompt sources that the tick under way still waits for. */
  #awaited = new Set<Watched>();
  #cancelGather: (() => void) | undefined;
  #cancelLateGather: (() => void) | undefined;
  #cancelNext: (() => void) | undefined;
  #nextAt: Instant = 0;
  #aliveStoredAt: Instant;
  #lastTickAt: Instant | undefined;
  #running = false;

  constructor(parts: WatchdogParts) {
    this.#parts = parts;
    const { sources, store, clock } = parts;
    const states = Map.groupBy(store.alerts(), (state) => state.source);
    this.#watched = sources.map(
      (source, index): Watched => ({
        source,
        memory: store.memory(`source/${source.name}`) ?? source.initial,
        // The first good reading is stored at once: what happens while nobody watches is counted from there.
        memoryStoredAt: Number.NEGATIVE_INFINITY,
        flaps: (store.memory(`flaps/${source.name}`) ?? {}) as FlapRecords,
        alerting: new Map((states.get(source.name) ?? []).map((state) => [state.key, state])),
        views: [],
        view: { name: source.name, ok: undefined, error: undefined, readAt: undefined },
        busy: false,
        pending: false,
        prompt: true,
        nudged: new NudgedCollections(
          clock,
          () => this.#running && this.#watched[index]?.busy === false,
          () => this.#collectAlone(this.#watched[index]),
        ),
        following: undefined,
      }),
    );
    const names = new Set(sources.map((source) => source.name));
    this.#aliveStoredAt = clock.now();
    this.#tell(this.#noticeAbsence(), new Map([["alive", this.#aliveStoredAt]]));
    this.#tell(
      retireAlerts(
        [...states].flatMap(([name, orphans]) => (names.has(name) ? [] : orphans)),
        clock.now(),
      ),
    );
  }

  /** Ticks now and then at every interval, on the clock's own timeline. A tick that is late is made up for once. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#nextAt = this.#parts.clock.now();
    for (const watched of this.#watched) {
      watched.following = watched.source.follow?.(() => watched.nudged.nudge());
    }
    this.#tickAndSchedule();
  }

  /** Stops ticking, stores every memory and closes the sources. What is still being collected is forgotten. */
  async stop(): Promise<void> {
    this.#running = false;
    for (const cancel of [this.#cancelNext, this.#cancelGather, this.#cancelLateGather]) cancel?.();
    for (const { following, nudged } of this.#watched) {
      following?.stop();
      nudged.stop();
    }
    const memories = new Map(this.#watched.flatMap(memoriesOf));
    memories.set("alive", this.#parts.clock.now());
    this.#commit({ set: [], forget: [], notices: [] }, memories);
    const closing = Promise.allSettled(this.#watched.map(async ({ source }) => source.close?.()));
    const { promise: over, resolve: giveUp } = Promise.withResolvers<void>();
    const cancelGiveUp = this.#parts.clock.after(CLOSE_MS, giveUp);
    await Promise.race([closing, over]);
    cancelGiveUp();
  }

  /** One whole pass over every source, waiting for the slowest. */
  async runOnce(): Promise<void> {
    this.#running = true;
    const readings = this.#watched.map((watched) => this.#collect(watched));
    await Promise.all(readings);
    this.#flush();
    this.#running = false;
  }

  /** When a tick last completed, or `undefined` before the first. */
  get lastTickAt(): Instant | undefined {
    return this.#lastTickAt;
  }

  signals(): readonly SignalView[] {
    return this.#watched.flatMap((watched) => watched.views);
  }

  alertStates(): readonly AlertState[] {
    return this.#watched.flatMap((watched) => [...watched.alerting.values()]);
  }

  sources(): readonly SourceView[] {
    return this.#watched.map((watched) => watched.view);
  }

  /** Nobody watched for a while: people are told once, for what came and went then was seen by nobody. */
  #noticeAbsence(): AlertChanges {
    const { store, clock, intervalMs } = this.#parts;
    const aliveAt = store.memory("alive");
    const now = clock.now();
    const absent: AlertChanges = { set: [], forget: [], notices: [] };
    if (typeof aliveAt !== "number") return absent;
    const awayMs = now - aliveAt;
    if (awayMs <= Math.max(AWAY_INTERVALS * intervalMs, 3 * ALIVE_STORE_MS)) return absent;
    const notice: Notice = {
      key: "watchdog_away",
      action: "alert",
      nature: "edge",
      severity: "warning",
      what: `the watchdog itself was away for ${formatDuration(awayMs)}`,
      details: ["what came and went meanwhile was seen by nobody; what is wrong now is told as ever"],
      since: aliveAt,
      at: now,
    };
    return { ...absent, notices: [notice] };
  }

  #tickAndSchedule(): void {
    if (!this.#running) return;
    const { clock, intervalMs } = this.#parts;
    const now = clock.now();
    this.#nextAt += intervalMs;
    // Late by more than an interval (a machine that slept): one catch-up tick is made now, the rest are skipped.
    if (this.#nextAt <= now) this.#nextAt = now + intervalMs;
    this.#cancelNext = clock.after(this.#nextAt - now, () => this.#tickAndSchedule());
    this.#tick();
  }

  #tick(): void {
    // No tick is waited for beyond the next one.
    if (this.#cancelGather !== undefined) this.#waitNoLonger();
    this.#cancelLateGather?.();
    this.#cancelLateGather = undefined;
    for (const watched of this.#watched) {
      if (watched.prompt) this.#awaited.add(watched);
      void this.#collect(watched).then(() => {
        this.#awaited.delete(watched);
        this.#flushWhenGathered();
      });
    }
    this.#cancelGather = this.#parts.clock.after(GATHER_MS, () => this.#waitNoLonger());
    if (this.#watched.length === 0) this.#flush();
  }

  #waitNoLonger(): void {
    for (const slow of this.#awaited) slow.prompt = false;
    this.#flush();
  }

  /** Resolves once the reading of a new collection, or the failure to start one, is among the ready ones. */
  async #collect(watched: Watched): Promise<void> {
    const { clock } = this.#parts;
    if (watched.busy) {
      // Past its deadline, a collection that does not come back is one more failed reading in every tick.
      if (!watched.pending) this.#ready.push({ watched, reading: hanging(watched) });
      return;
    }
    watched.busy = true;
    watched.pending = true;
    watched.nudged.satisfy();
    const startedAt = clock.now();
    const { reading, released } = readSource(watched.source, clock);
    void released.then(() => {
      watched.busy = false;
      watched.nudged.proceed();
    });
    const result = await reading;
    watched.pending = false;
    watched.prompt = clock.now() - startedAt < GATHER_MS;
    this.#ready.push({ watched, reading: result });
  }

  /** Collects one source out of cadence. What that finds is told at once, whatever a tick under way still waits for. */
  #collectAlone(watched: Watched | undefined): void {
    if (watched !== undefined) void this.#collect(watched).then(() => this.#decide(this.#takeReady(watched)));
  }

  #flushWhenGathered(): void {
    if (!this.#running || this.#ready.length === 0 || this.#awaited.size > 0) return;
    if (!this.#watched.some((watched) => watched.pending)) this.#flush();
    else this.#cancelLateGather ??= this.#parts.clock.after(LATE_GATHER_MS, () => this.#flush());
  }

  /** Ends a tick with all that is ready. */
  #flush(): void {
    this.#cancelGather?.();
    this.#cancelLateGather?.();
    this.#cancelGather = undefined;
    this.#cancelLateGather = undefined;
    this.#awaited.clear();
    if (!this.#running) return;
    this.#decide(this.#takeReady());
    this.#lastTickAt = this.#parts.clock.now();
  }

  #takeReady(only?: Watched): Ready[] {
    const taken = this.#ready.filter(({ watched }) => only === undefined || watched === only);
    this.#ready = this.#ready.filter((ready) => !taken.includes(ready));
    return taken;
  }

  /** Evaluates, decides and commits: one synchronous step. */
  #decide(ready: Ready[]): void {
    if (!this.#running) return;
    const { clock, log } = this.#parts;
    const now = clock.now();
    const order = new Map(this.#watched.map((watched, index) => [watched, index]));
    ready.sort((a, b) => (order.get(a.watched) ?? 0) - (order.get(b.watched) ?? 0));
    const changed: AlertChanges[] = [];
    const memories = new Map<string, unknown>();
    const silences = this.#parts.store.silences(now);
    for (const { watched, reading } of ready) {
      const changes = this.#evaluate(watched, reading, now, silences);
      if (changes === undefined) continue;
      changed.push(changes);
      const told = changes.set.length + changes.forget.length + changes.notices.length > 0;
      if (told || (reading.ok && now - watched.memoryStoredAt >= MEMORY_STORE_MS)) {
        for (const [owner, value] of memoriesOf(watched)) memories.set(owner, value);
        if (reading.ok) watched.memoryStoredAt = now;
      }
    }
    if (memories.size > 0 || now - this.#aliveStoredAt >= ALIVE_STORE_MS) {
      memories.set("alive", now);
      this.#aliveStoredAt = now;
    }
    // A late reading and the one after it may meet here: the same source is evaluated twice then.
    const changes = joinChanges(changed);
    this.#tell(changes, memories);
    log.debug({ readings: ready.length, notices: changes.notices.length }, "tick");
  }

  #evaluate(
    watched: Watched,
    reading: Reading<unknown>,
    now: Instant,
    silences: readonly Silence[],
  ): AlertChanges | undefined {
    const { source, alerting } = watched;
    try {
      const evaluation: Evaluation<unknown> = source.evaluate(reading, watched.memory, now);
      const damped = dampFlapping(evaluation, watched.flaps, alerting);
      const changes = advanceAlerts(source.name, damped.evaluation, alerting, now, this.#parts.cooldownMs, silences);
      watched.views = updateOverview(watched.views, evaluation);
      watched.memory = evaluation.memory;
      watched.flaps = damped.records;
      for (const state of changes.set) alerting.set(state.key, state);
      for (const key of changes.forget) alerting.delete(key);
      this.#noteReading(watched, reading, now);
      return changes;
    } catch (thrown) {
      // Evaluating is total; if it is not, that is our fault and costs this source alone. The likeliest cause is a memory
      // that an older version stored, so it starts anew.
      watched.memory = source.initial;
      watched.flaps = {};
      this.#noteReading(watched, unknown(`internal fault while evaluating: ${explainFailure(thrown)}`), now);
      return undefined;
    }
  }

  #noteReading(watched: Watched, reading: Reading<unknown>, now: Instant): void {
    const { log } = this.#parts;
    const { name } = watched.source;
    const error = reading.ok ? undefined : reading.error;
    // Said when it begins, when it changes and when it ends, not every tick.
    if (error !== undefined && error !== watched.view.error) log.warn({ source: name, error }, "source cannot be read");
    if (error === undefined && watched.view.ok === false) log.info({ source: name }, "source can be read again");
    watched.view = { name, ok: reading.ok, error, readAt: now };
  }

  #tell(changes: AlertChanges, memories: ReadonlyMap<string, unknown> = new Map()): void {
    for (const { key, action, severity, what } of changes.notices) {
      this.#parts.log.info({ key, action, severity, what }, "decision");
    }
    if (changes.set.length + changes.forget.length + changes.notices.length + memories.size === 0) return;
    this.#commit(changes, memories);
    if (changes.notices.length > 0) this.#parts.onOwed();
  }

  #commit(changes: AlertChanges, memories: ReadonlyMap<string, unknown>): void {
    const { store, channels } = this.#parts;
    store.commit({ ...changes, memories, channels });
  }
}

function memoriesOf({ source, memory, flaps }: Watched): [string, unknown][] {
  return [
    [`source/${source.name}`, memory],
    [`flaps/${source.name}`, flaps],
  ];
}

function hanging(watched: Watched): Reading<never> {
  return unknown(watched.view.error ?? "its last collection still hangs");
}
