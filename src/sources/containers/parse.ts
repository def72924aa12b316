import { redactSecrets } from "../../core/redact-secrets.ts";
import { cleanText } from "../../core/text.ts";
import { asObject } from "./as-object.ts";
import { type ContainerOptions, parseOptions, parseService } from "./labels.ts";
import type { ContainerDetails, ContainerState, StartFailure, WallTimeMs } from "./snapshot.ts";
import { type Health, parseStatusText, type StatusText } from "./status-text.ts";
import { type Composition, parseComposition } from "./tokens.ts";

/** What is kept of one entry of `/containers/json`. */
export interface ListedContainer extends StatusText {
  readonly id: string;
  /** Cleaned, without Docker's leading "/". */
  readonly name: string;
  /** Compose renames a container that it is about to replace, or to put into place: this is not its name for long. */
  readonly renamed: boolean;
  readonly service: string | undefined;
  readonly composition: Composition;
  readonly options: ContainerOptions;
  readonly image: string | undefined;
  readonly createdAt: WallTimeMs | undefined;
  readonly state: ContainerState;
  readonly enabled: boolean;
  /** The id of the container whose network it uses. */
  readonly networkOf: string | undefined;
}

const ID = /^[0-9a-f]{12,64}$/;
const MAX_NAME_CHARS = 128;
const STATES = new Set(["created", "running", "paused", "restarting", "removing", "exited", "dead"]);

/** What Podman has beyond them (libpod/define/containerstate.go). */
const PODMAN_STATES: ReadonlyMap<string, ContainerState> = new Map([
  ["configured", "created"],
  ["initialized", "created"],
  ["stopping", "running"],
  ["stopped", "exited"],
]);

/** The list as Docker answers it: the entries that can be told apart, and how many cannot. */
export interface Listing {
  readonly listed: readonly ListedContainer[];
  readonly unreadable: number;
}

/** @returns `undefined` when it is no list at all */
export function parseList(json: unknown): Listing | undefined {
  if (!Array.isArray(json)) return undefined;
  const listed = json.map(parseEntry).filter((entry) => entry !== undefined);
  return { listed, unreadable: json.length - listed.length };
}

export function parseEntry(json: unknown): ListedContainer | undefined {
  const entry = asObject(json);
  const id = entry?.Id;
  if (entry === undefined || typeof id !== "string" || !ID.test(id)) return undefined;
  const rawName = parseName(entry.Names, id);
  if (rawName === undefined) return undefined;
  const labels = asObject(entry.Labels) ?? {};
  const plainName = labels["com.docker.compose.project"] ? rawName.replace(/^[0-9a-f]{12}_(?=.)/, "") : rawName;
  const { Created: createdS, Image: image, State: state, Status: status } = entry;
  const networkMode = asObject(entry.HostConfig)?.NetworkMode;
  return {
    id,
    name: cleanText(plainName, MAX_NAME_CHARS) || id.slice(0, 12),
    renamed: plainName !== rawName,
    service: parseService(labels),
    composition: parseComposition(labels),
    options: parseOptions(labels),
    image: typeof image === "string" && !/^(sha256:)?[0-9a-f]{12,64}$/.test(image) ? cleanText(image, 120) : undefined,
    createdAt: typeof createdS === "number" && createdS > 0 ? createdS * 1_000 : undefined,
    state: parseState(state),
    ...parseStatusText(typeof status === "string" ? status.slice(0, 200) : ""),
    enabled: String(labels["watchdog.enable"]).trim().toLowerCase() !== "false",
    networkOf: typeof networkMode === "string" ? /^container:(.+)$/.exec(networkMode)?.[1] : undefined,
  };
}

