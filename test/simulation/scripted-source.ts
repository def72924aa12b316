import type { Severity } from "../../src/core/signal.ts";
import type { Scope, Source } from "../../src/sources/source.ts";
import { describeEvaluation, evaluateSnapshot, INITIAL, type Memory, type Snapshot } from "./evaluate-snapshot.ts";
import type { Life } from "./life.ts";
import type { Random } from "./random.ts";
import { downKeyOf, type SourcePlan, subjectKeysOf, type Trouble } from "./scenario.ts";
import type { SimulatedTime } from "./simulated-time.ts";
import type { Evaluated } from "./trace.ts";

interface Subject {
  readonly key: string;
  readonly severity: Severity;
  readonly isFlapper: boolean;
  state: "well" | "ill" | "gone";
  changesAtMs: number;
}

/** How readings go for a while. */
type Mood = "fine" | "failing" | "slow" | "mixed";

/** What is thrown by things that cannot be read. Not everything that is thrown is an Error. */
const THROWN: readonly unknown[] = [new Error("refused"), "a string", undefined, null, 42, { code: "ECONNRESET" }];

/** One part of the world: its truth, which goes on while no process looks, and how readings of it go. */
export class ScriptedSource {
  readonly plan: SourcePlan;
  readonly #time: SimulatedTime;
  readonly #random: Random;
  readonly #intervalMs: number;
  readonly #has: (trouble: Trouble) => boolean;
  readonly #subjects: Subject[];
  #escapes = 3;
  #escapesAtMs: number;
  #mood: Mood = "fine";
  #moodEndsMs = 0;
  #isCalm = false;
  /** Collections that do not heed their deadline. */
  readonly #deaf = new Set<() => void>();

