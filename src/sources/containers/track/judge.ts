import { formatDuration } from "../../../core/text.ts";
import type { AreaTexts } from "../../../core/texts/index.ts";
import { MINUTE_MS } from "../../../core/time.ts";
import type { ContainerDetails, ObservedContainer, WallTimeMs } from "../snapshot.ts";

export type ContainerTexts = AreaTexts<"containers">;

/** What one reading says of one container. */
export type Verdict =
  | { readonly is: "up"; readonly what: string }
  | {
      readonly is: "down";
      readonly what: string;
      /** For how long, in milliseconds, where that is known. */
      readonly forMs: number | undefined;
      readonly details: readonly string[];
      readonly next: string;
    }
  | { readonly is: "unknown" };

export const UNKNOWN: Verdict = { is: "unknown" };

/** A health check that has said neither yes nor no for so long after its start period says no. */
export const MAY_START_MS = 5 * MINUTE_MS;

/**
 * Judges by the state; what the list tells suffices where no inspection was needed, or where one failed.
 *
 * @param outOfMemory whether a kill for want of memory ended it
 */
export function judge(
  container: ObservedContainer,
  takenAt: WallTimeMs,
  texts: ContainerTexts,
  outOfMemory = false,
): Verdict {
  const { name, state, health, exitCode } = container;
  const { is, exit, next: nexts } = texts.containers;
  const details = container.details?.ok ? container.details.value : undefined;
  const down = (what: string, next: string, since?: WallTimeMs): Verdict => ({
    is: "down",
    what,
    forMs: since === undefined ? undefined : Math.max(0, takenAt - since),
    details: describe(container, details, texts),
    next,
  });
  const logs = `\`docker logs --tail 100 ${reference(container)}\``;
  const how = explainEnd(exitCode, details, outOfMemory, texts.containers);
  switch (state) {
    case "running":
      if (health === "unhealthy") return down(is.unhealthy(name), logs);
      if (health === "starting") {
        const upMs = takenAt - (details?.startedAt ?? takenAt);
        const isOverdue = details !== undefined && upMs > MAY_START_MS + details.startPeriodMs;
        // Until then it is not known whether it will be healthy: neither a fault nor the end of one.
        return isOverdue
          ? down(is.notHealthyYet(name, formatDuration(upMs, texts.units)), logs, details.startedAt)
          : UNKNOWN;
      }
      return { is: "up", what: health === "healthy" ? is.healthy(name) : is.running(name) };
    case "paused":
      return down(is.paused(name), `\`docker unpause ${reference(container)}\``);
    case "restarting":
      return down(is.restarting(name, how), logs, details?.finishedAt);
    case "exited":
      if (exitCode === 0 && details?.restartPolicy === "no") return { is: "up", what: is.finished(name) };
      // Without the restart policy, an end with code 0 is a fault or none.
      if (exitCode === undefined || (exitCode === 0 && details?.restartPolicy === undefined)) return UNKNOWN;
      return down(is.exited(name, how), logs, details?.finishedAt);
    case "dead":
      return down(is.dead(name), nexts.startAnew(`\`docker rm -f ${reference(container)}\``), details?.finishedAt);
    case "created": {
      if (details === undefined || (details.exitCode === 0 && details.startFailure === undefined)) return UNKNOWN;
      const { startFailure } = texts.containers;
      const why = details.startFailure
        ? startFailure[details.startFailure]
        : (explainExitCode(details.exitCode, exit) ?? exit.code(details.exitCode));
      return down(is.notStarted(name, why), inspectError(container), container.createdAt);
    }
    case "removing":
    case "unknown":
      return UNKNOWN;
  }
}

/** How it ended, where that is known: "code 137: out of memory". */
function explainEnd(
  exitCode: number | undefined,
  details: ContainerDetails | undefined,
  outOfMemory: boolean,
  texts: ContainerTexts["containers"],
): string | undefined {
  if (exitCode === undefined) return undefined;
  const { startFailure } = texts;
  const meaning = details?.startFailure && startFailure[details.startFailure];
  return wordExit(exitCode, texts, outOfMemory || details?.oomKilled === true, meaning);
}

