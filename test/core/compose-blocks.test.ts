import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { composeBlocks } from "../../src/core/compose-blocks.ts";
import { packMessages, renderHtml, renderPlain } from "../../src/core/message.ts";
import type { OwedNotice } from "../../src/core/notice.ts";
import { hashtagOf } from "../../src/core/text.ts";
import { EN } from "../../src/core/texts/index.ts";
import { parseTelegramHtml } from "../stand-ins/telegram-html.ts";
import { foreignText } from "./foreign-text.ts";
import { AT, owed, sequence } from "./owed.ts";
import { readBlocks } from "./read-blocks.ts";

const S = 1_000;
const MIN = 60 * S;
const HOUR = 60 * MIN;
const WALL = { offsetMs: 0, zone: "UTC" };

/** What people read, told so long after 14:02:11. */
function read(notices: readonly OwedNotice[], laterMs = 0): string {
  return packMessages(composeBlocks(notices, AT + laterMs, WALL, EN), 4_000, EN.messages)
    .map(renderPlain)
    .join("\n---\n");
}

describe("an alert: what, how bad, since when, the likely next step", () => {
  test("all that is known", () => {
    const notice = owed(1, "alert", {
      key: "host_mem",
      what: "host memory is almost used up",
      since: AT - 90 * S,
      measure: { value: 93.14, limit: 90, unit: "percent" },
      details: ["14.9 GiB used of 16 GiB", "1.1 GiB available"],
      next: "see who uses it: `docker stats --no-stream`",
    });
    expect(read([notice], 2 * S)).toBe(
      [
        "🔴 host memory is almost used up",
        "critical · since 14:00:41 (for 1 min 32 s) · 93.1 % (limit 90 %)",
        "14.9 GiB used of 16 GiB",
        "1.1 GiB available",
        "→ see who uses it: docker stats --no-stream",
        "#host_mem",
      ].join("\n"),
    );
  });

  test("the course of the number that led to it", () => {
    const measure = { value: 93.14, limit: 90, unit: "percent", history: [61, 64, 70, 78, 86, 93.14] } as const;
    expect(read([owed(1, "alert", { measure })])).toContain("· 93.1 % (limit 90 %) ▁▁▂▅▆▇\n");
    expect(read([owed(1, "alert", { measure: { ...measure, history: [61, 93.14] } })])).toContain("(limit 90 %)\n");
  });

  test("hardly anything is known", () => {
    expect(read([owed(1, "alert")], 400)).toBe(
      "🔴 container api is unhealthy\ncritical · since 14:02:11 (just now)\n#container_api",
    );
  });

  test("one that began yesterday", () => {
    expect(read([owed(1, "alert", { since: AT - 20 * HOUR })])).toContain("since 9 Jun 18:02:11 (for 20 h)");
  });

  test("at most eight details", () => {
    const details = Array.from({ length: 12 }, (_, index) => `detail ${index + 1}`);
    const text = read([owed(1, "alert", { details })]);
    expect(text).toContain("detail 8");
    expect(text).not.toContain("detail 9");
  });
});

test("a realert says that it is the same fault", () => {
  expect(read([owed(1, "realert", { since: AT - HOUR })])).toBe(
    "🔁 still: container api is unhealthy\ncritical · since 13:02:11 (for 1 h)\n#container_api",
  );
});

test("a recovery says what is now, how long it lasted and what it was", () => {
  const notice = owed(1, "recovery", { since: AT - 754 * S, details: ["it was: container api is unhealthy"] });
  expect(read([notice])).toBe(
    [
      "🟢 container api is running",
      "the problem lasted 12 min 34 s (13:49:37 to 14:02:11)",
      "it was: container api is unhealthy",
      "#container_api",
    ].join("\n"),
  );
});

