import type { Settings } from "../config/settings.ts";
import { isOutsideHost } from "../core/outside.ts";
import type { AreaTexts } from "../core/texts/index.ts";
import { createProber } from "./dependencies/collect.ts";
import { createNetworkSource } from "./network/index.ts";
import type { AnySource } from "./source.ts";
import { createWayOut, type Probe, type WayOut } from "./way-out.ts";

/** One thing outside that does not answer is its own fault; it takes several to tell that it is ours. */
const LEAST_OUTSIDE = 2;
const NEVER = new AbortController().signal;

/**
 * Puts together what tells whether this host is offline: the probes, and every dependency outside. `undefined` where there is
 * no probe, or too little outside to tell it from.
 */
export function watchWayOut(
  { dependencies, onlineProbes }: Pick<Settings, "dependencies" | "onlineProbes">,
  texts: AreaTexts<"dependencies" | "failures" | "network">,
): { readonly wayOut: WayOut; readonly source: AnySource } | undefined {
  const outside = dependencies.targets.filter(({ url }) => isOutsideHost(url.hostname)).map(({ name }) => name);
  if (onlineProbes.length === 0 || outside.length + onlineProbes.length < LEAST_OUTSIDE) return undefined;
  const probers = onlineProbes.map((url) => createProber({ name: "probe", url }, dependencies.timeoutMs, texts));
  const probes = probers.map((prober): Probe => {
    return async () => {
      const outcome = await prober.probe(NEVER);
      return outcome.up || outcome.status !== undefined;
    };
  });
  const wayOut = createWayOut(probes);
  const names = { probes: onlineProbes.map(addressOf), outsideTargets: outside };
  const source = createNetworkSource(wayOut, names, dependencies, texts);
  return {
    wayOut,
    source: { ...source, close: async () => void (await Promise.all(probers.map((prober) => prober.close()))) },
  };
}

/** Without a path, in which somebody may have put a secret. */
function addressOf({ protocol, hostname, port }: URL): string {
  return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
}
