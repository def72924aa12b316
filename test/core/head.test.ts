import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ackHeads, advanceHeads, applyHeads, editDueAt, type Head, parentOf } from "../../src/core/head.ts";
import type { Block, Message } from "../../src/core/message.ts";
import type { Action, Notice } from "../../src/core/notice.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/core/time.ts";

const NOW = 1_800_000_000_000;

function notice(action: Action, key: string, more: Partial<Notice> = {}): Notice {
  return { key, action, nature: "level", severity: "critical", what: `${key} is wrong`, since: NOW, at: NOW, ...more };
}

function message(...keys: string[]): Message {
  const blocks = keys.map((key): Block => ({ icon: "🔴", key, lines: [[{ bold: key }]], noticeIds: [] }));
  return { blocks, rings: true };
}

/** Tells messages one after the other, each a minute later; each is named by its place, "m1" first. */
function tell(...messages: readonly (readonly Notice[])[]): readonly Head[] {
  return messages.reduce<readonly Head[]>((heads, notices, index) => {
    const sent = message(...new Set(notices.map(({ key }) => key)));
    const told = { ref: `m${index + 1}`, message: sent, notices, composedAt: NOW + index * MINUTE_MS };
    return applyHeads(heads, advanceHeads(heads, told));
  }, []);
}

const alert = (key: string, more?: Partial<Notice>) => notice("alert", key, more);
const realert = (key: string) => notice("realert", key);
const recovery = (key: string, at = NOW + 5 * MINUTE_MS) => notice("recovery", key, { at });

/** "m1: a×2 b!": its parts, how often each was told again, and whether it is over. */
const outline = (heads: readonly Head[]) =>
  heads.map(({ ref, parts, outdated }) => {
    const each = parts.map(
      ({ key, toldAgain, overAt }) => `${key}${toldAgain || ""}${overAt === undefined ? "" : "!"}`,
    );
    return `${ref}: ${each.join(" ")}${outdated ? " (outdated)" : ""}`;
  });

describe("what a message changes", () => {
  test.each<{ name: string; told: Notice[][]; are: string[] }>([
    { name: "an alert is a head", told: [[alert("a")]], are: ["m1: a"] },
    { name: "several alerts in a message are one", told: [[alert("a"), alert("b")]], are: ["m1: a b"] },
    { name: "a re-alert counts", told: [[alert("a")], [realert("a")], [realert("a")]], are: ["m1: a2 (outdated)"] },
    { name: "a recovery ends", told: [[alert("a"), alert("b")], [recovery("a")]], are: ["m1: a! b (outdated)"] },
    { name: "what came and went in one message is no head", told: [[alert("a"), recovery("a")]], are: [] },
    { name: "what was told again with its alert was told once", told: [[alert("a"), realert("a")]], are: ["m1: a"] },
    { name: "what happens once is no head", told: [[alert("a", { nature: "edge" })]], are: [] },
    {
      name: "a re-alert whose alert is not known begins the thread",
      told: [[realert("a")], [realert("a")]],
      are: ["m1: a1 (outdated)"],
    },
    { name: "a recovery whose alert is not known is nothing", told: [[recovery("a")]], are: [] },
    {
      name: "what begins again is a thread of its own",
      told: [[alert("a")], [recovery("a")], [alert("a")], [realert("a")]],
      are: ["m1: a! (outdated)", "m3: a1 (outdated)"],
    },
    {
      name: "an end and a new beginning in one message",
      told: [[alert("a")], [recovery("a"), alert("a")]],
      are: ["m1: a! (outdated)", "m2: a"],
    },
    {
      name: "a beginning whose last end was lost",
      told: [[alert("a")], [alert("a")]],
      are: ["m1: a! (outdated)", "m2: a"],
    },
  ])("$name", ({ told, are }) => {
    expect(outline(tell(...told))).toEqual(are);
  });

  test("a channel that does not say where a message is has no heads", () => {
    const told = { ref: undefined, message: message("a"), notices: [alert("a")], composedAt: NOW };
    expect(advanceHeads([], told)).toEqual({ set: [], forget: [] });
  });

  test("the part of a head knows when it began and ended", () => {
    const [head] = tell([alert("a", { since: NOW - HOUR_MS })], [recovery("a", NOW + 7)]);
    expect(head?.parts).toEqual([{ key: "a", since: NOW - HOUR_MS, toldAgain: 0, overAt: NOW + 7 }]);
  });
});

describe("a message replies", () => {
  test.each<{ name: string; heads: readonly Head[]; to: string[]; parent: string | undefined }>([
    { name: "to the message that raised it", heads: tell([alert("a")], [alert("b")]), to: ["b"], parent: "m2" },
    { name: "to nothing where it begins something", heads: tell([alert("a")]), to: ["b"], parent: undefined },
    { name: "to nothing that is over", heads: tell([alert("a")], [recovery("a")]), to: ["a"], parent: undefined },
    {
      name: "to the one that most of its blocks belong to",
      heads: tell([alert("a")], [alert("b"), alert("c")]),
      to: ["a", "b", "c"],
      parent: "m2",
    },
    {
      name: "else to the first",
      heads: tell([alert("a")], [alert("b")]),
      to: ["new", "b", "a"],
      parent: "m2",
    },
    { name: "even if it begins something beside", heads: tell([alert("a")]), to: ["x", "y", "a"], parent: "m1" },
  ])("$name", ({ heads, to, parent }) => {
    const notices = to.map((key) => recovery(key));
    expect(parentOf(heads, message(...to), notices)).toBe(parent);
  });

  test("for what is folded into a block that goes on from nothing", () => {
    expect(parentOf(tell([alert("a")]), message("cause"), [alert("cause"), realert("a")])).toBe("m1");
  });
});

