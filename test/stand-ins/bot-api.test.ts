import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BotApi, FAULTS, startBotApi } from "./bot-api.ts";
import { parseTelegramHtml } from "./telegram-html.ts";

const TOKEN = "123456:stand-in";
const CHAT = "-1001";

let api: BotApi;
beforeEach(async () => {
  api = await startBotApi({ token: TOKEN, chatId: CHAT, threads: [4] });
});
afterEach(() => api.close());

async function post(path: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(api.url + path, { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

const send = (payload: object) => post(`/bot${TOKEN}/sendMessage`, { chat_id: CHAT, ...payload });

describe("it accepts what Telegram accepts", () => {
  test.each([
    { name: "plain text, with markup in it", payload: { text: "<b>&amp;" }, text: "<b>&amp;" },
    { name: "HTML", payload: { text: "<b>a</b> &lt;", parse_mode: "HTML" }, text: "a <" },
    { name: "4096 code points outside the BMP", payload: { text: "👍".repeat(4_096) }, text: "👍".repeat(4_096) },
    {
      name: "4096 characters after parsing",
      payload: { text: `<b>${"&lt;".repeat(4_096)}</b>`, parse_mode: "HTML" },
      text: "<".repeat(4_096),
    },
    { name: "space around it", payload: { text: " a\n" }, text: "a" },
  ])("$name", async ({ payload, text }) => {
    expect(await send(payload)).toMatchObject({ status: 200, body: { ok: true, result: { text } } });
    expect(api.messages).toMatchObject([{ chatId: CHAT, text }]);
  });
});

describe("it refuses what Telegram refuses, in its words", () => {
  test.each([
    { name: "no text", payload: { text: "" }, says: "Bad Request: message text is empty" },
    {
      name: "space alone",
      payload: { text: " <b> </b>\n", parse_mode: "HTML" },
      says: "Bad Request: message text is empty",
    },
    { name: "4097 code points", payload: { text: "a".repeat(4_097) }, says: "Bad Request: message is too long" },
    {
      name: "half a surrogate pair",
      payload: { text: "a\ud83d" },
      says: "Bad Request: strings must be encoded in UTF-8",
    },
    {
      name: "bad HTML",
      payload: { text: "<x>", parse_mode: "HTML" },
      says: `Bad Request: can't parse entities: Unsupported start tag "x" at byte offset 0`,
    },
    {
      name: "an unknown style",
      payload: { text: "a", parse_mode: "XML" },
      says: "Bad Request: unsupported parse_mode",
    },
    { name: "no chat", payload: { text: "a", chat_id: undefined }, says: "Bad Request: chat_id is empty" },
    { name: "another chat", payload: { text: "a", chat_id: "-5" }, says: "Bad Request: chat not found" },
    {
      name: "an unknown topic",
      payload: { text: "a", message_thread_id: 5 },
      says: "Bad Request: message thread not found",
    },
  ])("$name", async ({ payload, says }) => {
    const refused = { ok: false, error_code: 400, description: says };
    expect(await send(payload)).toEqual({ status: 400, body: refused });
    expect(api.messages).toEqual([]);
  });

  test.each([
    { name: "another token", path: "/bot123456:other/getMe", status: 401 },
    { name: "a method that does not exist", path: `/bot${TOKEN}/sendmoney`, status: 404 },
    { name: "another path", path: "/", status: 404 },
  ])("$name", async ({ path, status }) => {
    expect(await post(path, {})).toMatchObject({ status, body: { ok: false, error_code: status } });
  });

  test("a chat that moved", async () => {
    api.migrate("-1002");
    expect(await send({ text: "a" })).toMatchObject({
      status: 400,
      body: { parameters: { migrate_to_chat_id: -1002 } },
    });
    expect(await send({ text: "a", chat_id: "-1002" })).toMatchObject({ status: 200 });
  });

  test("a second message within a second, where limits are enforced", async () => {
    await api.close();
    api = await startBotApi({ token: TOKEN, chatId: CHAT, limits: true });
    expect(await send({ text: "a" })).toMatchObject({ status: 200 });
    expect(await send({ text: "b" })).toMatchObject({ status: 429, body: { parameters: { retry_after: 1 } } });
    expect(api.messages).toHaveLength(1);
  });
});

// The cases are those of TDLib itself: check_parse_html in its test/message_entities.cpp.
describe("Telegram's HTML", () => {
  test.each([
    ["&ge;&lt;&gt;&amp;&quot;&laquo;&raquo;&#12345678;", '&ge;<>&"&laquo;&raquo;&#12345678;'],
    ["&Or;", "&Or;"],
    ["&#60;&#x3C", "<<"],
    ["🏟 🏟<i>🏟 &lt🏟</i>", "🏟 🏟🏟 <🏟"],
    ["🏟 🏟<i>🏟 &gt;<b aba   =   caba>&lt🏟</b></i>", "🏟 🏟🏟 ><🏟"],
    ["🏟 🏟&lt;<i    aba  =  '&lt;&gt;&quot;'>a</>", "🏟 🏟<a"],
    ["🏟 🏟&lt;<i>a</i   >", "🏟 🏟<a"],
    ["<tg-spoiler>a</tg-spoiler>", "a"],
    ['<span class="tg-spoiler">a</span>', "a"],
  ])("%j reads %j", (html, text) => {
    expect(parseTelegramHtml(html)).toBe(text);
  });

  test.each([
    ["🏟 🏟&lt;<abacaba", "Unclosed start tag at byte offset 13"],
    ["🏟 🏟&lt;<abac aba>", 'Unsupported start tag "abac" at byte offset 13'],
    ["🏟 🏟&lt;<i    aba>", `Can't find end tag corresponding to start tag "i"`],
    ["🏟 🏟&lt;<i    aba  =  ", 'Unclosed start tag "i" at byte offset 13'],
    ["🏟 🏟&lt;</", "Unexpected end tag at byte offset 13"],
    ["🏟 🏟&lt;<b></b></", "Unexpected end tag at byte offset 20"],
    ["🏟 🏟&lt;<i>a</i   ", "Unclosed end tag at byte offset 17"],
    ["🏟 🏟&lt;<i>a</em   >", 'Unmatched end tag at byte offset 17, expected "</i>", found "</em>"'],
    ["a < b", 'Unsupported start tag "" at byte offset 2'],
    ["<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
    ["&#xDFDF;", "Text contains invalid Unicode characters"],
  ])("%j is refused: %s", (html, says) => {
    expect(() => parseTelegramHtml(html)).toThrow(says);
  });
});

describe("it misbehaves when told to", () => {
  test("in the order scripted, each fault once, only for its method", async () => {
    api.script(FAULTS.internalError, { ...FAULTS.badGateway, on: "getMe" }, FAULTS.tooManyRequests(3));
    const statuses = [await send({ text: "a" }), await send({ text: "a" }), await send({ text: "a" })];
    expect(statuses.map(({ status }) => status)).toEqual([500, 429, 200]);
    expect((await fetch(`${api.url}/bot${TOKEN}/getMe`)).status).toBe(502);
  });

  test("for as long as it is told to", async () => {
    api.always(FAULTS.internalError);
    expect([await send({ text: "a" }), await send({ text: "a" })]).toMatchObject([{ status: 500 }, { status: 500 }]);
    api.always(undefined);
    expect(await send({ text: "a" })).toMatchObject({ status: 200 });
  });

  test("and goes away and comes back at the same address", async () => {
    await api.goAway();
    await expect(send({ text: "a" })).rejects.toThrow();
    await api.comeBack();
    expect(await send({ text: "a" })).toMatchObject({ status: 200 });
  });
});

describe("it tells when messages came", () => {
  test("to those who wait for them", async () => {
    const waiting = api.received(2);
    await send({ text: "a" });
    await send({ text: "b" });
    expect((await waiting).map(({ text }) => text)).toEqual(["a", "b"]);
  });

  test("and that they did not", async () => {
    await expect(api.received(1, 10)).rejects.toThrow("0 of 1 messages within 10 ms");
  });
});

test("as a process of its own it is told and asked over HTTP", async () => {
  const program = new URL("./bot-api.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [program], {
    env: { BOT_API_TOKEN: TOKEN, BOT_API_CHAT_ID: CHAT },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [url] = (await once(createInterface(child.stdout), "line")) as [string];
  const ask = async (path: string, body: unknown = {}) =>
    (await fetch(url + path, { method: "POST", body: JSON.stringify(body) })).json();
  await ask("/stand-in/script", [FAULTS.notOk]);
  expect(await ask(`/bot${TOKEN}/sendMessage`, { chat_id: CHAT, text: "a" })).toEqual({ ok: false });
  await ask(`/bot${TOKEN}/sendMessage`, { chat_id: CHAT, text: "b" });
  expect(await ask("/stand-in/messages")).toMatchObject([{ text: "b" }]);
  expect(await ask("/stand-in/requests")).toEqual(["sendMessage", "sendMessage"]);
  child.kill();
  await once(child, "exit");
});
