/** Where a process can be killed; each is passed many times. */
export const POINTS = [
  "timer",
  "reading",
  "begin",
  "write",
  "before commit",
  "after commit",
  "before send",
  "accepted",
  "answer",
] as const;

export type Point = (typeof POINTS)[number];

/** Killed when `point` (any, if undefined) is passed for the `nth` time. */
export interface Trap {
  readonly point: Point | undefined;
  readonly nth: number;
}

/**
 * One process from its start to its end. Once it has ended, nothing that it still does has any effect: all its doors to
 * the world (database, channel, clock, sources) ask `pass` or `isAlive` first.
 */
export class Life {
  isAlive = true;
  #left: number;
  readonly #trap: Trap | undefined;
  readonly #epilogue: ((how: string) => void)[] = [];

  constructor(trap: Trap | undefined) {
    this.#trap = trap;
    this.#left = trap?.nth ?? 0;
  }

  /** @returns whether the process still lives after passing this point */
  pass(point: Point): boolean {
    const trap = this.#trap;
    if (!this.isAlive || trap === undefined || this.isImmortal) return this.isAlive;
    if (trap.point !== undefined && trap.point !== point) return true;
    this.#left -= 1;
    if (this.#left <= 0) this.end(`killed: ${point}`);
    return this.isAlive;
  }

  /** Set when calm begins. */
  isImmortal = false;

  /** What the world does about it, in this order. */
  whenEnded(run: (how: string) => void): void {
    this.#epilogue.push(run);
  }

  end(how: string): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    for (const run of this.#epilogue) run(how);
  }
}
