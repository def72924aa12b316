import type { ContainersSettings } from "../../config/settings.ts";
import type { AnySource, Scope } from "../source.ts";
import { type ContainersSurroundings, createContainersSource } from "./index.ts";
import { createLimitsSource } from "./limits/index.ts";
import { withRoutes } from "./route-signals.ts";
import type { Snapshot } from "./snapshot.ts";
import type { ContainerTexts } from "./track/judge.ts";
import { createVolumesSource } from "./volumes/index.ts";

/** All that is watched of one Docker engine. What is switched off has no source, and so asks nothing. */
export function createContainersSources(
  settings: ContainersSettings,
  texts: ContainerTexts,
  own: ContainersSurroundings = {},
): AnySource[] {
  const containers = createContainersSource(settings, texts, own);
  const now = own.clock?.now ?? (() => performance.now());
  let newest: Promise<Snapshot> | undefined;
  const shared = {
    ...containers,
    collect(deadline: AbortSignal, scope?: Scope): Promise<Snapshot> {
      const snapshot = containers.collect(deadline, scope);
      if (scope !== "news") newest = snapshot;
      return snapshot;
    },
  };
  const snapshot = async (): Promise<Snapshot> => {
    if (newest === undefined) throw new Error("the containers have not been listed yet");
    return newest;
  };
  const { memPct, cpuPct, orphanedVolumesMax, routeNames = [] } = settings;
  const areLimitsWatched = memPct !== undefined || cpuPct !== undefined;
  return [
    withRoutes(shared, routeNames),
    ...(areLimitsWatched ? [withRoutes(createLimitsSource(settings, texts, snapshot, now), routeNames)] : []),
    ...(orphanedVolumesMax === undefined ? [] : [createVolumesSource(settings, texts, orphanedVolumesMax, now)]),
  ];
}
