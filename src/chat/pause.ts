import type { Clock } from "../clock.ts";

/** Resolves after `pauseMs`, or at once when `signal` aborts. Leaves nothing behind. */
export function pause(clock: Clock, pauseMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(pauseMs, resolve);
  const end = () => resolve();
  signal.addEventListener("abort", end);
  if (signal.aborted) end();
  return promise.finally(() => {
    cancel();
    signal.removeEventListener("abort", end);
  });
}
