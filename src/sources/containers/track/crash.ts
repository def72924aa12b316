import type { ContainerNews } from "../events/event-facts.ts";
import type { ObservedContainer, WallTimeMs } from "../snapshot.ts";
import { type ContainerTexts, describe, reference, type Verdict, wordExit } from "./judge.ts";

/**
 * A crash that is over before anybody could look: the container runs again, which is not yet the end of the fault. An end
 * with code 0 is none.
 */
export function judgeCrash(
  container: ObservedContainer,
  news: ContainerNews | undefined,
  takenAt: WallTimeMs,
  texts: ContainerTexts,
): Verdict | undefined {
  const { state, name, details } = container;
  const end = news?.end;
  if (state !== "running" || end === undefined || end.deliberate || end.exitCode === 0) return undefined;
  const how = wordExit(end.exitCode, texts.containers, news?.ooms.length !== 0);
  return {
    is: "down",
    what: texts.containers.is.crashed(name, how),
    forMs: Math.max(0, takenAt - end.at),
    details: describe(container, details?.ok ? details.value : undefined, texts),
    next: `\`docker logs --tail 100 ${reference(container)}\``,
  };
}
