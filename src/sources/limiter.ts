import { type Clock, PROCESS_CLOCK } from "../clock.ts";

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

export interface Bounds {
  readonly running: number;
  /**
   * They begin in groups of at most so many: the next group when all of the one before have ended, or have run for `forMs`
   * milliseconds, for one that hangs must not hold up others for longer. Absent: as many as may run.
   */
  readonly group?: { readonly most: number; readonly forMs: number };
}

/** @param whenFull why a task could not start: who holds the slots */
export function createLimiter({ running, group }: Bounds, whenFull: string, clock: Clock = PROCESS_CLOCK): Limiter {
  let free = running;
  const waiting = new Set<() => void>();
  /** Those of the group that have not ended, as long as others wait for them. */
  const young = new Set<() => void>();
  let lastBeganAt = 0;
  let isTimed = false;

  const isRoom = (): boolean => free > 0 && (group === undefined || young.size < group.most);

  function begin(): () => void {
    free -= 1;
    const leave = (): void => {
      free += 1;
      young.delete(leave);
      if (young.size === 0) beginNext();
      else waitForAge();
    };
    if (group !== undefined) {
      young.add(leave);
      lastBeganAt = clock.now();
    }
    return leave;
  }

  function beginNext(): void {
    for (const start of waiting) {
      if (!isRoom()) break;
      start();
    }
    waitForAge();
  }

  /** While there are slots, and only the group keeps others waiting. */
  function waitForAge(): void {
    if (isTimed || waiting.size === 0 || free === 0 || group === undefined) return;
    isTimed = true;
    clock.after(Math.max(0, lastBeganAt + group.forMs - clock.now()), () => {
      isTimed = false;
      if (clock.now() - lastBeganAt >= group.forMs) young.clear();
      if (young.size === 0) beginNext();
      else waitForAge();
    });
  }

  return {
    async enter(deadline) {
      deadline.throwIfAborted();
      if (isRoom()) return begin();
      const { promise, resolve, reject } = Promise.withResolvers<() => void>();
      const start = (): void => {
        waiting.delete(start);
        deadline.removeEventListener("abort", giveUp);
        resolve(begin());
      };
      const giveUp = (): void => {
        waiting.delete(start);
        reject(new Error(whenFull));
      };
      deadline.addEventListener("abort", giveUp, { once: true });
      waiting.add(start);
      waitForAge();
      return promise;
    },
  };
}
