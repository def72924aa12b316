import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ANN, type BotApi, FAULTS, startBotApi } from "./bot-api.ts";
import type { ChatOptions } from "./telegram-chat.ts";

const TOKEN = "123456:stand-in";
const CHAT = "-1001";

let api: BotApi;
beforeEach(() => start());
afterEach(() => api.close());

async function start(options: Partial<ChatOptions> = {}): Promise<void> {
  await api?.close();
  api = await startBotApi({ token: TOKEN, chatId: CHAT, ...options });
}

type Result = { ok: boolean; result?: never; error_code?: number; description?: string };

async function call(method: string, payload: object = {}, signal?: AbortSignal): Promise<Result> {
  const body = JSON.stringify({ chat_id: CHAT, ...payload });
  const url = `${api.url}/bot${TOKEN}/${method}`;
  return (await (await fetch(url, { method: "POST", body, ...(signal && { signal }) })).json()) as Result;
}

const send = (payload: object) => call("sendMessage", { text: "a", ...payload });
const edit = (payload: object) => call("editMessageText", { message_id: 1, text: "b", ...payload });
const markup = (...buttons: unknown[]) => ({ reply_markup: { inline_keyboard: [buttons] } });
const button = (data: string, text = "Ack") => ({ text, callback_data: data });

describe("replies", () => {
  const reply = (id: number, more = {}) => send({ reply_parameters: { message_id: id, ...more } });

  test("to a message that is there", async () => {
    await send({});
    await reply(1);
    expect(api.messages.map(({ replyTo }) => replyTo)).toEqual([undefined, 1]);
  });

  test("to one that was deleted only where the sender can do without it", async () => {
    await send({});
    api.remove(1);
    expect(await reply(1)).toMatchObject({ description: "Bad Request: message to be replied not found" });
    expect(await reply(1, { allow_sending_without_reply: true })).toMatchObject({ ok: true });
    expect(api.messages.map(({ replyTo }) => replyTo)).toEqual([undefined, undefined]);
  });

  test("to one of another chat is to none", async () => {
    await start({ otherChats: ["-1002"] });
    await send({ chat_id: "-1002" });
    expect(await reply(1)).toMatchObject({ ok: false });
  });
});

