import type { AlertChanges } from "./core/alerts.ts";
import { Causes } from "./core/causes.ts";
import type { Silence } from "./core/silence.ts";
import type { Instant } from "./core/time.ts";
import type { WatchedSource } from "./watched-source.ts";

/**
 * Decides on all that was evaluated. Causes are sought among the newest views of all sources, those that were not read now
 * included: what was held back is told as soon as any reading shows what it follows from.
 *
 * @param sources all of them, in the order in which causes are told
 * @returns what changes for each source about which there was something to decide
 */
export function decideTogether(
  sources: readonly WatchedSource[],
  now: Instant,
  cooldownMs: number,
  silences: readonly Silence[],
): Map<WatchedSource, AlertChanges> {
  const nodes = sources.some(({ mayAlert }) => mayAlert)
    ? sources.flatMap((watched) => watched.causeNodes(now, silences))
    : [];
  const causes = new Causes(nodes);
  const decided = new Map<WatchedSource, AlertChanges>();
  for (const watched of sources) {
    const changes = watched.decide((key) => causes.standingOf(key), now, cooldownMs, silences);
    if (changes !== undefined) decided.set(watched, changes);
  }
  return decided;
}
