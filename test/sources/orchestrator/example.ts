import { readFileSync } from "node:fs";
import { EN } from "../../../src/core/texts/index.ts";
import { type Envelope, parseEnvelope } from "../../../src/sources/orchestrator/envelope.ts";
import type { OrchestratorRules } from "../../../src/sources/orchestrator/rules.ts";

export const MINUTE_S = 60;
const MINUTE_MS = 60_000;

/** Thresholds that the example envelope keeps; cost ceilings are on. */
export const RULES: OrchestratorRules = {
  texts: EN,
  metricsUrl: new URL("http://127.0.0.1:1/metrics"),
  timeoutMs: 5_000,
  downTicks: 3,
  staleMs: 5 * MINUTE_MS,
  stageStuckMs: 120 * MINUTE_MS,
  stageLimitsMs: new Map([["review", 60 * MINUTE_MS]]),
  queueMax: 50,
  retriesMax: 20,
  agentHungMs: 10 * MINUTE_MS,
  agentMaxMs: 120 * MINUTE_MS,
  costRunUsd: 5,
  costTotalUsd: 200,
  workerSilentMs: 5 * MINUTE_MS,
  instanceLimitsMs: new Map([["booting", 120 * MINUTE_MS]]),
};

/** The example of the contract, as JSON text. */
export const EXAMPLE_TEXT = readFileSync(new URL("../../fixtures/envelope/contract.json", import.meta.url), "utf8");

/** `generated_at` of the example. */
export const EXAMPLE_AT_MS = Date.parse("2026-06-10T09:36:02Z");

// biome-ignore lint/suspicious/noExplicitAny: tests break it in every way
export type Json = any;

/** The example of the contract after `change` has had its way with it. */
export function example(change: (envelope: Json) => void = () => {}): Json {
  const envelope = JSON.parse(EXAMPLE_TEXT);
  change(envelope);
  return envelope;
}

/** The example, `laterS` seconds on by the orchestrator's clock. */
export function exampleLater(laterS: number, change: (envelope: Json) => void = () => {}): Json {
  return example((envelope) => {
    envelope.generated_at = EXAMPLE_AT_MS / 1_000 + laterS;
    for (const worker of envelope.workers) worker.last_heartbeat_at = envelope.generated_at;
    change(envelope);
  });
}

/** The envelope as the program reads it, its problems in English. */
export function readEnvelope(json: Json): Envelope {
  return parseEnvelope(json, EN.orchestrator.schema);
}
