import type { ContainersSettings } from "../../../config/settings.ts";
import { HOUR_MS, SECOND_MS } from "../../../core/time.ts";
import { Failure } from "../../../http/failure.ts";
import { paced } from "../../paced.ts";
import type { Source } from "../../source.ts";
import { untilAborted } from "../../until-aborted.ts";
import { createEngine } from "../engine/engine.ts";
import type { ContainerTexts } from "../track/judge.ts";
import { type OrphanedVolume, parseVolumes } from "./parse-volumes.ts";
import { evaluateVolumes } from "./signals.ts";

/** Volumes pile up over weeks. */
const LIST_EVERY_MS = HOUR_MS;

/** Volumes that no container uses, running or not. */
export function createVolumesSource(
  settings: ContainersSettings,
  texts: ContainerTexts,
  max: number,
  now: () => number,
): Source<readonly OrphanedVolume[], null> {
  const engine = createEngine(settings);
  const list = async (): Promise<readonly OrphanedVolume[]> => {
    const volumes = parseVolumes(await engine.danglingVolumes());
    if (volumes === undefined) throw new Failure(({ engine }) => engine.noVolumes);
    return volumes;
  };
  const collect = async (deadline: AbortSignal): Promise<readonly OrphanedVolume[]> => {
    try {
      return await untilAborted(deadline, list());
    } finally {
      engine.disconnect();
    }
  };
  return {
    name: "containers/volumes",
    background: true,
    deadlineMs: settings.timeoutMs + SECOND_MS,
    initial: null,
    collect: paced(LIST_EVERY_MS, now, collect),
    evaluate: (reading) => evaluateVolumes(reading, { max, texts }),
    close: async () => engine.disconnect(),
  };
}