describe("a head is edited", () => {
  const head = (more: Partial<Head>): Head => {
    const base = { ref: "m1", message: message("a"), composedAt: NOW, outdated: false, fixed: false };
    return { ...base, parts: [{ key: "a", since: NOW, toldAgain: 0 }], ...more };
  };
  const over = [{ key: "a", since: NOW, toldAgain: 0, overAt: NOW + 1 }];
  test.each<{ name: string; head: Head; afterMs: number | undefined }>([
    { name: "some minutes after it was sent", head: head({}), afterMs: 5 * MINUTE_MS },
    { name: "ever more rarely", head: head({ editedAt: NOW + 2 * HOUR_MS }), afterMs: 2.5 * HOUR_MS },
    { name: "at least every hour", head: head({ editedAt: NOW + 9 * HOUR_MS }), afterMs: 10 * HOUR_MS },
    { name: "at once after the first change", head: head({ outdated: true }), afterMs: 0 },
    {
      name: "not twice a minute",
      head: head({ outdated: true, editedAt: NOW + 10 }),
      afterMs: MINUTE_MS + 10,
    },
    { name: "at once when all is over", head: head({ outdated: true, editedAt: NOW + 10, parts: over }), afterMs: 10 },
    { name: "never after it said that", head: head({ editedAt: NOW + 10, parts: over }), afterMs: undefined },
    { name: "never where that cannot be", head: head({ outdated: true, fixed: true }), afterMs: undefined },
  ])("$name", ({ head: one, afterMs }) => {
    expect(editDueAt(one)).toBe(afterMs === undefined ? undefined : NOW + afterMs);
  });
});

describe("heads are kept", () => {
  test("for a day after their end", () => {
    const heads = tell([alert("a")], [alert("b")], [recovery("a", NOW)]);
    const later = (composedAt: number) =>
      advanceHeads(heads, { ref: "m9", message: message("c"), notices: [alert("c")], composedAt }).forget;
    expect(later(NOW + DAY_MS)).toEqual([]);
    expect(later(NOW + DAY_MS + 1)).toEqual(["m1"]);
  });

  test("at most 200 of them: first those go that ended, then the oldest", () => {
    const many = Array.from({ length: 201 }, (_, index) => [alert(`k${index}`)]);
    const full = tell(...many);
    expect(full).toHaveLength(200);
    expect(full[0]?.ref).toBe("m2");
    const oneEnded = tell(...many.slice(0, 200), [recovery("k150", NOW + 200 * MINUTE_MS)], [alert("new")]);
    expect(oneEnded).toHaveLength(200);
    expect(oneEnded.map(({ ref }) => ref)).not.toContain("m151");
  });

  test("whatever is told: bounded, one open thread for each key, and what applies is what was said", () => {
    const anyNotice = fc
      .tuple(fc.constantFrom<Action>("alert", "realert", "recovery"), fc.constantFrom("a", "b", "c"))
      .map(([action, key]) => notice(action, key));
    fc.assert(
      fc.property(fc.array(fc.array(anyNotice, { minLength: 1, maxLength: 6 }), { maxLength: 30 }), (messages) => {
        const heads = tell(...messages);
        const open = heads.flatMap(({ parts }) => parts.filter((part) => part.overAt === undefined));
        expect(new Set(open.map(({ key }) => key)).size).toBe(open.length);
      }),
    );
  });
});

describe("who takes care of an incident", () => {
  const ackedBy = (heads: readonly Head[]) => heads.map(({ parts }) => parts.map((part) => part.ackedBy));
  const ack = (heads: readonly Head[], key: string) => applyHeads(heads, ackHeads(heads, key, "Ann"));

  test("is noted with it, and makes its message outdated", () => {
    const heads = ack(tell([alert("a"), alert("b")], [alert("c")]), "b");
    expect(ackedBy(heads)).toEqual([[undefined, "Ann"], [undefined]]);
    expect(heads.map(({ outdated }) => outdated)).toEqual([true, false]);
  });

  test("is forgotten when it is told again, for then it has changed", () => {
    const heads = ack(tell([alert("a")]), "a");
    const told = { ref: "m2", message: message("a"), notices: [realert("a")], composedAt: NOW };
    expect(ackedBy(applyHeads(heads, advanceHeads(heads, told)))).toEqual([[undefined]]);
  });

  test("changes nothing of what is over, or was never told", () => {
    const over = tell([alert("a")], [recovery("a")]);
    expect([ackHeads(over, "a", "Ann").set, ackHeads(over, "x", "Ann").set]).toEqual([[], []]);
  });
});
