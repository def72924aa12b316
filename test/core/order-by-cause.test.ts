import { expect, test } from "vitest";
import { orderByCause } from "../../src/core/order-by-cause.ts";
import type { SignalView } from "../../src/core/overview.ts";

const view = (key: string, needs: string[] = [], status: SignalView["status"] = "active"): SignalView => ({
  key,
  severity: "critical",
  status,
  what: `${key} is bad`,
  standsFor: [key],
  needs,
});

test.each<[name: string, views: SignalView[], ordered: string]>([
  ["nothing", [], ""],
  ["only what is active", [view("a", [], "inactive"), view("b"), view("c", [], "unknown")], "b"],
  [
    "a cause before what follows from it",
    [view("api", ["db"]), view("mem"), view("db"), view("dep", ["db"])],
    "db api dep mem",
  ],
  ["through what is well", [view("dep", ["db"]), view("db", ["docker"], "unknown"), view("docker")], "docker dep"],
])("%s", (_name, views, ordered) => {
  expect(
    orderByCause(views)
      .map(({ key }) => key)
      .join(" "),
  ).toBe(ordered);
});
