import type { DependenciesSettings } from "../../config/settings.ts";
import type { Source } from "../source.ts";
import type { WayOut } from "../way-out.ts";
import { evaluateNetwork, INITIAL_MEMORY, type NetworkMemory } from "./signals.ts";

/** The pings' own timers must end first. */
const SLACK_MS = 500;

/** @param outsideTargets the names of the dependencies outside, for people */
export function createNetworkSource(
  wayOut: WayOut,
  outsideTargets: readonly string[],
  { timeoutMs, downTicks }: DependenciesSettings,
): Source<boolean, NetworkMemory> {
  return {
    name: "network",
    // First what is pinged anyway, then the probes.
    deadlineMs: 2 * timeoutMs + SLACK_MS,
    initial: INITIAL_MEMORY,
    collect: (deadline) => wayOut.isOpen(deadline),
    evaluate: (reading, memory, now) => evaluateNetwork(outsideTargets, downTicks, reading, memory, now),
  };
}
