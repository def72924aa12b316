import type { DependencyTarget } from "../../config/kinds.ts";
import type { DependenciesSettings } from "../../config/settings.ts";
import { hostToken } from "../../core/host-token.ts";
import { isOutsideHost } from "../../core/outside.ts";
import { known } from "../../core/reading.ts";
import { createSharedLookup } from "../../http/shared-lookup.ts";
import { createLimiter, type Limiter } from "../limiter.ts";
import type { AnySource, Source } from "../source.ts";
import type { WayOut } from "../way-out.ts";
import { createProber, type ProberOptions, type ProbeTexts } from "./collect.ts";
import { type DependencyMemory, evaluateDependency, INITIAL_MEMORY, type PingOutcome } from "./signals.ts";

/** Bounds the sockets of those that hang. */
const MAX_PINGS_AT_ONCE = 256;
/** Bounds the burst at the start of a tick: what is under way when memory is collected costs the most (ADR 19). */
const GROUP = { most: 64, forMs: 20 };
/** The ping's own timer must end it, as an outcome, before the watchdog gives the collection up as no reading. */
const SLACK_MS = 500;

export interface DependencyOptions extends ProberOptions {
  /** Where it is given, a dependency outside that does not answer is judged only while something else outside does. */
  readonly wayOut?: WayOut;
}

/**
 * One source per dependency. Each keeps one connection of its own, so that a dependency that hangs holds up no other; only
 * where 256 of them hang at once do further ones wait, and are unknown then, not down.
 */
export function createDependencySources(
  settings: DependenciesSettings,
  texts: ProbeTexts,
  options: DependencyOptions = {},
): AnySource[] {
  const bounds = { running: MAX_PINGS_AT_ONCE, group: GROUP };
  const limiter = createLimiter(bounds, texts.dependencies.othersHang(MAX_PINGS_AT_ONCE));
  // Until the last one has had its turn, if none answers.
  const turnMs = Math.ceil(settings.targets.length / GROUP.most) * GROUP.forMs;
  const shared = { names: createSharedLookup(), ...options };
  return settings.targets.map((target) => createDependencySource(target, settings, texts, limiter, turnMs, shared));
}

function createDependencySource(
  target: DependencyTarget,
  { timeoutMs, downTicks }: DependenciesSettings,
  texts: ProbeTexts,
  limiter: Limiter,
  turnMs: number,
  { wayOut, ...options }: DependencyOptions,
): Source<PingOutcome, DependencyMemory> {
  const prober = createProber(target, timeoutMs, texts, options);
  const shown = { name: target.name, address: addressOf(target.url), needs: [hostToken(target.url.hostname)] };
  const rules = { downTicks, texts };
  // The same object each time: of what stays as it was, nothing need be decided.
  const up = evaluateDependency(shown, rules, known({ up: true, ms: 0 }), INITIAL_MEMORY, 0);
  const witness = isOutsideHost(target.url.hostname) ? wayOut?.join() : undefined;
  const pingOnce = async (deadline: AbortSignal) => {
    const leave = await limiter.enter(deadline);
    try {
      return await prober.probe(deadline);
    } finally {
      leave();
    }
  };
  return {
    name: `dependencies/${target.name}`,
    deadlineMs: turnMs + timeoutMs + (witness ? timeoutMs : 0) + SLACK_MS,
    initial: INITIAL_MEMORY,
    collect: (deadline) => {
      const ping = () => pingOnce(deadline);
      return witness ? witness.ping(ping, hasAnswered, deadline) : ping();
    },
    evaluate: (reading, memory, now) =>
      reading.ok && reading.value.up ? up : evaluateDependency(shown, rules, reading, memory, now),
    close: () => prober.close(),
  };
}

/** A bad answer is an answer. */
function hasAnswered(outcome: PingOutcome): boolean {
  return outcome.up || outcome.status !== undefined;
}

/** Without credentials and query, either of which may hold a secret. */
function addressOf(url: URL): string {
  return `${url.protocol}//${url.host}${url.protocol === "tcp:" ? "" : url.pathname}`;
}
