import type { Clock } from "./clock.ts";
import type { Ack } from "./core/ack.ts";
import {
  type AlertChanges,
  type AlertState,
  advanceAlerts,
  type HeldBack,
  isHeld,
  joinChanges,
} from "./core/alerts.ts";
import { type CauseNode, MOST_HELD_BACK_MS, type Standing } from "./core/causes.ts";
import { dampFlapping, type FlapRecords } from "./core/flapping.ts";
import { type Histories, NO_HISTORIES, noteReadings, showHistories } from "./core/histories.ts";
import { type SignalView, updateOverview } from "./core/overview.ts";
import { type Reading, unknown } from "./core/reading.ts";
import type { Evaluation, Links, Signal } from "./core/signal.ts";
import { isSilenced, type Silence } from "./core/silence.ts";
import type { AreaTexts } from "./core/texts/index.ts";
import type { Instant } from "./core/time.ts";
import { explainFailure } from "./http/explain-failure.ts";
import { readSource } from "./sources/read-source.ts";
import type { AnySource, Scope } from "./sources/source.ts";

/** How a source does, for those who look. */
export interface SourceView {
  readonly name: string;
  /** `undefined` until its first reading. */
  readonly ok: boolean | undefined;
  readonly error: string | undefined;
  /** When all of it was read last, or should have been. */
  readonly readAt: Instant | undefined;
}

/** What is stored of a source between two processes. */
export interface StoredSource {
  readonly memory: unknown;
  readonly flaps: unknown;
  readonly alerting: readonly AlertState[];
}

interface ReadingLog {
  info(facts: object, msg: string): void;
  warn(facts: object, msg: string): void;
}

/** One source with all that is known of it: its memory, its alerts, and the collection under way. */
export class WatchedSource {
  readonly source: AnySource;
  /** When its memory was last stored. At first never: what happens while nobody watches is counted from the first reading. */
  memoryStoredAt: Instant = Number.NEGATIVE_INFINITY;
  readonly #alerting: Map<string, AlertState>;
  readonly #log: ReadingLog;
  readonly #texts: AreaTexts<"failures" | "messages">;
  #memory: unknown;
  #flaps: FlapRecords;
  /** Not stored: a restart costs the course of a few numbers. */
  #histories: Histories = NO_HISTORIES;
  #views: readonly SignalView[] = [];
  /** Those of the views that can be causes or have some. */
  #linked: readonly SignalView[] = [];
  /** The last evaluation, if nothing was wrong in it. */
  #calm: Evaluation<unknown> | undefined;
  /** What it remarked and nobody took yet. */
  #remarks: string[] = [];
  /** What was evaluated and waits to be decided. */
  #undecided: Evaluation<unknown>[] = [];
  /** What is wrong and not told yet, by key, with the key of the signal that it waits for. */
  #heldBack: ReadonlyMap<string, HeldBack> = new Map();
  /** Since when it is, what is unknown meanwhile included. */
  #heldSince: ReadonlyMap<string, Instant> = new Map();
  #view: SourceView;
  #busy = false;
  #scope: Scope = "all";
  #pending = false;
  #lastMs = 0;

  constructor(source: AnySource, stored: StoredSource, log: ReadingLog, texts: AreaTexts<"failures" | "messages">) {
    this.source = source;
    this.#texts = texts;
    this.#memory = stored.memory ?? source.initial;
    this.#flaps = (stored.flaps ?? {}) as FlapRecords;
    this.#alerting = new Map(stored.alerting.map((state) => [state.key, state]));
    this.#log = log;
    this.#view = { name: source.name, ok: undefined, error: undefined, readAt: undefined };
  }

  /** A collection has not let go yet; there is never a second one beside it. */
  get busy(): boolean {
    return this.#busy;
  }

  /** What the collection under way, or the last one, is to read. */
  get scope(): Scope {
    return this.#scope;
  }

  /** The collection under way has yielded no reading yet. */
  get pending(): boolean {
    return this.#pending;
  }

  /** How long its last collection of all took until it yielded a reading, in milliseconds; 0 before the first. */
  get lastMs(): number {
    return this.#lastMs;
  }

  get view(): SourceView {
    return this.#view;
  }

