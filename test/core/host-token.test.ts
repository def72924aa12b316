import { expect, test } from "vitest";
import { hostToken } from "../../src/core/host-token.ts";

test.each([
  ["db", "host:db"],
  ["DB", "host:db"],
  ["db.example.", "host:db.example"],
  ["[::1]", "host:[::1]"],
])("%s is %s", (host, token) => expect(hostToken(host)).toBe(token));
