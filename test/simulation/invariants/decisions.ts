import type { Notice } from "../../../src/core/notice.ts";
import type { Evaluated, EventOf, Trace, TraceEvent } from "../trace.ts";
import { type Invariant, TOLERANCE_MS, type Violation } from "./invariant.ts";

interface Wrong {
  readonly source: string;
  readonly lastAlertAt: number;
  readonly isFlapping: boolean;
}

/**
 * Every reading leads to what it must: all that is due is committed with it, and nothing else. Built from what the sources
 * said and what the database holds, without `decide`.
 */
export const decisionsFollowReadings: Invariant = (trace) => new Decisions(trace).judge();

class Decisions {
  readonly #trace: Trace;
  readonly #wrong = new Map<string, Wrong>();
  readonly #silences = new Map<string, number>();
  /** What was evaluated and waits for its commit. */
  #pending: (Evaluated & TraceEvent)[] = [];
  #sources: readonly string[] = [];

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  judge(): Violation | undefined {
    for (const event of this.#trace.events) {
      const message = this.#judge(event);
      if (message !== undefined) return { message, event };
    }
    return undefined;
  }

  #judge(event: TraceEvent): string | undefined {
    if (event.kind === "evaluated") {
      this.#pending.push(event);
      return undefined;
    }
    const pending = this.#pending;
    this.#pending = [];
    // Killed in the middle: it was never true.
    if (event.kind === "died" && event.at === pending.at(-1)?.at) return undefined;
    if (event.kind === "started") this.#sources = event.sources;
    if (event.kind === "tick") {
      const orphan = [...this.#wrong].find(([, { source }]) => !this.#sources.includes(source));
      if (orphan !== undefined) return `${orphan[0]} is still wrong, though ${orphan[1].source} is not configured`;
    }
    const notices = event.kind === "committed" ? this.#noticesOf(event) : [];
    for (const evaluated of pending) {
      const message = this.#judgeEvaluated(evaluated, notices);
      if (message !== undefined) return message;
    }
    if (event.kind === "silenced") this.#silences.set(event.keyGlob, event.until);
    if (event.kind === "unsilenced") this.#silences.delete(event.keyGlob);
    return this.#judgeRest(notices, pending, event);
  }

  /** What a commit tells; the same to each channel. */
  #noticesOf({ notices }: EventOf<"committed">): Notice[] {
    const [first] = this.#trace.scenario.channels;
    return notices.filter(({ channel }) => channel === first?.name).map(({ notice }) => notice);
  }

  #judgeEvaluated(evaluated: Evaluated & TraceEvent, notices: Notice[]): string | undefined {
    const { active, inactive, holds, source, instant } = evaluated;
    const seen = new Set([...active, ...inactive]);
    const over = [...this.#wrong].flatMap(([key, wrong]) => {
      const isHeld = holds.includes(key) || holds.includes(key.split(":", 1)[0] ?? key);
      return wrong.source === source && !seen.has(key) && !isHeld ? [key] : [];
    });
    const messages = [
      ...active.map((key) => this.#judgeActive(key, evaluated, notices)),
      ...inactive.map((key) => this.#judgeInactive(key, evaluated, notices)),
      ...over.map((key) => this.#demand(key, "recovery", notices, source, instant)),
    ];
    return messages.find((message) => message !== undefined);
  }

  #judgeActive(key: string, { source, instant }: Evaluated & TraceEvent, notices: Notice[]): string | undefined {
    const wrong = this.#wrong.get(key);
    if (this.#isSilenced(key, instant)) return undefined;
    if (wrong === undefined) return this.#demand(key, "alert", notices, source, instant);
    if (this.#isDue(wrong, instant)) return this.#demand(key, "realert", notices, source, instant);
    if (wrong.isFlapping) this.#take(key, "realert", notices, source, instant, /it has calmed/);
    return undefined;
  }

  #judgeInactive(key: string, { source, instant }: Evaluated & TraceEvent, notices: Notice[]): string | undefined {
    const wrong = this.#wrong.get(key);
    if (wrong !== undefined && !wrong.isFlapping) return this.#demand(key, "recovery", notices, source, instant);
    // What flaps counts as wrong until it has calmed.
    if (this.#take(key, "recovery", notices, source, instant) || this.#isSilenced(key, instant)) return undefined;
    if (wrong === undefined) this.#take(key, "alert", notices, source, instant, /flapping/);
    else if (this.#isDue(wrong, instant)) this.#take(key, "realert", notices, source, instant, /flapping/);
    return undefined;
  }

  #demand(key: string, action: Notice["action"], notices: Notice[], source: string, instant: number) {
    if (this.#take(key, action, notices, source, instant)) return undefined;
    const instead = notices.find((notice) => notice.key === key)?.action ?? "nothing";
    return `${key} is due ${action === "recovery" ? "a" : "an"} ${action}, but ${instead} was committed`;
  }

  /** Takes a notice out of those that need a reason. @returns whether there was one */
  #take(key: string, action: Notice["action"], notices: Notice[], source: string, instant: number, what = /./): boolean {
    const index = notices.findIndex((notice) => notice.key === key);
    const notice = notices[index];
    if (notice?.action !== action || notice.nature === "edge" || !what.test(notice.what)) return false;
    notices.splice(index, 1);
    if (action === "recovery") this.#wrong.delete(key);
    else this.#wrong.set(key, { source, lastAlertAt: instant, isFlapping: notice.what.includes("flapping") });
    return true;
  }

  /** What is left needs another reason than a reading; edges are counted elsewhere. */
  #judgeRest(notices: Notice[], pending: readonly Evaluated[], event: TraceEvent): string | undefined {
    for (const { key, action, nature } of notices) {
      if (nature === "edge") continue;
      const wrong = this.#wrong.get(key);
      if (action === "recovery" && wrong !== undefined && !this.#sources.includes(wrong.source)) {
        this.#wrong.delete(key);
        continue;
      }
      const said = pending.find(({ active, inactive }) => active.includes(key) || inactive.includes(key));
      const why = said === undefined ? "no reading says anything about it" : "nothing of it is due";
      const silenced = this.#isSilenced(key, event.instant) ? " (and it is silenced)" : "";
      return `${action} of ${key} is committed, but ${why}${silenced}`;
    }
    return undefined;
  }

  #isDue({ lastAlertAt }: Wrong, instant: number): boolean {
    const { cooldownMs } = this.#trace.scenario;
    return cooldownMs > 0 && instant - lastAlertAt >= cooldownMs;
  }

  #isSilenced(key: string, instant: number): boolean {
    return [...this.#silences].some(([glob, until]) => instant < until && coversKey(glob, key));
  }
}

