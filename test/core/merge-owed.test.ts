import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Apart } from "../../src/core/fold-effects.ts";
import { mergeOwed, type Telling } from "../../src/core/merge-owed.ts";
import type { OwedNotice } from "../../src/core/notice.ts";
import { owed, sequence } from "./owed.ts";

/** Nothing stands apart where nothing has a cause. */
function mergeAll(notices: readonly OwedNotice[]): Telling[] {
  const isTelling = (one: Telling | Apart): one is Telling => one.kind !== "apart";
  return mergeOwed(notices).filter(isTelling);
}

/** `alert 1 2`: one telling of the kind "alert" that tells the notices 1 and 2. */
function merged(notices: readonly OwedNotice[]): string[] {
  return mergeAll(notices).map(({ kind, notices }) => [kind, ...notices.map(({ id }) => id)].join(" "));
}

describe("of one key: A alert, r realert, R recovery, E edge", () => {
  test.each<[owed: string, tellings: string[]]>([
    ["", []],
    ["A", ["alert 1"]],
    ["r", ["realert 1"]],
    ["R", ["recovery 1"]],
    ["Ar", ["alert 1 2"]],
    ["Arrr", ["alert 1 2 3 4"]],
    ["rr", ["realert 1 2"]],
    ["rR", ["recovery 1 2"]],
    ["rrR", ["recovery 1 2 3"]],
    ["AR", ["passed 1 2"]],
    ["ArR", ["passed 1 2 3"]],
    ["ARA", ["passed 1 2", "alert 3"]],
    ["ARAr", ["passed 1 2", "alert 3 4"]],
    ["ARAR", ["passed 1 2 3 4"]],
    ["ARArRAR", ["passed 1 2 3 4 5 6 7"]],
    ["RA", ["recovery 1", "alert 2"]],
    ["RAR", ["recovery 1", "passed 2 3"]],
    ["RARARA", ["recovery 1", "passed 2 3 4 5", "alert 6"]],
    ["rRA", ["recovery 1 2", "alert 3"]],
    ["E", ["alert 1"]],
    ["EEE", ["alert 1 2 3"]],
    ["AA", ["alert 1", "alert 2"]],
    ["RR", ["recovery 1", "recovery 2"]],
    ["AE", ["alert 1", "alert 2"]],
    ["EA", ["alert 1", "alert 2"]],
    ["ER", ["alert 1", "recovery 2"]],
  ])("%s", (letters, tellings) => expect(merged(sequence(letters))).toEqual(tellings));

  test("the first and the newest notice of a telling are named", () => {
    const [telling] = mergeAll(sequence("ArrR"));
    expect([telling?.first.id, telling?.last.id]).toEqual([1, 4]);
  });
});

describe("of several keys", () => {
  const other = (id: number, key: string, more: Partial<OwedNotice> = {}) => owed(id, "alert", { key, ...more });
  const warning = { severity: "warning" } as const;
  const recovery = { action: "recovery" } as const;

  test.each<[name: string, notices: OwedNotice[], tellings: string[]]>([
    ["what was decided first comes first", [other(1, "a"), other(2, "b")], ["alert 1", "alert 2"]],
    ["critical before warning", [other(1, "a", warning), other(2, "b")], ["alert 2", "alert 1"]],
    ["what is wrong before what is over", [other(1, "a", recovery), other(2, "b", warning)], ["alert 2", "recovery 1"]],
    [
      "what is over before what passed",
      [other(1, "a"), other(2, "a", recovery), other(3, "b", recovery)],
      ["recovery 3", "passed 1 2"],
    ],
    [
      "the tellings of one key stay together, where the newest belongs",
      [other(1, "a", recovery), other(2, "b", warning), other(3, "a")],
      ["recovery 1", "alert 3", "alert 2"],
    ],
    [
      "keys are told apart",
      [other(1, "a"), other(2, "b", recovery), other(3, "a", recovery)],
      ["recovery 2", "passed 1 3"],
    ],
    ["also those that a prototype has", [other(1, "__proto__"), other(2, "constructor")], ["alert 1", "alert 2"]],
  ])("%s", (_name, notices, tellings) => expect(merged(notices)).toEqual(tellings));
});

const notices = fc
  .array(
    fc.record({
      key: fc.constantFrom("a", "b", "c"),
      letter: fc.constantFrom("A", "r", "R", "E"),
      severity: fc.constantFrom("critical" as const, "warning" as const),
    }),
    { maxLength: 40 },
  )
  .map((drafts) =>
    drafts.map(({ key, letter, severity }, index) => ({ ...sequence(letter)[0]!, id: index + 1, key, severity })),
  );

describe("whatever is owed", () => {
  test("every notice is told exactly once, and those of a key in their order", () => {
    fc.assert(
      fc.property(notices, (all) => {
        const told = mergeAll(all).flatMap((telling) => telling.notices);
        for (const key of ["a", "b", "c"]) {
          const idsOf = (list: readonly OwedNotice[]) =>
            list.filter((notice) => notice.key === key).map(({ id }) => id);
          expect(idsOf(told)).toEqual(idsOf(all));
        }
        expect(told).toHaveLength(all.length);
      }),
    );
  });

  test("a telling is about one key, and its ends are its first and last notice", () => {
    fc.assert(
      fc.property(notices, (all) => {
        for (const { first, last, notices } of mergeAll(all)) {
          expect(new Set(notices.map(({ key }) => key)).size).toBe(1);
          expect([first, last]).toEqual([notices[0], notices.at(-1)]);
        }
      }),
    );
  });

  test("the last telling of a key tells the newest truth", () => {
    fc.assert(
      fc.property(notices, (all) => {
        const lastTold = new Map(mergeAll(all).map((telling) => [telling.last.key, telling.kind]));
        const newest = new Map(all.map((notice) => [notice.key, notice.action]));
        for (const [key, action] of newest) {
          expect(["recovery", "passed"].includes(lastTold.get(key)!)).toBe(action === "recovery");
        }
      }),
    );
  });

  test("a signal that came and went for hours takes three tellings at most", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^(r*R)?(Ar*R){0,20}(Ar*)?$/), (letters) => {
        expect(mergeOwed(sequence(letters)).length).toBeLessThanOrEqual(3);
      }),
    );
  });
});
