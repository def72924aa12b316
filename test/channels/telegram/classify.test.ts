import fc from "fast-check";
import { TelegramError } from "telegraf";
import { describe, expect, test } from "vitest";
import { NoAnswerError } from "../../../src/channels/telegram/answer.ts";
import { type Attempt, afterFailure } from "../../../src/channels/telegram/classify.ts";

const FIRST: Attempt = {
  chatId: "-100",
  threadId: 4,
  markup: "html",
  replyTo: 7,
  hasButtons: true,
  moved: false,
};

function refused(
  code: number,
  description: string,
  parameters?: { retry_after?: number; migrate_to_chat_id?: number },
) {
  return new TelegramError({ error_code: code, description, ...(parameters && { parameters }) });
}

function deliveryAfter(thrown: unknown, attempt = FIRST) {
  const step = afterFailure(thrown, attempt);
  if (step.kind !== "failed") throw new Error(`again, because: ${step.warning}`);
  return step.delivery;
}

describe("what has a remedy is sent again, changed", () => {
  test.each([
    {
      name: "a reply to what is gone: to nothing, and nobody has to hear of it",
      thrown: refused(400, "Bad Request: message to be replied not found"),
      change: { replyTo: undefined },
      warning: undefined,
    },
    {
      name: "buttons that are refused: without them",
      thrown: refused(400, "Bad Request: BUTTON_DATA_INVALID"),
      change: { hasButtons: false },
      warning: "sent without buttons: Bad Request: BUTTON_DATA_INVALID",
    },
    {
      name: "a keyboard that cannot be read: without it",
      thrown: refused(400, "Bad Request: object expected as reply markup"),
      change: { hasButtons: false },
      warning: "sent without buttons: Bad Request: object expected as reply markup",
    },
    {
      name: "entities that cannot be parsed: as plain text",
      thrown: refused(400, "Bad Request: can't parse entities: Unsupported start tag"),
      change: { markup: "plain" },
      warning: "sent as plain text: Bad Request: can't parse entities: Unsupported start tag",
    },
    {
      name: "a topic that is gone: without it",
      thrown: refused(400, "Bad Request: message thread not found"),
      change: { threadId: undefined },
      warning: "topic 4 is gone or closed, sent without it: check WATCHDOG_TG_THREAD_ID",
    },
    {
      name: "a topic that is closed: without it",
      thrown: refused(400, "Bad Request: TOPIC_CLOSED"),
      change: { threadId: undefined },
      warning: "topic 4 is gone or closed, sent without it: check WATCHDOG_TG_THREAD_ID",
    },
    {
      name: "a group that became a supergroup: there",
      thrown: refused(400, "Bad Request: group chat was upgraded to a supergroup chat", { migrate_to_chat_id: -1005 }),
      change: { chatId: "-1005", moved: true, replyTo: undefined },
      warning: "chat -100 has become -1005: set WATCHDOG_TG_CHAT_ID to that",
    },
  ])("$name", ({ thrown, change, warning }) => {
    const again = { kind: "again", attempt: { ...FIRST, ...change }, warning };
    expect(afterFailure(thrown, FIRST)).toEqual(again);
    expect(afterFailure(thrown, again.attempt as Attempt)).toMatchObject({ kind: "failed" });
  });

  test("each remedy once: whatever keeps being refused, four attempts are the most", () => {
    const refusals = fc.constantFrom(
      refused(400, "can't parse entities"),
      refused(400, "message thread not found"),
      refused(400, "upgraded to a supergroup", { migrate_to_chat_id: -1 }),
      refused(400, "upgraded to a supergroup", { migrate_to_chat_id: -100 }),
    );
    fc.assert(
      fc.property(fc.array(refusals, { minLength: 4 }), (sequence) => {
        let attempt = FIRST;
        for (const thrown of sequence.slice(0, 4)) {
          const step = afterFailure(thrown, attempt);
          if (step.kind === "failed") return;
          attempt = step.attempt;
        }
        expect.fail("a fifth attempt");
      }),
    );
  });
});

