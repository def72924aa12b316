import type { Clock } from "../clock.ts";
import type { Settings } from "../config/settings.ts";
import type { AlertState } from "../core/alerts.ts";
import { digestDue } from "../core/digest-due.ts";
import { countIncidents, type IncidentHistory } from "../core/incidents.ts";
import type { Message } from "../core/message.ts";
import { kindOf } from "../core/signal.ts";
import { formatDay, formatTime, type WallTime } from "../core/text.ts";
import type { AreaTexts } from "../core/texts/index.ts";
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "../core/time.ts";
import type { LifeFacts } from "./pulse.ts";
import { scopeOf, unwatchedOf } from "./scope.ts";
import { isStartNews, type StartMemory } from "./start-notice.ts";
import { type Information, wordDigest, wordStart } from "./word-information.ts";

/** What the informer needs of a channel's deliverer. */
export interface Informed {
  readonly channel: string;
  /** Tells it as soon as nothing is owed; resolves to whether the channel accepted it. */
  inform(message: Message): Promise<boolean>;
}

export interface InformerParts {
  readonly settings: Settings;
  readonly texts: AreaTexts<"life">;
  readonly version: string;
  readonly clock: Clock;
  readonly memory: { memory(owner: string): unknown; remember(owner: string, value: unknown): void };
  /** Whether what is remembered outlives this process. */
  readonly keepsState: boolean;
  /** When the watchdog before last said that it lives, as it was stored. */
  readonly aliveAt: unknown;
  readonly deliverers: readonly Informed[];
  readonly incidents: () => IncidentHistory;
  readonly alerting: () => readonly AlertState[];
}

/** By then a stack that starts together has come up: what is still not read is worth a word. */
const SETTLED_MS = 30 * SECOND_MS;
/** What no channel took is offered again after this, */
const AGAIN_MS = 10 * MINUTE_MS;
/** and a start is no news any more after that. */
const OLD_START_MS = HOUR_MS;

const START = "start-notice";
const DIGEST = "digest";

/** Tells, without a sound and after every alert, what is no alert: that a watchdog has started, and how the day was. */
export class Informer {
  readonly #parts: InformerParts;
  readonly #startedAt: Instant;
  #isStartTold: boolean;
  #lastDigest: unknown;
  #notBefore: Instant = 0;
  #isTelling = false;

  constructor(parts: InformerParts) {
    this.#parts = parts;
    const { settings, clock, memory, keepsState } = parts;
    this.#startedAt = clock.now();
    // Without a state nobody knows whether this start is one of many.
    this.#isStartTold = !settings.startNotice || !keepsState;
    this.#lastDigest = memory.memory(DIGEST);
    if (settings.digestMinute === undefined || this.#lastDigest !== undefined) return;
    // A digest that was due before the very first start is not told late.
    this.#lastDigest = this.#dueDigest() ?? "none yet";
    memory.remember(DIGEST, this.#lastDigest);
  }

  /** A tick has completed. @param facts asked for only when there is something to tell */
  ticked(facts: () => LifeFacts): void {
    const now = this.#parts.clock.now();
    if (this.#isTelling || now < this.#notBefore) return;
    const due = this.#dueDigest();
    if (!this.#isStartTold && now - this.#startedAt >= SETTLED_MS) this.#tellStart(facts());
    else if (due !== undefined && due !== this.#lastDigest) this.#tellDigest(due, facts());
  }

  #tellStart(facts: LifeFacts): void {
    const { settings, texts, version, memory, aliveAt, deliverers } = this.#parts;
    const unwatched = unwatchedOf(settings);
    const channels = deliverers.map(({ channel }) => channel);
    const commands = settings.commands !== undefined;
    const watches = JSON.stringify([version, facts.sources.map(({ name }) => name), unwatched, channels, commands]);
    const isOld = facts.now - this.#startedAt > OLD_START_MS;
    if (isOld || !isStartNews(memory.memory(START), aliveAt, watches, this.#startedAt)) {
      this.#isStartTold = true;
      return;
    }
    const scope = scopeOf(facts.sources, facts.signals);
    const startedAt = formatTime(this.#startedAt, facts.now, wallOf(this.#parts), texts.units);
    const start = wordStart(texts.life, {
      version,
      startedAt,
      scope,
      unwatched,
      unread: unreadOf(facts),
      channels,
      commands,
    });
    this.#tell(start, () => {
      this.#isStartTold = true;
      memory.remember(START, { at: facts.now, watches } satisfies StartMemory);
    });
  }

  #tellDigest(due: string, facts: LifeFacts): void {
    const { texts, memory, incidents, alerting } = this.#parts;
    const bySeverity = [...alerting()].sort((a, b) => a.severity.localeCompare(b.severity));
    const digest = wordDigest(texts.life, {
      day: formatDay(facts.now, wallOf(this.#parts), texts.units),
      scope: scopeOf(facts.sources, facts.signals),
      wrong: bySeverity.map(({ what }) => what),
      unread: unreadOf(facts),
      incidents: countIncidents(incidents(), facts.now - DAY_MS),
      trends: trendsOf(facts),
    });
    this.#tell(digest, () => {
      this.#lastDigest = due;
      memory.remember(DIGEST, due);
    });
  }

  #dueDigest(): string | undefined {
    const { settings, clock } = this.#parts;
    const { digestMinute, zone } = settings;
    return digestMinute === undefined ? undefined : digestDue(clock.wallNow(), zone, digestMinute);
  }

  /** Counts as told as soon as one channel took it. */
  #tell({ heading, lines }: Information, onTold: () => void): void {
    const { deliverers, clock } = this.#parts;
    const message: Message = { heading, lines, blocks: [], rings: false };
    this.#isTelling = true;
    let isTold = false;
    const telling = deliverers.map(async (deliverer) => {
      if (!(await deliverer.inform(message)) || isTold) return;
      isTold = true;
      onTold();
    });
    void Promise.allSettled(telling).then(() => {
      this.#isTelling = false;
      if (!isTold) this.#notBefore = clock.now() + AGAIN_MS;
    });
  }
}

function wallOf({ clock, settings: { zone } }: InformerParts): WallTime {
  return { offsetMs: clock.wallNow() - clock.now(), zone };
}

function unreadOf({ sources }: LifeFacts): { name: string; error: string }[] {
  return sources.flatMap(({ name, ok, error = "" }) => (ok === false ? [{ name, error }] : []));
}

/** Its own signal says when it will be full, with details where there is a pace to tell it from. */
function trendsOf({ signals }: LifeFacts): string[] {
  return signals.flatMap(({ key, status, what, details }) => {
    const isTrend = kindOf(key).endsWith("_fill") && status === "inactive" && details !== undefined;
    return isTrend ? [what] : [];
  });
}
