import type { Clock } from "./clock.ts";
import { ALIVE_STORE_MS, noticeAbsence } from "./core/absence.ts";
import type { Ack } from "./core/ack.ts";
import { type AlertChanges, type AlertState, joinChanges, retireAlerts } from "./core/alerts.ts";
import { linkNotices } from "./core/link-notices.ts";
import type { SignalView } from "./core/overview.ts";
import type { Reading } from "./core/reading.ts";
import { type Routing, routeNotices, type Told } from "./core/routes.ts";
import type { Silence } from "./core/silence.ts";
import type { AreaTexts } from "./core/texts/index.ts";
import { type Instant, MINUTE_MS, SECOND_MS } from "./core/time.ts";
import { decideTogether } from "./decide-together.ts";
import { explainFailure } from "./http/explain-failure.ts";
import { NudgedCollections } from "./nudged-collections.ts";
import type { AnySource, Scope } from "./sources/source.ts";
import type { TickChanges } from "./store/store.ts";
import { flapsOwner, memoryOwner, type SourceView, WatchedSource } from "./watched-source.ts";

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
  readonly texts: AreaTexts<"failures" | "messages">;
  readonly store: TickStore;
  /** The names of the channels that notices are owed to: each to all of them, unless `routing` says otherwise. */
  readonly channels: readonly string[];
  readonly routing?: Routing;
  /** Called after a commit that owes people something. */
  readonly onOwed: () => void;
  /** Called with what is worth knowing and no reason to do anything, one line each: it may get lost. */
  readonly onRemarks?: (remarks: readonly string[]) => void;
  /** Called when a tick has completed. */
  readonly onTicked?: () => void;
  readonly clock: Clock;
  readonly log: TickLog;
  readonly intervalMs: number;
  readonly cooldownMs: number;
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
/** Under which name it is stored that a watchdog lives. */
export const ALIVE = "alive";

/** A source on the watch. */
interface Post {
  readonly watched: WatchedSource;
  readonly nudged: NudgedCollections;
  following: { stop(): void } | undefined;
}

interface Ready {
  readonly post: Post;
  readonly reading: Reading<unknown>;
}

/**
 * The tick: collect → evaluate → decide → commit. Sources are collected side by side; everything from evaluating to the
 * commit is one synchronous step, so ticks cannot overlap, whatever hangs. A source that follows its thing is also
 * collected between two ticks, alone.
 */
export class Watchdog {
  readonly #parts: WatchdogParts;
  /** In the order in which causes are told. */
  readonly #posts: readonly Post[];
  #ready: Ready[] = [];
  /** The prompt sources that the tick under way still waits for. */
  #awaited = new Set<Post>();
  #cancelGather: (() => void) | undefined;
  #cancelLateGather: (() => void) | undefined;
  #cancelNext: (() => void) | undefined;
  #nextAt: Instant = 0;
  #aliveStoredAt: Instant;
  #lastTickAt: Instant | undefined;
  /** Who wants to know that the tick under way has ended. */
  #waiting: (() => void)[] = [];
  #running = false;
  /** It has been started, and no source is followed yet. */
  #mustFollow = false;
  /** Who was told of what goes on, by key. */
  #told: ReadonlyMap<string, Told>;

