import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { composeBlocks } from "../../src/core/compose-blocks.ts";
import { type Message, noticeIdsOf, packMessages, renderHtml, renderPlain } from "../../src/core/message.ts";
import type { Cause, OwedNotice } from "../../src/core/notice.ts";
import type { Severity } from "../../src/core/signal.ts";
import { EN } from "../../src/core/texts/index.ts";
import { parseTelegramHtml } from "../stand-ins/telegram-html.ts";
import { foreignText } from "./foreign-text.ts";
import { AT, owed, sequence } from "./owed.ts";
import { readBlocks } from "./read-blocks.ts";

const S = 1_000;
const MIN = 60 * S;
const WALL = { offsetMs: 0, zone: "UTC" };

const DB: Cause = {
  key: "container:db",
  what: "container db has exited (code 137: out of memory)",
  severity: "critical",
};
const db = (id: number, more: Partial<OwedNotice> = {}) =>
  owed(id, "alert", { ...DB, details: ["it ran for 3 h"], next: "docker logs --tail 100 db", ...more });
const dbIsUp = (id: number, more: Partial<OwedNotice> = {}) =>
  owed(id, "recovery", { key: DB.key, what: "container db is running", ...more });
const api = (id: number, more: Partial<OwedNotice> = {}) => owed(id, "alert", { cause: DB, ...more });
const dep = (id: number, more: Partial<OwedNotice> = {}) =>
  owed(id, "alert", {
    key: "dep:db",
    what: "dependency db does not answer",
    details: ["tcp://db:5432: connection refused", "and more"],
    cause: DB,
    ...more,
  });

function messagesOf(notices: readonly OwedNotice[], laterMs = 0, maxChars = 4_000): Message[] {
  return packMessages(composeBlocks(notices, AT + laterMs, WALL, EN), maxChars, EN.messages);
}

function read(notices: readonly OwedNotice[], laterMs = 0): string {
  return messagesOf(notices, laterMs).map(renderPlain).join("\n---\n");
}

