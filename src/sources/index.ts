import { Agent } from "undici";
import type { Settings } from "../config/settings.ts";
import type { Texts } from "../core/texts/index.ts";
import { createContainersSources } from "./containers/create-sources.ts";
import { createDependencySources } from "./dependencies/index.ts";
import { createHostSources } from "./host/index.ts";
import { createOrchestratorSource } from "./orchestrator/index.ts";
import type { AnySource } from "./source.ts";
import { watchWayOut } from "./watch-way-out.ts";

export { pingEngine } from "./containers/index.ts";

export interface Sources {
  /** What others stand on comes first: causes are told in this order. */
  readonly all: readonly AnySource[];
  /** Closes the connections that the sources share. */
  close(): Promise<void>;
}

/**
 * The registry: every source that the settings ask for.
 *
 * @param texts in which they say what they found
 * @param warn takes what people should know and what no signal tells
 */
export function createSources(settings: Settings, texts: Texts, warn?: (problem: string) => void): Sources {
  const { orchestrator, containers, host, dependencies, intervalMs } = settings;
  const dispatcher = new Agent({
    // Connections outlive the pause between two ticks; every request brings a total deadline of its own.
    keepAliveTimeout: intervalMs + 5_000,
    keepAliveMaxTimeout: intervalMs + 5_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    // An attempt to connect would outlive the deadline of whoever asked.
    connect: { timeout: settings.httpTimeoutMs },
  });
  const network = watchWayOut(settings, texts);
  return {
    all: [
      ...createHostSources(host, texts),
      ...(containers ? createContainersSources(containers, texts, warn ? { warn } : {}) : []),
      ...(orchestrator ? [createOrchestratorSource(orchestrator, dispatcher, texts)] : []),
      ...(network ? [network.source] : []),
      ...createDependencySources(dependencies, texts, network && { wayOut: network.wayOut }),
    ],
    close: () => dispatcher.destroy(),
  };
}
