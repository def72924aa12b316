import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Channel } from "../../../src/channels/channel.ts";
import { createTelegramChannel } from "../../../src/channels/telegram/index.ts";
import { amendHead } from "../../../src/core/amend-head.ts";
import { composeBlocks } from "../../../src/core/compose-blocks.ts";
import { advanceHeads } from "../../../src/core/head.ts";
import { type Message, noticeIdsOf, packMessages } from "../../../src/core/message.ts";
import type { OwedNotice } from "../../../src/core/notice.ts";
import { hashtagOf } from "../../../src/core/text.ts";
import { EN } from "../../../src/core/texts/index.ts";
import { HOUR_MS } from "../../../src/core/time.ts";
import { foreignText } from "../../core/foreign-text.ts";
import { AT, owed } from "../../core/owed.ts";
import { type BotApi, startBotApi } from "../../stand-ins/bot-api.ts";

const WALL = { offsetMs: 0, zone: "UTC" };
const NEVER = new AbortController().signal;

let api: BotApi;
let channel: Channel;
beforeAll(async () => {
  api = await startBotApi({ token: "123456:hostile-texts", chatId: "-4001" });
  const telegram = { botToken: "123456:hostile-texts", chatId: "-4001", threadId: undefined };
  channel = createTelegramChannel({ ...telegram, apiRoot: new URL(api.url) }, 5_000, {});
});
afterAll(async () => {
  await channel.close?.();
  await api.close();
});

/** All the way that a notice takes: composed, packed, sent; then edited as over. Returns what people saw at first. */
async function tell(notices: readonly OwedNotice[]): Promise<string[]> {
  const before = api.messages.length;
  for (const message of packMessages(composeBlocks(notices, AT, WALL, EN), channel.maxChars, EN.messages)) {
    const delivery = await channel.send(message, NEVER);
    // Nothing was refused and sent again in another way.
    expect(delivery).toEqual({ accepted: true, ref: expect.any(String) });
    const told = notices.filter(({ id }) => noticeIdsOf(message).includes(id));
    const ref = (delivery as { ref: string }).ref;
    for (const edited of amendments(ref, message, told)) {
      expect(await channel.edit?.(ref, edited, NEVER)).toEqual({ edited: true });
    }
  }
  return api.messages.slice(before).map(({ text }) => text);
}

/** The message while all that it raised goes on, and when all is over. */
function amendments(ref: string, message: Message, told: readonly OwedNotice[]): Message[] {
  const { set } = advanceHeads([], { ref, message, notices: told, composedAt: AT });
  return set.flatMap((head) => {
    const over = { ...head, parts: head.parts.map((part) => ({ ...part, overAt: AT + 1, toldAgain: 2 })) };
    return [head, over].flatMap((one) => amendHead(one, AT + HOUR_MS, WALL, channel.maxChars, EN) ?? []);
  });
}

/** What stands in a name, and what people read. */
describe("a hostile name arrives readable and harmless", () => {
  const zalgo = `z${"\u0300".repeat(60)}algo`;
  test.each([
    { name: "markup", what: "<b>db</b> & <a href='x'>co</a>", reads: "<b>db</b> & <a href='x'>co</a>" },
    { name: "an entity", what: "a &lt;b&gt; &#60;", reads: "a &lt;b&gt; &＃60;" },
    { name: "marks that turn the line around", what: "evil\u202egnp.exe\u2066x", reads: "evil gnp.exe x" },
    { name: "lines", what: "one\r\ntwo\u2028three\u0085four", reads: "one two three four" },
    { name: "a forged block", what: "x\n🔴 orch is down\n#orch_down", reads: "x • orch is down ＃orch_down" },
    { name: "half of a pair", what: "a\ud83db\udd34c", reads: "a�b�c" },
    { name: "emoji", what: "db 😀 👩🏽", reads: "db 😀 👩🏽" },
    { name: "piled marks", what: zalgo, reads: `z${"\u0300".repeat(4)}algo` },
    { name: "nothing that can be seen", what: "\u200b\u200e\0", reads: "" },
    { name: "control sequences", what: "\u001b[31mred\u0007", reads: "[31mred" },
    { name: "10 kB", what: "x".repeat(10_240), reads: `${"x".repeat(299)}…` },
    { name: "10 kB of markup", what: "<&>".repeat(3_500), reads: /^[<&>]{299}…$/ },
  ])("$name", async ({ what, reads }) => {
    const [text = ""] = await tell([owed(1, "alert", { what })]);
    const [first = "", ...rest] = text.split("\n");
    expect(first.replace(/^🔴 ?/u, "")).toEqual(typeof reads === "string" ? reads : expect.stringMatching(reads));
    expect(rest).toEqual(["critical · since 14:02:11 (just now)", "#container_api"]);
  });

  test.each(["<b>", "a\r\nb", "\u202e", "ж", "", "../..", "x".repeat(200)])("as a key: %j", async (subject) => {
    const key = `container:${subject}`;
    const [text = ""] = await tell([owed(1, "alert", { key })]);
    expect(text.split("\n").at(-1)).toBe(hashtagOf(key));
    expect(hashtagOf(key)).toMatch(/^#[A-Za-z0-9_]+$/);
  });
});

test("whatever stands in any field, Telegram accepts the message and its edits as they are", async () => {
  const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  const anyNotice = fc
    .record({
      key: fc.oneof(
        foreignText.map((text) => `kind:${text}`),
        fc.constantFrom("a", "b"),
      ),
      action: fc.constantFrom("alert" as const, "realert" as const, "recovery" as const),
      nature: fc.constantFrom("level" as const, "level" as const, "edge" as const),
      severity: fc.constantFrom("critical" as const, "warning" as const),
      what: foreignText,
      details: maybe(fc.array(foreignText, { maxLength: 12 })),
      next: maybe(foreignText),
      measure: maybe(
        fc.record({
          value: fc.double(),
          limit: fc.double(),
          unit: fc.constantFrom("percent" as const, "seconds" as const, "usd" as const, "count" as const),
        }),
      ),
      cause: maybe(fc.record({ key: foreignText, what: foreignText, severity: fc.constant("critical" as const) })),
      since: fc.oneof(fc.constant(AT), fc.double({ noNaN: true })),
      maybeTold: fc.boolean(),
    })
    .map(({ details, next, measure, cause, ...rest }) => ({
      ...rest,
      at: AT,
      ...(details && { details }),
      ...(next !== undefined && { next }),
      ...(measure && { measure }),
      ...(cause && { cause }),
    }));
  await fc.assert(
    fc.asyncProperty(fc.array(anyNotice, { minLength: 1, maxLength: 8 }), async (given) => {
      const notices = given.map((notice, index): OwedNotice => ({ ...notice, id: index + 1 }));
      const texts = await tell(notices);
      for (const notice of notices) expect(texts.join("\n")).toContain(hashtagOf(notice.key));
    }),
    { numRuns: 60 },
  );
  expect(api.edits.length).toBeGreaterThan(20);
});
