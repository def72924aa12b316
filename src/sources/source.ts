import type { Reading } from "../core/reading.ts";
import type { Evaluation } from "../core/signal.ts";
import type { Instant } from "../core/time.ts";

/** What a collection is to read: all, or at least what the thing's own events told of since the last collection. */
export type Scope = "all" | "news";

/**
 * One thing that is observed and can fail alone: a small Mealy machine. Collecting does I/O and may fail; evaluating is
 * pure and total.
 */
export interface Source<T, Memory> {
  /** `folder` or `folder/part`, unique among the sources: "containers", "dependencies/db". State is stored under it. */
  readonly name: string;
  /**
   * How long one collection may take in all, in milliseconds. The watchdog gives up then, whether or not `collect`
   * heeds its signal.
   */
  readonly deadlineMs: number;
  /** It takes its time: no tick waits for it, and what it finds is told when it comes. */
  readonly background?: true;
  /** The memory of a source that has never read anything. Plain JSON data: it is stored, restored and replayed. */
  readonly initial: Memory;
  /**
   * Reads the thing once. Rejects with an Error whose message says what failed and how to mend it, without secrets.
   * Must end its I/O when `deadline` aborts.
   *
   * @param scope absent: all; with "news" it may read less than all, where it knows of what its news are
   */
  collect(deadline: AbortSignal, scope?: Scope): Promise<T>;
  /**
   * Begins, after the first tick, to listen for news since this source was made, where the thing tells of itself, and calls `nudge` for a collection out of cadence. Events nudge, polls
   * are the truth: a nudge says when to look, never what is; one that is lost costs at most an interval, and a
   * thousand cost a few collections. Never throws, and mends what breaks by itself, until it is stopped.
   */
  follow?(nudge: (scope: Scope) => void): { stop(): void };
  /** Turns a reading into signals. On a failed reading it holds every key that it did not learn about. */
  evaluate(reading: Reading<T>, memory: Memory, now: Instant): Evaluation<Memory>;
  /** Frees what `collect` keeps between calls (sockets). The watchdog calls it once, after the last collection. */
  close?(): Promise<void>;
}

/** A source of any reading and memory; the registry's and the watchdog's view. */
// biome-ignore lint/suspicious/noExplicitAny: T and Memory are existential here; each source pairs its own two.
export type AnySource = Source<any, any>;