/** "code 137: killed". @param meaning where it is known better than by convention */
export function wordExit(
  exitCode: number,
  texts: ContainerTexts["containers"],
  oomKilled = false,
  meaning = explainExitCode(exitCode, texts.exit, oomKilled),
): string {
  return meaning === undefined ? texts.exit.code(exitCode) : texts.exit.codeThatMeans(exitCode, meaning);
}

type ExitTexts = ContainerTexts["containers"]["exit"];

const SIGNAL_MEANINGS: ReadonlyMap<number, (texts: ExitTexts) => string> = new Map([
  [1, ({ hangup }) => hangup],
  [2, ({ interrupted }) => interrupted],
  [6, ({ aborted }) => aborted],
  [7, ({ busError }) => busError],
  [9, ({ killed }) => killed],
  [11, ({ segmentationFault }) => segmentationFault],
  [15, ({ toldToStop }) => toldToStop],
]);

/**
 * What an exit code means by convention, or `undefined` where it is the program's own. 128 + n: ended by signal n
 * (https://tldp.org/LDP/abs/html/exitcodes.html).
 */
export function explainExitCode(exitCode: number, texts: ExitTexts, oomKilled = false): string | undefined {
  if (oomKilled && exitCode === 137) return texts.outOfMemory;
  if (exitCode === 126) return texts.notExecutable;
  if (exitCode === 127) return texts.notFound;
  if (exitCode <= 128 || exitCode > 128 + 64) return undefined;
  const signal = exitCode - 128;
  return SIGNAL_MEANINGS.get(signal)?.(texts) ?? texts.signal(signal);
}

export function describe(
  { image, state }: ObservedContainer,
  details: ContainerDetails | undefined,
  { containers: { details: texts, restartPolicy }, units }: ContainerTexts,
): string[] {
  const lines: string[] = [];
  if (details !== undefined) {
    const { startedAt, finishedAt, failingStreak, probeOutput } = details;
    const ranMs = (finishedAt ?? 0) - (startedAt ?? Number.POSITIVE_INFINITY);
    if (["exited", "restarting", "dead"].includes(state) && ranMs >= 0)
      lines.push(texts.ranFor(formatDuration(ranMs, units)));
    if (state === "running" && failingStreak) lines.push(texts.healthFailed(failingStreak));
    if (state === "running" && probeOutput !== undefined) lines.push(texts.says(probeOutput));
    if (details.restartPolicy !== undefined)
      lines.push(describeRestarts(state, details.restartPolicy, details, restartPolicy));
  }
  if (image !== undefined) lines.push(texts.image(image));
  return lines;
}

/** What happens next, as far as Docker decides it. */
function describeRestarts(
  state: ObservedContainer["state"],
  policy: string,
  { restartCount, restartLimit, exitCode }: ContainerDetails,
  texts: ContainerTexts["containers"]["restartPolicy"],
): string {
  if (state === "restarting") {
    const attempt = Math.max(restartCount, 1);
    return restartLimit === undefined
      ? texts.startsAgain(policy, attempt)
      : texts.startsAgainOf(policy, attempt, restartLimit);
  }
  if (state === "exited" && policy === "no") return texts.staysDown(policy);
  if (state === "exited" && exitCode !== 0 && restartLimit !== undefined && restartCount >= restartLimit) {
    return texts.givenUp(policy, restartCount);
  }
  return restartCount > 0 ? texts.restarted(policy, restartCount) : texts.is(policy);
}

/** How to call the container in a shell: by a name that is safe to paste there, else by its id. */
export function reference({ name, id }: Pick<ObservedContainer, "name" | "id">): string {
  return /^[A-Za-z0-9][\w.-]*$/.test(name) ? name : id.slice(0, 12);
}

function inspectError(container: ObservedContainer): string {
  return `\`docker inspect --format '{{.State.Error}}' ${reference(container)}\``;
}