describe("edits", () => {
  test("change what people see, not what came", async () => {
    await send({});
    expect(await edit({ text: "<b>b</b>", parse_mode: "HTML" })).toMatchObject({ ok: true, result: { text: "b" } });
    expect(api.shown).toEqual([{ id: 1, text: "b", buttons: [] }]);
    expect(api.messages).toMatchObject([{ text: "a" }]);
    expect(api.edits).toMatchObject([{ messageId: 1, text: "b" }]);
  });

  test("without buttons take away those that were there", async () => {
    await send(markup(button("x")));
    await edit({ text: "a" });
    expect(api.shown).toEqual([{ id: 1, text: "a", buttons: [] }]);
    expect(await call("editMessageReplyMarkup", { message_id: 1, ...markup(button("x")) })).toMatchObject({ ok: true });
    expect(api.shown).toEqual([{ id: 1, text: "a", buttons: ["Ack"] }]);
  });

  test.each<{ name: string; payload: object; prepare?: () => unknown; says: RegExp }>([
    { name: "the same again", payload: { text: "a" }, says: /^Bad Request: message is not modified: / },
    { name: "a message that is gone", payload: {}, prepare: () => api.remove(1), says: /message to edit not found/ },
    { name: "one that never was", payload: { message_id: 9 }, says: /message to edit not found/ },
    { name: "none", payload: { message_id: undefined }, says: /message identifier is not specified/ },
    { name: "somebody else's", payload: { message_id: 2 }, prepare: () => api.say("hi"), says: /can't be edited/ },
    { name: "one that is too old", payload: {}, prepare: () => api.freeze(1), says: /can't be edited/ },
    { name: "too much text", payload: { text: "a".repeat(4_097) }, says: /message is too long/ },
    { name: "broken HTML", payload: { text: "<b>", parse_mode: "HTML" }, says: /can't parse entities/ },
  ])("are refused: $name", async ({ payload, prepare, says }) => {
    await send({});
    await prepare?.();
    const { ok, description } = await edit(payload);
    expect({ ok, description }).toEqual({ ok: false, description: expect.stringMatching(says) });
    expect(api.edits).toEqual([]);
  });

  test("are bound by the limits, and messages by theirs", async () => {
    await start({ limits: true });
    await send({});
    expect(await edit({})).toMatchObject({ error_code: 429, parameters: { retry_after: 1 } });
  });
});

describe("buttons", () => {
  test("of 64 bytes are pressed, which sends an update; the answer is kept", async () => {
    await send(markup(button("x".repeat(64)), { text: "Docs", url: "https://example.org" }));
    const queryId = api.press(1, "Ack");
    const { result } = await call("getUpdates");
    expect(result).toMatchObject([
      {
        callback_query: {
          id: queryId,
          data: "x".repeat(64),
          from: { id: ANN.id },
          message: { message_id: 1, text: "a" },
        },
      },
    ]);
    expect(await call("answerCallbackQuery", { callback_query_id: queryId, text: "done" })).toMatchObject({ ok: true });
    expect(api.answers).toMatchObject([{ queryId, text: "done" }]);
    expect(await call("answerCallbackQuery", { callback_query_id: queryId })).toMatchObject({
      description: expect.stringContaining("query is too old"),
    });
    expect(() => api.press(1, "Docs")).toThrow('message 1 has no button "Docs"');
  });

  test.each([
    { name: "65 bytes", reply_markup: markup(button("ж".repeat(33))).reply_markup, says: /BUTTON_DATA_INVALID/ },
    { name: "no bytes", reply_markup: markup(button("")).reply_markup, says: /BUTTON_DATA_INVALID/ },
    { name: "no text", reply_markup: markup(button("x", " ")).reply_markup, says: /BUTTON_TEXT_INVALID/ },
    { name: "text alone", reply_markup: markup({ text: "a" }).reply_markup, says: /Text buttons are unallowed/ },
    { name: "a row that is none", reply_markup: { inline_keyboard: [button("x")] }, says: /must be of type Array/ },
    { name: "no object", reply_markup: "x", says: /object expected as reply markup/ },
    {
      name: "101 of them",
      reply_markup: { inline_keyboard: Array.from({ length: 101 }, () => [button("x")]) },
      says: /TOO_LONG/,
    },
  ])("are refused: $name", async ({ reply_markup, says }) => {
    expect(await send({ reply_markup })).toMatchObject({ ok: false, description: expect.stringMatching(says) });
  });
});

describe("updates", () => {
  const textsOf = ({ result }: Result) =>
    (result as unknown as { message: { text: string } }[]).map(({ message }) => message.text);

  test("come in order, again and again until an offset confirms them", async () => {
    for (const text of ["/status", "b", "c"]) api.say(text);
    const first = await call("getUpdates", { limit: 2 });
    expect(textsOf(first)).toEqual(["/status", "b"]);
    expect(first.result?.[0]).toMatchObject({
      update_id: 1_001,
      message: {
        from: { id: ANN.id, is_bot: false },
        chat: { id: -1001, type: "supergroup" },
        entities: [{ type: "bot_command", offset: 0, length: 7 }],
      },
    });
    expect(textsOf(await call("getUpdates", { offset: 1_002 }))).toEqual(["b", "c"]);
    expect(textsOf(await call("getUpdates", { offset: 1_004 }))).toEqual([]);
  });

  test("a negative offset forgets all but the last", async () => {
    for (const text of ["a", "b", "c"]) api.say(text);
    expect(textsOf(await call("getUpdates", { offset: -1 }))).toEqual(["c"]);
    expect(textsOf(await call("getUpdates"))).toEqual(["c"]);
  });

  test("only of the kinds that were asked for", async () => {
    await send(markup(button("x")));
    api.say("a");
    api.press(1, "x");
    const { result } = await call("getUpdates", { allowed_updates: ["callback_query"] });
    expect(result).toMatchObject([{ callback_query: { data: "x" } }]);
  });

  test("are waited for, at most as long as was asked", async () => {
    const waiting = call("getUpdates", { timeout: 20 });
    while (!api.polled) await new Promise((resolve) => setTimeout(resolve, 5));
    api.say("a");
    expect(textsOf(await waiting)).toEqual(["a"]);
    expect(api.polled).toBe(false);
    expect(textsOf(await call("getUpdates", { offset: 1_002, timeout: 0.02 }))).toEqual([]);
  });

  test("a second poller ends the first with 409", async () => {
    const first = call("getUpdates", { timeout: 20 });
    while (!api.polled) await new Promise((resolve) => setTimeout(resolve, 5));
    const second = call("getUpdates", { timeout: 20 });
    expect(await first).toMatchObject({ error_code: 409, description: expect.stringContaining("other getUpdates") });
    api.say("a");
    expect(textsOf(await second)).toEqual(["a"]);
    api.script(FAULTS.conflict);
    expect(await call("getUpdates")).toMatchObject({ error_code: 409 });
  });

  test("one who hung up is not waited for", async () => {
    const hangUp = new AbortController();
    const waiting = call("getUpdates", { timeout: 20 }, hangUp.signal);
    while (!api.polled) await new Promise((resolve) => setTimeout(resolve, 5));
    hangUp.abort();
    await expect(waiting).rejects.toThrow();
    while (api.polled) await new Promise((resolve) => setTimeout(resolve, 5));
    api.say("a");
    expect(textsOf(await call("getUpdates"))).toEqual(["a"]);
  });
});

describe("chats", () => {
  test("one from which somebody wrote is known, and what is sent there is seen", async () => {
    expect(await send({ chat_id: "77" })).toMatchObject({ description: "Bad Request: chat not found" });
    api.say("/status", { chatId: "77" });
    expect(await send({ chat_id: "77" })).toMatchObject({ ok: true });
    expect(api.messages).toMatchObject([{ chatId: "77" }]);
  });

  test("limits are counted for each, by the minute only in groups", async () => {
    await start({ limits: true, otherChats: ["77"] });
    expect(await send({})).toMatchObject({ ok: true });
    expect(await send({ chat_id: "77" })).toMatchObject({ ok: true });
    expect(await send({ chat_id: "77" })).toMatchObject({ error_code: 429 });
  });

  test("a server that knows few methods says so", async () => {
    await start({ methods: ["sendMessage", "getMe", "getChat"] });
    expect(await send({})).toMatchObject({ ok: true });
    for (const method of ["editMessageText", "getUpdates", "answerCallbackQuery"]) {
      expect(await call(method)).toMatchObject({ error_code: 404, description: "Not Found: method not found" });
    }
  });
});
