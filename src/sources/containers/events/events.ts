import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { type EngineAddress, writeAddress } from "../../../config/engine-address.ts";
import { nextPauseMs } from "../../../core/backoff.ts";
import { SECOND_MS } from "../../../core/time.ts";
import type { Scope } from "../../source.ts";
import type { Engine } from "../engine/engine.ts";
import { GuardedAgent } from "../engine/guarded-agent.ts";
import { wordForbiddenEvents } from "../engine/word-engine.ts";
import type { WallTimeMs } from "../snapshot.ts";
import { KILL_SETTLES_MS } from "../track/oom-kills.ts";
import type { EventRecord } from "./event-facts.ts";
import { type ContainerEvent, EVENT_FILTER, parseEvent } from "./parse-event.ts";
import { LineSplitter } from "./split-lines.ts";

export interface EventStreamParts {
  readonly address: EngineAddress;
  /** Knows in which version to ask. */
  readonly engine: Pick<Engine, "versionPrefix" | "forgetVersion">;
  /** Told once that events are forbidden, and again after they were allowed. */
  readonly warn: (problem: string) => void;
  /** Takes what the events tell, of all containers. */
  readonly record: EventRecord;
  /** Whether a container's events are a reason to look. */
  readonly isWatched: (name: string) => boolean;
  /** What happened before is of old: it is for the readings to find. */
  readonly startedAt: WallTimeMs;
  /** How far before that the first question reaches: what was ordered just before the watchdog came is known too. */
  readonly lookBackMs: number;
  readonly clock: { wallNow(): number; after(delayMs: number, run: () => void): () => void };
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** An event carries all labels of its container. */
const MAX_LINE_CHARS = 256 * 1_024;
const MAX_HEAD_BYTES = 64 * 1_024;
const FILTERS = JSON.stringify({ type: ["container"], event: EVENT_FILTER });
/** A kill for memory mostly ends the container a moment later: looking then finds both. */
const OOM_TO_DIE_MS = KILL_SETTLES_MS + 100;
/** Asked again from a little before the last event, for they do not come strictly in order; this many are told apart. */
const OVERLAP_MS = SECOND_MS;
const REMEMBERED = 256;
const MAX_PROBED = 2_000;
/** An event that has not come this long after what it tells of is not late but lost. */
const LOST_AFTER_MS = 5 * SECOND_MS;
/** A stream that stood for so long had nothing wrong with it. */
const STOOD_MS = 30 * SECOND_MS;
const SLACK_MS = 2 * SECOND_MS;

/**
 * Follows Docker's events over a connection of its own, as long as it is not stopped: what ends is opened again, after a
 * growing pause, from where it ended. Never throws; what it misses, the polls find.
 */
export class EventStream {
  readonly #parts: EventStreamParts;
  readonly #nudge: (scope: Scope) => void;
  readonly #agent: GuardedAgent;
  readonly #seen = new Set<string>();
  /** What the last probe of each container found, by its id. */
  readonly #probed = new Map<string, string>();
  #request: ClientRequest | undefined;
  #askedAt: WallTimeMs = 0;
  #lastEventAt: WallTimeMs | undefined;
  #hasOpened = false;
  #isForbidden = false;
  #failuresInARow = 0;
  #cancelPause: (() => void) | undefined;
  #cancelOomNudge: (() => void) | undefined;
  /** The containers that lost something for want of memory and may end of it, by their ids. */
  readonly #killed = new Set<string>();
  #stopped = false;

  /** Begins at once. */
  constructor(parts: EventStreamParts, nudge: (scope: Scope) => void) {
    this.#parts = parts;
    this.#nudge = nudge;
    this.#agent = new GuardedAgent(parts.address, { timeoutMs: 0, maxBytes: MAX_HEAD_BYTES, endless: true });
    void this.#open();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelPause?.();
    this.#cancelOomNudge?.();
    this.#request?.destroy();
    this.#agent.destroy();
  }

  /**
   * A reading found what an event should have told. A stream that did not tell it has died silently, as those through a
   * proxy do, and is opened anew.
   */
  expect(happenedAt: WallTimeMs): void {
    const isLate = this.#parts.clock.wallNow() - happenedAt > LOST_AFTER_MS;
    const isMissed = this.#askedAt < happenedAt && (this.#lastEventAt ?? 0) < happenedAt - SLACK_MS;
    if (isLate && isMissed) this.#request?.destroy();
  }

