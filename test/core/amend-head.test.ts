import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { amendHead } from "../../src/core/amend-head.ts";
import { composeBlocks } from "../../src/core/compose-blocks.ts";
import type { Head, HeadPart } from "../../src/core/head.ts";
import { packMessages, renderHtml, renderPlain } from "../../src/core/message.ts";
import type { OwedNotice } from "../../src/core/notice.ts";
import { EN } from "../../src/core/texts/index.ts";
import { HOUR_MS, MINUTE_MS, SECOND_MS } from "../../src/core/time.ts";
import { parseBlocks } from "../acceptance/support/blocks.ts";

const WALL = { offsetMs: 0, zone: "UTC" };
const AT_14 = Date.UTC(2026, 10, 21, 14);

function alert(key: string, more: Partial<OwedNotice> = {}): OwedNotice {
  const what = `${key} has exited (code 137)`;
  const text = { what, details: ["image shop/api:2"], next: "look at `docker logs api`" };
  const level = { nature: "level", severity: "critical", since: AT_14, at: AT_14, maybeTold: false } as const;
  return { key, action: "alert", ...level, ...text, id: 1, ...more };
}

/** The head as it is composed and sent at 14:00:00. */
function headOf(notices: readonly OwedNotice[], parts: readonly Partial<HeadPart>[]): Head {
  const [message] = packMessages(composeBlocks(notices, AT_14, WALL, EN), 4_000, EN.messages);
  if (message === undefined) throw new Error("nothing to send");
  const all = parts.map((part, index) => ({ key: notices[index]?.key ?? "", since: AT_14, toldAgain: 0, ...part }));
  return { ref: "m1", message, composedAt: AT_14, parts: all, outdated: true, fixed: false };
}

function amended(head: Head, now: number, maxChars = 4_000): string {
  const message = amendHead(head, now, WALL, maxChars, EN);
  if (message === undefined) throw new Error("it does not fit");
  parseBlocks(renderPlain(message));
  return renderPlain(message);
}