/** The simulator's globs have one star, at the end. */
export function coversKey(glob: string, key: string): boolean {
  return glob.endsWith("*") ? key.startsWith(glob.slice(0, -1)) : key === glob;
}

/** What counts is counted once: no rise is lost to a crash, none is told twice. */
export const edgesAreCountedOnce: Invariant = ({ events }) => {
  const known = new Map<string, number>();
  /** Rises that fell into a silence; after a crash they may be seen once more. */
  const mute = new Map<string, number>();
  const silences = new Map<string, number>();
  let pending: (Evaluated & TraceEvent)[] = [];
  for (const event of events) {
    if (event.kind === "evaluated") {
      pending.push(event);
      continue;
    }
    const flushed = event.kind === "died" && event.at === pending.at(-1)?.at ? [] : pending;
    pending = [];
    for (const { source, escapes, rise, at, instant } of flushed) {
      if (escapes === undefined) continue;
      const risen = escapes - (known.get(source) ?? escapes);
      const muted = mute.get(source) ?? 0;
      known.set(source, escapes);
      if (rise < risen) return { message: `${source} rose by ${risen}, but only ${rise} were seen`, event };
      if (rise > risen + muted) return { message: `${source} rose by ${risen}, but ${rise} were seen`, event };
      if (rise === 0) continue;
      const key = `animal${source.split("/")[1] ?? "0"}_escaped`;
      const isSilenced = [...silences].some(([glob, until]) => instant < until && coversKey(glob, key));
      mute.set(source, isSilenced ? muted + rise : 0);
      const notices = event.kind === "committed" && event.at === at ? event.notices : [];
      const told = notices.filter(({ notice }) => notice.key === key);
      if (isSilenced && told.length > 0) return { message: `${key} is told although it is silenced`, event };
      if (isSilenced || told.every(({ notice }) => notice.measure?.value === rise) === told.length > 0) continue;
      return { message: `${key} rose by ${rise}, but that is not committed`, event };
    }
    if (event.kind === "silenced") silences.set(event.keyGlob, event.until);
    if (event.kind === "unsilenced") silences.delete(event.keyGlob);
  }
  return undefined;
};

/** That it lives is stored once a minute, so its absence is known to that; see `watchdog_away`. */
export const absenceIsToldOnce: Invariant = ({ scenario: { intervalMs }, events }) => {
  const worthAWordMs = Math.max(5 * intervalMs, 180_000);
  const vagueMs = 60_000 + intervalMs + TOLERANCE_MS;
  let aliveAt: number | undefined;
  /** How long it was away when it started, until its first tick has shown whether it said so. */
  let awayMs: number | undefined;
  let isUp = false;
  for (const event of events) {
    if (event.kind === "died") isUp = false;
    if (event.kind === "started") {
      isUp = true;
      awayMs = event.instant - (aliveAt ?? event.instant);
    }
    const isTold = event.kind === "committed" && event.notices.some(({ notice }) => notice.key === "watchdog_away");
    if (isTold && (awayMs === undefined || awayMs + vagueMs < worthAWordMs)) {
      return { message: `it was away for ${awayMs ?? 0} ms only, but that was told`, event };
    }
    if (isTold) awayMs = undefined;
    if (event.kind === "tick") {
      if (awayMs !== undefined && awayMs > worthAWordMs) {
        return { message: `it was away for ${awayMs} ms, but that was not told`, event };
      }
      awayMs = undefined;
    }
    const isStored = event.kind === "committed" && event.tables.includes("memory");
    if (isUp && (isStored || event.kind === "evaluated")) aliveAt = event.instant;
  }
  return undefined;
};
