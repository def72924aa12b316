import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Channel, ChannelMemory, Edit } from "../../../src/channels/channel.ts";
import { createTelegramChannel, type TelegramExtras } from "../../../src/channels/telegram/index.ts";
import { addressIn, refOf } from "../../../src/channels/telegram/message-ref.ts";
import type { Message } from "../../../src/core/message.ts";
import { type BotApi, type BotApiOptions, FAULTS, type Fault, refusal, startBotApi } from "../../stand-ins/bot-api.ts";

const SECRET = "AAF-x_y1234567890abcdefghijklmnopqr";
const TOKEN = `123456:${SECRET}`;
const CHAT = "-4001";
const NEVER = new AbortController().signal;

let api: BotApi;
let opened: Channel[] = [];

beforeEach(() => start());
afterEach(async () => {
  for (const channel of opened) await channel.close?.();
  opened = [];
  await api.close();
});

async function start(options: Partial<BotApiOptions> = {}): Promise<void> {
  await api?.close();
  api = await startBotApi({ token: TOKEN, chatId: CHAT, ...options });
}

function open(extras: TelegramExtras = {}, remembered: ChannelMemory = {}, threadId?: number): Channel {
  const settings = { botToken: TOKEN, chatId: CHAT, threadId, apiRoot: new URL(api.url) };
  const channel = createTelegramChannel(settings, 300, remembered, extras);
  opened.push(channel);
  return channel;
}

function message(what: string): Message {
  return { blocks: [{ icon: "🔴", lines: [[{ bold: what }], ["x"]], key: "db", noticeIds: [1] }], rings: true };
}

/** Sends a message, and where it is. */
async function raise(channel: Channel, what = "db is down"): Promise<string> {
  const delivery = await channel.send(message(what), NEVER);
  if (!delivery.accepted || delivery.ref === undefined) throw new Error(JSON.stringify(delivery));
  return delivery.ref;
}

function edit(channel: Channel, ref: string, what = "db is up"): Promise<Edit> {
  if (channel.edit === undefined) throw new Error("it cannot edit");
  return channel.edit(ref, message(what), NEVER);
}

const BUTTONS = { inline_keyboard: [[{ text: "Ack", callback_data: "a:db" }]] };

describe("where a message is", () => {
  test.each([
    { sent: { message_id: 7 }, ref: "-4001/7" },
    { sent: { message_id: 0 }, ref: undefined },
    { sent: { message_id: "7" }, ref: undefined },
    { sent: { message_id: 1.5 }, ref: undefined },
    { sent: {}, ref: undefined },
    { sent: true, ref: undefined },
    { sent: null, ref: undefined },
    { sent: undefined, ref: undefined },
  ])("after the answer $sent: $ref", ({ sent, ref }) => {
    expect(refOf(CHAT, sent)).toBe(ref);
  });

  test.each([
    { ref: "-4001/7", messageId: 7 },
    { ref: "-4002/7", messageId: undefined },
    { ref: "-4001/", messageId: undefined },
    { ref: "", messageId: undefined },
    { ref: undefined, messageId: undefined },
  ])("$ref in this chat: $messageId", ({ ref, messageId }) => {
    expect(addressIn(CHAT, ref)?.messageId).toBe(messageId);
  });
});

describe("a reply", () => {
  test("goes to the message that was meant, in the topic too", async () => {
    await start({ threads: [4] });
    const channel = open({}, {}, 4);
    const ref = await raise(channel);
    await channel.send(message("still"), NEVER, ref);
    expect(api.messages).toMatchObject([{ replyTo: undefined }, { replyTo: 1, threadId: 4 }]);
  });

  test("to a deleted message arrives without", async () => {
    const channel = open();
    const ref = await raise(channel);
    api.remove(1);
    expect(await channel.send(message("over"), NEVER, ref)).toMatchObject({ accepted: true });
    expect(api.messages).toMatchObject([{}, { replyTo: undefined }]);
  });

  test.each([
    "Bad Request: message to be replied not found",
    "Bad Request: replied message not found",
    "Bad Request: reply message not found",
  ])("that a server refuses with %j is sent without, and nobody is bothered", async (says) => {
    const channel = open();
    const ref = await raise(channel);
    api.script(refusal(400, says));
    const delivery = await channel.send(message("over"), NEVER, ref);
    expect(delivery).toEqual({ accepted: true, ref: "-4001/2" });
    expect(api.messages[1]?.payload).not.toHaveProperty("reply_parameters");
  });

  test("to another chat's message is none", async () => {
    await open().send(message("over"), NEVER, "-77/1");
    expect(api.messages[0]?.payload).not.toHaveProperty("reply_parameters");
  });

  test("in a chat that moves meanwhile is none, and what follows replies there", async () => {
    const channel = open();
    const ref = await raise(channel);
    api.migrate("-1009");
    const moved = await channel.send(message("over"), NEVER, ref);
    expect(moved).toMatchObject({ accepted: true, ref: "-1009/2", remember: { chatId: "-1009" } });
    expect(await edit(channel, ref)).toMatchObject({ edited: false, reason: "gone" });
    await channel.send(message("again"), NEVER, "-1009/2");
    expect(api.messages.map(({ replyTo }) => replyTo)).toEqual([undefined, undefined, 2]);
  });
});