describe("the message that raised an incident comes to say", () => {
  test("that it goes on", () => {
    expect(amended(headOf([alert("api")], [{}]), AT_14 + 130 * MINUTE_MS)).toBe(
      [
        "🔴 api has exited (code 137)",
        "critical · since 14:00:00 (for 2 h 10 min)",
        "it goes on (edited at 16:10:00)",
        "image shop/api:2",
        "→ look at docker logs api",
        "#api",
      ].join("\n"),
    );
  });

  test.each([
    { toldAgain: 1, says: "it goes on (edited at 15:00:00) · reminded once" },
    { toldAgain: 3, says: "it goes on (edited at 15:00:00) · reminded 3 times" },
  ])("how often it was told again: $toldAgain", ({ toldAgain, says }) => {
    expect(amended(headOf([alert("api")], [{ toldAgain }]), AT_14 + HOUR_MS)).toContain(`\n${says}\n`);
  });

  test("who takes care of it", () => {
    const head = headOf([alert("api")], [{ toldAgain: 1, ackedBy: "Ann\n🔴 #x" }]);
    expect(amended(head, AT_14 + HOUR_MS)).toContain(
      "\nacked by Ann • ＃x · it goes on (edited at 15:00:00) · reminded once\n",
    );
    const over = headOf([alert("api")], [{ ackedBy: "Ann", overAt: AT_14 + HOUR_MS }]);
    expect(amended(over, AT_14 + HOUR_MS)).toContain("14:00:00 to 15:00:00\nacked by Ann\n");
  });

  test("that it is over, at a glance, and without a next step", () => {
    const parts = [{ overAt: AT_14 + 12 * MINUTE_MS, toldAgain: 2 }];
    expect(amended(headOf([alert("api")], parts), AT_14 + HOUR_MS)).toBe(
      [
        "🔴🟢 ended after 12 min: api has exited (code 137)",
        "critical · 14:00:00 to 14:12:00",
        "reminded 2 times",
        "image shop/api:2",
        "#api",
      ].join("\n"),
    );
  });

  test("nothing new of what came and went in the same message", () => {
    const gone = { since: AT_14 - HOUR_MS, at: AT_14 - HOUR_MS } as const;
    const notices = [
      alert("api", { ...gone, id: 1 }),
      alert("api", { ...gone, id: 2, action: "recovery", at: AT_14 - HOUR_MS / 2 }),
      alert("api", { id: 3 }),
    ];
    const before = amended({ ...headOf(notices, []), parts: [] }, AT_14).match(/🔴🟢 came and went.*?#api/s)?.[0];
    expect(before).toBeDefined();
    for (const part of [{}, { overAt: AT_14 + 12 * MINUTE_MS }]) {
      const text = amended(headOf(notices, [part]), AT_14 + HOUR_MS);
      expect(text).toContain(before);
      expect(text.split("#api")[1]).toMatch(part.overAt ? /🔴🟢 ended/ : /it goes on/);
    }
  });

  test("for each of several how it stands", () => {
    const head = headOf([alert("api"), alert("db", { id: 2 })], [{ overAt: AT_14 + 30 * SECOND_MS }, {}]);
    const text = amended(head, AT_14 + MINUTE_MS);
    expect(text.split("\n")[0]).toBe("1 still wrong, 1 ended");
    expect(text).toContain("🔴🟢 ended after 30 s: api");
    expect(text).toContain("🔴 db has exited");
  });

  test("on another day, which day it speaks of", () => {
    const nextDay = amended(headOf([alert("api")], [{}]), AT_14 + 24 * HOUR_MS);
    expect(nextDay).toContain("since 21 Nov 14:00:00 (for 1 d)");
  });

  test("a re-alert that began a thread is not 'still' so when it is over", () => {
    const head = headOf([alert("api", { action: "realert" })], [{ overAt: AT_14 + MINUTE_MS }]);
    expect(amended(head, AT_14 + MINUTE_MS)).toMatch(/^🔴🟢 ended after 1 min: api has exited/);
  });

  test("what happened once stays as it was", () => {
    const edge = alert("job_failed", { nature: "edge", id: 2 });
    const text = amended(headOf([alert("api"), edge], [{}]), AT_14 + HOUR_MS);
    expect(text).toContain("🔴 job_failed has exited (code 137)\ncritical · at 14:00:00\n");
  });
});

test("what follows from it and is over says so in its line", () => {
  const effect = { key: "web", line: [{ bold: "web is gone" }], noticeIds: [2] };
  const head = headOf([alert("api")], [{}]);
  const blocks = head.message.blocks.map((block) => ({ ...block, folded: [effect] }));
  const both = [...head.parts, { key: "web", since: AT_14, toldAgain: 0, overAt: AT_14 + MINUTE_MS }];
  const message = amendHead(
    { ...head, message: { blocks, rings: true }, parts: both },
    AT_14 + HOUR_MS,
    WALL,
    4_000,
    EN,
  );
  expect(message && renderPlain(message)).toContain("web is gone · ended after 1 min");
});

test("where it does not fit any more, the details go first; then it stays as it is", () => {
  const long = { details: ["x".repeat(300), "y".repeat(300)] };
  const head = headOf([alert("api", long), alert("db", { ...long, id: 2 })], [{}, {}]);
  const room = renderHtml(head.message).length;
  const text = amended(head, AT_14 + HOUR_MS, room);
  expect(text).toContain("it goes on");
  expect(text).not.toContain("xxx");
  expect(amendHead(headOf([alert("api"), alert("db")], [{}, {}]), AT_14 + HOUR_MS, WALL, 150, EN)).toBeUndefined();
});

test("whatever the texts, an edit keeps the blocks and fits", () => {
  const anyText = fc.string({ unit: "binary", maxLength: 500 });
  fc.assert(
    fc.property(anyText, anyText, anyText, fc.boolean(), (what, detail, next, isOver) => {
      const given = alert("container:api", { what, details: [detail], next });
      const head = headOf([given], [isOver ? { overAt: AT_14 + 1 } : {}]);
      const message = amendHead(head, AT_14 + HOUR_MS, WALL, 4_000, EN);
      if (message === undefined) return;
      const { blocks } = parseBlocks(renderPlain(message));
      expect(blocks.map(({ hashtag }) => hashtag)).toEqual(["container_api"]);
      expect(renderHtml(message).length).toBeLessThanOrEqual(4_000);
    }),
  );
});
