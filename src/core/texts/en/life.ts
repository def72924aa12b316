import { pluralOf } from "../plural.ts";

const plural = pluralOf("en");

/** What is told without an alert: a start, and how the day was. */
export const life = {
  started: (version: string, at: string): string => `Watchdog ${version} started watching at ${at}`,
  unwatched: (whats: readonly string[]): string => `not watched: ${whats.join(", ")}`,
  whyUnwatched: {
    containers: "containers (no docker.sock: see WATCHDOG_DOCKER_SOCK)",
    orchestrator: "an orchestrator (WATCHDOG_METRICS_URL is unset)",
    dependencies: "dependencies (WATCHDOG_DEPS is unset)",
    disks: "disks (see WATCHDOG_DISK_CRIT_ENABLED, WATCHDOG_FORECAST_H)",
  },
  unread: (source: string, error: string): string => `cannot be read: ${source} (${error})`,
  alertsGoTo: (channels: readonly string[]): string => `alerts go to: ${channels.join(", ")}`,
  commandsOn: "commands in the chat: on, /help lists them",
  commandsOff: "commands in the chat: off",

  quietDay: (day: string): string => `${day}: all quiet now`,
  quietSoFarDay: (day: string): string => `${day}: nothing wrong, as far as I can see`,
  wrongDay: (day: string, count: number): string =>
    `${day}: ${count} ${plural(count, { one: "problem", other: "problems" })} now`,
  watched: (scope: string): string => `watched: ${scope}`,
  noIncident: "no incident in the last 24 h",
  incidents: (count: number, names: string): string =>
    `${count} ${plural(count, { one: "incident", other: "incidents" })} in the last 24 h (${names})`,

  containers: (count: number): string => `${count} ${plural(count, { one: "container", other: "containers" })}`,
  orchestrator: "the orchestrator",
  dependencies: (count: number): string => `${count} ${plural(count, { one: "dependency", other: "dependencies" })}`,
  memory: "memory",
  disk: (path: string): string => `disk ${path}`,
  moreDisks: (count: number): string => `${count} more ${plural(count, { one: "disk", other: "disks" })}`,
  wayOut: "the connection to the outside",
  nothing: "nothing",
  /** Behind names, and on a line of its own. */
  more: (count: number): string => `${count} more`,
  andMore: (count: number): string => `and ${count} more`,
};

export type LifeTexts = typeof life;
