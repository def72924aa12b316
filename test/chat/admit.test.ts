import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { admit } from "../../src/chat/admit.ts";
import { EN } from "../../src/core/texts/index.ts";

const CHAT = { id: -1001, type: "supergroup", username: "Alerts" };
const ANN = { id: 501, is_bot: false, first_name: "Ann" };
const GROUP_BOT = { id: 1087968824, is_bot: true, first_name: "Group", username: "GroupAnonymousBot" };
const MESSAGE = { message_id: 7, date: 1_000, chat: CHAT, from: ANN, text: "/status" };
const QUERY = { id: "9", from: ANN, data: "a:dep:db", message: { message_id: 3, date: 900, chat: CHAT } };

const texts = EN.chat;
const everybody = { chatIds: ["-1001"], users: [], texts };
const annOnly = { chatIds: ["-1001"], users: [501], texts };
const bobOnly = { chatIds: ["-1001"], users: [502], texts };

const message = (changes: object) => ({ update_id: 1, message: { ...MESSAGE, ...changes } });
const query = (changes: object) => ({ update_id: 1, callback_query: { ...QUERY, ...changes } });

describe("admitted", () => {
  test.each([
    { name: "somebody of the chat", update: message({}), rules: everybody, by: "Ann" },
    { name: "a named user", update: message({}), rules: annOnly, by: "Ann" },
    {
      name: "first and last name",
      update: message({ from: { ...ANN, last_name: "Lee" } }),
      rules: everybody,
      by: "Ann Lee",
    },
    { name: "a nameless user", update: message({ from: { id: 501 } }), rules: everybody, by: "user 501" },
    {
      name: "a name that would forge a block and a hashtag",
      update: message({ from: { ...ANN, first_name: "🔴 <b>\u202e#x\r\n" } }),
      rules: everybody,
      by: "• <b> ＃x",
    },
    {
      name: "an anonymous admin, where everybody may",
      update: message({ from: GROUP_BOT, sender_chat: CHAT }),
      rules: everybody,
      by: "an anonymous admin",
    },
    {
      name: "a chat named by its @name",
      update: message({}),
      rules: { ...everybody, chatIds: ["@alerts"] },
      by: "Ann",
    },
    { name: "who presses a button", update: query({}), rules: annOnly, by: "Ann" },
    {
      name: "a named user who presses a button in a channel",
      update: query({ message: { message_id: 3, chat: { id: -1001, type: "channel" } } }),
      rules: annOnly,
      by: "Ann",
    },
  ])("$name", ({ update, rules, by }) => {
    expect(admit(update, rules)).toMatchObject({ by });
  });

  test("a message comes with its place, its topic and what it replies to", () => {
    const update = message({
      is_topic_message: true,
      message_thread_id: 4,
      reply_to_message: { text: "🔴 db #dep_db" },
    });
    expect(admit(update, everybody)).toMatchObject({
      kind: "message",
      place: { chatId: -1001, messageId: 7, threadId: 4 },
      isPrivate: false,
      sentAtS: 1_000,
      quoted: "🔴 db #dep_db",
    });
  });

  test("a thread outside of topics is no place to send to", () => {
    expect(admit(message({ message_thread_id: 4 }), everybody)).toMatchObject({ place: { threadId: undefined } });
  });
});

describe("ignored and counted: strangers", () => {
  test.each([
    { name: "another chat", update: message({ chat: { id: 501, type: "private" } }), rules: annOnly },
    { name: "another user", update: message({}), rules: bobOnly },
    {
      name: "a reader of a channel, where no users are named",
      update: query({ message: { message_id: 3, chat: { id: -1001, type: "channel" } } }),
      rules: everybody,
    },
    { name: "another user's press", update: query({}), rules: bobOnly },
    {
      name: "a press in another chat",
      update: query({ message: { message_id: 3, chat: { id: 5 } } }),
      rules: everybody,
    },
    {
      name: "an anonymous admin, where users are named",
      update: message({ from: GROUP_BOT, sender_chat: CHAT }),
      rules: annOnly,
    },
    {
      name: "somebody who writes as a channel",
      update: message({ sender_chat: { id: -1002, type: "channel" } }),
      rules: everybody,
    },
  ])("$name", ({ update, rules }) => {
    expect(admit(update, rules)).toMatchObject({ kind: "ignored", isStranger: true });
  });
});

describe("ignored: nothing that could be asked", () => {
  test.each([
    { name: "an edited message", update: { update_id: 1, edited_message: MESSAGE } },
    { name: "a post in a channel", update: { update_id: 1, channel_post: MESSAGE } },
    { name: "a forwarded command", update: message({ forward_origin: { type: "user" } }) },
    { name: "one forwarded long ago", update: message({ forward_date: 900 }) },
    { name: "a channel's post in its group", update: message({ is_automatic_forward: true }) },
    { name: "through an inline bot", update: message({ via_bot: { id: 8, is_bot: true } }) },
    { name: "another bot", update: message({ from: { ...ANN, is_bot: true } }) },
    { name: "a picture", update: message({ text: undefined, caption: "/status" }) },
    { name: "no date", update: message({ date: "now" }) },
    { name: "no sender", update: message({ from: undefined }) },
    { name: "a press without its message", update: query({ message: undefined }) },
    { name: "a press of a game", update: query({ data: undefined }) },
    { name: "nothing", update: null },
  ])("$name", ({ update }) => {
    expect(admit(update, everybody)).toMatchObject({ kind: "ignored", isStranger: false });
  });

  test("whatever comes, nothing is thrown, and only what comes from the chat is admitted", () => {
    const part = fc.oneof(fc.anything(), fc.record(MESSAGE_PARTS, { requiredKeys: [] }));
    fc.assert(
      fc.property(part, part, (given, query) => {
        const admitted = admit({ message: given, callback_query: query }, everybody);
        return admitted.kind === "ignored" || admitted.place.chatId === CHAT.id;
      }),
    );
  });
});

const MESSAGE_PARTS = {
  message_id: fc.oneof(fc.integer(), fc.anything()),
  date: fc.oneof(fc.integer(), fc.anything()),
  chat: fc.oneof(fc.constant(CHAT), fc.constant({ id: 5 }), fc.anything()),
  from: fc.oneof(fc.constant(ANN), fc.anything()),
  sender_chat: fc.oneof(fc.constant(CHAT), fc.anything()),
  text: fc.oneof(fc.string({ unit: "binary" }), fc.anything()),
};
