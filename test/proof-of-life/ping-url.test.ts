import { expect, test } from "vitest";
import type { Pulse } from "../../src/proof-of-life/heartbeat.ts";
import { pingUrl } from "../../src/proof-of-life/ping-url.ts";

test.each<[url: string, status: Pulse["status"], expected: string]>([
  ["https://hc-ping.com/uuid", "ok", "https://hc-ping.com/uuid"],
  ["https://hc-ping.com/uuid", "stopping", "https://hc-ping.com/uuid"],
  ["https://hc-ping.com/uuid", "starting", "https://hc-ping.com/uuid/start"],
  ["https://hc-ping.com/uuid", "fail", "https://hc-ping.com/uuid/fail"],
  ["https://hc-ping.com/uuid/", "fail", "https://hc-ping.com/uuid/fail"],
  ["https://hc-ping.com/key/slug?create=1", "starting", "https://hc-ping.com/key/slug/start?create=1"],
  ["http://ann:pw@hc.test:8000/ping/uuid?x=y&z", "fail", "http://ann:pw@hc.test:8000/ping/uuid/fail?x=y&z"],
  ["http://hc.test", "fail", "http://hc.test/fail"],
])("%s, %s", (url, status, expected) => {
  const given = new URL(url);
  expect(pingUrl(given, status).href).toBe(new URL(expected).href);
  expect(given.href).toBe(new URL(url).href);
});
