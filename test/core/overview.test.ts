import { describe, expect, test } from "vitest";
import { type SignalView, updateOverview } from "../../src/core/overview.ts";
import type { Signal } from "../../src/core/signal.ts";
import { active, edge, inactive } from "../stand-ins/scripted-source.ts";

const view = (key: string, status: SignalView["status"]): SignalView => ({
  key,
  severity: "critical",
  status,
  what: `${key} before`,
});
const BEFORE = [view("dep:a", "active"), view("dep:b", "inactive"), view("host_mem", "active")];

describe("the signals as they stand", () => {
  test.each<[name: string, signals: Signal[], holds: string[], shown: string[]]>([
    ["what is reported now", [active("dep:a"), inactive("dep:b")], [], ["dep:a active", "dep:b inactive"]],
    ["what is not reported is gone", [], [], []],
    ["what is held is unknown", [], ["dep:a"], ["dep:a unknown"]],
    ["a held kind is unknown", [], ["dep"], ["dep:a unknown", "dep:b unknown"]],
    ["what is reported is known, whatever is held", [inactive("dep:a")], ["dep"], ["dep:a inactive", "dep:b unknown"]],
    ["an edge has no state", [edge("job_failed")], [], []],
    ["of two signals of one key the first counts", [active("dep:a"), inactive("dep:a")], [], ["dep:a active"]],
  ])("%s", (_name, signals, holds, shown) => {
    const views = updateOverview(BEFORE, { signals, holds, memory: null });
    expect(views.map(({ key, status }) => `${key} ${status}`)).toEqual(shown);
  });

  test("a held one shows what was last known of it", () => {
    const [held] = updateOverview(BEFORE, { signals: [], holds: ["host_mem"], memory: null });
    expect(held?.what).toBe("host_mem before");
  });

  test("a measure is shown", () => {
    const measure = { value: 93, limit: 90, unit: "percent" } as const;
    expect(updateOverview([], { signals: [active("a", { measure })], holds: [], memory: null })).toMatchObject([
      { measure },
    ]);
  });
});