/** A name with one slash is the container's own; others are links to it. A container that is going away may have none. */
function parseName(names: unknown, id: string): string | undefined {
  if (names === null || names === undefined) return id.slice(0, 12);
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string")) return undefined;
  const own = names.find((name) => name.lastIndexOf("/") <= 0) ?? names[0];
  return own?.replace(/^\//, "") ?? id.slice(0, 12);
}

function parseState(value: unknown): ContainerState {
  if (typeof value !== "string") return "unknown";
  return STATES.has(value) ? (value as ContainerState) : (PODMAN_STATES.get(value) ?? "unknown");
}

/**
 * What is kept of `/containers/<id>/json`. Environment, command and probe output never leave this function; neither does
 * Docker's own error text, which can hold the command. What other engines and proxies leave out is taken as not said.
 *
 * @param evidence whether the output of the last failing probe is kept after all: see parseProbeOutput
 * @returns `undefined` when a field that is used is of the wrong type, or the state or the exit code is missing
 */
export function parseInspect(json: unknown, evidence = false): ContainerDetails | undefined {
  const container = asObject(json);
  const state = asObject(container?.State);
  const restart = parseRestartPolicy(asObject(container?.HostConfig)?.RestartPolicy);
  const restartCount = container?.RestartCount ?? 0;
  if (state === undefined || restart === undefined) return undefined;
  const { Status, Restarting, ExitCode, Error: error, StartedAt, FinishedAt, Health } = state;
  const oomKilled = state.OOMKilled ?? false;
  const health = parseHealth(Health);
  if (typeof oomKilled !== "boolean" || health === undefined) return undefined;
  if (!Number.isSafeInteger(ExitCode) || !isCount(restartCount)) return undefined;
  if (!isTimestamp(StartedAt) || !isTimestamp(FinishedAt)) return undefined;
  const failingStreak = asObject(Health)?.FailingStreak;
  const probeOutput = evidence && health !== "healthy" ? parseProbeOutput(asObject(Health)?.Log) : undefined;
  return {
    // `Running` is true while restarting; `Restarting` tells.
    state: Restarting === true ? "restarting" : parseState(Status),
    health,
    failingStreak: isCount(failingStreak) ? failingStreak : undefined,
    ...(probeOutput !== undefined && { probeOutput }),
    startPeriodMs: parseStartPeriodMs(asObject(container?.Config)?.Healthcheck),
    exitCode: Number(ExitCode),
    startedAt: parseTime(StartedAt),
    finishedAt: parseTime(FinishedAt),
    restartCount,
    oomKilled,
    ...restart,
    startFailure: typeof error === "string" && error !== "" ? explainStartFailure(error.slice(0, 4_000)) : undefined,
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function parseRestartPolicy(value: unknown): Pick<ContainerDetails, "restartPolicy" | "restartLimit"> | undefined {
  if (value === undefined || value === null) return { restartPolicy: undefined, restartLimit: undefined };
  const policy = asObject(value);
  const name = policy?.Name ?? "";
  if (policy === undefined || typeof name !== "string") return undefined;
  const limit = policy.MaximumRetryCount;
  return {
    restartPolicy: name === "" ? "no" : cleanText(name, 30),
    restartLimit: isCount(limit) && limit > 0 ? limit : undefined,
  };
}

/** The time in which a health check may fail, which Docker writes in nanoseconds. */
function parseStartPeriodMs(healthcheck: unknown): number {
  const periodNs = asObject(healthcheck)?.StartPeriod;
  return typeof periodNs === "number" && periodNs > 0 ? periodNs / 1e6 : 0;
}

function parseHealth(value: unknown): Health | undefined {
  if (value === undefined || value === null) return "none";
  const status = asObject(value)?.Status;
  if (status === "" || status === "none") return "none";
  return status === "starting" || status === "healthy" || status === "unhealthy" ? status : undefined;
}

const MAX_PROBE_CHARS = 200;

/** The output of the last probe that failed, without what looks like a secret; Docker lists the newest last. */
function parseProbeOutput(log: unknown): string | undefined {
  const probes = Array.isArray(log) ? log.map(asObject) : [];
  const failed = probes.findLast((probe) => probe !== undefined && probe.ExitCode !== 0);
  const output = typeof failed?.Output === "string" ? cleanText(redactSecrets(failed.Output), MAX_PROBE_CHARS) : "";
  return output === "" ? undefined : output;
}

function isTimestamp(value: unknown): value is string | undefined | null {
  return value === undefined || value === null || (typeof value === "string" && Number.isFinite(Date.parse(value)));
}

/** "Never" is the year 1 to Docker. */
function parseTime(text: string | undefined | null): WallTimeMs | undefined {
  const at = Date.parse(text ?? "");
  return at > 0 ? at : undefined;
}

const START_FAILURES: readonly (readonly [RegExp, StartFailure])[] = [
  [/port is already allocated|address already in use/i, "portTaken"],
  [/error mounting|bind source path|invalid mount/i, "notMounted"],
  [/network .*not found|no such network/i, "noNetwork"],
  [/executable file not found|no such file or directory/i, "commandNotFound"],
  [/permission denied/i, "notExecutable"],
];

function explainStartFailure(error: string): StartFailure {
  return START_FAILURES.find(([pattern]) => pattern.test(error))?.[1] ?? "other";
}
