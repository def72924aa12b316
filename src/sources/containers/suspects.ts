import type { Suspect } from "../../core/signal.ts";
import type { Instant } from "../../core/time.ts";
import type { ObservedContainer } from "./snapshot.ts";
import { type ContainerTexts, MAY_START_MS, type Verdict } from "./track/judge.ts";
import type { Track } from "./track/track.ts";

/**
 * A container that seems to be down and is not told as that: within its ticks, stopped on purpose a short while ago, on its
 * way up. Each of these is over or confirmed within a bounded time; what is unknown for any other reason is no suspect.
 *
 * @param stopGraceMs how long a stop on purpose is quiet, unless its labels say otherwise
 */
export function suspectOf(
  container: ObservedContainer,
  verdict: Verdict,
  { stop, unsettled }: Track,
  now: Instant,
  stopGraceMs: number,
  { containers: { is } }: ContainerTexts,
): Suspect | undefined {
  const { name, state, health, leastAgeMs, options } = container;
  const graceMs = options.stopGraceMs ?? stopGraceMs;
  const severity = options.severity ?? "critical";
  const suspect = (what: string): Suspect => ({ key: `container:${name}`, severity, what });
  if (verdict.is === "down") return suspect(verdict.what);
  // Also one that counts as finished, and so as well: what needs it has not got it.
  if (stop !== null && now - stop.at < graceMs) return suspect(is.stopped(name));
  if (verdict.is === "up") return undefined;
  if (state === "running" && health === "starting") {
    const startPeriodMs = container.details?.ok ? container.details.value.startPeriodMs : 0;
    const isYoung = leastAgeMs !== undefined && leastAgeMs < MAY_START_MS + startPeriodMs;
    return isYoung ? suspect(is.starting(name)) : undefined;
  }
  // Restarted by its policy, or just up again after a crash: both are settled within seconds.
  const isSettling = state === "restarting" || (state === "running" && unsettled);
  return isSettling ? suspect(is.restarting(name)) : undefined;
}

export function missingSuspect(name: string, { containers }: ContainerTexts): Suspect {
  return { key: `container:${name}`, severity: "critical", what: containers.is.missing(name) };
}

export function dockerSuspect(error: string, { containers }: ContainerTexts): Suspect {
  return { key: "docker_down", severity: "critical", what: containers.docker.unanswered(error) };
}
