import { afterEach, beforeEach, expect, test } from "vitest";
import { probeCommands } from "../../src/chat/probe-commands.ts";
import { type BotApi, FAULTS, refusal, startBotApi } from "../stand-ins/bot-api.ts";

const TOKEN = "123456:AAF-probe_stand-in_secret_0000000000";

let bot: BotApi;
beforeEach(async () => {
  bot = await startBotApi({ token: TOKEN, chatId: "-1001" });
});
afterEach(() => bot.close());

const probe = (users: readonly number[] = []) => {
  const telegram = { botToken: TOKEN, chatId: "-1001", threadId: undefined, apiRoot: new URL(bot.url) };
  return probeCommands(telegram, { users }, 300);
};
const grants = (on: string, result: object) => ({
  kind: "answer" as const,
  status: 200,
  body: JSON.stringify({ ok: true, result }),
  on,
});

test.each([
  { name: "no webhook", result: { url: "" }, finding: { ok: true, text: expect.stringContaining("no webhook") } },
  {
    name: "a webhook, whose path is commonly a secret",
    result: { url: "https://hooks.example/s3cret" },
    finding: { ok: false, text: "the bot has a webhook at hooks.example, so the watchdog cannot read commands" },
  },
  {
    name: "a webhook that is no URL",
    result: { url: "x" },
    finding: { ok: false, text: expect.stringContaining("at somewhere") },
  },
])("$name", async ({ result, finding }) => {
  bot.script(grants("getWebhookInfo", result));
  expect((await probe()).at(-1)).toMatchObject(finding);
  expect(bot.requests).not.toContain("getUpdates");
});

test("who may ask", async () => {
  expect((await probe())[0]?.text).toBe("on, for everybody in the chat");
  expect((await probe([501, 502]))[0]?.text).toBe("on, for 2 named in WATCHDOG_TG_USERS");
});

test.each([
  { name: "without named users", users: [], ok: false },
  { name: "with named users", users: [501], ok: true },
])("a channel $name", async ({ users, ok }) => {
  bot.script(grants("getChat", { id: -1001, type: "channel", title: "Alerts" }));
  expect((await probe(users))[1]).toMatchObject({ ok, text: expect.stringContaining("is a channel") });
});

test.each([
  { name: "does not know the question", fault: refusal(404, "Not Found: method not found") },
  { name: "hangs", fault: FAULTS.hang },
  { name: "speaks HTML", fault: FAULTS.badGateway },
])("a server that $name is no misconfiguration, and is said", async ({ fault }) => {
  bot.script({ ...fault, on: "getWebhookInfo" });
  const last = (await probe()).at(-1);
  expect(last?.ok).toBe(true);
  expect(last?.text).toContain("is not known");
  expect(last?.text).not.toContain("secret");
});
