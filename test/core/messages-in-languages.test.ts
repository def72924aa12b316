import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { amendHead } from "../../src/core/amend-head.ts";
import { composeBlocks } from "../../src/core/compose-blocks.ts";
import { advanceHeads } from "../../src/core/head.ts";
import { packMessages, renderHtml, renderPlain } from "../../src/core/message.ts";
import { hashtagOf } from "../../src/core/text.ts";
import { HOUR_MS } from "../../src/core/time.ts";
import { parseTelegramHtml } from "../stand-ins/telegram-html.ts";
import { foreignText } from "./foreign-text.ts";
import { AT, owed, sequence } from "./owed.ts";
import { readBlocks } from "./read-blocks.ts";
import { LANGUAGES } from "./texts/read-texts.ts";

const WALL = { offsetMs: 0, zone: "UTC" };

const anyNotices = fc
  .array(
    fc.record({
      letter: fc.constantFrom("A", "A", "r", "R", "E"),
      key: fc.constantFrom("host_mem", "dep:x", "container:api"),
      severity: fc.constantFrom("critical" as const, "warning" as const),
      what: foreignText,
      details: fc.array(foreignText, { maxLength: 3 }),
      next: foreignText,
      measure: fc.record({
        value: fc.double(),
        limit: fc.double(),
        unit: fc.constantFrom("percent" as const, "seconds" as const, "usd" as const, "count" as const),
        history: fc.array(fc.double(), { maxLength: 12 }),
      }),
      since: fc.integer({ min: -1_000 * HOUR_MS, max: 0 }).map((ms) => AT + ms),
      maybeTold: fc.boolean(),
      follows: fc.boolean(),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((drafts) =>
    drafts.map(({ letter, follows, ...more }, index) => {
      const cause = { key: "docker_down", what: more.what, severity: more.severity };
      return { ...sequence(letter)[0]!, ...more, ...(follows && { cause }), id: index + 1 };
    }),
  );

describe.each(LANGUAGES)("whatever is told in %s", (_language, texts) => {
  test("fits, and is made of blocks from their icon to their hashtag; headings and lines below a cause carry none", () => {
    fc.assert(
      fc.property(anyNotices, fc.nat(1_000 * HOUR_MS), (notices, laterMs) => {
        const now = AT + laterMs;
        const blocks = composeBlocks(notices, now, WALL, texts);
        for (const message of packMessages(blocks, 4_000, texts.messages)) {
          expect(renderHtml(message).length).toBeLessThanOrEqual(4_000);
          for (const text of [renderPlain(message), parseTelegramHtml(renderHtml(message))]) {
            const own = message.blocks.filter(({ icon }) => icon !== "↳");
            expect(readBlocks(text).map(({ icon, hashtag }) => `${icon} ${hashtag}`)).toEqual(
              own.map(({ icon, key }) => `${icon} ${hashtagOf(key)}`),
            );
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test("stays so when it is edited", () => {
    fc.assert(
      fc.property(anyNotices, fc.boolean(), (notices, isOver) => {
        const [message] = packMessages(composeBlocks(notices, AT, WALL, texts), 4_000, texts.messages);
        if (message === undefined) return;
        const told = { ref: "m1", message, notices, composedAt: AT };
        for (const head of advanceHeads([], told).set) {
          const parts = head.parts.map((part) => ({
            ...part,
            ackedBy: "Ann",
            ...(isOver && { overAt: AT + HOUR_MS }),
          }));
          const edited = amendHead({ ...head, parts }, AT + 2 * HOUR_MS, WALL, 4_000, texts);
          if (edited === undefined) continue;
          expect(renderHtml(edited).length).toBeLessThanOrEqual(4_000);
          const own = message.blocks.filter(({ icon }) => icon !== "↳");
          expect(readBlocks(renderPlain(edited)).map(({ hashtag }) => hashtag)).toEqual(
            own.map(({ key }) => hashtagOf(key)),
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  test("an edit finds again what it puts right", () => {
    const alert = owed(1, "alert", { since: AT - 90_000 });
    const [message] = packMessages(composeBlocks([alert], AT, WALL, texts), 4_000, texts.messages);
    const [head] = advanceHeads([], { ref: "m1", message: message!, notices: [alert], composedAt: AT }).set;
    const edited = renderPlain(amendHead(head!, AT + HOUR_MS, WALL, 4_000, texts)!);
    expect(edited).not.toContain(renderPlain(message!).split("\n")[1]);
    expect(edited.split("\n")[1]).toContain("14:00:41");
  });
});
