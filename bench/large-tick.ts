import { EN } from "../src/core/texts/index.ts";
import { HOUR_MS, SECOND_MS } from "../src/core/time.ts";
import type { AnySource } from "../src/sources/source.ts";
import type { TickChanges } from "../src/store/store.ts";
import { Watchdog } from "../src/watchdog.ts";
import { SimulatedClock } from "../test/stand-ins/simulated-clock.ts";
import { openState, SILENT } from "./open-state.ts";
import { median } from "./statistics.ts";
import { readWal } from "./wal.ts";

export interface LargeTick {
  readonly changes: number;
  /** Transactions that the tick committed. */
  readonly commits: number;
  /** Medians, in milliseconds. */
  readonly commitMs: number;
  readonly emptyMs: number;
  readonly ratio: number;
}

/** A source whose every signal is active in one tick and over in the next; each time under new keys, or it would flap. */
function createChangingSource(count: number): { readonly source: AnySource; change(): void } {
  let keys: readonly string[] = [];
  let changes = 0;
  const source: AnySource = {
    name: "changing",
    deadlineMs: SECOND_MS,
    initial: null,
    collect: async () => keys,
    evaluate: () => ({
      signals: keys.map((key) => {
        const next = "see whether it runs and what its log says";
        return {
          key,
          severity: "critical",
          nature: "level",
          active: true,
          what: `dependency ${key} does not answer`,
          next,
        };
      }),
      holds: [],
      memory: changes,
    }),
  };
  return {
    source,
    change() {
      changes += 1;
      keys = keys.length > 0 ? [] : Array.from({ length: count }, (_, index) => `dep:${changes}-${index}`);
    },
  };
}

/** One tick with `count` changes, and one without any that has only to say that the watchdog lives; in turn. */
export async function measureLargeTick(count: number, rounds: number): Promise<LargeTick> {
  const state = openState();
  const clock = new SimulatedClock();
  let lastCommitMs = Number.NaN;
  const store = {
    alerts: () => state.store.alerts(),
    memory: (owner: string) => state.store.memory(owner),
    silences: () => [],
    commit(changes: TickChanges) {
      const startedAt = performance.now();
      state.store.commit(changes);
      lastCommitMs = performance.now() - startedAt;
    },
  };
  const { source, change } = createChangingSource(count);
  const watchdog = new Watchdog({
    texts: EN,
    sources: [source],
    store,
    channels: ["chat"],
    onOwed: () => {},
    clock,
    log: SILENT,
    intervalMs: 30 * SECOND_MS,
    cooldownMs: HOUR_MS,
  });
  const tick = async () => {
    // Longer than what is stored now and then has to wait.
    await clock.advance(61 * SECOND_MS);
    await watchdog.runOnce();
    return lastCommitMs;
  };
  try {
    await tick();
    const before = readWal(state.walPath).commits;
    change();
    await tick();
    const commits = readWal(state.walPath).commits - before;
    const pairs: { commitMs: number; emptyMs: number }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const emptyMs = await tick();
      change();
      pairs.push({ emptyMs, commitMs: await tick() });
      // What is owed is told, or the file would only grow.
      state.store.settle(state.store.owed("chat", 10 * count).map(({ id }) => id));
    }
    return {
      changes: count,
      commits,
      commitMs: median(pairs.map(({ commitMs }) => commitMs)),
      emptyMs: median(pairs.map(({ emptyMs }) => emptyMs)),
      ratio: median(pairs.map(({ commitMs, emptyMs }) => commitMs / emptyMs)),
    };
  } finally {
    state.close();
  }
}
