import { describe, expect, test } from "vitest";
import { deliveryOf } from "../../../src/channels/webhook/classify.ts";

const NOW = Date.parse("2026-06-10T12:00:00Z");
const of = (status: number, headers: Record<string, string> = {}) => deliveryOf({ status, headers }, NOW);

test.each([200, 201, 202, 204, 299])("%d is accepted", (status) => {
  expect(of(status)).toEqual({ accepted: true });
});

describe("refusals", () => {
  test.each<[statuses: readonly number[], outcome: object]>([
    [[301, 302, 303, 307, 308], { arrived: "no", permanent: true }],
    [[400, 401, 403, 404, 405, 410, 413, 415, 422], { arrived: "no", permanent: true }],
    [[408, 409, 425, 429], { arrived: "no", permanent: false }],
    [[500, 501, 503, 507], { arrived: "no", permanent: false }],
    [[502, 504], { arrived: "maybe", permanent: false }],
  ])("%j", (statuses, outcome) => {
    for (const status of statuses) {
      expect(of(status)).toMatchObject({ accepted: false, ...outcome, error: expect.stringContaining(String(status)) });
    }
  });

  test.each<[status: number, mend: RegExp]>([
    [302, /not followed; set WATCHDOG_WEBHOOK_URL/],
    [401, /check WATCHDOG_WEBHOOK_SECRET/],
    [404, /check WATCHDOG_WEBHOOK_URL/],
    [413, /64 KB/],
    [422, /README/],
  ])("%d: what mends it", (status, mend) => {
    expect(of(status)).toMatchObject({ error: expect.stringMatching(mend) });
  });
});

describe("Retry-After", () => {
  test.each<[given: string, ms: number | undefined]>([
    ["7", 7_000],
    ["0", 0],
    [" 1.5 ", 1_500],
    ["Wed, 10 Jun 2026 12:00:30 GMT", 30_000],
    ["Wed, 10 Jun 2026 11:00:00 GMT", 0],
    ["soon", undefined],
    ["-3", undefined],
    ["", undefined],
  ])("%j", (given, ms) => {
    const delivery = of(429, { "retry-after": given });
    expect("retryAfterMs" in delivery ? delivery.retryAfterMs : undefined).toBe(ms);
  });

  test("counts with a 503 too", () => {
    expect(of(503, { "retry-after": "60" })).toMatchObject({ retryAfterMs: 60_000 });
  });
});
