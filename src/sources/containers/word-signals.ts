import type { Severity, Signal } from "../../core/signal.ts";
import { formatDuration } from "../../core/text.ts";
import type { Instant } from "../../core/time.ts";
import { type LabelProblem, wordLabelProblem } from "./labels.ts";
import type { ObservedContainer } from "./snapshot.ts";
import type { Progress } from "./track/advance-track.ts";
import { type ContainerTexts, reference, type Verdict, wordExit } from "./track/judge.ts";
import type { LoopState } from "./track/restarts.ts";
import type { Moment } from "./track/track.ts";

/** @param error why the last reading failed; `undefined`: it did not */
export function dockerSignal(
  { engineAt, texts: { containers: texts } }: { readonly engineAt: string; readonly texts: ContainerTexts },
  error: string | undefined,
): Signal {
  const key = { key: "docker_down", severity: "critical", nature: "level" } as const;
  if (error === undefined) return { ...key, active: false, what: texts.docker.answers(engineAt) };
  return {
    ...key,
    active: true,
    what: texts.docker.silent(engineAt),
    details: [error, texts.docker.unknown],
    next: "`systemctl status docker`",
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
export function missingSignal(
  name: string,
  removedForMs: number | undefined,
  { containers: texts, units }: ContainerTexts,
): Signal {
  const removed = removedForMs === undefined ? [] : [texts.details.removedAgo(formatDuration(removedForMs, units))];
  return {
    key: `container:${name}`,
    severity: "critical",
    nature: "level",
    active: true,
    what: texts.is.missing(name),
    details: [...removed, texts.details.named],
    next: texts.next.startOrForget(`\`docker compose up -d ${name}\``),
  };
}

export function restartsSignal(
  container: ObservedContainer,
  loop: LoopState & { readonly count: number },
  exitCodes: readonly number[],
  rules: { readonly restartsMax: number; readonly restartsWindowMs: number; readonly texts: ContainerTexts },
): Signal {
  const { name } = container;
  const key = { key: `container_restarts:${name}`, severity: severityOf(container), nature: "level" } as const;
  const { containers: texts, units } = rules.texts;
  const window = formatDuration(rules.restartsWindowMs, units);
  if (loop.count === 0) return { ...key, active: false, what: texts.restarts.none(name, window) };
  if (!loop.looping) return { ...key, active: false, what: texts.restarts.some(name, loop.count, window) };
  const first = loop.bursts[0];
  const last = exitCodes.at(-1);
  const before = exitCodes.length < 2 ? [] : [texts.details.endedBefore(exitCodes.slice(0, -1).join(", "))];
  return {
    ...key,
    active: true,
    what: texts.restarts.loop(name, loop.count, window),
    measure: { value: loop.count, limit: rules.restartsMax, unit: "count" },
    ...(last !== undefined && { details: [texts.details.endedLast(wordExit(last, texts)), ...before] }),
    next: `\`docker logs --tail 100 ${reference(container)}\``,
    ...(first !== undefined && { since: first.at }),
  };
}

/** @param ooms how many kills, when the last was, and whether that ended the container */
export function oomSignal(
  container: ObservedContainer,
  { count, lastAt, ended }: NonNullable<Progress["ooms"]>,
  { now, takenAt }: Moment,
  { containers: texts }: ContainerTexts,
): Signal {
  const { name, image } = container;
  // The kernel kills one process: the container's first, which ends it, or another, which may not.
  const what = ended ? texts.oom.killed(name) : texts.oom.lostProcess(name);
  const details = [
    ...(count > 1 ? [texts.oom.times(count)] : []),
    ...(image === undefined ? [] : [texts.details.image(image)]),
  ];
  return {
    key: `container_oom:${name}`,
    severity: severityOf(container),
    nature: "edge",
    active: true,
    what,
    ...(details.length > 0 && { details }),
    next: texts.memory.next(`\`docker stats ${reference(container)}\``),
    ...(lastAt > 0 && { since: now - Math.max(0, takenAt - lastAt) }),
  };
}

/** Labels that cannot be used are ignored, which whoever wrote them must know. */
export function labelSignal(
  name: string,
  problems: readonly LabelProblem[],
  { containers: { label: texts } }: ContainerTexts,
): Signal {
  return {
    key: `container_label:${name}`,
    severity: "warning",
    nature: "edge",
    active: true,
    what: texts.is(name),
    details: problems.map((problem) => wordLabelProblem(problem, texts)),
    next: texts.next,
  };
}