  get views(): readonly SignalView[] {
    if (this.#heldBack.size === 0) return this.#views;
    return this.#views.map((view) => {
      const waitsFor = this.#heldBack.get(view.key)?.waitsFor;
      return waitsFor === undefined ? view : { ...view, waitsFor };
    });
  }

  get alertStates(): readonly AlertState[] {
    return [...this.#alerting.values()];
  }

  /** @returns the alert state with the ack; `undefined` where this source alerts no such key */
  acknowledge(key: string, ack: Ack): AlertState | undefined {
    const state = this.#alerting.get(key);
    if (state === undefined) return undefined;
    const acked = { ...state, ack };
    this.#alerting.set(key, acked);
    return acked;
  }

  /** What is to be stored of it, by owner. */
  get memories(): readonly (readonly [owner: string, value: unknown])[] {
    return [
      [memoryOwner(this.source.name), this.#memory],
      [flapsOwner(this.source.name), this.#flaps],
    ];
  }

  /**
   * Reads it once; never rejects. While a collection is under way: `undefined` before its deadline; beyond it, one that
   * does not come back is one more failed reading each time.
   */
  async collect(clock: Clock, scope: Scope, onReleased: () => void): Promise<Reading<unknown> | undefined> {
    if (this.#busy) return this.#pending ? undefined : unknown(this.#view.error ?? this.#texts.failures.stillHangs);
    this.#busy = true;
    this.#scope = scope;
    this.#pending = true;
    const startedAt = clock.now();
    const { reading, released } = readSource(this.source, clock, this.#texts, scope);
    void released.then(() => {
      this.#busy = false;
      onReleased();
    });
    const result = await reading;
    this.#pending = false;
    if (scope === "all") this.#lastMs = clock.now() - startedAt;
    return result;
  }

  /** Evaluates a reading; what people must be told of it is decided later. */
  evaluate(reading: Reading<unknown>, now: Instant): void {
    this.#guard(now, () => {
      const evaluation = this.source.evaluate(reading, this.#memory, now);
      this.#remarks.push(...(evaluation.remarks ?? []));
      if (this.#isAsBefore(evaluation)) {
        this.#undecided.push(NOTHING);
        this.#memory = evaluation.memory;
        this.#noteReading(reading, now);
        return;
      }
      this.#calm = isCalm(evaluation) ? evaluation : undefined;
      const damped = dampFlapping(evaluation, this.#flaps, this.#alerting, this.#texts.messages);
      this.#histories = noteReadings(this.#histories, evaluation);
      this.#views = updateOverview(this.#views, evaluation);
      this.#linked = this.#views.filter(isLinked);
      this.#undecided.push(showHistories(damped.evaluation, this.#histories));
      this.#memory = evaluation.memory;
      this.#flaps = damped.records;
      this.#noteReading(reading, evaluation.partial ? (this.#view.readAt ?? now) : now);
    });
  }

  /** Hands out what it remarked. */
  takeRemarks(): readonly string[] {
    return this.#remarks.splice(0);
  }

  /** Nothing is wrong, nothing was, and its source says so in the very same arrays: there is nothing to do. */
  #isAsBefore({ signals, holds, suspects }: Evaluation<unknown>): boolean {
    const before = this.#calm;
    if (signals !== before?.signals || holds !== before.holds || suspects !== before.suspects) return false;
    return this.#alerting.size + this.#heldBack.size + Object.keys(this.#flaps).length === 0;
  }

  /** Whether anything may have to be told for the first time: only then it matters what follows from what. */
  get mayAlert(): boolean {
    const isKnown = (key: string) => this.#undecided.length === 1 && this.#alerting.has(key);
    const isNew = ({ key, nature, active }: Signal) => active && nature === "level" && !isKnown(key);
    return this.#heldBack.size > 0 || this.#undecided.some(({ signals }) => signals.some(isNew));
  }

  /** How its signals stand, before anything is decided, as far as they can be causes or have some. */
  causeNodes(now: Instant, silences: readonly Silence[]): CauseNode[] {
    if (this.#linked.length === 0) return [];
    const evaluated = new Map(
      this.#newestSignals()
        .filter(isLinked)
        .map((signal) => [signal.key, signal]),
    );
    return this.#linked.map((view) => {
      const { key, standsFor, needs } = view;
      const state = this.#alerting.get(key);
      const signal = evaluated.get(key);
      const { severity, what, since = now } = state ?? signal ?? view;
      const is = standing(view, state, signal, () => isSilenced(key, silences, now));
      const links = { ...(standsFor && { standsFor }), ...(needs && { needs }) };
      const isOverdue = is === "new" && now - (this.#heldSince.get(key) ?? now) >= MOST_HELD_BACK_MS;
      const toldAt = state?.toldAt;
      const known = { ...(toldAt !== undefined && { toldAt }), ...(isOverdue && { isOverdue }) };
      return { key, severity, what, since: Math.min(since, now), is, ...links, ...known };
    });
  }

  /**
   * Decides on what was evaluated since the last time, and on what was held back then. `undefined`: there is nothing, or the
   * source is at fault, which changes nothing.
   */
  decide(
    standingOf: (key: string) => Standing,
    now: Instant,
    cooldownMs: number,
    silences: readonly Silence[],
  ): AlertChanges | undefined {
    const evaluations = this.#undecided;
    this.#undecided = [];
    const isWaiting = this.#heldBack.size + this.#heldSince.size > 0;
    if (evaluations.length > 0 && !isWaiting && evaluations.every((one) => one === NOTHING)) return NO_CHANGES;
    const { name } = this.source;
    let heldBack: readonly HeldBack[] = [...this.#heldBack.values()];
    const advance = (evaluation: Evaluation<unknown>, alerting: ReadonlyMap<string, AlertState>): AlertChanges => {
      const changes = advanceAlerts(
        name,
        evaluation,
        alerting,
        now,
        cooldownMs,
        this.#texts.messages,
        silences,
        standingOf,
      );
      for (const state of changes.set) this.#alerting.set(state.key, state);
      for (const key of changes.forget) this.#alerting.delete(key);
      heldBack = changes.heldBack ?? [];
      return changes;
    };
    return this.#guard(now, () => {
      if (evaluations.length === 0 && heldBack.length > 0) evaluations.push(NOTHING_NEW);
      const changed = evaluations.map((evaluation) => advance(withHeldBack(evaluation, heldBack), this.#alerting));
      this.#heldBack = new Map(heldBack.map((held) => [held.signal.key, held]));
      this.#heldSince = this.#stillHeldSince(now);
      return changed.length === 0 ? undefined : joinChanges(changed);
    });
  }

  /** What there is to decide on; what was held back only where nothing newer is: it may be unknown by now. */
  #newestSignals(): readonly Signal[] {
    let newest: readonly Signal[] = [...this.#heldBack.values()].map(({ signal }) => signal);
    for (const evaluation of this.#undecided) {
      newest = evaluation.partial ? [...unspokenOf(evaluation, newest), ...evaluation.signals] : evaluation.signals;
    }
    return newest;
  }

  #stillHeldSince(now: Instant): Map<string, Instant> {
    const unknown = this.#linked.filter(({ key, status }) => status === "unknown" && this.#heldSince.has(key));
    const keys = [...this.#heldBack.keys(), ...unknown.map(({ key }) => key)];
    return new Map(keys.map((key) => [key, this.#heldSince.get(key) ?? now]));
  }

  /**
   * Evaluating is total; if it is not, that is our fault and costs this source alone. The likeliest cause is a memory that an
   * older version stored, so it starts anew.
   */
  #guard<Result>(now: Instant, run: () => Result): Result | undefined {
    try {
      return run();
    } catch (thrown) {
      this.#memory = this.source.initial;
      this.#flaps = {};
      this.#noteReading(unknown(`internal fault while evaluating: ${explainFailure(thrown)}`), now);
      return undefined;
    }
  }

  #noteReading(reading: Reading<unknown>, now: Instant): void {
    const { name } = this.source;
    const error = reading.ok ? undefined : reading.error;
    // Said when it begins, when it changes and when it ends, not every tick.
    if (error !== undefined && error !== this.#view.error) {
      this.#log.warn({ source: name, error }, "source cannot be read");
    }
    if (error === undefined && this.#view.ok === false) this.#log.info({ source: name }, "source can be read again");
    this.#view = { name, ok: reading.ok, error, readAt: now };
  }
}

const NOTHING: Evaluation<unknown> = { signals: [], holds: [], memory: null };
const NOTHING_NEW: Evaluation<unknown> = { ...NOTHING, partial: true };
const NO_CHANGES: AlertChanges = { set: [], forget: [], notices: [] };

/** What was held back is decided on again, unless the evaluation says something newer of it. */
function withHeldBack(evaluation: Evaluation<unknown>, heldBack: readonly HeldBack[]): Evaluation<unknown> {
  if (!evaluation.partial || heldBack.length === 0) return evaluation;
  const again = heldBack.map(({ signal }) => signal);
  return { ...evaluation, signals: [...evaluation.signals, ...unspokenOf(evaluation, again)] };
}

/** Those of the signals of which the evaluation says nothing. */
function unspokenOf(evaluation: Evaluation<unknown>, signals: readonly Signal[]): readonly Signal[] {
  const read = new Set(evaluation.signals.map(({ key }) => key));
  const holds = new Set(evaluation.holds);
  return signals.filter(({ key }) => !read.has(key) && !isHeld(key, holds));
}

function isCalm({ signals, remarks = [] }: Evaluation<unknown>): boolean {
  const isQuiet = ({ nature, active, measure }: Signal) => nature === "level" && !active && measure === undefined;
  return remarks.length === 0 && signals.every(isQuiet);
}

/** Most are not, and there may be 100,000 of them. */
function isLinked({ standsFor, needs }: Links): boolean {
  return standsFor !== undefined || needs !== undefined;
}

function standing(
  view: SignalView,
  state: AlertState | undefined,
  signal: Signal | undefined,
  isSilenced: () => boolean,
): CauseNode["is"] {
  // What flaps counts as active while it is well: only what is about to recover is over.
  if (state !== undefined) return signal?.active === false ? "quiet" : "told";
  if (signal?.active === true) return isSilenced() ? "quiet" : "new";
  return view.pending === true && !isSilenced() ? "pending" : "quiet";
}

/** Under which names a source's memory and the history of its changes are stored. */
export function memoryOwner(sourceName: string): string {
  return `source/${sourceName}`;
}

export function flapsOwner(sourceName: string): string {
  return `flaps/${sourceName}`;
}