describe("refusals that people must mend are permanent, and say the mend", () => {
  test.each([
    { code: 401, said: "Unauthorized", mend: "the token is refused: check WATCHDOG_TG_BOT_TOKEN with @BotFather" },
    { code: 404, said: "Not Found", mend: "the token is refused: check WATCHDOG_TG_BOT_TOKEN with @BotFather" },
    {
      code: 400,
      said: "Bad Request: chat not found",
      mend: "the bot does not know chat -100: check WATCHDOG_TG_CHAT_ID and add the bot there",
    },
    {
      code: 403,
      said: "Forbidden: bot was kicked from the supergroup chat",
      mend: "the bot is not in chat -100: add it there",
    },
    {
      code: 403,
      said: "Forbidden: bot is not a member of the channel chat",
      mend: "the bot is not in chat -100: add it there",
    },
    {
      code: 403,
      said: "Forbidden: bot was blocked by the user",
      mend: "the user of chat -100 blocked the bot: unblock it there",
    },
    {
      code: 403,
      said: "Forbidden: user is deactivated",
      mend: "chat -100 no longer exists: set WATCHDOG_TG_CHAT_ID to another",
    },
    {
      code: 403,
      said: "Forbidden: the group chat was deleted",
      mend: "chat -100 no longer exists: set WATCHDOG_TG_CHAT_ID to another",
    },
    {
      code: 403,
      said: "Forbidden: bot can't initiate conversation with a user",
      mend: "the user of chat -100 must open the bot and press Start first",
    },
    {
      code: 400,
      said: "Bad Request: not enough rights to send text messages to the chat",
      mend: "the bot may not write in chat -100: allow it to send messages",
    },
  ])("$code $said", ({ code, said, mend }) => {
    expect(deliveryAfter(refused(code, said))).toEqual({
      accepted: false,
      arrived: "no",
      permanent: true,
      error: `${mend} (Telegram said ${code}: ${said})`,
    });
  });

  test("a refusal that nobody has seen yet is quoted", () => {
    expect(deliveryAfter(refused(400, "Bad Request: novelty"))).toMatchObject({
      permanent: true,
      error: "Telegram said 400: Bad Request: novelty",
    });
  });
});

describe("what passes by itself is not permanent", () => {
  test.each([
    {
      name: "429 with a pause",
      thrown: refused(429, "Too Many Requests", { retry_after: 7 }),
      arrived: "no",
      retryAfterMs: 7_000,
    },
    { name: "429 without one", thrown: refused(429, "Too Many Requests"), arrived: "no", retryAfterMs: undefined },
    {
      name: "429 with an absurd pause, passed on as it is",
      thrown: refused(429, "x", { retry_after: 1e10 }),
      arrived: "no",
      retryAfterMs: 1e13,
    },
    { name: "409", thrown: refused(409, "Conflict"), arrived: "no", retryAfterMs: undefined },
    { name: "500", thrown: refused(500, "Internal Server Error"), arrived: "no", retryAfterMs: undefined },
    { name: "504", thrown: refused(504, "Gateway Timeout"), arrived: "maybe", retryAfterMs: undefined },
    { name: "200 with ok:false", thrown: refused(200, "no description"), arrived: "no", retryAfterMs: undefined },
    {
      name: "never sent",
      thrown: new NoAnswerError("connection refused", "no"),
      arrived: "no",
      retryAfterMs: undefined,
    },
    {
      name: "sent, no answer",
      thrown: new NoAnswerError("connection reset", "maybe"),
      arrived: "maybe",
      retryAfterMs: undefined,
    },
    {
      name: "a page with a Retry-After",
      thrown: new NoAnswerError("503", "no", 30_000),
      arrived: "no",
      retryAfterMs: 30_000,
    },
    {
      name: "something unforeseen",
      thrown: new TypeError("x is not a function"),
      arrived: "maybe",
      retryAfterMs: undefined,
    },
    { name: "not even an Error", thrown: undefined, arrived: "maybe", retryAfterMs: undefined },
  ])("$name", ({ thrown, arrived, retryAfterMs }) => {
    const delivery = deliveryAfter(thrown);
    expect(delivery).toMatchObject({ accepted: false, arrived, permanent: false });
    expect(delivery.retryAfterMs).toBe(retryAfterMs);
    expect(delivery.error).not.toBe("");
  });
});
