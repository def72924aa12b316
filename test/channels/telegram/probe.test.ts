import { inspect } from "node:util";
import { afterEach, expect, test } from "vitest";
import { probeTelegram } from "../../../src/channels/telegram/probe.ts";
import { type BotApi, type BotApiOptions, FAULTS, type Fault, startBotApi } from "../../stand-ins/bot-api.ts";

const TOKEN = "123456:AAF-x_y1234567890abcdefghijklmnopqr";
const CHAT = "-1001";

let api: BotApi;
afterEach(() => api.close());

async function probe(threadId?: number, chatId = CHAT, token = TOKEN) {
  return probeTelegram({ botToken: token, chatId, threadId, apiRoot: new URL(api.url) }, 300);
}

async function start(options: Partial<BotApiOptions> = {}): Promise<void> {
  api = await startBotApi({ token: TOKEN, chatId: CHAT, ...options });
}

function answers(on: string, result: unknown): Fault {
  return { kind: "answer", on, status: 200, body: JSON.stringify({ ok: true, result }) };
}

const TOKEN_ACCEPTED = { ok: true, text: "the token is accepted: bot @watchdog_bot" };
const CAN_WRITE = { ok: true, text: 'the bot can write in chat -1001, "Alerts" (supergroup)' };

test("all is well, and nothing was sent", async () => {
  await start();
  expect(await probe()).toEqual([TOKEN_ACCEPTED, CAN_WRITE]);
  expect(api.requests).toEqual(["getMe", "getChat", "getChatMember"]);
});

test("a token that is refused: nothing further is asked", async () => {
  await start();
  const findings = await probe(undefined, CHAT, "123456:AAF-wrong-wrong-wrong-wrong-wrong12");
  expect(findings).toEqual([
    {
      ok: false,
      text: "Telegram said 401: Unauthorized",
      mend: "the token is refused: check WATCHDOG_TG_BOT_TOKEN with @BotFather",
    },
  ]);
  expect(inspect(findings)).not.toContain("AAF-wrong");
  expect(api.requests).toEqual(["getMe"]);
});

test("a chat that the bot does not know", async () => {
  await start();
  expect(await probe(undefined, "-1999")).toEqual([
    TOKEN_ACCEPTED,
    {
      ok: false,
      text: "Telegram said 400: Bad Request: chat not found",
      mend: "the bot does not know chat -1999: check WATCHDOG_TG_CHAT_ID and add the bot there",
    },
  ]);
});

test("a chat that the bot was kicked from", async () => {
  await start();
  api.forbid("Forbidden: bot was kicked from the supergroup chat");
  expect(await probe()).toMatchObject([
    TOKEN_ACCEPTED,
    { ok: false, mend: "the bot is not in chat -1001: add it there" },
  ]);
});

test("a chat that moved", async () => {
  await start();
  api.migrate("-1002");
  expect(await probe()).toMatchObject([
    TOKEN_ACCEPTED,
    { ok: false, mend: "chat -1001 has moved: set WATCHDOG_TG_CHAT_ID to -1002" },
  ]);
});

test.each([
  { name: "left a public chat", chat: {}, member: { status: "left" }, text: "the bot is not in chat -1001" },
  {
    name: "is muted",
    chat: {},
    member: { status: "restricted", can_send_messages: false },
    text: "the bot may not write in chat -1001",
  },
  {
    name: "is no administrator of the channel",
    chat: { type: "channel" },
    member: { status: "member" },
    text: "the bot may not post in channel -1001",
  },
])("a bot that $name", async ({ chat, member, text }) => {
  await start();
  api.script(
    answers("getChat", { id: -1001, type: "supergroup", title: "x", ...chat }),
    answers("getChatMember", member),
  );
  expect(await probe()).toMatchObject([TOKEN_ACCEPTED, { ok: false, text, mend: expect.any(String) }]);
});

test("members that a channel hides prove nothing against it", async () => {
  await start();
  const hidden = { ok: false, error_code: 400, description: "Bad Request: member list is inaccessible" };
  api.script({ kind: "answer", on: "getChatMember", status: 400, body: JSON.stringify(hidden) });
  expect(await probe()).toEqual([TOKEN_ACCEPTED, CAN_WRITE]);
});

test("a chat with one user needs no membership", async () => {
  await start({ chatId: "42" });
  expect(await probe(undefined, "42")).toMatchObject([TOKEN_ACCEPTED, { ok: true }]);
  expect(api.requests).not.toContain("getChatMember");
});

test.each([
  { name: "a forum", threads: [4], findings: [TOKEN_ACCEPTED, CAN_WRITE] },
  {
    name: "a chat without topics",
    threads: undefined,
    findings: [TOKEN_ACCEPTED, CAN_WRITE, { ok: false, text: "chat -1001 has no topics, but topic 4 is configured" }],
  },
])("a topic in $name", async ({ threads, findings }) => {
  await start(threads === undefined ? {} : { threads });
  expect(await probe(4)).toMatchObject(findings);
});

test.each([
  { name: "a page", fault: FAULTS.badGateway, text: /was not reached: the answer \(502, text\/html\)/ },
  { name: "silence", fault: FAULTS.hang, text: /was not reached: no complete answer within/ },
  {
    name: "ok and nothing else",
    fault: answers("getMe", null),
    text: /was not reached: it does not say which bot this is/,
  },
])("a Bot API that answers with $name", async ({ fault, text }) => {
  await start();
  api.script({ ...fault, on: "getMe" });
  const findings = await probe();
  expect(findings.at(-1)).toMatchObject({ ok: false, text: expect.stringMatching(text) });
});

test("a Bot API that is not there", async () => {
  await start();
  await api.goAway();
  expect(await probe()).toEqual([
    {
      ok: false,
      text: `the Bot API at ${api.url} was not reached: connection refused`,
      mend: "check the network, and WATCHDOG_TG_API_ROOT",
    },
  ]);
});
