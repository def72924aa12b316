import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Chat, type Effect, type World } from "../../src/chat/index.ts";
import { createSystemClock } from "../../src/clock.ts";
import type { AlertState } from "../../src/core/alerts.ts";
import { EN } from "../../src/core/texts/index.ts";
import { type BotApi, FAULTS, type Person, refusal, startBotApi } from "../stand-ins/bot-api.ts";

const TOKEN = "123456:AAF-chat_stand-in_secret_000000000";
const CHAT_ID = "-1001";
const BOB: Person = { id: 502, first_name: "Bob" };

const { clock } = createSystemClock();
const DB_DOWN: AlertState = {
  key: "dep:db",
  source: "dependencies/db",
  severity: "critical",
  since: clock.now(),
  lastAlertAt: clock.now(),
  what: "db is down",
};

let bot: BotApi;
let chat: Chat | undefined;
let world: World;
let effects: Effect[];
let log: string[];
let ticks: number;
let owed: number;
let answered: number;

beforeEach(async () => {
  bot = await startBotApi({ token: TOKEN, chatId: CHAT_ID, threads: [4] });
  world = {
    texts: EN,
    now: clock.now(),
    wall: { offsetMs: 0, zone: "UTC" },
    lastTickAt: clock.now(),
    signals: [],
    alerting: [DB_DOWN],
    silences: [],
    sources: [],
    channels: [],
  };
  effects = [];
  log = [];
  ticks = 0;
  owed = 0;
  answered = 0;
});
afterEach(async () => {
  await chat?.stop();
  await bot.close();
  expect(log.join("\n")).not.toContain("chat_stand-in_secret");
});

function open(users: readonly number[] = [], timeoutMs = 1_000): Chat {
  const note = (level: string) => (facts: object, msg: string) => log.push(`${level} ${msg} ${JSON.stringify(facts)}`);
  return new Chat({
    texts: EN,
    telegram: { botToken: TOKEN, chatId: CHAT_ID, threadId: undefined, apiRoot: new URL(bot.url) },
    users,
    timeoutMs,
    chatIds: () => [CHAT_ID],
    world: () => world,
    apply: (effect) => void effects.push(effect),
    async tickNow() {
      ticks += 1;
    },
    owed: () => owed,
    onAnswered() {
      answered += 1;
    },
    clock,
    log: { debug: note("debug"), info: note("info"), warn: note("warn") },
    random: Math.random,
  });
}

/** Starts it and waits until it listens. */
async function start(users?: readonly number[], timeoutMs?: number): Promise<Chat> {
  chat = open(users, timeoutMs);
  chat.start();
  await soon(() => bot.polled && (chat?.status().working ?? false));
  return chat;
}

