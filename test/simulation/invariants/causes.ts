import { FOLLOWS_WITHIN_MS, MOST_HELD_BACK_MS } from "../../../src/core/causes.ts";
import type { Notice } from "../../../src/core/notice.ts";
import type { Evaluated, EventOf, Trace, TraceEvent } from "../trace.ts";
import type { Invariant, Violation } from "./invariant.ts";
import { Silences } from "./silences.ts";

type Status = "active" | "inactive" | "unknown";

interface View {
  readonly status: Status;
  readonly isSuspect: boolean;
}

/**
 * A new alert is held back only while something that it follows from is suspected, and never for long, and folded only under
 * what people heard of not long ago or hear of with it. What follows from that is never told as if it stood alone.
 */
export const causesAreCauses: Invariant = (trace) => new CauseBook(trace).judge();

/** Follows a trace and knows at each step what is wrong, suspected and told. @returns what was held back, for others to ask */
export class CauseBook {
  /** What is active and not told, though it is not silenced, and since when. */
  readonly heldBack = new Map<string, number>();
  readonly #trace: Trace;
  readonly #needs: ReadonlyMap<string, readonly string[]>;
  readonly #views = new Map<string, Map<string, View>>();
  /** What people know, and since when. */
  readonly #told = new Map<string, number>();
  readonly #silences = new Silences();
  #pending: (Evaluated & TraceEvent)[] = [];

  constructor(trace: Trace) {
    this.#trace = trace;
    this.#needs = new Map(trace.scenario.sources.flatMap(({ needs = {} }) => Object.entries(needs)));
  }

  judge(): Violation | undefined {
    for (const event of this.#trace.events) {
      const message = this.enter(event);
      if (message !== undefined) return { message, event };
    }
    return undefined;
  }

  /** @returns what is wrong about it */
  enter(event: TraceEvent): string | undefined {
    const pending = this.#pending;
    const isSameStep = pending.every(({ at }) => at === event.at);
    if (event.kind === "evaluated" && isSameStep) {
      pending.push(event);
      return undefined;
    }
    this.#pending = event.kind === "evaluated" ? [event] : [];
    if (event.kind === "died" || event.kind === "started") {
      this.#views.clear();
      this.heldBack.clear();
      return undefined;
    }
    const notices = event.kind === "committed" && isSameStep ? this.#noticesOf(event) : [];
    const message = this.#judgeStep(pending, notices, event.instant);
    if (event.kind === "committed" && !isSameStep) this.#tell(this.#noticesOf(event), event.instant);
    this.#silences.enter(event);
    return message;
  }

