/** Bounds how many tasks run at once. */
export interface Limiter {
  /**
   * Takes a slot as soon as one is free, first come, first served.
   *
   * @returns what gives it back; call it once, when the task has really ended
   * @throws Error when `deadline` aborts before a slot was free
   */
  enter(deadline: AbortSignal): Promise<() => void>;
}

/** @param whenFull why a task could not start: who holds the slots */
export function createLimiter(slots: number, whenFull: string): Limiter {
  let free = slots;
  const waiting = new Set<() => void>();

  function leave(): void {
    const [next] = waiting;
    if (next === undefined) free += 1;
    else next();
  }

  return {
    async enter(deadline) {
      deadline.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return leave;
      }
      const { promise, resolve, reject } = Promise.withResolvers<() => void>();
      const start = (): void => {
        waiting.delete(start);
        deadline.removeEventListener("abort", giveUp);
        resolve(leave);
      };
      const giveUp = (): void => {
        waiting.delete(start);
        reject(new Error(whenFull));
      };
      deadline.addEventListener("abort", giveUp, { once: true });
      waiting.add(start);
      return promise;
    },
  };
}