async function soon(isSo: () => boolean, withinMs = 5_000): Promise<void> {
  const endAt = Date.now() + withinMs;
  while (!isSo()) {
    if (Date.now() > endAt) throw new Error(`it has not come so within ${withinMs} ms\n${log.join("\n")}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const says = () => bot.messages.map(({ text }) => text);

describe("a command in the chat", () => {
  test("is answered as a silent reply in the same topic, and has its effect", async () => {
    await start();
    const asked = bot.say("/ack@watchdog_bot dep:db", { threadId: 4 });
    await bot.received(1);
    expect(bot.messages[0]).toMatchObject({ replyTo: asked, threadId: 4, silent: true });
    expect(says()).toEqual(["Ann is on dep:db: no repeats until it is over."]);
    expect(effects).toEqual([{ kind: "ack", key: "dep:db", ack: { by: "Ann", at: world.now } }]);
    expect(answered).toBe(1);
  });

  test("a check looks at everything first; those who ask together get one", async () => {
    await start();
    bot.say("/check");
    bot.say("/check", { from: BOB });
    await bot.received(2);
    expect(says()).toEqual([expect.stringMatching(/^1 problem /), expect.stringMatching(/^1 problem /)]);
    expect(ticks).toBe(1);
  });

  test("nonsense gets one line of help, talk gets nothing", async () => {
    await start();
    bot.say("has anybody seen the db?");
    bot.say("/kick ann");
    bot.say("/status@other_bot");
    bot.say("/silence dep:db soon");
    await bot.received(1);
    expect(says()).toEqual([expect.stringMatching(/^soon is not a duration\. Expected one like 30m.*$/)]);
  });

  test("the commands are shown in this chat's menu", async () => {
    await start();
    expect(bot.requests).toContain("setMyCommands");
  });

  test("a menu that cannot be set is no reason not to listen", async () => {
    bot.script({ ...refusal(404, "Not Found"), on: "setMyCommands" });
    await start();
    bot.say("/status");
    await bot.received(1);
    expect(log.filter((line) => line.startsWith("warn"))).toEqual([expect.stringContaining("menu of commands")]);
  });
});

describe("strangers are not answered, and counted", () => {
  test("other users, other chats, other channels", async () => {
    const opened = await start([501]);
    bot.say("/silence * 1d", { from: BOB });
    bot.say("/silence * 1d", { chatId: "777" });
    bot.push({ message: { message_id: 1, date: 2e9, chat: { id: -1001 }, sender_chat: { id: -5 }, text: "/ack *" } });
    bot.push({ edited_message: { message_id: 1, date: 2e9, chat: { id: -1001 }, from: { id: 501 }, text: "/ack *" } });
    bot.say("/status");
    await bot.received(1);
    expect(says()).toEqual([expect.stringMatching(/^1 problem /)]);
    expect(effects).toEqual([]);
    expect(opened.status()).toMatchObject({ handled: 1, ignored: 3 });
    expect(log.filter((line) => line.includes("stranger"))).toHaveLength(3);
    expect(log.some((line) => line.startsWith("warn"))).toBe(false);
  });

  test("updates of any shape do no harm", async () => {
    await start();
    for (const update of [
      { message: null },
      { message: 7 },
      { message: [] },
      { callback_query: {} },
      { message: { chat: {} } },
    ]) {
      bot.push(update);
    }
    bot.say("/status");
    await bot.received(1);
  });
});

describe("what was sent before anybody listened", () => {
  const old = (text: string) => ({
    message: {
      message_id: 1,
      date: Math.floor(Date.now() / 1_000) - 3_600,
      chat: { id: -1001, type: "supergroup" },
      from: { id: 501, first_name: "Ann" },
      text,
    },
  });

  test("is ignored, which is said once", async () => {
    for (const text of ["/silence * 1d", "/ack dep:db", "hello"]) bot.push(old(text));
    await start();
    bot.say("/status");
    await bot.received(2);
    expect(says()).toEqual([
      expect.stringMatching(/^This was sent 1 h ago .* ignored\. Send it again\.$/),
      expect.stringMatching(/^1 problem /),
    ]);
    expect(effects).toEqual([]);
  });

  test("a press of Silence is not carried out, one of Ack is: it is for one incident", async () => {
    const pressed = (data: string) => ({
      callback_query: {
        id: data,
        from: { id: 501, first_name: "Ann" },
        data,
        message: { message_id: 1, date: 0, chat: { id: -1001, type: "supergroup" } },
      },
    });
    bot.push(pressed("s:dep:db"));
    bot.push(pressed("a:dep:db"));
    await start();
    await soon(() => effects.length > 0);
    expect(effects).toMatchObject([{ kind: "ack", key: "dep:db" }]);
  });
});

describe("a press", () => {
  async function alertWithButtons(): Promise<number> {
    const opened = await start();
    const block = { icon: "🔴" as const, key: "dep:db", lines: [], noticeIds: [] };
    const reply_markup = opened.keyboardFor({ blocks: [block], rings: true });
    const payload = { chat_id: CHAT_ID, text: "🔴 db is down", reply_markup };
    const response = await fetch(`${bot.url}/bot${TOKEN}/sendMessage`, {
      method: "POST",
      body: JSON.stringify(payload),
    });
    const { result } = (await response.json()) as { result: { message_id: number } };
    return result.message_id;
  }

  test("of Ack is answered to who pressed, shown on the button, and said in the chat", async () => {
    const message = await alertWithButtons();
    bot.press(message, "Ack");
    await bot.until(() => bot.answers.length === 1 && bot.edits.length === 1 && bot.messages.length === 2);
    const says = "Ann is on dep:db: no repeats until it is over.";
    expect(bot.answers[0]?.text).toBe(says);
    expect(bot.messages[1]).toMatchObject({ text: says, replyTo: message });
    expect(bot.shown.find(({ id }) => id === message)?.buttons).toEqual(["✓ Ann", "Silence 1 h", "Details"]);
    expect(effects).toMatchObject([{ kind: "ack", key: "dep:db" }]);
  });

  test("of Ack, where somebody had acked by a command, shows who that was and changes nothing", async () => {
    const message = await alertWithButtons();
    world = { ...world, alerting: [{ ...DB_DOWN, ack: { by: "Bob", at: world.now } }] };
    bot.press(message, "Ack");
    await bot.until(() => bot.answers.length === 1 && bot.edits.length === 1);
    expect(bot.answers[0]?.text).toBe("Bob is on dep:db: no repeats until it is over.");
    expect(bot.shown.find(({ id }) => id === message)?.buttons[0]).toBe("✓ Bob");
    expect(effects).toEqual([]);
  });

  test("of Silence silences for an hour, of Details tells all", async () => {
    const message = await alertWithButtons();
    bot.press(message, "Silence 1 h");
    bot.press(message, "Details");
    await bot.until(() => bot.answers.length === 2 && bot.messages.length === 3);
    expect(bot.answers.map(({ text }) => text)).toEqual([expect.stringContaining("(1 h)"), "See below."]);
    expect(effects).toMatchObject([{ kind: "silence", silence: { keyGlob: "dep:db", why: "by Ann" } }]);
    expect(bot.messages[2]?.text).toMatch(/db is down[\s\S]*since[\s\S]*#dep_db/);
  });

  test("of a button that is not known any more is answered too", async () => {
    await start();
    bot.push({
      callback_query: {
        id: "9",
        from: { id: 501, first_name: "Ann" },
        data: "a~AAAAAAAAAAAAAAAAAAAAAA",
        message: { message_id: 1, date: 1, chat: { id: -1001, type: "supergroup" } },
      },
    });
    await soon(() => bot.requests.includes("answerCallbackQuery"));
    expect(effects).toEqual([]);
  });
});

describe("answers give way", () => {
  test("to alerts that wait", async () => {
    await start();
    owed = 1;
    bot.say("/status");
    await soon(() => (chat?.status().handled ?? 0) === 1);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(bot.messages).toEqual([]);
    owed = 0;
    await bot.received(1);
  });

  test("a flood of commands is carried out, and answered now and then", async () => {
    const opened = await start();
    for (let index = 0; index < 60; index += 1) bot.say("/silence * 1h");
    await soon(() => opened.status().handled === 60);
    expect(effects).toHaveLength(60);
    expect(bot.messages.length).toBeLessThan(12);
  });

  test.each([
    { name: "markup that is refused", fault: refusal(400, "Bad Request: can't parse entities: x") },
    { name: "a topic that is gone", fault: refusal(400, "Bad Request: message thread not found") },
    { name: "too many requests", fault: FAULTS.tooManyRequests(1) },
    { name: "a bad gateway", fault: FAULTS.badGateway },
  ])("after $name an answer is tried once more, as plain as can be", async ({ fault }) => {
    await start();
    bot.script(fault);
    bot.say("/status", { threadId: 4 });
    await bot.received(1);
    expect(bot.messages[0]).toMatchObject({ threadId: undefined, replyTo: undefined });
    expect(bot.messages[0]?.payload.parse_mode).toBeUndefined();
  });

  test("an answer that may have arrived is not sent twice", async () => {
    await start([], 300);
    bot.script({ kind: "hang", accept: true });
    bot.say("/status");
    await soon(() => log.some((line) => line.includes("left out")));
    expect(bot.messages).toHaveLength(1);
  });
});

describe("stopping", () => {
  test("while a poll is held takes no time", async () => {
    const opened = await start();
    const startedAt = Date.now();
    await opened.stop();
    // Less than a long poll, by far.
    expect(Date.now() - startedAt).toBeLessThan(5_000);
    await soon(() => !bot.polled);
  });

  test.each([
    { name: "that hangs", fault: FAULTS.hang },
    { name: "that answers without end", fault: FAULTS.endless },
    { name: "that speaks HTML", fault: FAULTS.badGateway },
    { name: "that refuses everything", fault: refusal(409, "Conflict") },
  ])("at a server $name takes no time", async ({ fault }) => {
    bot.script(...["getMe", "setMyCommands", "getUpdates"].map((on) => ({ ...fault, on })));
    chat = open([], 300);
    chat.start();
    await soon(() => bot.requests.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const startedAt = Date.now();
    await chat.stop();
    expect(Date.now() - startedAt).toBeLessThan(500);
  });
});
