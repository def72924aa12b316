import type { Clock } from "../clock.ts";
import { known, type Reading, unknown } from "../core/reading.ts";
import { formatDuration } from "../core/text.ts";
import type { AreaTexts } from "../core/texts/index.ts";
import { explainFailureIn } from "../http/explain-failure.ts";
import type { Scope, Source } from "./source.ts";

/** One collection under way. */
export interface Collection<T> {
  /** Settles with a reading at the source's deadline at the latest. Never rejects. */
  readonly reading: Promise<Reading<T>>;
  /** Settles when the source has really let go, which a source that hangs may never do. */
  readonly released: Promise<void>;
}

/**
 * Collects once, under the source's total deadline and one explicit timer (not `AbortSignal.timeout`, which has been seen
 * never to fire after a garbage collection). Whatever the source throws becomes a failed reading.
 *
 * @param texts in which a failure is worded: people read it in alerts
 */
export function readSource<T, Memory>(
  source: Source<T, Memory>,
  clock: Clock,
  texts: AreaTexts<"failures">,
  scope: Scope = "all",
): Collection<T> {
  const deadline = new AbortController();
  const collected = Promise.resolve()
    .then(() => source.collect(deadline.signal, scope))
    .then(known, (thrown: unknown) => unknown(explainFailureIn(texts.failures, thrown)));
  const reading = new Promise<Reading<T>>((resolve) => {
    const cancel = clock.after(source.deadlineMs, () => {
      const late = texts.failures.noAnswerWithin(formatDuration(source.deadlineMs, texts.units));
      deadline.abort(new Error(late));
      resolve(unknown(late));
    });
    collected.then((result) => {
      cancel();
      resolve(result);
    });
  });
  return { reading, released: collected.then(() => undefined) };
}
