import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AlertState } from "../../src/core/alerts.ts";
import { linkNotices } from "../../src/core/link-notices.ts";
import type { Notice } from "../../src/core/notice.ts";
import { EN } from "../../src/core/texts/index.ts";
import { AT } from "./owed.ts";

function notice(key: string, action: Notice["action"], cause?: string): Notice {
  const told = {
    key,
    action,
    nature: "level",
    severity: "critical",
    what: `${key} is bad`,
    since: AT,
    at: AT,
  } as const;
  return cause === undefined ? told : { ...told, cause: { key: cause, what: `${cause} is bad`, severity: "critical" } };
}

const state = (key: string, cause?: string): AlertState => ({
  ...{ key, source: "test", severity: "critical", since: AT, lastAlertAt: AT, what: `${key} is bad` },
  ...(cause !== undefined && { cause }),
});

function linked(notices: readonly Notice[], alerting: readonly AlertState[] = []): readonly Notice[] {
  return linkNotices({ set: [], forget: [], notices }, () => alerting, EN.messages).notices;
}

test("causes come before what follows from them, the rest in the order of deciding", () => {
  const notices = [notice("a", "alert", "c"), notice("b", "recovery"), notice("c", "alert"), notice("d", "alert")];
  expect(linked(notices).map(({ key }) => key)).toEqual(["c", "a", "b", "d"]);
});

test("the notices of a key keep their order, and none is lost", () => {
  const key = fc.constantFrom("a", "b", "c");
  const action = fc.constantFrom<Notice["action"]>("alert", "recovery");
  const drawn = fc.record({ key, action, cause: fc.option(key, { nil: undefined }) });
  fc.assert(
    fc.property(fc.array(drawn), (drafts) => {
      const notices = drafts.map((draft, index) => ({ ...notice(draft.key, draft.action, draft.cause), at: index }));
      const result = linked(notices);
      for (const one of ["a", "b", "c"]) {
        const timesOf = (all: readonly Notice[]) => all.filter((each) => each.key === one).map(({ at }) => at);
        expect(timesOf(result)).toEqual(timesOf(notices));
      }
    }),
  );
});

describe("the recovery of a cause names what followed from it and goes on", () => {
  const details = (...alerting: AlertState[]) => linked([notice("db", "recovery")], alerting)[0]?.details;

  test("nothing", () => expect(details(state("api"), state("web", "api"))).toBeUndefined());
  test("some", () =>
    expect(details(state("api", "db"), state("web", "db"))).toEqual(["still wrong: api is bad; web is bad"]));
  test("many", () => {
    const many = Array.from({ length: 40 }, (_, index) => state(`s${index}`, "db"));
    expect(details(...many)).toEqual(["still wrong: s0 is bad; s1 is bad; s2 is bad; s3 is bad; and 36 more"]);
  });
  test("five rather than four and one more", () => {
    const five = Array.from({ length: 5 }, (_, index) => state(`s${index}`, "db"));
    expect(details(...five)?.[0]).not.toContain("more");
  });
  test("by their keys too, for the heading", () =>
    expect(linked([notice("db", "recovery")], [state("api", "db")])[0]).toMatchObject({ stillWrong: ["api"] }));
  test("an alert names none", () =>
    expect(linked([notice("db", "alert")], [state("api", "db")])[0]?.details).toBeUndefined());
});
