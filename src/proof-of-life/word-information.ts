import type { Span } from "../core/message.ts";
import { cleanText } from "../core/text.ts";
import type { Scope, Unwatched } from "./scope.ts";

/** A message that reports no signal; without any of the three icons, and without hashtags. */
export interface Information {
  readonly heading: string;
  readonly lines: readonly (readonly Span[])[];
}

export interface StartFacts {
  readonly version: string;
  /** When it started, as people read it. */
  readonly startedAt: string;
  readonly scope: Scope;
  readonly unwatched: readonly Unwatched[];
  /** Sources that cannot be read now. */
  readonly unread: readonly { readonly name: string; readonly error: string }[];
  /** The names of the channels. */
  readonly channels: readonly string[];
  /** Whether commands are taken in the chat. */
  readonly commands: boolean;
}

export interface DigestFacts {
  /** Of which day, as people read it. */
  readonly day: string;
  readonly scope: Scope;
  /** What is wrong now, most important first. */
  readonly wrong: readonly string[];
  readonly unread: readonly { readonly name: string; readonly error: string }[];
  /** What was alerted in the last 24 h: keys and how often. */
  readonly incidents: readonly (readonly [key: string, times: number])[];
  /** What will be full and when. */
  readonly trends: readonly string[];
}

const MOST_LINES = 5;
const TEXT_CHARS = 150;

const WHY_UNWATCHED: Readonly<Record<Unwatched, string>> = {
  containers: "containers (no docker.sock: see WATCHDOG_DOCKER_SOCK)",
  orchestrator: "an orchestrator (WATCHDOG_METRICS_URL is unset)",
  dependencies: "dependencies (WATCHDOG_DEPS is unset)",
  disks: "disks (see WATCHDOG_DISK_CRIT_ENABLED, WATCHDOG_FORECAST_H)",
};

export function wordStart(facts: StartFacts): Information {
  const { version, startedAt, scope, unwatched, unread, channels, commands } = facts;
  return {
    heading: `Watchdog ${version} watches since ${startedAt}`,
    lines: [
      [wordScope(scope)],
      ...(unwatched.length > 0 ? [[`not watched: ${unwatched.map((what) => WHY_UNWATCHED[what]).join(", ")}`]] : []),
      ...unreadLines(unread),
      [`alerts go to: ${channels.map((name) => cleanText(name)).join(", ")}`],
      [`commands in the chat: ${commands ? "on, /help lists them" : "off"}`],
    ],
  };
}

export function wordDigest({ day, scope, wrong, unread, incidents, trends }: DigestFacts): Information {
  const times = incidents.reduce((sum, [, count]) => sum + count, 0);
  return {
    heading: `${day}: ${wrong.length === 0 ? "all quiet" : `${amount(wrong.length, "thing")} wrong`}`,
    lines: [
      ...shortened(wrong.map((what) => `– ${cleanText(what, TEXT_CHARS)}`)),
      [`watched: ${wordScope(scope)}`],
      ...unreadLines(unread),
      [
        times === 0
          ? "no incident in the last 24 h"
          : `${amount(times, "incident")} in the last 24 h: ${names(incidents)}`,
      ],
      ...shortened(trends.map((what) => cleanText(what, TEXT_CHARS))),
    ],
  };
}

function wordScope(scope: Scope): string {
  const parts = [
    ...(scope.containers === undefined ? [] : [amount(scope.containers, "container")]),
    ...(scope.orchestrator ? ["the orchestrator"] : []),
    ...(scope.dependencies === 0 ? [] : [amount(scope.dependencies, "dependency", "dependencies")]),
    ...(scope.memory ? ["memory"] : []),
    ...scope.disks.slice(0, MOST_LINES).map((path) => `disk ${cleanText(path, 100)}`),
    ...(scope.disks.length > MOST_LINES ? [`${scope.disks.length - MOST_LINES} more disks`] : []),
    ...(scope.wayOut ? ["the way out"] : []),
  ];
  return parts.length === 0 ? "nothing" : parts.join(", ");
}

function unreadLines(unread: DigestFacts["unread"]): Span[][] {
  return shortened(
    unread.map(({ name, error }) => `cannot be read: ${cleanText(name, 100)} (${cleanText(error, TEXT_CHARS)})`),
  );
}

function names(incidents: DigestFacts["incidents"]): string {
  const shown = incidents.slice(0, MOST_LINES).map(([key, times]) => {
    return times === 1 ? cleanText(key, 100) : `${cleanText(key, 100)} ×${times}`;
  });
  const more = incidents.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

function shortened(lines: readonly string[]): Span[][] {
  const more = lines.length - MOST_LINES;
  return [...lines.slice(0, MOST_LINES), ...(more > 0 ? [`and ${more} more`] : [])].map((line) => [line]);
}

function amount(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