  constructor(
    plan: SourcePlan,
    parts: { time: SimulatedTime; random: Random; intervalMs: number; has: (trouble: Trouble) => boolean },
  ) {
    this.plan = plan;
    this.#time = parts.time;
    this.#random = parts.random.fork(`source ${plan.name}`);
    this.#intervalMs = parts.intervalMs;
    this.#has = parts.has;
    this.#subjects = subjectKeysOf(plan).map((key) => ({
      key,
      severity: this.#random.pick(["critical", "warning"] as const),
      isFlapper: this.#has("flapping") && this.#random.chance(0.5),
      state: this.#random.pick(["well", "well", "ill"] as const),
      changesAtMs: 0,
    }));
    for (const subject of this.#subjects) subject.changesAtMs = this.#sojournMs(subject);
    this.#escapesAtMs = this.#random.between(1, 10) * this.#intervalMs;
  }

  /** From now on nothing changes any more, and everything can be read. */
  calmDown(): void {
    this.#live();
    this.#isCalm = true;
    for (const release of this.#deaf) release();
  }

  /** Whether each of its level keys is active, once the world has been calm for long enough. */
  truth(): Record<string, boolean> {
    const subjects = this.#subjects.map(({ key, state }) => [key, state === "ill"]);
    return Object.fromEntries([...subjects, [downKeyOf(this.plan), false]]);
  }

  /** This part of the world as one process sees it. */
  connect(life: Life, record: (evaluated: Evaluated) => void): Source<Snapshot, Memory> {
    const { plan } = this;
    return {
      name: plan.name,
      deadlineMs: plan.deadlineMs,
      initial: INITIAL,
      ...(this.#has("nudges") ? { follow: (nudge: (scope: Scope) => void) => this.#follow(life, nudge) } : {}),
      collect: (deadline, scope) => (life.isAlive ? this.#collect(life, deadline, scope) : new Promise(() => {})),
      evaluate: (reading, memory) => {
        const evaluation = evaluateSnapshot(plan, reading, memory);
        if (life.isAlive) record(describeEvaluation(plan, reading, evaluation));
        return evaluation;
      },
    };
  }

  /** Tells of most changes when they happen, and now and then of nothing. */
  #follow(life: Life, nudge: (scope: Scope) => void): { stop(): void } {
    let isStopped = false;
    const waitForNews = () => {
      const nextMs = Math.min(...this.#subjects.map(({ changesAtMs }) => changesAtMs));
      const gossipMs = this.#time.nowMs + this.#random.between(1, 10) * this.#intervalMs;
      this.#time.at(Math.max(Math.min(nextMs, gossipMs), this.#time.nowMs) + this.#random.pick([1, 1, 30]), () => {
        if (isStopped || this.#isCalm || !life.isAlive) return;
        this.#live();
        if (this.#random.chance(0.8)) nudge(this.#random.pick(["all", "news"]));
        waitForNews();
      });
    };
    waitForNews();
    return {
      stop() {
        isStopped = true;
      },
    };
  }

  #collect(life: Life, deadline: AbortSignal, scope?: Scope): Promise<Snapshot> {
    const mood = this.#currentMood();
    const random = this.#random;
    const isFailing = mood !== "fine" && this.#has("failing readings") && random.chance(mood === "failing" ? 0.9 : 0.3);
    const isHanging = mood !== "fine" && this.#has("hanging readings") && random.chance(0.2);
    const afterMs = this.#delayMs(mood);
    if (isFailing && random.chance(0.1)) throw random.pick(THROWN);
    const { promise, resolve, reject } = Promise.withResolvers<Snapshot>();
    const finish = () => {
      if (!life.pass("reading")) return;
      if (isFailing && !this.#isCalm) reject(random.pick(THROWN));
      else resolve(this.#look(scope));
    };
    if (isHanging) this.#hang(deadline, finish);
    else if (afterMs === 0) finish();
    else this.#time.at(this.#time.nowMs + afterMs, finish);
    return promise;
  }

  /** Hangs beyond its deadline, and half of the time even does not let go then. */
  #hang(deadline: AbortSignal, finish: () => void): void {
    if (this.#random.chance(0.5)) {
      deadline.addEventListener("abort", finish, { once: true });
      return;
    }
    const release = () => {
      if (this.#deaf.delete(release)) finish();
    };
    this.#deaf.add(release);
    this.#time.at(this.#time.nowMs + this.plan.deadlineMs + this.#random.between(1, 4 * this.#intervalMs), release);
  }

  #delayMs(mood: Mood): number {
    if (mood === "slow") return this.#random.between(500, this.plan.deadlineMs + 500);
    if (mood === "mixed") return this.#random.between(1, 1_500);
    return this.#random.pick([0, 0, 5, 40]);
  }

  #currentMood(): Mood {
    if (this.#isCalm) return "fine";
    if (this.#time.nowMs >= this.#moodEndsMs) {
      const moods: Mood[] = ["fine", "fine"];
      if (this.#has("failing readings")) moods.push("failing", "mixed");
      if (this.#has("slow readings")) moods.push("slow", "mixed");
      if (this.#has("hanging readings")) moods.push("slow");
      this.#mood = this.#random.pick(moods);
      this.#moodEndsMs = this.#time.nowMs + this.#random.between(1, 12) * this.#intervalMs;
    }
    return this.#mood;
  }

  #look(scope: Scope = "all"): Snapshot {
    this.#live();
    if (scope === "news" && !this.#isCalm) return this.#lookAtSome();
    const isPartial = !this.#isCalm && this.#has("partial readings") && this.#random.chance(0.2);
    const unreadable = isPartial ? this.#subjects.filter(() => this.#random.chance(0.5)).map(({ key }) => key) : [];
    const subjects = this.#subjects
      .filter(({ key, state }) => state !== "gone" && !unreadable.includes(key))
      .map(({ key, severity, state }) => ({ key, severity, isIll: state === "ill" }));
    return { subjects, unreadable, escapes: this.#escapes };
  }

  #lookAtSome(): Snapshot {
    const some = this.#subjects.filter(({ state }) => state !== "gone" && this.#random.chance(0.5));
    const unreadable = some.filter(() => this.#random.chance(0.1)).map(({ key }) => key);
    const subjects = some
      .filter(({ key }) => !unreadable.includes(key))
      .map(({ key, severity, state }) => ({ key, severity, isIll: state === "ill" }));
    return { subjects, unreadable, partial: true, escapes: this.#escapes };
  }

  /** Lets happen what has happened since somebody looked last. */
  #live(): void {
    if (this.#isCalm) return;
    const states = this.#has("vanishing") ? (["well", "ill", "gone"] as const) : (["well", "ill"] as const);
    for (const subject of this.#subjects) {
      while (subject.changesAtMs <= this.#time.nowMs) {
        subject.state = this.#random.pick(states.filter((state) => state !== subject.state));
        subject.changesAtMs += this.#sojournMs(subject);
      }
    }
    while (this.#escapesAtMs <= this.#time.nowMs) {
      this.#escapes += this.#random.between(1, 3);
      this.#escapesAtMs += this.#random.between(1, 15) * this.#intervalMs;
    }
  }

  #sojournMs({ isFlapper }: Subject): number {
    if (this.#has("nudges") && this.#random.chance(0.2)) return this.#random.between(20, 1_500);
    const isRestless = isFlapper && this.#random.chance(0.9);
    return Math.ceil((isRestless ? 0.2 + this.#random.next() : 1 + this.#random.next() * 25) * this.#intervalMs);
  }
}
