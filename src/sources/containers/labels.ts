import type { Severity } from "../../core/signal.ts";
import { cleanText } from "../../core/text.ts";
import type { Texts } from "../../core/texts/index.ts";
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
  /** What cannot be used and is ignored. */
  readonly problems?: readonly LabelProblem[];
}

export interface LabelProblem {
  readonly label: string;
  /** Cleaned. */
  readonly value: string;
  /** It names no route; this is what comes nearest. */
  readonly nearest?: string;
}

type LabelTexts = Texts["containers"]["label"];

type Labels = Readonly<Record<string, unknown>>;
type Parse = (text: string) => Omit<ContainerOptions, "problems"> | undefined;

const LABELS: readonly (readonly [name: string, expected: (texts: LabelTexts) => string, parse: Parse])[] = [
  [
    "watchdog.stop-grace",
    (texts) => texts.seconds(0, (7 * DAY_MS) / SECOND_MS),
    (text) => within(text, 0, (7 * DAY_MS) / SECOND_MS, (s) => ({ stopGraceMs: s * SECOND_MS })),
  ],
  [
    "watchdog.down-ticks",
    (texts) => texts.wholeNumber(1, 1_000),
    (text) => (/^\d+$/.test(text) ? within(text, 1, 1_000, (downTicks) => ({ downTicks })) : undefined),
  ],
  [
    "watchdog.severity",
    (texts) => texts.either("critical", "warning"),
    (text) => (text === "critical" || text === "warning" ? { severity: text } : undefined),
  ],
  ["watchdog.mem-pct", (texts) => texts.percentage(1, 100), (text) => within(text, 1, 100, (memPct) => ({ memPct }))],
  ["watchdog.cpu-pct", (texts) => texts.percentage(1, 100), (text) => within(text, 1, 100, (cpuPct) => ({ cpuPct }))],
  ["watchdog.route", (texts) => texts.route, (text) => (/^[\w.@:/-]{1,100}$/.test(text) ? { route: text } : undefined)],
  [
    "watchdog.enable",
    (texts) => texts.either("true", "false"),
    (text) => (/^(true|false)$/i.test(text) ? {} : undefined),
  ],
];

/** Reads the labels that begin with `watchdog.`; an empty one says nothing. */
export function parseOptions(labels: Labels): ContainerOptions {
  let options: ContainerOptions = {};
  const problems: LabelProblem[] = [];
  for (const [name, , parse] of LABELS) {
    const value = Object.hasOwn(labels, name) ? labels[name] : undefined;
    const text = typeof value === "string" ? value.trim() : "";
    if (text === "") continue;
    const parsed = parse(text);
    if (parsed === undefined) problems.push({ label: name, value: cleanText(text, 40) });
    else options = { ...options, ...parsed };
  }
  return problems.length === 0 ? options : { ...options, problems };
}

/** What is wrong with a label, in one line. */
export function wordLabelProblem({ label, value, nearest }: LabelProblem, texts: LabelTexts): string {
  if (nearest !== undefined) return texts.unknownRoute(label, value, nearest);
  const [, expected] = LABELS.find(([name]) => name === label) ?? [];
  return texts.unusable(label, value, expected?.(texts) ?? "");
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
