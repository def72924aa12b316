import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { type Clock, PROCESS_CLOCK } from "../../clock.ts";
import { writeAddress } from "../../config/engine-address.ts";
import type { ContainersSettings } from "../../config/settings.ts";
import { isGlob, matchesGlob } from "../../core/glob.ts";
import { cleanText } from "../../core/text.ts";
import { HOUR_MS, MINUTE_MS } from "../../core/time.ts";
import type { Source } from "../source.ts";
import { createCollector } from "./collect.ts";
import { createEngine } from "./engine/engine.ts";
import { EventRecord } from "./events/event-facts.ts";
import { EventStream } from "./events/events.ts";
import { type Linked, type LinkMemory, linkSignals } from "./link-signals.ts";
import { findOwnContainer } from "./own-container.ts";
import { noteRedeploys, type RedeployMemory } from "./redeploys.ts";
import { type AtRest, evaluate, INITIAL_MEMORY, type Memory } from "./signals.ts";
import { skipUnchanged } from "./skip-unchanged.ts";
import type { Snapshot } from "./snapshot.ts";
import type { ContainerTexts } from "./track/judge.ts";

export { type EngineVersion, pingEngine } from "./engine/engine.ts";

/** What the source takes from its surroundings; each has the real thing as its default. */
export interface ContainersSurroundings {
  readonly clock?: Omit<Clock, "after"> & Partial<Clock>;
  /** The text of a file; throws where there is none. */
  readonly readFile?: (path: string) => string;
  readonly hostname?: string;
  /** Takes what people should know and what no reading tells; by default nobody does. */
  readonly warn?: (problem: string) => void;
}

/** The containers that Docker knows of, read over its socket and never changed. */
export function createContainersSource(
  settings: ContainersSettings,
  texts: ContainerTexts,
  own: ContainersSurroundings = {},
): Source<Snapshot, Memory & LinkMemory & RedeployMemory> {
  const { address, names, timeoutMs } = settings;
  const engine = createEngine(settings);
  const readFile = own.readFile ?? ((path: string) => readFileSync(path, "utf8"));
  const clock = { ...PROCESS_CLOCK, ...own.clock };
  const record = new EventRecord();
  const madeAt = clock.wallNow();
  const atRest: AtRest = new WeakMap();
  const linkedBefore: Linked = new WeakMap();
  let stream: EventStream | undefined;
  const rules = {
    ...settings,
    texts,
    engineAt: cleanText(writeAddress(address)),
    required: names.filter((name) => !isGlob(name)),
  };
  return {
    name: "containers",
    // The list, then inspections that may begin within a time-out of it and last another; those before a list count as such.
    deadlineMs: 3 * timeoutMs + 1_000,
    initial: INITIAL_MEMORY,
    collect: createCollector({
      engine,
      address,
      names,
      ownId: findOwnContainer(readFile, own.hostname ?? hostname()),
      intervalMs: settings.intervalMs,
      inspectBudgetMs: timeoutMs,
      evidence: settings.evidence === true,
      clock,
      record,
      expectEvent: (at) => stream?.expect(at),
    }),
    follow(nudge) {
      stream = new EventStream(
        {
          address,
          engine,
          warn: own.warn ?? (() => undefined),
          record,
          isWatched: (name) => names.some((glob) => matchesGlob(name, glob)),
          startedAt: madeAt,
          lookBackMs: Math.min(settings.stopGraceMs + MINUTE_MS, HOUR_MS),
          clock,
          random: Math.random,
        },
        nudge,
      );
      return stream;
    },
    evaluate: skipUnchanged<Memory & LinkMemory & RedeployMemory>((reading, memory, now) => {
      const evaluation = evaluate(reading, memory, now, rules, atRest);
      const linked = linkSignals(evaluation, reading, memory, rules.required, linkedBefore);
      return noteRedeploys(linked, reading, memory, now, rules);
    }),
    close: async () => engine.disconnect(),
  };
}
