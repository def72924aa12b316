import type { Clock } from "../clock.ts";

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
   * How many of them may have begun less than `forMs` milliseconds ago: most tasks end within that, and are better done a few at a
   * time, while one that hangs must not hold up others for longer. Absent: as many as may run.
   */
  readonly young?: { readonly most: number; readonly forMs: number };
}

const REAL_TIME: Pick<Clock, "now" | "after"> = {
  now: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/** @param whenFull why a task could not start: who holds the slots */
export function createLimiter({ running, young: youth }: Bounds, whenFull: string, clock = REAL_TIME): Limiter {
  let free = running;
  const waiting = new Set<() => void>();
  /** When those began that are young, as far as is known; the oldest first. */
  const young = new Map<() => void, number>();
  let isTimed = false;

  const isRoom = (): boolean => free > 0 && (youth === undefined || young.size < youth.most);

  function begin(): () => void {
    free -= 1;
    const leave = (): void => {
      free += 1;
      young.delete(leave);
      admit();
    };
    if (youth !== undefined) young.set(leave, clock.now());
    return leave;
  }

  function admit(): void {
    for (const start of waiting) {
      if (!isRoom()) break;
      start();
    }
    waitForAge();
  }

  /** While there are slots, and only those that are young keep others waiting. */
  function waitForAge(): void {
    const [oldestAt] = young.values();
    if (isTimed || waiting.size === 0 || free === 0 || youth === undefined || oldestAt === undefined) return;
    isTimed = true;
    clock.after(Math.max(0, oldestAt + youth.forMs - clock.now()), () => {
      isTimed = false;
      const now = clock.now();
      for (const [leave, beganAt] of young) if (now - beganAt >= youth.forMs) young.delete(leave);
      admit();
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