describe("an edit", () => {
  test("changes the message, escaped and without a preview", async () => {
    const channel = open();
    const ref = await raise(channel);
    expect(await edit(channel, ref, "db is <up> & well")).toEqual({ edited: true });
    expect(api.shown).toMatchObject([{ id: 1, text: "🔴 db is <up> & well\nx\n#db" }]);
    expect(api.edits[0]?.payload).toMatchObject({ parse_mode: "HTML", link_preview_options: { is_disabled: true } });
    expect(api.messages).toHaveLength(1);
  });

  test("that changes nothing is as good", async () => {
    const channel = open();
    expect(await edit(channel, await raise(channel, "same"), "same")).toEqual({ edited: true });
  });

  test.each<{ name: string; spoil: () => unknown; is: Edit }>([
    {
      name: "a message that was deleted",
      spoil: () => api.remove(1),
      is: { edited: false, reason: "gone", error: "Telegram said 400: Bad Request: message to edit not found" },
    },
    {
      name: "a message that may not be edited",
      spoil: () => api.freeze(1),
      is: { edited: false, reason: "fixed", error: "Telegram said 400: Bad Request: message can't be edited" },
    },
    {
      name: "a message whose id is not known there",
      spoil: () => api.script(on(refusal(400, "Bad Request: MESSAGE_ID_INVALID"))),
      is: { edited: false, reason: "gone", error: "Telegram said 400: Bad Request: MESSAGE_ID_INVALID" },
    },
    {
      name: "a chat that moved",
      spoil: () => api.migrate("-1009"),
      is: {
        edited: false,
        reason: "gone",
        error: "Telegram said 400: Bad Request: group chat was upgraded to a supergroup chat",
      },
    },
    {
      name: "a server without edits",
      spoil: () => api.script(on(refusal(404, "Not Found: method not found"))),
      is: { edited: false, reason: "unsupported", error: "Telegram said 404: Not Found: method not found" },
    },
    {
      name: "too many requests",
      spoil: () => api.script(on(FAULTS.tooManyRequests(7))),
      is: {
        edited: false,
        reason: "failed",
        retryAfterMs: 7_000,
        error: "Telegram said 429: Too Many Requests: retry after 7",
      },
    },
    {
      name: "a bot that was put out",
      spoil: () => api.forbid("Forbidden: bot was kicked from the group chat"),
      is: {
        edited: false,
        reason: "failed",
        error: "Telegram said 403: Forbidden: bot was kicked from the group chat",
      },
    },
    {
      name: "a gateway",
      spoil: () => api.script(on(FAULTS.badGateway)),
      is: {
        edited: false,
        reason: "failed",
        error: "Telegram: the answer (502, text/html) is not one of a Bot API",
      },
    },
    {
      name: "no answer",
      spoil: () => api.script(on(FAULTS.hang)),
      is: { edited: false, reason: "failed", error: "Telegram: no complete answer within 300 ms" },
    },
  ])("of $name fails, and says how", async ({ spoil, is }) => {
    const channel = open();
    const ref = await raise(channel);
    await spoil();
    expect(await edit(channel, ref)).toEqual(is);
    expect(api.edits).toEqual([]);
  });

  test("quotes no token, neither in the message nor in an error", async () => {
    const channel = open();
    const ref = await raise(channel);
    await edit(channel, ref, `bot${TOKEN}`);
    expect(api.shown[0]?.text).toContain("[bot token]");
    api.script(on(refusal(400, `Bad Request: bot${TOKEN}`)));
    expect(JSON.stringify(await edit(channel, ref))).not.toContain(SECRET);
  });

  test("ends when the sender gives up", async () => {
    const channel = open();
    const ref = await raise(channel);
    api.script(on(FAULTS.hang));
    const giveUp = new AbortController();
    const editing = channel.edit?.(ref, message("x"), giveUp.signal);
    giveUp.abort();
    expect(await editing).toMatchObject({ edited: false, reason: "failed" });
  });
});

describe("buttons", () => {
  test("stand under the messages that somebody wants them under", async () => {
    const channel = open({ keyboardFor: ({ rings }) => (rings ? BUTTONS : undefined) });
    await raise(channel);
    await channel.send({ ...message("b"), rings: false }, NEVER);
    expect(api.shown.map(({ buttons }) => buttons)).toEqual([["Ack"], []]);
  });

  test("stay with an edit, or go", async () => {
    let wanted = true;
    const channel = open({ keyboardFor: () => (wanted ? BUTTONS : undefined) });
    const ref = await raise(channel);
    await edit(channel, ref, "b");
    expect(api.shown.map(({ buttons }) => buttons)).toEqual([["Ack"]]);
    wanted = false;
    await edit(channel, ref, "c");
    expect(api.shown.map(({ buttons }) => buttons)).toEqual([[]]);
  });

  test("that cannot be made keep no message back", async () => {
    const channel = open({
      keyboardFor: () => {
        throw new Error("broken");
      },
    });
    const ref = await raise(channel);
    expect(await edit(channel, ref)).toEqual({ edited: true });
    expect(api.shown).toMatchObject([{ buttons: [] }]);
  });

  test("that are refused cost the buttons, not the alert", async () => {
    const channel = open({
      keyboardFor: () => ({ inline_keyboard: [[{ text: "a", callback_data: "x".repeat(65) }]] }),
    });
    const warning = "sent without buttons: Bad Request: BUTTON_DATA_INVALID";
    expect(await channel.send(message("a"), NEVER)).toMatchObject({ accepted: true, warning });
    expect(api.messages).toHaveLength(1);
  });
});

function on(fault: Fault): Fault {
  return { ...fault, on: "editMessageText" };
}