  constructor(parts: WatchdogParts) {
    this.#parts = parts;
    const { sources, texts, store, clock, log, intervalMs } = parts;
    const alerts = store.alerts();
    this.#told = new Map(
      alerts.flatMap(({ key, severity, channels }) => (channels ? [[key, { severity, channels }]] : [])),
    );
    const states = Map.groupBy(alerts, (state) => state.source);
    this.#posts = sources.map((source, index): Post => {
      const stored = {
        memory: store.memory(memoryOwner(source.name)),
        flaps: store.memory(flapsOwner(source.name)),
        alerting: states.get(source.name) ?? [],
      };
      states.delete(source.name);
      const watched = new WatchedSource(source, stored, log, texts);
      const mayCollect = () => this.#running && !watched.busy;
      const nudged = new NudgedCollections(clock, mayCollect, (scope) => this.#collectAlone(this.#posts[index], scope));
      return { watched, nudged, following: undefined };
    });
    const now = clock.now();
    this.#aliveStoredAt = now;
    const absence = noticeAbsence(store.memory(ALIVE), now, intervalMs, texts);
    const retired = retireAlerts([...states.values()].flat(), now, texts.messages);
    this.#tell({ ...retired, notices: [...(absence ? [absence] : []), ...retired.notices] }, new Map([[ALIVE, now]]));
  }

  /** Ticks now and then at every interval, on the clock's own timeline. A tick that is late is made up for once. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#mustFollow = true;
    this.#nextAt = this.#parts.clock.now();
    this.#tickAndSchedule();
  }

  /** Stops ticking, stores every memory and closes the sources. What is still being collected is forgotten. */
  async stop(): Promise<void> {
    this.#running = false;
    for (const cancel of [this.#cancelNext, this.#cancelGather, this.#cancelLateGather]) cancel?.();
    const memories = new Map<string, unknown>([[ALIVE, this.#parts.clock.now()]]);
    for (const { following, nudged, watched } of this.#posts) {
      following?.stop();
      nudged.stop();
      for (const [owner, value] of watched.memories) memories.set(owner, value);
    }
    this.#commit({ set: [], forget: [], notices: [] }, memories);
    const closing = Promise.allSettled(this.#posts.map(async ({ watched }) => watched.source.close?.()));
    const { promise: over, resolve: giveUp } = Promise.withResolvers<void>();
    const cancelGiveUp = this.#parts.clock.after(CLOSE_MS, giveUp);
    await Promise.race([closing, over]);
    cancelGiveUp();
  }

  /** One whole pass over every source, waiting for the slowest. */
  async runOnce(): Promise<void> {
    this.#running = true;
    await Promise.all(this.#posts.map((post) => this.#collect(post, "all")));
    this.#flush();
    this.#running = false;
  }

  /** A tick now, out of cadence. Resolves when it has ended; a source that is slower than a tick joins later. */
  tickNow(): Promise<void> {
    if (!this.#running || this.#posts.length === 0) return Promise.resolve();
    this.#tick();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    return promise;
  }

  /** Somebody takes care of an incident, see Ack. @returns false where there is none that people were told of */
  acknowledge(key: string, ack: Ack): boolean {
    const acked = this.#posts.map(({ watched }) => watched.acknowledge(key, ack)).find((state) => state !== undefined);
    if (acked === undefined) return false;
    this.#commit({ set: [acked], forget: [], notices: [] }, new Map());
    return true;
  }

  /** When a tick last completed, or `undefined` before the first. */
  get lastTickAt(): Instant | undefined {
    return this.#lastTickAt;
  }

  signals(): readonly SignalView[] {
    return this.#posts.flatMap(({ watched }) => watched.views);
  }

  alertStates(): readonly AlertState[] {
    return this.#posts.flatMap(({ watched }) => watched.alertStates);
  }

  sources(): readonly SourceView[] {
    return this.#posts.map(({ watched }) => watched.view);
  }

  /** Only after the first tick: what is wrong already is told first, and who follows asks for what happened meanwhile. */
  #followAll(): void {
    if (!this.#mustFollow) return;
    this.#mustFollow = false;
    for (const post of this.#posts) post.following = this.#follow(post);
  }

  /** A source that cannot be followed is polled all the same. */
  #follow({ watched, nudged }: Post): { stop(): void } | undefined {
    try {
      return watched.source.follow?.((scope) => nudged.nudge(scope));
    } catch (thrown) {
      this.#parts.log.warn({ source: watched.source.name, error: explainFailure(thrown) }, "source cannot be followed");
      return undefined;
    }
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
    for (const post of this.#posts) {
      if (isPrompt(post)) this.#awaited.add(post);
      void this.#collect(post, "all").then(() => {
        this.#awaited.delete(post);
        this.#flushWhenGathered();
      });
    }
    this.#cancelGather = this.#parts.clock.after(GATHER_MS, () => this.#waitNoLonger());
    if (this.#posts.length === 0) this.#flush();
  }

  #waitNoLonger(): void {
    this.#flush();
  }

  /** Resolves once the reading of a new collection, or the failure to start one, is among the ready ones. */
  async #collect(post: Post, scope: Scope): Promise<void> {
    const { watched, nudged } = post;
    if (!watched.busy) nudged.satisfy();
    // What is under way reads the news alone, and stands for no tick.
    else if (scope === "all" && watched.scope === "news") nudged.nudge("all");
    const reading = await watched.collect(this.#parts.clock, scope, () => nudged.proceed());
    if (reading !== undefined) this.#ready.push({ post, reading });
  }

  /** Collects one source out of cadence. What that finds is told at once, whatever a tick under way still waits for. */
  #collectAlone(post: Post | undefined, scope: Scope): void {
    if (post === undefined) return;
    void this.#collect(post, scope).then(() => {
      const mine = this.#ready.filter((ready) => ready.post === post);
      this.#ready = this.#ready.filter((ready) => ready.post !== post);
      this.#decide(mine);
    });
  }

  #flushWhenGathered(): void {
    if (!this.#running || this.#ready.length === 0 || this.#awaited.size > 0) return;
    if (!this.#posts.some(({ watched }) => watched.pending)) this.#flush();
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
    const ready = this.#ready;
    this.#ready = [];
    this.#decide(ready);
    this.#lastTickAt = this.#parts.clock.now();
    this.#parts.onTicked?.();
    this.#followAll();
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Evaluates, decides and commits: one synchronous step. */
  #decide(ready: Ready[]): void {
    if (!this.#running) return;
    const { clock, log, cooldownMs, store, texts } = this.#parts;
    const now = clock.now();
    for (const { post, reading } of ready) post.watched.evaluate(reading, now);
    const watched = this.#posts.map((post) => post.watched);
    const decided = decideTogether(watched, now, cooldownMs, store.silences(now));
    const memories = new Map<string, unknown>();
    const remarks: string[] = [];
    for (const [source, { set, forget, notices }] of decided) {
      // A good reading counts though a failed one came with it: what began with it must not be lost.
      const isOk = source.view.ok === true || ready.some(({ post, reading }) => post.watched === source && reading.ok);
      const remarked = source.takeRemarks();
      remarks.push(...remarked);
      const isTold = set.length + forget.length + notices.length + remarked.length > 0;
      if (!isTold && !(isOk && now - source.memoryStoredAt >= MEMORY_STORE_MS)) continue;
      for (const [owner, value] of source.memories) memories.set(owner, value);
      if (isOk) source.memoryStoredAt = now;
    }
    if (memories.size > 0 || now - this.#aliveStoredAt >= ALIVE_STORE_MS) {
      memories.set(ALIVE, now);
      this.#aliveStoredAt = now;
    }
    const changes = linkNotices(joinChanges([...decided.values()]), () => this.alertStates(), texts.messages);
    this.#tell(changes, memories);
    if (remarks.length > 0) this.#parts.onRemarks?.(remarks);
    log.debug({ readings: ready.length, notices: changes.notices.length }, "tick");
  }

  #tell(changes: AlertChanges, memories: ReadonlyMap<string, unknown> = new Map()): void {
    for (const { key, action, severity, what, cause } of changes.notices) {
      this.#parts.log.info({ key, action, severity, what, ...(cause && { cause: cause.key }) }, "decision");
    }
    if (changes.set.length + changes.forget.length + changes.notices.length + memories.size === 0) return;
    this.#commit(changes, memories);
    if (changes.notices.length > 0) this.#parts.onOwed();
  }

  #commit(changes: AlertChanges, memories: ReadonlyMap<string, unknown>): void {
    const { store, channels, routing = { routes: [], fallback: channels } } = this.#parts;
    const { routed, told: toldNow } = routeNotices(changes.notices, routing, this.#told, this.#parts.texts.messages);
    const over = new Set(changes.forget);
    const told = new Map([...toldNow].filter(([key]) => !over.has(key)));
    // The state of an incident says who heard of it, for its recovery after a restart.
    const set = changes.set.map((state) => ({ ...state, channels: told.get(state.key)?.channels ?? [] }));
    const byNotice = new Map(routed.map(({ notice, channels }) => [notice, channels]));
    const notices = [...byNotice.keys()];
    store.commit({ ...changes, set, notices, memories, channels: (notice) => byNotice.get(notice) ?? channels });
    this.#told = told;
  }
}

/** A source that was slower than this last time, or says that it takes its time, is not waited for. */
function isPrompt({ watched }: Post): boolean {
  return watched.source.background !== true && watched.lastMs < GATHER_MS && !watched.busy;
}
