/** Bounds how many tasks run at once. */
export interface Limiter {
  /**
   * Runs `task` as soon as a slot is free, first come, first served, and keeps the slot until the task has ended, however
   * long that is. Rejects with an Error when `deadline` aborts before the task could start.
   */
  run<T>(deadline: AbortSignal, task: () => Promise<T>): Promise<T>;
}

/** @param whenFull why a task could not start: who holds the slots */
export function createLimiter(slots: number, whenFull: string): Limiter {
  let running = 0;
  const waiting = new Set<() => void>();

  function turn(deadline: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const start = (): void => {
      deadline.removeEventListener("abort", giveUp);
      running += 1;
      resolve();
    };
    const giveUp = (): void => {
      waiting.delete(start);
      reject(new Error(whenFull));
    };
    deadline.addEventListener("abort", giveUp, { once: true });
    waiting.add(start);
    return promise;
  }

  return {
    async run(deadline, task) {
      deadline.throwIfAborted();
      if (running < slots) running += 1;
      else await turn(deadline);
      try {
        return await task();
      } finally {
        running -= 1;
        const [next] = waiting;
        if (next !== undefined) {
          waiting.delete(next);
          next();
        }
      }
    },
  };
}
