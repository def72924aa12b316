import { formatDuration } from "../../core/text.ts";
import { MINUTE_MS } from "../../core/time.ts";
import type { ContainerDetails, ObservedContainer, WallTimeMs } from "./snapshot.ts";

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
export function judge(container: ObservedContainer, takenAt: WallTimeMs, outOfMemory = false): Verdict {
  const { name, state, health, exitCode } = container;
  const details = container.details?.ok ? container.details.value : undefined;
  const down = (how: string, next: string, since?: WallTimeMs): Verdict => ({
    is: "down",
    what: `container ${name} ${how}`,
    forMs: since === undefined ? undefined : Math.max(0, takenAt - since),
    details: describe(container, details),
    next,
  });
  const logs = `docker logs --tail 100 ${reference(container)}`;
  switch (state) {
    case "running":
      if (health === "unhealthy") return down("is unhealthy", logs);
      if (health === "starting") {
        const upMs = takenAt - (details?.startedAt ?? takenAt);
        const isOverdue = details !== undefined && upMs > MAY_START_MS + details.startPeriodMs;
        // Until then it is not known whether it will be healthy: neither a fault nor the end of one.
        return isOverdue
          ? down(`is still not healthy ${formatDuration(upMs)} after its start`, logs, details.startedAt)
          : UNKNOWN;
      }
      return { is: "up", what: `container ${name} is running${health === "healthy" ? " (healthy)" : ""}` };
    case "paused":
      return down("is paused", `docker unpause ${reference(container)}`);
    case "restarting":
      return down(`is restarting${explainEnd(exitCode, details, outOfMemory)}`, logs, details?.finishedAt);
    case "exited":
      if (exitCode === 0 && details?.restartPolicy === "no") {
        return { is: "up", what: `container ${name} has finished (code 0)` };
      }
      // Without the restart policy, an end with code 0 is a fault or none.
      if (exitCode === undefined || (exitCode === 0 && details?.restartPolicy === undefined)) return UNKNOWN;
      return down(`has exited${explainEnd(exitCode, details, outOfMemory)}`, logs, details?.finishedAt);
    case "dead": {
      const remove = `docker rm -f ${reference(container)}, then start it anew`;
      return down("is dead: Docker could not remove it", remove, details?.finishedAt);
    }
    case "created": {
      if (details === undefined || (details.exitCode === 0 && details.startFailure === undefined)) return UNKNOWN;
      const why = details.startFailure ?? explainExitCode(details.exitCode) ?? `code ${details.exitCode}`;
      return down(`could not be started: ${why}`, inspectError(container), container.createdAt);
    }
    case "removing":
    case "unknown":
      return UNKNOWN;
  }
}

function explainEnd(exitCode: number | undefined, details: ContainerDetails | undefined, outOfMemory: boolean): string {
  if (exitCode === undefined) return "";
  const meaning = details?.startFailure ?? explainExitCode(exitCode, outOfMemory || details?.oomKilled === true);
  return meaning === undefined ? ` (code ${exitCode})` : ` (code ${exitCode}: ${meaning})`;
}

const SIGNAL_MEANINGS: ReadonlyMap<number, string> = new Map([
  [1, "SIGHUP"],
  [2, "interrupted"],
  [6, "aborted"],
  [7, "bus error"],
  [9, "killed"],
  [11, "segmentation fault"],
  [15, "told to stop, SIGTERM"],
]);

/**
 * What an exit code means by convention, or `undefined` where it is the program's own. 128 + n: ended by signal n
 * (https://tldp.org/LDP/abs/html/exitcodes.html).
 */
export function explainExitCode(exitCode: number, oomKilled = false): string | undefined {
  if (oomKilled && exitCode === 137) return "out of memory";
  if (exitCode === 126) return "its command may not be executed";
  if (exitCode === 127) return "its command was not found";
  if (exitCode <= 128 || exitCode > 128 + 64) return undefined;
  return SIGNAL_MEANINGS.get(exitCode - 128) ?? `signal ${exitCode - 128}`;
}

export function describe({ image, state }: ObservedContainer, details: ContainerDetails | undefined): string[] {
  const lines: string[] = [];
  if (details !== undefined) {
    const { startedAt, finishedAt, failingStreak, probeOutput } = details;
    const ranMs = (finishedAt ?? 0) - (startedAt ?? Number.POSITIVE_INFINITY);
    if (["exited", "restarting", "dead"].includes(state) && ranMs >= 0)
      lines.push(`it ran for ${formatDuration(ranMs)}`);
    if (state === "running" && failingStreak)
      lines.push(`its health check has failed ${failingStreak === 1 ? "once" : `${failingStreak} times in a row`}`);
    if (state === "running" && probeOutput !== undefined) lines.push(`it says: ${probeOutput}`);
    if (details.restartPolicy !== undefined) lines.push(describeRestarts(state, details));
  }
  if (image !== undefined) lines.push(`image ${image}`);
  return lines;
}

/** What happens next, as far as Docker decides it. */
function describeRestarts(
  state: ObservedContainer["state"],
  { restartPolicy, restartCount, restartLimit, exitCode }: ContainerDetails,
): string {
  const policy = `restart policy ${restartPolicy}`;
  if (state === "restarting") {
    const most = restartLimit === undefined ? "" : ` of ${restartLimit}`;
    return `${policy}: Docker starts it again, attempt ${Math.max(restartCount, 1)}${most}`;
  }
  if (state === "exited" && restartPolicy === "no") return `${policy}: it stays down until somebody starts it`;
  if (state === "exited" && exitCode !== 0 && restartLimit !== undefined && restartCount >= restartLimit) {
    return `${policy}: Docker has given up after ${times(restartCount)}`;
  }
  return `${policy}${restartCount > 0 ? `, restarted ${times(restartCount)}` : ""}`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

/** How to call the container in a shell: by a name that is safe to paste there, else by its id. */
export function reference({ name, id }: Pick<ObservedContainer, "name" | "id">): string {
  return /^[A-Za-z0-9][\w.-]*$/.test(name) ? name : id.slice(0, 12);
}

function inspectError(container: ObservedContainer): string {
  return `docker inspect --format '{{.State.Error}}' ${reference(container)}`;
}
