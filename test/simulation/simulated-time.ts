interface Entry {
  due: number;
  readonly run: () => void;
  /** A timer of the program, as opposed to something that happens in the world. */
  readonly isTimer: boolean;
}

/** True time, in milliseconds since the simulation began. It jumps from one thing that happens to the next. */
export class SimulatedTime {
  nowMs = 0;
  /** By what the wall clock was set wrong. */
  wallStepMs = 0;
  /** In the order of falling due. */
  readonly #queue: Entry[] = [];

  /** @returns what takes it back */
  at(due: number, run: () => void, isTimer = false): () => void {
    const entry = { due, run, isTimer };
    this.#insert(entry);
    return () => {
      const index = this.#queue.indexOf(entry);
      if (index !== -1) this.#queue.splice(index, 1);
    };
  }

  /** Runs what falls due until `endMs`, each thing with all that follows from it by promises alone. */
  async runUntil(endMs: number): Promise<void> {
    for (;;) {
      const entry = this.#queue[0];
      if (entry === undefined || entry.due > endMs) break;
      this.#queue.shift();
      this.nowMs = Math.max(this.nowMs, entry.due);
      entry.run();
      await promisesSettled();
    }
    this.nowMs = Math.max(this.nowMs, endMs);
  }

  /** The machine is suspended: its timers stand still meanwhile (CLOCK_MONOTONIC), the world goes on. */
  suspend(ms: number): void {
    const timers = this.#queue.filter((entry) => entry.isTimer);
    for (const entry of timers) {
      this.#queue.splice(this.#queue.indexOf(entry), 1);
      entry.due += ms;
    }
    this.nowMs += ms;
    for (const entry of timers) this.#insert(entry);
  }

  /** The process stands still (SIGSTOP, swapping): its timers fall due meanwhile and all run afterwards. */
  stall(ms: number): void {
    this.nowMs += ms;
  }

  #insert(entry: Entry): void {
    let index = this.#queue.length;
    while (index > 0 && (this.#queue[index - 1]?.due ?? 0) > entry.due) index -= 1;
    this.#queue.splice(index, 0, entry);
  }
}

function promisesSettled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
