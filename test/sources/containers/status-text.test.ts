import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseStatusText } from "../../../src/sources/containers/status-text.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("what Docker's list says in words", () => {
  test.each([
    ["Up Less than a second", "none", undefined, 0],
    ["Up 1 second", "none", undefined, 1_000],
    ["Up 8 seconds", "none", undefined, 8_000],
    ["Up 8 seconds (healthy)", "healthy", undefined, 8_000],
    ["Up 4 seconds (unhealthy)", "unhealthy", undefined, 4_000],
    ["Up Less than a second (health: starting)", "starting", undefined, 0],
    ["Up 4 seconds (Paused)", "none", undefined, 4_000],
    ["Up About a minute", "none", undefined, MINUTE],
    ["Up 59 minutes (healthy)", "healthy", undefined, 59 * MINUTE],
    ["Up About an hour", "none", undefined, HOUR],
    ["Up 2 hours", "none", undefined, 1.5 * HOUR],
    ["Up 2 days", "none", undefined, 2 * DAY - HOUR / 2],
    ["Up 3 weeks", "none", undefined, 21 * DAY - HOUR / 2],
    ["Up 2 months", "none", undefined, 60 * DAY - HOUR / 2],
    ["Up 2 years", "none", undefined, 730 * DAY - HOUR / 2],
    ["Exited (0) 57 seconds ago", "none", 0, 57_000],
    ["Exited (137) About an hour ago", "none", 137, HOUR],
    ["Exited (-1) 2 minutes ago", "none", -1, 2 * MINUTE],
    ["Restarting (7) Less than a second ago", "none", 7, 0],
    ["Restarting (7) 20 seconds ago", "none", 7, 20_000],
    ["Created", "none", undefined, undefined],
    ["Dead", "none", undefined, undefined],
    ["Removal In Progress", "none", undefined, undefined],
    ["", "none", undefined, undefined],
    ["Up since yesterday", "none", undefined, undefined],
    ["Up 8 seconds (sick)", "none", undefined, 8_000],
  ])("%s", (text, health, exitCode, leastAgeMs) => {
    expect(parseStatusText(text)).toEqual({ health, exitCode, leastAgeMs });
  });

  test("any text is taken, and none takes long", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        const { leastAgeMs } = parseStatusText(text);
        expect(leastAgeMs ?? 0).toBeGreaterThanOrEqual(0);
      }),
    );
    parseStatusText(`Up ${"(".repeat(200)}`);
  });

  test("what it takes for the least age is never more than the age that Docker wrote", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 900 * DAY }), (ageMs) => {
        expect(parseStatusText(`Up ${humanDuration(ageMs)}`).leastAgeMs).toBeLessThanOrEqual(ageMs);
      }),
    );
  });
});

/** go-units' HumanDuration, which Docker writes ages with. */
function humanDuration(ageMs: number): string {
  const seconds = Math.floor(ageMs / 1_000);
  const minutes = Math.floor(ageMs / MINUTE);
  const hours = Math.floor(ageMs / HOUR + 0.5);
  const whole = (value: number): number => Math.floor(value);
  if (seconds < 1) return "Less than a second";
  if (seconds < 60) return seconds === 1 ? "1 second" : `${seconds} seconds`;
  if (minutes < 60) return minutes === 1 ? "About a minute" : `${minutes} minutes`;
  if (hours < 48) return hours === 1 ? "About an hour" : `${hours} hours`;
  if (hours < 24 * 14) return `${whole(hours / 24)} days`;
  if (hours < 24 * 60) return `${whole(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${whole(hours / 24 / 30)} months`;
  return `${whole(ageMs / HOUR / 24 / 365)} years`;
}
