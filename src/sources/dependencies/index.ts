import type { DependencyTarget } from "../../config/kinds.ts";
import type { DependenciesSettings } from "../../config/settings.ts";
import { createSharedLookup } from "../../http/shared-lookup.ts";
import { createLimiter, type Limiter } from "../limiter.ts";
import type { AnySource, Source } from "../source.ts";
import { createProber, type ProberOptions } from "./collect.ts";
import { type DependencyMemory, evaluateDependency, INITIAL_MEMORY, type PingOutcome } from "./signals.ts";

/** Bounds the burst of name lookups and handshakes at the start of a tick. */
const MAX_PINGS_AT_ONCE = 256;
/** The ping's own timer must end it, as an outcome, before the watchdog gives the collection up as no reading. */
const SLACK_MS = 500;

/**
 * One source per dependency. Each keeps one connection of its own, so that a dependency that hangs holds up no other; only
 * where 256 of them hang at once do further ones wait, and are unknown then, not down.
 */
export function createDependencySources(settings: DependenciesSettings, options: ProberOptions = {}): AnySource[] {
  const limiter = createLimiter(MAX_PINGS_AT_ONCE, `not asked: ${MAX_PINGS_AT_ONCE} other dependencies do not answer`);
  const shared = { names: createSharedLookup(), ...options };
  return settings.targets.map((target) => createDependencySource(target, settings, limiter, shared));
}

function createDependencySource(
  target: DependencyTarget,
  { timeoutMs, downTicks }: DependenciesSettings,
  limiter: Limiter,
  options: ProberOptions,
): Source<PingOutcome, DependencyMemory> {
  const prober = createProber(target, timeoutMs, options);
  const shown = { name: target.name, address: addressOf(target.url) };
  return {
    name: `dependencies/${target.name}`,
    deadlineMs: timeoutMs + SLACK_MS,
    initial: INITIAL_MEMORY,
    async collect(deadline) {
      const leave = await limiter.enter(deadline);
      try {
        return await prober.probe(deadline);
      } finally {
        leave();
      }
    },
    evaluate: (reading, memory, now) => evaluateDependency(shown, downTicks, reading, memory, now),
    close: () => prober.close(),
  };
}

/** Without credentials and query, either of which may hold a secret. */
function addressOf(url: URL): string {
  return `${url.protocol}//${url.host}${url.protocol === "tcp:" ? "" : url.pathname}`;
}