  #judgeStep(
    pending: readonly (Evaluated & TraceEvent)[],
    notices: readonly Notice[],
    now: number,
  ): string | undefined {
    const toldBefore = new Set(this.#told.keys());
    for (const evaluated of pending) this.#see(evaluated);
    this.#tell(notices, now);
    const messages = [
      ...notices.map((notice) => this.#judgeNotice(notice, notices, toldBefore, now)),
      ...pending.flatMap(({ active, instant }) => active.map((key) => this.#judgeUntold(key, instant))),
      ...(pending[0] === undefined
        ? []
        : [...this.heldBack.keys()].map((key) => this.#judgeUntold(key, pending[0]?.instant ?? 0))),
    ];
    return messages.find((message) => message !== undefined);
  }

  #judgeNotice(
    notice: Notice,
    notices: readonly Notice[],
    toldBefore: ReadonlySet<string>,
    now: number,
  ): string | undefined {
    const { key, action, nature, cause } = notice;
    if (nature === "edge" || action !== "alert") return cause && `${action} of ${key} has a cause`;
    const above = this.#causesOf(key);
    // Told before, and not over by this very step.
    const ends = new Set(notices.flatMap((other) => (other.action === "recovery" ? [other.key] : [])));
    const isKnown = (other: string) => toldBefore.has(other) && this.#isRecent(other, now) && !ends.has(other);
    const known = [...above].filter((other) => other !== key && isKnown(other));
    const isOver = ends.has(key);
    if (cause === undefined) {
      if (known.length === 0 || isOver) return undefined;
      return `${key} is told as if it stood alone, but it follows from ${known.join(", ")}`;
    }
    if (cause.key === key) return `${key} is folded under itself`;
    if (!above.has(cause.key)) return `${key} is folded under ${cause.key}, from which it does not follow`;
    if (known.includes(cause.key)) return undefined;
    const isLed = notices.some(
      (other) => other.key === cause.key && other.action === "alert" && other.cause === undefined,
    );
    return isLed ? undefined : `${key} is folded under ${cause.key}, of which people do not hear`;
  }

  /** What is active is told, silenced, or waits for something. */
  #judgeUntold(key: string, instant: number): string | undefined {
    const view = this.#viewOf(key);
    if (view?.status !== "active" || this.#told.has(key) || this.#silences.cover(key, instant)) {
      this.heldBack.delete(key);
      return undefined;
    }
    const heldSince = this.heldBack.get(key) ?? instant;
    this.heldBack.set(key, heldSince);
    if (instant - heldSince >= MOST_HELD_BACK_MS) return `${key} is held back for longer than anything may be`;
    const above = [...this.#causesOf(key)].filter((other) => other !== key);
    const known = above.filter((other) => this.#isRecent(other, instant));
    if (known.length > 0) return `${key} is held back, though it follows from ${known.join(", ")}, which was told`;
    const isWaiting = above.some((other) => this.#viewOf(other)?.isSuspect && !this.#silences.cover(other, instant));
    return isWaiting ? undefined : `${key} is held back, but nothing that it follows from is suspected`;
  }

  #see({ source, active, inactive, holds, partial, suspects }: Evaluated): void {
    const before = this.#views.get(source) ?? new Map<string, View>();
    const after = new Map<string, View>();
    for (const key of active) after.set(key, { status: "active", isSuspect: false });
    for (const key of inactive) after.set(key, { status: "inactive", isSuspect: suspects.includes(key) });
    for (const [key, view] of before) {
      const isHeld = holds.includes(key) || holds.includes(key.split(":", 1)[0] ?? key);
      if (isHeld && !after.has(key)) after.set(key, { status: "unknown", isSuspect: suspects.includes(key) });
      else if (partial && !after.has(key)) after.set(key, view);
    }
    this.#views.set(source, after);
  }

  #tell(notices: readonly Notice[], now: number): void {
    for (const { key, action, nature } of notices) {
      if (nature === "edge") continue;
      if (action === "recovery") this.#told.delete(key);
      else if (!this.#told.has(key)) this.#told.set(key, now);
    }
  }

  /** Whether people heard of it so short a while ago that what is new may follow from it. */
  #isRecent(key: string, now: number): boolean {
    return now - (this.#told.get(key) ?? Number.NEGATIVE_INFINITY) <= FOLLOWS_WITHIN_MS;
  }

  /** Everything that a key follows from, through all that is seen. */
  #causesOf(key: string): ReadonlySet<string> {
    const found = new Set<string>();
    const walk = [key];
    for (let from = walk.pop(); from !== undefined; from = walk.pop()) {
      for (const need of this.#needs.get(from) ?? []) {
        if (found.has(need) || this.#viewOf(need) === undefined) continue;
        found.add(need);
        walk.push(need);
      }
    }
    return found;
  }

  #viewOf(key: string): View | undefined {
    for (const views of this.#views.values()) {
      const view = views.get(key);
      if (view !== undefined) return view;
    }
    return undefined;
  }

  #noticesOf({ notices }: EventOf<"committed">): Notice[] {
    const [first] = this.#trace.scenario.channels;
    return notices.filter(({ channel }) => channel === first?.name).map(({ notice }) => notice);
  }
}

/** Whether anything hangs on anything in this scenario. */
export function hasCauses({ scenario }: Trace): boolean {
  return scenario.sources.some(({ needs }) => needs !== undefined);
}
