import { expect, test } from "vitest";
import { kindOf, subjectOf } from "../../src/core/signal.ts";

test.each<[key: string, kind: string, subject: string]>([
  ["orch_down", "orch_down", ""],
  ["dep:db", "dep", "db"],
  ["container:web:1", "container", "web:1"],
  ["host_disk:/", "host_disk", "/"],
  [":", "", ""],
  ["", "", ""],
])("%j is of the kind %j about %j", (key, kind, subject) => {
  expect({ kind: kindOf(key), subject: subjectOf(key) }).toEqual({ kind, subject });
});
