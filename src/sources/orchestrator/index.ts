import type { Dispatcher } from "undici";
import type { OrchestratorSettings } from "../../config/settings.ts";
import type { AreaTexts } from "../../core/texts/index.ts";
import type { Source } from "../source.ts";
import { collectEnvelope } from "./collect.ts";
import type { Envelope } from "./envelope.ts";
import { evaluateOrchestrator, INITIAL_MEMORY, type OrchestratorMemory } from "./signals.ts";

/** The orchestrator, by its `/metrics` envelope: one GET a tick. */
export function createOrchestratorSource(
  settings: OrchestratorSettings,
  dispatcher: Dispatcher,
  texts: AreaTexts<"orchestrator" | "failures">,
): Source<Envelope, OrchestratorMemory> {
  const { metricsUrl, timeoutMs } = settings;
  const rules = { ...settings, texts };
  return {
    name: "orchestrator",
    deadlineMs: timeoutMs,
    initial: INITIAL_MEMORY,
    collect: (deadline) => collectEnvelope(metricsUrl, dispatcher, deadline, texts),
    evaluate: (reading, memory, now) => evaluateOrchestrator(rules, reading, memory, now),
  };
}
