import type { Severity } from "../../core/signal.ts";
import { cleanText } from "../../core/text.ts";
import { DAY_MS, SECOND_MS } from "../../core/time.ts";

/** What a container's own labels say about how it is watched. Absent: as for all. */
export interface ContainerOptions {
  readonly stopGraceMs?: number;
  readonly severity?: Severity;
  readonly downTicks?: number;
  /** Where limits are watched at all: how much of its own it may use, in percent. */
  readonly memPct?: number;
  readonly cpuPct?: number;
  /** The name of the route or the receiver that hears of it. */
  readonly route?: string;
  /** What cannot be used and is ignored, for people. */
  readonly problems?: readonly string[];
}

type Labels = Readonly<Record<string, unknown>>;
type Parse = (text: string) => Omit<ContainerOptions, "problems"> | undefined;

const LABELS: readonly (readonly [name: string, expected: string, parse: Parse])[] = [
  [
    "watchdog.stop-grace",
    "seconds, 0 to 604800",
    (text) => within(text, 0, (7 * DAY_MS) / SECOND_MS, (s) => ({ stopGraceMs: s * SECOND_MS })),
  ],
  [
    "watchdog.down-ticks",
    "a whole number, 1 to 1000",
    (text) => (/^\d+$/.test(text) ? within(text, 1, 1_000, (downTicks) => ({ downTicks })) : undefined),
  ],
  [
    "watchdog.severity",
    "critical or warning",
    (text) => (text === "critical" || text === "warning" ? { severity: text } : undefined),
  ],
  ["watchdog.mem-pct", "a percentage, 1 to 100", (text) => within(text, 1, 100, (memPct) => ({ memPct }))],
  ["watchdog.cpu-pct", "a percentage, 1 to 100", (text) => within(text, 1, 100, (cpuPct) => ({ cpuPct }))],
  [
    "watchdog.route",
    "the name of a route in WATCHDOG_ROUTES, or a receiver",
    (text) => (/^[\w.@:/-]{1,100}$/.test(text) ? { route: text } : undefined),
  ],
  ["watchdog.enable", "true or false", (text) => (/^(true|false)$/i.test(text) ? {} : undefined)],
];

/** Reads the labels that begin with `watchdog.`; an empty one says nothing. */
export function parseOptions(labels: Labels): ContainerOptions {
  let options: ContainerOptions = {};
  const problems: string[] = [];
  for (const [name, expected, parse] of LABELS) {
    const value = Object.hasOwn(labels, name) ? labels[name] : undefined;
    const text = typeof value === "string" ? value.trim() : "";
    if (text === "") continue;
    const parsed = parse(text);
    if (parsed === undefined) problems.push(`${name}="${cleanText(text, 40)}": expected ${expected}`);
    else options = { ...options, ...parsed };
  }
  return problems.length === 0 ? options : { ...options, problems };
}

function within<T>(text: string, least: number, most: number, make: (value: number) => T): T | undefined {
  const value = /^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? make(value) : undefined;
}

const SERVICE_LABELS = ["project", "service", "container-number"].map((part) => `com.docker.compose.${part}`);

/** Project, service and number of a container that Compose made; a one-off (`docker compose run`) is none of the service's. */
export function parseService(labels: Labels): string | undefined {
  if (labels["com.docker.compose.oneoff"] === "True") return undefined;
  const parts = SERVICE_LABELS.map((name) => labels[name]);
  return parts.every((part) => typeof part === "string" && part !== "") ? cleanText(parts.join("/"), 300) : undefined;
}
