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

  test("of a part of them the others stay as they are, and where they are", () => {
    const part = {
      signals: [inactive("dep:b"), active("dep:c")],
      holds: ["dep:a"],
      partial: true,
      memory: null,
    } as const;
    const shown = updateOverview(BEFORE, part).map(({ key, status }) => `${key} ${status}`);
    expect(shown).toEqual(["dep:a unknown", "dep:b inactive", "host_mem active", "dep:c active"]);
    expect(updateOverview(BEFORE, { ...part, signals: [], holds: [] })).toEqual(BEFORE);
  });

  describe("what is suspected", () => {
    const suspects = [{ key: "dep:a", severity: "critical" as const, what: "dep:a was stopped", standsFor: ["a"] }];
    const look = (signals: Signal[], holds: string[]) =>
      updateOverview(BEFORE, { signals, holds, suspects, memory: null });

    test("is unknown and pending while it is held", () => {
      const view = { key: "dep:a", status: "unknown", what: "dep:a was stopped", pending: true, standsFor: ["a"] };
      expect(look([], ["dep"])[0]).toMatchObject(view);
    });
    test("is pending while it counts as well", () => {
      expect(look([inactive("dep:a")], [])).toMatchObject([{ status: "inactive", pending: true }]);
    });
    test("is not pending when it is confirmed", () => {
      expect(look([active("dep:a")], [])[0]).not.toHaveProperty("pending");
    });
    test("is nothing if it is neither held nor reported", () => expect(look([], [])).toEqual([]));
    test("is pending no longer than it is suspected", () => {
      const [held] = updateOverview(look([], ["dep"]), { signals: [], holds: ["dep"], memory: null });
      expect(held).toMatchObject({ status: "unknown", standsFor: ["a"] });
      expect(held).not.toHaveProperty("pending");
    });
  });

  test("how it hangs together is kept, also of what is held", () => {
    const links = { standsFor: ["host:db"], needs: ["docker"] };
    const views = updateOverview([], { signals: [active("dep:a", { ...links, since: 5 })], holds: [], memory: null });
    expect(views).toMatchObject([{ ...links, since: 5 }]);
    expect(updateOverview(views, { signals: [], holds: ["dep:a"], memory: null })).toMatchObject([links]);
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
