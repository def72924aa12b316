import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../core/time.ts";

export type Health = "none" | "starting" | "healthy" | "unhealthy";

/** What the list's `Status` says beyond the state: "Up 8 seconds (unhealthy)", "Exited (137) About an hour ago". */
export interface StatusText {
  readonly health: Health;
  readonly exitCode: number | undefined;
  /** How long the state has lasted at least, in milliseconds; `undefined` where the text does not say. */
  readonly leastAgeMs: number | undefined;
}

const STATUS =
  /^(?:Up|(?:Exited|Restarting) \((?<code>-?\d{1,10})\)) (?<age>.+?)(?: ago)?(?: \((?<note>[^()]{1,40})\))?$/;

const HEALTHS: ReadonlyMap<string, Health> = new Map([
  ["healthy", "healthy"],
  ["unhealthy", "unhealthy"],
  ["health: starting", "starting"],
]);

export function parseStatusText(text: string): StatusText {
  const { code, age = "", note = "" } = STATUS.exec(text)?.groups ?? {};
  return {
    health: HEALTHS.get(note) ?? "none",
    exitCode: code === undefined ? undefined : Number(code),
    leastAgeMs: parseLeastAgeMs(age),
  };
}

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ["second", SECOND_MS],
  ["minute", MINUTE_MS],
  ["hour", HOUR_MS],
  ["day", DAY_MS],
  ["week", 7 * DAY_MS],
  ["month", 30 * DAY_MS],
  ["year", 365 * DAY_MS],
]);

/**
 * The least duration that Docker writes like this (go-units `HumanDuration`): seconds and minutes are cut off, from two
 * hours upwards everything is reckoned from hours that were rounded.
 */
function parseLeastAgeMs(age: string): number | undefined {
  if (age === "Less than a second") return 0;
  if (age === "About a minute") return MINUTE_MS;
  if (age === "About an hour") return HOUR_MS;
  const [, digits, unit = ""] = /^(\d{1,5}) (second|minute|hour|day|week|month|year)s?$/.exec(age) ?? [];
  const unitMs = UNITS_MS.get(unit);
  if (digits === undefined || unitMs === undefined) return undefined;
  return Number(digits) * unitMs - (unitMs >= HOUR_MS ? HOUR_MS / 2 : 0);
}
