import { expect, test } from "vitest";
import { kindOf } from "../../src/core/signal.ts";

test.each<[key: string, kind: string]>([
  ["orch_down", "orch_down"],
  ["dep:db", "dep"],
  ["container:web:1", "container"],
  ["host_disk:/", "host_disk"],
  [":", ""],
  ["", ""],
])("%j is of the kind %j", (key, kind) => {
  expect(kindOf(key)).toBe(kind);
});
