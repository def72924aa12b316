import { createSystemClock } from "../clock.ts";
import type { Settings } from "../config/settings.ts";
import type { SignalView } from "../core/overview.ts";
import type { Texts } from "../core/texts/index.ts";
import { createSources } from "../sources/index.ts";
import { openDatabase } from "../store/open-database.ts";
import { Store } from "../store/store.ts";
import { Watchdog } from "../watchdog.ts";
import type { SourceView } from "../watched-source.ts";

/** What one pass over every source found. */
export interface Pass {
  readonly signals: readonly SignalView[];
  readonly sources: readonly SourceView[];
}

/** Reads and evaluates every source once, as the running watchdog would; decides for nobody and stores nothing. */
export async function passOnce(settings: Settings, texts: Texts): Promise<Pass> {
  const silent = () => {};
  const store = new Store(openDatabase(undefined, silent).database, silent);
  const sources = createSources(withoutDebouncing(settings), texts);
  const watchdog = new Watchdog({
    sources: sources.all,
    texts,
    store,
    channels: [],
    onOwed: silent,
    clock: createSystemClock().clock,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    intervalMs: settings.intervalMs,
    cooldownMs: 0,
  });
  await watchdog.runOnce();
  const result = { signals: watchdog.signals(), sources: watchdog.sources() };
  await watchdog.stop();
  await sources.close();
  return result;
}

/** A single pass cannot wait for a second tick: one failure counts. */
function withoutDebouncing(settings: Settings): Settings {
  const { orchestrator, containers, dependencies } = settings;
  return {
    ...settings,
    orchestrator: orchestrator && { ...orchestrator, downTicks: 1 },
    containers: containers && { ...containers, downTicks: 1, engineDownTicks: 1 },
    dependencies: { ...dependencies, downTicks: 1 },
  };
}
