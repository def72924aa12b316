import { formatBytes } from "../../core/bytes.ts";
import type { Forecast } from "../../core/forecast.ts";
import { cleanText, formatDuration } from "../../core/text.ts";
import type { AreaTexts } from "../../core/texts/index.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../core/time.ts";

/** What fills up: the host's memory, or the disk that holds a path. */
export type Filling = "memory" | { readonly path: string };

type HostTexts = AreaTexts<"host">;

export function wordFill(filling: Filling, active: boolean, forecast: Forecast | undefined, texts: HostTexts): string {
  const { fill } = texts.host;
  const about = forecast && formatAbout(forecast.fullInMs, texts);
  if (filling === "memory") return about ? fill.memory(about) : active ? fill.memoryFilled : fill.memoryCalm;
  const path = cleanText(filling.path, 100);
  return about ? fill.disk(path, about) : active ? fill.diskFilled(path) : fill.diskCalm(path);
}

/** "fills 1.2 GiB/h (over the last 2 h), 14 GiB free" */
export function wordPace({ perHour, spanMs }: Forecast, freeBytes: number, { host, units }: HostTexts): string {
  const written = (bytes: number) => formatBytes(bytes, "kibibyte", units);
  return host.fill.pace(written(perHour), formatDuration(spanMs, units), written(freeBytes));
}

export function nextFor(filling: Filling, { host: { fill } }: HostTexts): string {
  if (filling === "memory") return fill.memoryNext("`docker stats --no-stream`", "`ps aux --sort=-rss | head`");
  const path = cleanText(filling.path, 100);
  const quoted = /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
  return fill.diskNext("`docker system df`", `\`find ${quoted} -xdev -type f -size +100M -mmin -60\``);
}

/** A forecast is no better than this: one unit, without the rest. */
export function formatAbout(durationMs: number, { host, units: words }: HostTexts): string {
  const units: readonly (readonly [string, number])[] = [
    [words.day, DAY_MS],
    [words.hour, HOUR_MS],
    [words.minute, MINUTE_MS],
  ];
  for (const [name, unitMs] of units) {
    if (durationMs >= 1.5 * unitMs) return `${Math.round(durationMs / unitMs)} ${name}`;
  }
  return host.fill.aMinute;
}
