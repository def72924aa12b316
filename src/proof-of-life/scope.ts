import type { Settings } from "../config/settings.ts";
import type { SignalView } from "../core/overview.ts";
import { kindOf } from "../core/signal.ts";
import type { SourceView } from "../watched-source.ts";

/** What is watched, for people. */
export interface Scope {
  readonly containers: number | undefined;
  readonly orchestrator: boolean;
  readonly dependencies: number;
  readonly memory: boolean;
  readonly disks: readonly string[];
  /** Whether anybody looks if this host is offline. */
  readonly wayOut: boolean;
}

/** What could be watched and is not, each for one reason: the variables that would change that are unset. */
export type Unwatched = "containers" | "orchestrator" | "dependencies" | "disks";

const DISK = "host/disk ";

export function scopeOf(sources: readonly SourceView[], signals: readonly SignalView[]): Scope {
  const names = sources.map(({ name }) => name);
  return {
    containers: names.includes("containers")
      ? signals.filter(({ key }) => kindOf(key) === "container").length
      : undefined,
    orchestrator: names.includes("orchestrator"),
    dependencies: names.filter((name) => name.startsWith("dependencies/")).length,
    memory: names.includes("host/memory"),
    disks: names.flatMap((name) => (name.startsWith(DISK) ? [name.slice(DISK.length)] : [])),
    wayOut: names.includes("network"),
  };
}

export function unwatchedOf({ containers, orchestrator, dependencies, host }: Settings): Unwatched[] {
  const missing: readonly (readonly [Unwatched, boolean])[] = [
    ["containers", containers === undefined],
    ["orchestrator", orchestrator === undefined],
    ["dependencies", dependencies.targets.length === 0],
    ["disks", !host.diskCritEnabled && host.forecastMs === undefined],
  ];
  return missing.flatMap(([what, isMissing]) => (isMissing ? [what] : []));
}