describe("edges", () => {
  const edge = (id: number, at: number, more: Partial<OwedNotice> = {}) =>
    owed(id, "alert", {
      key: "job_failed",
      nature: "edge",
      severity: "warning",
      what: `${id} jobs failed`,
      at,
      ...more,
    });

  test("one", () => {
    expect(read([edge(1, AT, { next: "read its error" })])).toBe(
      "🔴 1 jobs failed\nwarning · at 14:02:11\n→ read its error\n#job_failed",
    );
  });

  test("several are one, with a count", () => {
    expect(read([edge(1, AT), edge(2, AT + 30 * S)], 40 * S)).toBe(
      "🔴 2 jobs failed\nwarning · 2 times, 14:02:11 to 14:02:41\n#job_failed",
    );
  });

  test("details are those of the last", () => {
    expect(read([edge(1, AT, { details: ["first"] }), edge(2, AT, { details: ["second"] })])).toBe(
      "🔴 2 jobs failed\nwarning · 2 times, 14:02:11 to 14:02:11; the last:\nsecond\n#job_failed",
    );
  });
});

describe("what came and went before it could be told is one line", () => {
  const visit = (id: number, fromMs: number, toMs: number) => [
    owed(id, "alert", { since: AT + fromMs, at: AT + fromMs }),
    owed(id + 1, "recovery", { since: AT + fromMs, at: AT + toMs }),
  ];

  test("once", () => {
    expect(read(visit(1, 0, 3 * MIN), HOUR)).toBe(
      "🔴🟢 came and went: container api is unhealthy, 14:02:11 to 14:05:11 (3 min) #container_api",
    );
  });

  test("several times", () => {
    expect(read([...visit(1, 0, MIN), ...visit(3, 5 * MIN, 6 * MIN), ...visit(5, 9 * MIN, 20 * MIN)], HOUR)).toBe(
      "🔴🟢 came and went: container api is unhealthy, 14:02:11 to 14:22:11 (3 times) #container_api",
    );
  });

  test("perhaps told before", () => {
    const [alert, recovery] = visit(1, 0, MIN) as [OwedNotice, OwedNotice];
    expect(read([{ ...alert, maybeTold: true }, recovery], HOUR)).toBe(
      "🔴🟢 came and went: container api is unhealthy, 14:02:11 to 14:03:11 (1 min); possibly told before #container_api",
    );
  });

  test("and came again", () => {
    const again = owed(3, "alert", { since: AT + 10 * MIN, at: AT + 10 * MIN });
    expect(read([...visit(1, 0, 3 * MIN), again], 10 * MIN + 5 * S)).toBe(
      [
        "1 problem, 1 came and went",
        "",
        "🔴🟢 came and went: container api is unhealthy, 14:02:11 to 14:05:11 (3 min) #container_api",
        "",
        "🔴 container api is unhealthy",
        "critical · since 14:12:11 (for 5 s)",
        "#container_api",
      ].join("\n"),
    );
  });
});

describe("told late", () => {
  test.each<[name: string, notices: OwedNotice[], laterMs: number, line: string | undefined]>([
    ["within a minute nobody cares", [owed(1, "alert")], MIN, undefined],
    ["after it, both times are said", [owed(1, "alert")], 17 * MIN, "told late: detected 14:02:11, told 14:19:11"],
    ["on another day", [owed(1, "alert")], 10 * HOUR, "told late: detected 10 Jun 14:02:11, told 00:02:11"],
    [
      "an alert that was due again meanwhile was detected at first",
      [owed(1, "alert"), owed(2, "realert", { at: AT + HOUR })],
      HOUR + S,
      "told late: detected 14:02:11, told 15:02:12",
    ],
    ["a recovery", [owed(1, "recovery")], 2 * MIN, "told late: detected 14:02:11, told 14:04:11"],
    [
      "a fresh recovery is not late because a realert was lost",
      [owed(1, "realert"), owed(2, "recovery", { at: AT + HOUR })],
      HOUR + S,
      undefined,
    ],
  ])("%s", (_name, notices, laterMs, line) => {
    expect(
      read(notices, laterMs)
        .split("\n")
        .find((text) => text.startsWith("told late")),
    ).toBe(line);
  });
});

