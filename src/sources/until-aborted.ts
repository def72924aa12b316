/** What `work` yields, or the deadline's reason as soon as that aborts. For work that cannot be cancelled. */
export function untilAborted<T>(deadline: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const abandon = (): void => reject(deadline.reason);
  if (deadline.aborted) abandon();
  deadline.addEventListener("abort", abandon, { once: true });
  work.then(resolve, reject).finally(() => deadline.removeEventListener("abort", abandon));
  return promise;
}
