import type { ContainersSettings } from "../../../config/settings.ts";
import { SECOND_MS } from "../../../core/time.ts";
import { paced } from "../../paced.ts";
import type { Source } from "../../source.ts";
import { untilAborted } from "../../until-aborted.ts";
import { createEngine } from "../engine/engine.ts";
import type { Snapshot } from "../snapshot.ts";
import type { ContainerTexts } from "../track/judge.ts";
import { createSampler, type Sample } from "./sample.ts";
import { evaluateLimits, INITIAL_LIMIT_MEMORY, type LimitMemory } from "./signals.ts";

/** Sampled no more often than this, however short the interval. */
export const SAMPLE_EVERY_MS = 15 * SECOND_MS;
/** An engine may take one sample a second and answer after the next; that is its pace, and no hanging. */
const ENGINE_SAMPLES_MS = 2 * SECOND_MS;
const SAMPLE_BUDGET_MS = 60 * SECOND_MS;

/**
 * What containers use of what they may use. A source of its own, on connections of its own, since engines take up to two
 * seconds for each container.
 *
 * @param snapshot what the containers source found at the last tick, so that nothing is listed twice
 */
export function createLimitsSource(
  settings: ContainersSettings,
  texts: ContainerTexts,
  snapshot: () => Promise<Snapshot>,
  now: () => number,
): Source<Sample, LimitMemory> {
  const timeoutMs = settings.timeoutMs + ENGINE_SAMPLES_MS;
  const engine = createEngine({ ...settings, timeoutMs });
  const rules = { memPct: settings.memPct, cpuPct: settings.cpuPct, texts };
  const sample = createSampler({
    engine,
    snapshot,
    watchCpu: rules.cpuPct !== undefined,
    budgetMs: SAMPLE_BUDGET_MS,
    now,
  });
  const collect = async (deadline: AbortSignal): Promise<Sample> => {
    try {
      return await untilAborted(deadline, sample(deadline));
    } finally {
      engine.disconnect();
    }
  };
  return {
    name: "containers/limits",
    background: true,
    // The list, the host, and then the last container that was begun within the budget: two questions.
    deadlineMs: 3 * settings.timeoutMs + SAMPLE_BUDGET_MS + 3 * timeoutMs + SECOND_MS,
    initial: INITIAL_LIMIT_MEMORY,
    collect: paced(SAMPLE_EVERY_MS, now, collect),
    evaluate: (reading, memory, at) => evaluateLimits(reading, memory, at, rules),
    close: async () => engine.disconnect(),
  };
}
