import { cleanText } from "../../../core/text.ts";
import { asObject } from "../as-object.ts";
import type { WallTimeMs } from "../snapshot.ts";

/** What is asked of `/events`; an action is told apart from what follows its colon ("health_status: unhealthy"). */
export const EVENT_ACTIONS = [
  "start",
  "die",
  "kill",
  "stop",
  "oom",
  "health_status",
  "pause",
  "unpause",
  "destroy",
  "rename",
  "restart",
] as const;

/** What Podman calls them. It tells both names apart in a filter, whatever it writes then. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ["died", "die"],
  ["remove", "destroy"],
]);

/** What the events are filtered by. An engine that does not know a name has none of that name. */
export const EVENT_FILTER = [...EVENT_ACTIONS, ...OTHER_NAMES.keys()];

/** What is kept of one event about a container. */
export interface ContainerEvent {
  readonly action: (typeof EVENT_ACTIONS)[number];
  readonly id: string;
  /** As the list would call it. */
  readonly name: string;
  readonly at: WallTimeMs;
  /** Its label does not leave it out. */
  readonly enabled: boolean;
  /** What it ended with (die). */
  readonly exitCode: number | undefined;
  /** The number of the signal that was sent (kill). */
  readonly signal: number | undefined;
  /** How the container was at this probe; Podman tells of every probe, Docker (which does not say it here) of changes. */
  readonly probed?: string | undefined;
}

const ACTIONS: ReadonlySet<string> = new Set(EVENT_ACTIONS);
const ID = /^[0-9a-f]{12,64}$/;

/** @returns `undefined` for whatever is no event of a container that we know what to make of */
export function parseEvent(line: string): ContainerEvent | undefined {
  const event = asObject(parseJson(line));
  const actor = asObject(event?.Actor);
  const attributes = asObject(actor?.Attributes) ?? {};
  const { Type: type, Action: rawAction, time: timeS, timeNano: timeNs } = event ?? {};
  const written = typeof rawAction === "string" ? (rawAction.split(":", 1)[0] ?? "") : "";
  const action = OTHER_NAMES.get(written) ?? written;
  const id = actor?.ID;
  const at = typeof timeNs === "number" ? timeNs / 1e6 : typeof timeS === "number" ? timeS * 1_000 : Number.NaN;
  if ((type !== undefined && type !== "container") || !ACTIONS.has(action)) return undefined;
  if (typeof id !== "string" || !ID.test(id) || !(at > 0 && at < 8.64e15)) return undefined;
  return {
    action: action as ContainerEvent["action"],
    id,
    name: parseName(attributes, id),
    at: Math.floor(at),
    enabled: String(attributes["watchdog.enable"]).trim().toLowerCase() !== "false",
    exitCode: parseCount(attributes.exitCode),
    signal: parseCount(attributes.signal),
    probed: typeof event?.HealthStatus === "string" ? event.HealthStatus.slice(0, 20) : undefined,
  };
}

/** Compose puts the old id before the name of a container that it replaces, see parse.ts. */
function parseName(attributes: Readonly<Record<string, unknown>>, id: string): string {
  const { name } = attributes;
  if (typeof name !== "string") return id.slice(0, 12);
  const isComposed = Boolean(attributes["com.docker.compose.project"]);
  return cleanText(isComposed ? name.replace(/^[0-9a-f]{12}_(?=.)/, "") : name, 128) || id.slice(0, 12);
}

/** Docker writes numbers here as text. */
function parseCount(value: unknown): number | undefined {
  return typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
