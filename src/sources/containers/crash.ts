import type { ContainerNews } from "./event-facts.ts";
import { describe, explainExitCode, reference, type Verdict } from "./judge.ts";
import type { ObservedContainer, WallTimeMs } from "./snapshot.ts";

/**
 * A crash that is over before anybody could look: the container runs again, which is not yet the end of the fault. An end
 * with code 0 is none.
 */
export function judgeCrash(
  container: ObservedContainer,
  news: ContainerNews | undefined,
  takenAt: WallTimeMs,
): Verdict | undefined {
  const { state, name, details } = container;
  const end = news?.end;
  if (state !== "running" || end === undefined || end.deliberate || end.exitCode === 0) return undefined;
  const meaning = explainExitCode(end.exitCode, news?.ooms.length !== 0);
  return {
    is: "down",
    what: `container ${name} crashed (code ${end.exitCode}${meaning === undefined ? "" : `: ${meaning}`}) and was started again`,
    forMs: Math.max(0, takenAt - end.at),
    details: describe(container, details?.ok ? details.value : undefined),
    next: `docker logs --tail 100 ${reference(container)}`,
  };
}
