import type { Clock } from "./clock.ts";
import { type AlertChanges, type AlertState, advanceAlerts } from "./core/alerts.ts";
import { dampFlapping, type FlapRecords } from "./core/flapping.ts";
import { type SignalView, updateOverview } from "./core/overview.ts";
import { type Reading, unknown } from "./core/reading.ts";
import type { Silence } from "./core/silence.ts";
import type { Instant } from "./core/time.ts";
import { explainFailure } from "./http/explain-failure.ts";
import { readSource } from "./sources/read-source.ts";
import type { AnySource } from "./sources/source.ts";

/** How a source does, for those who look. */
export interface SourceView {
  readonly name: string;
  /** `undefined` until its first reading. */
  readonly ok: boolean | undefined;
  readonly error: string | undefined;
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
  #memory: unknown;
  #flaps: FlapRecords;
  #views: readonly SignalView[] = [];
  #view: SourceView;
  #busy = false;
  #pending = false;
  #lastMs = 0;

  constructor(source: AnySource, stored: StoredSource, log: ReadingLog) {
    this.source = source;
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

  /** The collection under way has yielded no reading yet. */
  get pending(): boolean {
    return this.#pending;
  }

  /** How long its last collection took until it yielded a reading, in milliseconds; 0 before the first. */
  get lastMs(): number {
    return this.#lastMs;
  }

  get view(): SourceView {
    return this.#view;
  }

  get views(): readonly SignalView[] {
    return this.#views;
  }

  get alertStates(): readonly AlertState[] {
    return [...this.#alerting.values()];
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
  async collect(clock: Clock, onReleased: () => void): Promise<Reading<unknown> | undefined> {
    if (this.#busy) return this.#pending ? undefined : unknown(this.#view.error ?? "its last collection still hangs");
    this.#busy = true;
    this.#pending = true;
    const startedAt = clock.now();
    const { reading, released } = readSource(this.source, clock);
    void released.then(() => {
      this.#busy = false;
      onReleased();
    });
    const result = await reading;
    this.#pending = false;
    this.#lastMs = clock.now() - startedAt;
    return result;
  }

  /** Evaluates a reading and decides. `undefined`: the source's own fault, which changes nothing. */
  evaluate(
    reading: Reading<unknown>,
    now: Instant,
    cooldownMs: number,
    silences: readonly Silence[],
  ): AlertChanges | undefined {
    const { source } = this;
    try {
      const evaluation = source.evaluate(reading, this.#memory, now);
      const damped = dampFlapping(evaluation, this.#flaps, this.#alerting);
      const changes = advanceAlerts(source.name, damped.evaluation, this.#alerting, now, cooldownMs, silences);
      this.#views = updateOverview(this.#views, evaluation);
      this.#memory = evaluation.memory;
      this.#flaps = damped.records;
      for (const state of changes.set) this.#alerting.set(state.key, state);
      for (const key of changes.forget) this.#alerting.delete(key);
      this.#noteReading(reading, now);
      return changes;
    } catch (thrown) {
      // Evaluating is total; if it is not, that is our fault and costs this source alone. The likeliest cause is a memory
      // that an older version stored, so it starts anew.
      this.#memory = source.initial;
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

/** Under which names a source's memory and the history of its changes are stored. */
export function memoryOwner(sourceName: string): string {
  return `source/${sourceName}`;
}

export function flapsOwner(sourceName: string): string {
  return `flaps/${sourceName}`;
}