test("what may have been told already says so", () => {
  expect(read([owed(1, "alert", { maybeTold: true }), owed(2, "realert")])).toBe(
    [
      "🔴 container api is unhealthy",
      "critical · since 14:02:11 (just now)",
      "possibly a repeat of this message: an earlier attempt to send it got no answer",
      "#container_api",
    ].join("\n"),
  );
});

test("times are shown in the zone and by the wall clock of the moment", () => {
  const blocks = composeBlocks([owed(1, "alert")], AT, { offsetMs: 5 * MIN, zone: "Asia/Kolkata" }, EN);
  expect(renderPlain(packMessages(blocks, 4_000, EN.messages)[0]!)).toContain("since 19:37:11");
});

test("a message of several begins with what is wrong", () => {
  const recovery = owed(1, "recovery", { key: "dep:db", what: "dependency db answers", since: AT - MIN });
  const warning = owed(2, "alert", { key: "queue_backlog", severity: "warning", what: "80 jobs in the queue" });
  expect(read([recovery, warning, owed(3, "alert")])).toBe(
    [
      "2 problems, 1 resolved",
      "",
      "🔴 container api is unhealthy",
      "critical · since 14:02:11 (just now)",
      "#container_api",
      "",
      "🔴 80 jobs in the queue",
      "warning · since 14:02:11 (just now)",
      "#queue_backlog",
      "",
      "🟢 dependency db answers",
      "the problem lasted 1 min (14:01:11 to 14:02:11)",
      "#dep_db",
    ].join("\n"),
  );
});

test("a thousand notices are composed without delay to the tick", () => {
  const many = Array.from({ length: 1_000 }, (_, index) => owed(index + 1, "alert", { key: `dep:${index}` }));
  expect(composeBlocks(many, AT, WALL, EN)).toHaveLength(1_000);
});

const anyTime = fc.integer({ min: -HOUR, max: 1_000 * HOUR }).map((ms) => AT + ms);
const foreignNotices = fc
  .array(
    fc.record({
      letter: fc.constantFrom("A", "r", "R", "E"),
      key: fc.oneof(
        fc.constantFrom("orch_down", "dep:x"),
        foreignText.map((text) => `dep:${text.slice(0, 200)}`),
      ),
      what: foreignText,
      details: fc.array(foreignText, { maxLength: 10 }),
      next: foreignText,
      measure: fc.record({
        value: fc.double(),
        limit: fc.double(),
        unit: fc.constantFrom("percent" as const, "seconds" as const, "usd" as const, "count" as const),
      }),
      since: anyTime,
      at: anyTime,
      maybeTold: fc.boolean(),
    }),
    { maxLength: 6 },
  )
  .map((drafts) => drafts.map(({ letter, ...more }, index) => ({ ...sequence(letter)[0]!, ...more, id: index + 1 })));

describe("whatever strangers put into any field", () => {
  test("a message is made of its own blocks and of nothing else", () => {
    fc.assert(
      fc.property(foreignNotices, anyTime, (notices, now) => {
        const blocks = composeBlocks(notices, now, WALL, EN);
        const messages = packMessages(blocks, 4_000, EN.messages);
        const wanted = blocks.map(({ icon, key }) => `${icon} ${hashtagOf(key)}`);
        for (const render of [
          renderPlain,
          (message: (typeof messages)[number]) => parseTelegramHtml(renderHtml(message)),
        ]) {
          const found = messages.flatMap((message) => readBlocks(render(message)));
          expect(found.map(({ icon, hashtag }) => `${icon} ${hashtag}`)).toEqual(wanted);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("no message is too long, ill-formed, or holds what cannot be seen", () => {
    fc.assert(
      fc.property(foreignNotices, anyTime, (notices, now) => {
        for (const message of packMessages(composeBlocks(notices, now, WALL, EN), 4_000, EN.messages)) {
          const html = renderHtml(message);
          expect(html.length).toBeLessThanOrEqual(4_000);
          expect(html.isWellFormed()).toBe(true);
          expect(html.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
          expect(html).not.toMatch(/<(?!\/?(?:b|code)>)|&(?!(?:amp|lt|gt);)/);
        }
      }),
      { numRuns: 300 },
    );
  });
});
