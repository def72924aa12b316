import type { Notice } from "../../../src/core/notice.ts";
import type { Evaluated, EventOf, Trace, TraceEvent } from "../trace.ts";
import { CauseBook } from "./causes.ts";
import type { Invariant, Violation } from "./invariant.ts";
import { Silences } from "./silences.ts";

interface Wrong {
  readonly source: string;
  readonly lastAlertAt: number;
  readonly isFlapping: boolean;
  /** Somebody takes care of it. */
  readonly isAcked?: true;
}

/**
 * Every reading leads to what it must: all that is due is committed with it, and nothing else. Built from what the sources
 * said and what the database holds, without `decide`. Whether a new alert may be held back is judged elsewhere.
 */
export const decisionsFollowReadings: Invariant = (trace) => new Decisions(trace).judge();

class Decisions {
  readonly #trace: Trace;
  readonly #wrong = new Map<string, Wrong>();
  readonly #silences = new Silences();
  /** What was evaluated and waits for its commit. */
  #pending: (Evaluated & TraceEvent)[] = [];
  #sources: readonly string[] = [];
  readonly #causes: CauseBook;

  constructor(trace: Trace) {
    this.#trace = trace;
    this.#causes = new CauseBook(trace);
  }

  judge(): Violation | undefined {
    for (const event of this.#trace.events) {
      const message = this.#judge(event);
      this.#causes.enter(event);
      if (message !== undefined) return { message, event };
    }
    return undefined;
  }

  #judge(event: TraceEvent): string | undefined {
    const pending = this.#pending;
    const isSameStep = pending.every(({ at }) => at === event.at);
    if (event.kind === "evaluated" && isSameStep) {
      pending.push(event);
      return undefined;
    }
    this.#pending = event.kind === "evaluated" ? [event] : [];
    // Killed in the middle: it was never true.
    if (event.kind === "died" && isSameStep) return undefined;
    if (event.kind === "started") this.#sources = event.sources;
    if (event.kind === "tick") {
      const orphan = [...this.#wrong].find(([, { source }]) => !this.#sources.includes(source));
      if (orphan !== undefined) return `${orphan[0]} is still wrong, though ${orphan[1].source} is not configured`;
    }
    if (event.kind === "acked") {
      const wrong = this.#wrong.get(event.key);
      if (wrong === undefined) return `${event.key} is acked, though nobody was told of it`;
      this.#wrong.set(event.key, { ...wrong, isAcked: true });
    }
    const notices = event.kind === "committed" ? this.#noticesOf(event) : [];
    for (const evaluated of pending) {
      const message = this.#judgeEvaluated(evaluated, notices);
      if (message !== undefined) return message;
    }
    this.#silences.enter(event);
    return this.#judgeRest(notices, pending, event);
  }

  /** What a commit tells; the same to each channel. */
  #noticesOf({ notices }: EventOf<"committed">): Notice[] {
    const [first] = this.#trace.scenario.channels;
    return notices.filter(({ channel }) => channel === first?.name).map(({ notice }) => notice);
  }

  #judgeEvaluated(evaluated: Evaluated & TraceEvent, notices: Notice[]): string | undefined {
    const { active, inactive, holds, partial, source, instant } = evaluated;
    const seen = new Set([...active, ...inactive]);
    const over = [...this.#wrong].flatMap(([key, wrong]) => {
      const isHeld = holds.includes(key) || holds.includes(key.split(":", 1)[0] ?? key);
      return wrong.source === source && !seen.has(key) && !isHeld && !partial ? [key] : [];
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
    if (this.#silences.cover(key, instant)) return undefined;
    const mayWait = this.#needs(key) && !notices.some((notice) => notice.key === key);
    if (wrong === undefined) return mayWait ? undefined : this.#demand(key, "alert", notices, source, instant);
    if (this.#isDue(wrong, instant)) return this.#demand(key, "realert", notices, source, instant);
    if (wrong.isFlapping) this.#take(key, "realert", notices, source, instant, /it has calmed/);
    return undefined;
  }

  #judgeInactive(key: string, { source, instant }: Evaluated & TraceEvent, notices: Notice[]): string | undefined {
    const wrong = this.#wrong.get(key);
    if (wrong !== undefined && !wrong.isFlapping) return this.#demand(key, "recovery", notices, source, instant);
    // What flaps counts as wrong until it has calmed.
    if (this.#take(key, "recovery", notices, source, instant) || this.#silences.cover(key, instant)) return undefined;
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
  #take(
    key: string,
    action: Notice["action"],
    notices: Notice[],
    source: string,
    instant: number,
    what = /./,
  ): boolean {
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
    for (const { key, action, nature, what } of notices) {
      if (nature === "edge") continue;
      const wrong = this.#wrong.get(key);
      if (action === "recovery" && wrong !== undefined && !this.#sources.includes(wrong.source)) {
        this.#wrong.delete(key);
        continue;
      }
      const source = this.#sourceOf(key);
      // What flaps may have been held back while it looked well.
      const wasHeldBack = this.#causes.heldBack.has(key) || (this.#needs(key) && what.includes("flapping"));
      if (action === "alert" && wrong === undefined && wasHeldBack && source !== undefined) {
        this.#wrong.set(key, { source, lastAlertAt: event.instant, isFlapping: what.includes("flapping") });
        continue;
      }
      const said = pending.find(({ active, inactive }) => active.includes(key) || inactive.includes(key));
      const why = said === undefined ? "no reading says anything about it" : "nothing of it is due";
      const silenced = this.#silences.cover(key, event.instant) ? " (and it is silenced)" : "";
      return `${action} of ${key} is committed, but ${why}${silenced}`;
    }
    return undefined;
  }

  #needs(key: string): boolean {
    return this.#trace.scenario.sources.some(({ needs }) => (needs?.[key]?.length ?? 0) > 0);
  }

  #sourceOf(key: string): string | undefined {
    const plan = this.#trace.scenario.sources.find(
      ({ kind }) => key === kind || key.startsWith(`${kind}:`) || key === `${kind}_down`,
    );
    return plan?.name;
  }

  #isDue({ lastAlertAt, isAcked }: Wrong, instant: number): boolean {
    const { cooldownMs } = this.#trace.scenario;
    return isAcked === undefined && cooldownMs > 0 && instant - lastAlertAt >= cooldownMs;
  }
}
