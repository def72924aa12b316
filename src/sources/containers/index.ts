import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import type { ContainersSettings } from "../../config/settings.ts";
import { isGlob } from "../../core/glob.ts";
import type { Source } from "../source.ts";
import { createCollector } from "./collect.ts";
import { createEngine } from "./engine.ts";
import { findOwnContainer } from "./own-container.ts";
import { evaluate, INITIAL_MEMORY, type Memory } from "./signals.ts";
import type { Snapshot } from "./snapshot.ts";

export { type EngineVersion, pingEngine } from "./engine.ts";
export { explainSocketFailure } from "./explain-socket-failure.ts";

/** What the source takes from its surroundings; each has the real thing as its default. */
export interface ContainersSurroundings {
  readonly clock?: { now(): number; wallNow(): number };
  /** The text of a file; throws where there is none. */
  readonly readFile?: (path: string) => string;
  readonly hostname?: string;
}

const REAL_CLOCK = { now: () => performance.now(), wallNow: () => Date.now() };

/** The containers that Docker knows of, read over its socket and never changed. */
export function createContainersSource(
  settings: ContainersSettings,
  own: ContainersSurroundings = {},
): Source<Snapshot, Memory> {
  const { socketPath, names, timeoutMs } = settings;
  const engine = createEngine(settings);
  const readFile = own.readFile ?? ((path: string) => readFileSync(path, "utf8"));
  const rules = { ...settings, required: names.filter((name) => !isGlob(name)) };
  return {
    name: "containers",
    // The list, then inspections that may begin within a time-out of it and last another.
    deadlineMs: 3 * timeoutMs + 1_000,
    initial: INITIAL_MEMORY,
    collect: createCollector({
      engine,
      socketPath,
      names,
      ownId: findOwnContainer(readFile, own.hostname ?? hostname()),
      intervalMs: settings.intervalMs,
      inspectBudgetMs: timeoutMs,
      clock: own.clock ?? REAL_CLOCK,
    }),
    evaluate: (reading, memory, now) => evaluate(reading, memory, now, rules),
    close: async () => engine.disconnect(),
  };
}
