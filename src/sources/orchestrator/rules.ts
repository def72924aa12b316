import type { OrchestratorSettings } from "../../config/settings.ts";
import type { AreaTexts } from "../../core/texts/index.ts";

export type OrchestratorTexts = AreaTexts<"orchestrator">;

/** What an envelope is held against, and in which words the outcome is told. */
export interface OrchestratorRules extends OrchestratorSettings {
  readonly texts: OrchestratorTexts;
}
