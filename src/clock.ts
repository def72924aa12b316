import { readFileSync } from "node:fs";
import { uptime } from "node:os";
import type { Instant } from "./core/time.ts";

/** The only way to learn or wait for time. Tests and the simulator pass one of their own. */
export interface Clock {
  /** Never stepped, see {@link Instant}. */
  now(): Instant;
  /** The machine's wall clock in epoch milliseconds: for people's eyes only. */
  wallNow(): number;
  /** Runs `run` once after `delayMs`; returns what cancels it. Never calls back synchronously. */
  after(delayMs: number, run: () => void): () => void;
}

/** The clock of this process alone, for what stores no time; `now` is 0 when it starts. */
export const PROCESS_CLOCK: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Which boot of the machine a timeline belongs to, and where that boot began on it. Stored, so that a restart goes on. */
export interface Timeline {
  readonly bootId: string;
  /** The Instant at which the machine's boot clock stood at zero. */
  readonly originMs: number;
}

/** `setTimeout` turns a longer delay into 1 ms (https://nodejs.org/api/timers.html#settimeoutcallback-delay-args). */
const MAX_TIMER_MS = 2_147_483_647;

/**
 * The machine's clock. The timeline follows the boot clock (CLOCK_BOOTTIME, by `os.uptime()`), which neither an
 * administrator nor NTP steps and which counts a suspend.
 *
 * @param stored the timeline of the process before, if any. On the same boot it is continued exactly; otherwise a new
 *   one starts at the wall clock, but never before `notBefore`.
 * @param notBefore the latest Instant that is stored anywhere
 */
export function createSystemClock(
  stored?: Timeline,
  notBefore: Instant = 0,
): { readonly clock: Clock; readonly timeline: Timeline } {
  const bootId = readBootId();
  const originMs =
    stored !== undefined && stored.bootId === bootId && bootId !== ""
      ? stored.originMs
      : Math.max(Date.now(), notBefore) - uptime() * 1_000;
  // uptime() ticks in hundredths of a second and costs a file read: take it rarely, and fill in with the monotonic clock.
  let bootMs = uptime() * 1_000;
  let monotonicMs = performance.now();
  const clock: Clock = {
    now() {
      const elapsedMs = performance.now() - monotonicMs;
      if (elapsedMs > 250) {
        const next = uptime() * 1_000;
        // Hundredths are rounded: never let the timeline run backwards.
        bootMs = Math.max(next, bootMs + elapsedMs);
        monotonicMs += elapsedMs;
        return Math.round(originMs + bootMs);
      }
      return Math.round(originMs + bootMs + elapsedMs);
    },
    wallNow: () => Date.now(),
    after(delayMs, run) {
      const timer = setTimeout(run, Math.min(Math.max(delayMs, 0), MAX_TIMER_MS));
      return () => clearTimeout(timer);
    },
  };
  return { clock, timeline: { bootId, originMs } };
}

function readBootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return ""; // Not Linux: every process starts a timeline of its own.
  }
}
