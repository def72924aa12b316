import type { DependenciesSettings } from "../../config/settings.ts";
import type { AreaTexts } from "../../core/texts/index.ts";
import type { Source } from "../source.ts";
import type { WayOut } from "../way-out.ts";
import { evaluateNetwork, INITIAL_MEMORY, type NetworkMemory } from "./signals.ts";

/** The pings' own timers must end first. */
const SLACK_MS = 500;

/** @param outside the addresses of the probes and the names of the dependencies outside, for people */
export function createNetworkSource(
  wayOut: WayOut,
  outside: { readonly probes: readonly string[]; readonly outsideTargets: readonly string[] },
  { timeoutMs, downTicks }: DependenciesSettings,
  texts: AreaTexts<"network">,
): Source<boolean, NetworkMemory> {
  const rules = { ...outside, offlineTicks: downTicks, texts };
  return {
    name: "network",
    // First what is pinged anyway, then the probes.
    deadlineMs: 2 * timeoutMs + SLACK_MS,
    initial: INITIAL_MEMORY,
    collect: (deadline) => wayOut.isOpen(deadline),
    evaluate: (reading, memory, now) => evaluateNetwork(rules, reading, memory, now),
  };
}