  async #open(): Promise<void> {
    const { engine, clock, startedAt, lookBackMs } = this.#parts;
    this.#askedAt = clock.wallNow();
    const sinceMs = this.#lastEventAt === undefined ? startedAt - lookBackMs : this.#lastEventAt - OVERLAP_MS;
    const query = new URLSearchParams({ since: (Math.max(0, sinceMs) / 1_000).toFixed(3), filters: FILTERS });
    let permanent = false;
    try {
      const prefix = await engine.versionPrefix();
      if (this.#stopped) return;
      const { door: socketPath, host } = this.#agent;
      const asked = request({ agent: this.#agent, socketPath, path: `${prefix}/events?${query}`, headers: { host } });
      this.#request = asked;
      asked.on("error", () => undefined); // `close` follows, and the polls say what is wrong with Docker.
      asked.once("response", (response) => {
        const { statusCode = 0 } = response;
        // Another engine than the one that was asked for its version.
        const isVersionUnknown = prefix !== "" && (statusCode === 400 || statusCode === 404);
        if (isVersionUnknown) engine.forgetVersion();
        permanent = statusCode >= 400 && statusCode < 500 && !isVersionUnknown;
        if (permanent) this.#tellForbidden(statusCode);
        if (statusCode === 200) this.#read(response);
        else asked.destroy();
      });
      asked.once("close", () => this.#reopen(permanent));
      asked.end();
    } catch {
      this.#reopen(false);
    }
  }

  /** People who wonder why a crash is told late find it in the log; once, for the polls go on. */
  #tellForbidden(statusCode: number): void {
    if (!this.#isForbidden) this.#parts.warn(wordForbiddenEvents(writeAddress(this.#parts.address), statusCode));
    this.#isForbidden = true;
  }

  #read(response: IncomingMessage): void {
    // What happened while nobody listened may be more than Docker remembers.
    if (this.#hasOpened) this.#nudge("all");
    this.#hasOpened = true;
    this.#isForbidden = false;
    const lines = new LineSplitter(MAX_LINE_CHARS);
    response.setEncoding("utf8");
    response.on("error", () => undefined);
    response.on("data", (text: string) => {
      if (this.#stopped) return;
      for (const line of lines.push(text)) {
        const event = parseEvent(line);
        if (event !== undefined) this.#take(event);
      }
    });
  }

  #reopen(permanent: boolean): void {
    this.#request = undefined;
    if (this.#stopped) return;
    if (this.#parts.clock.wallNow() - this.#askedAt > STOOD_MS) this.#failuresInARow = 0;
    this.#failuresInARow += 1;
    const pauseMs = nextPauseMs(this.#failuresInARow, { permanent }, this.#parts.random());
    this.#cancelPause = this.#parts.clock.after(pauseMs, () => void this.#open());
  }

  #take(event: ContainerEvent): void {
    const { action, id, name, at, enabled, signal } = event;
    this.#failuresInARow = 0;
    const key = `${at} ${action} ${signal} ${id}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    const [oldest] = this.#seen;
    if (oldest !== undefined && this.#seen.size > REMEMBERED) this.#seen.delete(oldest);
    this.#lastEventAt = Math.max(this.#lastEventAt ?? 0, at);
    if (this.#isAsBefore(event)) return;
    const isOld = at < this.#parts.startedAt;
    this.#parts.record.record(event, isOld);
    // An order alone changes nothing yet. Of a new name it matters, too, what the old one was.
    if (isOld || action === "kill" || !enabled || !(action === "rename" || this.#parts.isWatched(name))) return;
    if (action === "oom") {
      this.#killed.add(id);
      this.#cancelOomNudge ??= this.#parts.clock.after(OOM_TO_DIE_MS, () => {
        this.#forgetKills();
        this.#nudge("all");
      });
    } else if (action === "die") {
      if (this.#killed.delete(id) && this.#killed.size === 0) this.#forgetKills();
      this.#nudge("news");
    } else this.#nudge("all");
  }

  /** A probe that found what the one before found is no news. */
  #isAsBefore({ id, action, probed }: ContainerEvent): boolean {
    const before = this.#probed.get(id);
    this.#probed.delete(id);
    if (action !== "health_status" || probed === undefined) return false;
    this.#probed.set(id, probed);
    const [oldest] = this.#probed.keys();
    if (oldest !== undefined && this.#probed.size > MAX_PROBED) this.#probed.delete(oldest);
    return probed === before;
  }

  #forgetKills(): void {
    this.#killed.clear();
    this.#cancelOomNudge?.();
    this.#cancelOomNudge = undefined;
  }
}
