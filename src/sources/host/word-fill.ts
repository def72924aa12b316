import type { Forecast } from "../../core/forecast.ts";
import { cleanText, formatDuration, formatNumber } from "../../core/text.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../core/time.ts";

/** What fills up: the host's memory, or the disk that holds a path. */
export type Filling = "memory" | { readonly path: string };

export function wordFill(filling: Filling, active: boolean, forecast: Forecast | undefined): string {
  const name = filling === "memory" ? "host memory" : `disk ${cleanText(filling.path, 100)}`;
  if (forecast === undefined) return active ? `${name} has filled up` : `${name} does not fill up steadily`;
  const full = filling === "memory" ? "used up" : "full";
  return `${name} will be ${full} in about ${formatAbout(forecast.fullInMs)}`;
}

/** "fills 1.2 GiB/h (over the last 2 h), 14 GiB free" */
export function wordPace({ perHour, spanMs }: Forecast, freeBytes: number): string {
  return `fills ${formatBytes(perHour)}/h (over the last ${formatDuration(spanMs)}), ${formatBytes(freeBytes)} free`;
}

export function nextFor(filling: Filling): string {
  if (filling === "memory") return "see who grows: `docker stats --no-stream`, `ps aux --sort=-rss | head`";
  const path = cleanText(filling.path, 100);
  const quoted = /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
  return `see what grows: \`docker system df\`, \`find ${quoted} -xdev -type f -size +100M -mmin -60\``;
}

/** A forecast is no better than this: one unit, without the rest. */
export function formatAbout(durationMs: number): string {
  const units: readonly (readonly [string, number])[] = [
    ["d", DAY_MS],
    ["h", HOUR_MS],
    ["min", MINUTE_MS],
  ];
  for (const [name, unitMs] of units) {
    if (durationMs >= 1.5 * unitMs) return `${Math.round(durationMs / unitMs)} ${name}`;
  }
  return "a minute";
}

function formatBytes(bytes: number): string {
  if (bytes >= 2 ** 30) return `${formatNumber(bytes / 2 ** 30)} GiB`;
  return bytes >= 2 ** 20 ? `${formatNumber(bytes / 2 ** 20)} MiB` : `${formatNumber(bytes / 2 ** 10)} KiB`;
}