describe("what follows from something", () => {
  test("is folded into its block, however it was decided", () => {
    const text = [
      "🔴 container db has exited (code 137: out of memory)",
      "critical · since 14:02:11 (just now)",
      "it ran for 3 h",
      "→ docker logs --tail 100 db",
      "because of it:",
      "↳ container api is unhealthy (#container_api)",
      "↳ dependency db does not answer: tcp://db:5432: connection refused (#dep_db)",
      "#container_db",
    ].join("\n");
    expect(read([db(1), api(2), dep(3)])).toBe(text);
    expect(read([api(1), dep(2), db(3)])).toBe(text);
  });

  test("is told without its cause, if that was told before", () => {
    expect(read([api(2), dep(3)])).toBe(
      [
        "also, because container db has exited (code 137: out of memory) (#container_db):",
        "↳ container api is unhealthy (#container_api)",
        "↳ dependency db does not answer: tcp://db:5432: connection refused (#dep_db)",
      ].join("\n"),
    );
  });

  test.each<[name: string, notices: OwedNotice[], rings: boolean]>([
    ["rings where it is critical", [api(1)], true],
    ["rings where one of several is", [api(1, { severity: "warning" }), dep(2)], true],
    ["also where its cause is only a warning", [api(1, { cause: { ...DB, severity: "warning" } })], true],
    ["does not ring where it is a warning", [api(1, { severity: "warning" })], false],
    ["nor beside a recovery", [api(1, { severity: "warning" }), owed(2, "recovery", { key: "a" })], false],
  ])("%s, if its cause was told before", (_name, notices, rings) => {
    expect(messagesOf(notices)[0]?.rings).toBe(rings);
  });

  test("comes before warnings where it is critical, after them where it is one", () => {
    const warning = owed(1, "alert", { key: "a", severity: "warning", what: "a is bad" });
    const leads = (effect: OwedNotice) => read([warning, effect]).split("\n")[2]?.startsWith("also, because");
    expect([leads(api(2)), leads(api(2, { severity: "warning" }))]).toEqual([true, false]);
  });

  test("shows a measure rather than a detail", () => {
    const measure = { value: 93.14, limit: 90, unit: "percent" } as const;
    expect(read([db(1), api(2, { measure, details: ["a detail"] })])).toContain(
      "↳ container api is unhealthy: 93.1 % (limit 90 %) (#container_api)",
    );
  });

  test("says when it was detected, if that is a while ago, and that it may be a repeat", () => {
    expect(read([api(2, { maybeTold: true })], 3 * MIN)).toContain(
      "↳ container api is unhealthy · detected 14:02:11 · possibly a repeat (#container_api)",
    );
  });

  test("goes with a cause that is told again", () => {
    expect(read([db(1, { action: "realert" }), api(2)])).toMatch(
      /^🔁 still: container db .*\nbecause of it:\n↳ container api is unhealthy \(#container_api\)\n#container_db$/s,
    );
  });

  test("goes under the uppermost cause", () => {
    const web = owed(3, "alert", {
      key: "dep:web",
      what: "dependency web does not answer",
      cause: { key: "container:api", what: "container api is unhealthy", severity: "critical" },
    });
    expect(
      read([web, api(2), db(1)])
        .split("\n")
        .slice(-4),
    ).toEqual([
      "because of it:",
      "↳ dependency web does not answer (#dep_web)",
      "↳ container api is unhealthy (#container_api)",
      "#container_db",
    ]);
  });

  test("those of one cause stand together, between what is wrong and what is over", () => {
    const other = owed(9, "alert", { key: "host_mem", severity: "warning", what: "host memory is almost used up" });
    const over = owed(8, "recovery", { key: "dep:x", what: "dependency x answers" });
    expect(
      read([over, api(2), other, dep(3)])
        .split("\n")
        .filter((line) => /^(🔴|🟢|↳|also|\d)/u.test(line)),
    ).toEqual([
      "3 problems, 1 resolved",
      "also, because container db has exited (code 137: out of memory) (#container_db):",
      "↳ container api is unhealthy (#container_api)",
      "↳ dependency db does not answer: tcp://db:5432: connection refused (#dep_db)",
      "🔴 host memory is almost used up",
      "🟢 dependency x answers",
    ]);
  });
});

describe("what follows from something is told on its own", () => {
  test("if its cause is over by now", () => {
    const text = read([db(1), api(2), dbIsUp(3)], 5 * S);
    expect(readBlocks(text).map(({ icon, hashtag }) => `${icon} ${hashtag}`)).toEqual([
      "🔴 #container_api",
      "🔴🟢 #container_db",
    ]);
    expect(text).toContain("\nfollowed from: container db has exited (code 137: out of memory)\n");
  });

  test.each<[name: string, notices: OwedNotice[], blocks: string[]]>([
    ["if it is over itself", [db(1), api(2), owed(3, "recovery")], ["🔴 #container_db", "🔴🟢 #container_api"]],
    [
      "if it came, went and came again",
      [db(1), api(2), owed(3, "recovery"), api(4)],
      ["🔴 #container_db", "🔴🟢 #container_api", "🔴 #container_api"],
    ],
    [
      "if its cause came, went and came again, it goes with the last of it",
      [db(1), api(2), dbIsUp(3), db(4)],
      ["🔴🟢 #container_db", "🔴 #container_db"],
    ],
    [
      "if each is the cause of the other",
      [api(1), db(2, { cause: { key: "container:api", what: "api", severity: "critical" } })],
      ["🔴 #container_api", "🔴 #container_db"],
    ],
    ["when it recovers", [db(1), owed(2, "recovery")], ["🔴 #container_db", "🟢 #container_api"]],
    ["when it is told again", [db(1), owed(2, "realert")], ["🔴 #container_db", "🔁 #container_api"]],
  ])("%s", (_name, notices, blocks) => {
    expect(readBlocks(read(notices)).map(({ icon, hashtag }) => `${icon} ${hashtag}`)).toEqual(blocks);
  });
});

test("an alert is as urgent as the worst that follows from it", () => {
  const mild = db(2, { severity: "warning" });
  const other = owed(1, "alert", { key: "a", severity: "warning", what: "a is bad" });
  expect(readBlocks(read([other, mild, api(3)])).map(({ hashtag }) => hashtag)).toEqual(["#container_db", "#a"]);
});

test.each<[name: string, severity: Severity, rings: boolean]>([
  ["ring where it is critical", "critical", true],
  ["are quiet where it is a warning", "warning", false],
])(
  "what does not fit into the block of its cause follows in messages that name it and %s",
  (_name, severity, rings) => {
    const many = Array.from({ length: 120 }, (_, index) =>
      dep(index + 2, { key: `dep:${index}`, severity, what: `dependency number ${index} does not answer` }),
    );
    const messages = messagesOf([db(1), ...many]);
    expect(messages.length).toBeGreaterThan(2);
    for (const [index, message] of messages.entries()) {
      expect(renderHtml(message).length).toBeLessThanOrEqual(4_000);
      expect(renderPlain(message).startsWith(index === 0 ? "🔴 container db" : "also, because container db")).toBe(
        true,
      );
      expect(message.rings).toBe(index === 0 || rings);
    }
    expect(messages.flatMap(noticeIdsOf)).toEqual(Array.from({ length: 121 }, (_, index) => index + 1));
  },
);

const KEYS = ["a", "b:x", "c:y"];
const causes = fc.record({
  key: fc.constantFrom(...KEYS, "d"),
  what: foreignText,
  severity: fc.constant("critical" as const),
});
const notices = fc
  .array(
    fc.record({
      letter: fc.constantFrom("A", "A", "A", "r", "R", "E"),
      key: fc.constantFrom(...KEYS),
      what: foreignText,
      details: fc.array(foreignText, { maxLength: 2 }),
      cause: fc.option(causes, { nil: undefined }),
      maybeTold: fc.boolean(),
    }),
    { maxLength: 12 },
  )
  .map((drafts) =>
    drafts.map(({ letter, cause, ...more }, index) => ({
      ...sequence(letter)[0]!,
      ...more,
      ...(cause !== undefined && cause.key !== more.key && { cause }),
      id: index + 1,
    })),
  );

describe("whatever follows from whatever", () => {
  test("each notice is told once, those of a key in their order, in messages that fit", () => {
    fc.assert(
      fc.property(notices, fc.constantFrom(900, 4_000), (all, maxChars) => {
        const messages = messagesOf(all, 0, maxChars);
        const told = messages.flatMap(noticeIdsOf);
        expect(told.toSorted((a, b) => a - b)).toEqual(all.map(({ id }) => id));
        for (const key of KEYS) {
          const ids = all.filter((notice) => notice.key === key).map(({ id }) => id);
          expect(told.filter((id) => ids.includes(id))).toEqual(ids);
        }
        for (const message of messages) {
          expect(message.blocks.length).toBeGreaterThan(0);
          if (maxChars === 4_000) expect(renderHtml(message).length).toBeLessThanOrEqual(maxChars);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("a message is made of its own blocks and folded lines, whatever strangers put into any field", () => {
    fc.assert(
      fc.property(notices, (all) => {
        for (const message of messagesOf(all)) {
          const own = message.blocks.filter(({ icon }) => icon !== "↳");
          const lines = message.blocks.flatMap(({ folded = [] }) => folded);
          for (const text of [renderPlain(message), parseTelegramHtml(renderHtml(message))]) {
            expect(text.split("\n").filter((line) => line.startsWith("↳ "))).toHaveLength(lines.length);
            expect(text.match(/^(🔴🟢|🔴|🔁|🟢) /gmu) ?? []).toEqual(own.map(({ icon }) => `${icon} `));
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
