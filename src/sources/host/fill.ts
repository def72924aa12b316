import { advanceForecast, courseOf, type Forecast, NO_TREND, noteFree, type Trend } from "../../core/forecast.ts";
import type { Reading } from "../../core/reading.ts";
import type { Evaluation } from "../../core/signal.ts";
import { drawSparkline } from "../../core/sparkline.ts";
import type { AreaTexts } from "../../core/texts/index.ts";
import type { Instant } from "../../core/time.ts";
import { type Filling, nextFor, wordFill, wordPace } from "./word-fill.ts";

export interface FillMemory {
  /** Missing where nobody asked for it before. */
  readonly trend?: Trend;
}

/**
 * Whether what is free will be used up within `horizonMs` if it goes on at its present pace. With a horizon of 0 it is
 * never warned of, but the forecast is there to be looked at: an inactive signal has details only where there is one.
 */
export function evaluateFill(
  key: string,
  filling: Filling,
  { horizonMs, texts }: { readonly horizonMs: number; readonly texts: AreaTexts<"host"> },
  reading: Reading<{ readonly availableBytes: number }>,
  memory: FillMemory,
  now: Instant,
): Evaluation<FillMemory> {
  const before = memory.trend ?? NO_TREND;
  if (!reading.ok) return { signals: [], holds: [key], memory: { trend: before } };
  const freeBytes = reading.value.availableBytes;
  const { active, forecast, trend } = advanceForecast(noteFree(before, now, freeBytes), freeBytes, horizonMs);
  return {
    signals: [
      {
        key,
        severity: "warning",
        nature: "level",
        active,
        what: wordFill(filling, active, forecast, texts),
        ...(forecast && { details: [`${wordPace(forecast, freeBytes, texts)} ${drawCourse(trend, forecast)}`.trim()] }),
        ...(active && { next: nextFor(filling, texts) }),
      },
    ],
    holds: [],
    memory: { trend },
  };
}

/** What was used up rises. */
function drawCourse(trend: Trend, forecast: Forecast): string {
  return drawSparkline(courseOf(trend, forecast).map((free) => -free));
}

/** One source says both: how full it is, and how soon it will be. */
export function joinEvaluations<A, B>(one: Evaluation<A>, other: Evaluation<B>): Evaluation<A & B> {
  return {
    signals: [...one.signals, ...other.signals],
    holds: [...one.holds, ...other.holds],
    memory: { ...one.memory, ...other.memory },
  };
}
