/** The end of one call, wherever the call is by then. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Must be called when the call has ended. */
  clear(): void;
}

/**
 * One explicit timer and one listener, kept until the call ends: a signal made by `AbortSignal.any` or `timeout` may be
 * collected before it fires.
 *
 * @param outer ends the call earlier
 */
export function startDeadline(timeoutMs: number, outer?: AbortSignal): Deadline {
  const controller = new AbortController();
  const expire = () => controller.abort();
  const timer = setTimeout(expire, timeoutMs);
  outer?.addEventListener("abort", expire);
  if (outer?.aborted) expire();
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer);
      outer?.removeEventListener("abort", expire);
    },
  };
}
