import type { Severity, Signal } from "../../core/signal.ts";
import { formatDuration } from "../../core/text.ts";
import type { Instant } from "../../core/time.ts";
import type { Progress } from "./advance-track.ts";
import { explainExitCode, reference, type Verdict } from "./judge.ts";
import type { LoopState } from "./restarts.ts";
import type { ObservedContainer } from "./snapshot.ts";
import type { Moment } from "./track.ts";

/** @param error why the last reading failed; `undefined`: it did not */
export function dockerSignal(engineAt: string, error: string | undefined): Signal {
  const key = { key: "docker_down", severity: "critical", nature: "level" } as const;
  if (error === undefined) return { ...key, active: false, what: `Docker answers at ${engineAt}` };
  return {
    ...key,
    active: true,
    what: `Docker does not answer at ${engineAt}`,
    details: [error, "what containers do is unknown until it answers"],
    next: "systemctl status docker",
  };
}

/** As severe as its labels say, else critical. */
function severityOf({ options }: ObservedContainer): Severity {
  return options.severity ?? "critical";
}

export function containerSignal(
  container: ObservedContainer,
  verdict: Exclude<Verdict, { is: "unknown" }>,
  now: Instant,
): Signal {
  const key = { key: `container:${container.name}`, severity: severityOf(container), nature: "level" } as const;
  if (verdict.is === "up") return { ...key, active: false, what: verdict.what };
  const { what, details, next, forMs } = verdict;
  return { ...key, active: true, what, details, next, ...(forMs !== undefined && { since: now - forMs }) };
}

/** @param removedForMs for how long it has been removed, in milliseconds, where that was seen */
export function missingSignal(name: string, removedForMs: number | undefined): Signal {
  const removed = removedForMs === undefined ? [] : [`it was removed ${formatDuration(removedForMs)} ago`];
  return {
    key: `container:${name}`,
    severity: "critical",
    nature: "level",
    active: true,
    what: `container ${name} does not exist`,
    details: [...removed, "it is named in WATCHDOG_CONTAINERS"],
    next: `docker compose up -d ${name}, or take it out of WATCHDOG_CONTAINERS`,
  };
}

export function restartsSignal(
  container: ObservedContainer,
  loop: LoopState & { readonly count: number },
  lastExitCode: number | null,
  limits: { readonly restartsMax: number; readonly restartsWindowMs: number },
): Signal {
  const { name } = container;
  const key = { key: `container_restarts:${name}`, severity: severityOf(container), nature: "level" } as const;
  const window = formatDuration(limits.restartsWindowMs);
  if (loop.count === 0) return { ...key, active: false, what: `container ${name} has not restarted for ${window}` };
  const times = `${loop.count} ${loop.count === 1 ? "time" : "times"} within ${window}`;
  if (!loop.looping) return { ...key, active: false, what: `container ${name} has restarted ${times}` };
  const meaning = lastExitCode === null ? undefined : explainExitCode(lastExitCode);
  const ended = `it ended last with code ${lastExitCode}${meaning === undefined ? "" : `: ${meaning}`}`;
  const first = loop.bursts[0];
  return {
    ...key,
    active: true,
    what: `container ${name} restarts again and again: ${times}`,
    measure: { value: loop.count, limit: limits.restartsMax, unit: "count" },
    ...(lastExitCode !== null && { details: [ended] }),
    next: `docker logs --tail 100 ${reference(container)}`,
    ...(first !== undefined && { since: first.at }),
  };
}

/** @param ooms how many kills, when the last was, and whether that ended the container */
export function oomSignal(
  container: ObservedContainer,
  { count, lastAt, ended }: NonNullable<Progress["ooms"]>,
  { now, takenAt }: Moment,
): Signal {
  const { name, image } = container;
  // The kernel kills one process: the container's first, which ends it, or another, which may not.
  const fate = ended ? "was killed" : "lost a process";
  const details = [
    ...(count > 1 ? [`${count} times since it was told last`] : []),
    ...(image === undefined ? [] : [`image ${image}`]),
  ];
  return {
    key: `container_oom:${name}`,
    severity: severityOf(container),
    nature: "edge",
    active: true,
    what: `container ${name} ${fate} for want of memory`,
    ...(details.length > 0 && { details }),
    next: `docker stats ${reference(container)}: raise its memory limit, or find what grows`,
    ...(lastAt > 0 && { since: now - Math.max(0, takenAt - lastAt) }),
  };
}

/** Labels that cannot be used are ignored, which whoever wrote them must know. */
export function labelSignal(name: string, problems: readonly string[]): Signal {
  return {
    key: `container_label:${name}`,
    severity: "warning",
    nature: "edge",
    active: true,
    what: `container ${name} has a label that cannot be used and is ignored`,
    details: problems,
    next: "mend it in the compose file, and recreate the container",
  };
}
