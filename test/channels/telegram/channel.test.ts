import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { inspect } from "node:util";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Channel, ChannelMemory, Delivery } from "../../../src/channels/channel.ts";
import { createTelegramChannel } from "../../../src/channels/telegram/index.ts";
import { type Block, type Message, packMessages, renderPlain } from "../../../src/core/message.ts";
import { cleanText } from "../../../src/core/text.ts";
import { EN } from "../../../src/core/texts/index.ts";
import { type BotApi, type BotApiOptions, FAULTS, type Fault, refusal, startBotApi } from "../../stand-ins/bot-api.ts";

const SECRET = "AAF-x_y1234567890abcdefghijklmnopqr";
const TOKEN = `123456:${SECRET}`;
const CHAT = "-4001";
/** Long enough for a busy machine; only what hangs waits for it. */
const TIMEOUT_MS = 300;
const NEVER = new AbortController().signal;

let api: BotApi;
let opened: Channel[] = [];

async function start(options: Partial<BotApiOptions> = {}): Promise<void> {
  await api?.close();
  api = await startBotApi({ token: TOKEN, chatId: CHAT, ...options });
}

function open(
  settings: { threadId?: number; apiRoot?: string; timeoutMs?: number } = {},
  remembered: ChannelMemory = {},
) {
  const { threadId, apiRoot = api.url, timeoutMs = TIMEOUT_MS } = settings;
  const telegram = { botToken: TOKEN, chatId: CHAT, threadId, apiRoot: new URL(apiRoot) };
  const channel = createTelegramChannel(telegram, timeoutMs, remembered);
  opened.push(channel);
  return channel;
}

function message(what = "container api is <unhealthy>", icon: Block["icon"] = "🔴"): Message {
  return {
    blocks: [{ icon, lines: [[{ bold: what }], ["since 14:02"]], key: "container:api", noticeIds: [1] }],
    rings: true,
  };
}

beforeEach(() => start());
afterEach(async () => {
  for (const channel of opened) await channel.close?.();
  opened = [];
  await api.close();
});

describe("a message arrives", () => {
  test("as HTML, escaped, without a link preview", async () => {
    expect(await open().send(message(), NEVER)).toMatchObject({ accepted: true });
    expect(api.messages).toMatchObject([
      {
        chatId: CHAT,
        threadId: undefined,
        silent: false,
        text: "🔴 container api is <unhealthy>\nsince 14:02\n#container_api",
        payload: { parse_mode: "HTML", link_preview_options: { is_disabled: true } },
      },
    ]);
  });

  test("without a sound where it does not ring", async () => {
    await open().send({ ...message(), rings: false }, NEVER);
    expect(api.messages).toMatchObject([{ silent: true }]);
  });

  test("in its topic", async () => {
    await start({ threads: [4] });
    expect(await open({ threadId: 4 }).send(message(), NEVER)).toMatchObject({ accepted: true });
    expect(api.messages).toMatchObject([{ threadId: 4 }]);
  });

  test.each(["", "/"])("through a self-hosted server below a path, written with %j at its end", async (end) => {
    await start({ pathPrefix: "/prefix/deep" });
    expect(await open({ apiRoot: `${api.url}${end}` }).send(message(), NEVER)).toMatchObject({ accepted: true });
  });

  test("over a connection that is kept", async () => {
    const channel = open();
    for (let sent = 0; sent < 6; sent++) await channel.send(message(), NEVER);
    expect(api.messages).toHaveLength(6);
    expect(api.connections).toBeLessThanOrEqual(2);
  });

  test("over a new connection where the server closed the idle one", async () => {
    const channel = open();
    await channel.send(message(), NEVER);
    await api.goAway();
    await api.comeBack();
    // The end of the connection has to reach this side first.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await channel.send(message(), NEVER)).toMatchObject({ accepted: true });
    expect(api.messages).toHaveLength(2);
  });

  test("but not the token, even where a source's text holds it", async () => {
    await open().send(message(`http://api.telegram.org/bot${TOKEN}/getMe failed`), NEVER);
    expect(api.messages[0]?.text).toContain("/bot[bot token]/getMe");
  });

  test("whatever the texts in it are, and as they are", async () => {
    const anyText = fc.oneof(
      fc.string({ maxLength: 400, unit: "binary" }),
      fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((units) => String.fromCharCode(...units)),
      fc.string({
        maxLength: 400,
        unit: fc.constantFrom("<", ">", "&", "&lt;", "</b>", "<b>", "#a", "🔴", "\n", " ", "é", "👩‍👩‍👧"),
      }),
    );
    const clean = anyText.map((text) => cleanText(text, 100));
    const span = fc.oneof(clean, fc.record({ bold: clean }), fc.record({ code: clean }));
    const block: fc.Arbitrary<Block> = fc.record({
      icon: fc.constantFrom("🔴", "🔁", "🟢", "🔴🟢"),
      lines: fc.array(fc.array(span, { maxLength: 3 }), { maxLength: 8 }),
      key: fc.oneof(anyText, fc.constant("container:api")).map((text) => text.slice(0, 100)),
      noticeIds: fc.constant([1]),
    });
    const channel = open();
    await fc.assert(
      fc.asyncProperty(fc.array(block, { minLength: 1, maxLength: 12 }), async (blocks) => {
        for (const packed of packMessages(blocks, channel.maxChars, EN.messages)) {
          expect(await channel.send(packed, NEVER)).toMatchObject({ accepted: true });
          expect(api.messages.at(-1)?.text).toBe(renderPlain(packed).trim());
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("a remedy is applied at once, and said", () => {
  test("HTML that Telegram cannot parse goes out as plain text", async () => {
    api.script(refusal(400, "Bad Request: can't parse entities: Unexpected end tag at byte offset 7"));
    expect(await open().send(message(), NEVER)).toMatchObject({
      accepted: true,
      warning: "sent as plain text: Bad Request: can't parse entities: Unexpected end tag at byte offset 7",
    });
    expect(api.messages).toMatchObject([{ text: "🔴 container api is <unhealthy>\nsince 14:02\n#container_api" }]);
    expect(api.messages[0]?.payload).not.toHaveProperty("parse_mode");
  });

  test("plain text that is refused too is not sent a third time", async () => {
    api.always(refusal(400, "Bad Request: can't parse entities"));
    expect(await open().send(message(), NEVER)).toMatchObject({ accepted: false, arrived: "no", permanent: true });
    expect(api.requests).toEqual(["sendMessage", "sendMessage"]);
  });

  test("a topic that is gone is left out", async () => {
    expect(await open({ threadId: 9 }).send(message(), NEVER)).toMatchObject({
      accepted: true,
      warning: "topic 9 is gone or closed, sent without it: check WATCHDOG_TG_THREAD_ID",
    });
    expect(api.messages).toMatchObject([{ threadId: undefined }]);
  });

  test("both at once", async () => {
    api.script(refusal(400, "Bad Request: can't parse entities"));
    const delivery = await open({ threadId: 9 }).send(message(), NEVER);
    expect(delivery).toMatchObject({ accepted: true, warning: expect.stringMatching(/plain text.*; topic 9/) });
  });
});

describe("a chat that moved", () => {
  const NEW_CHAT = "-1001234567890";
  const MOVED = { chatId: NEW_CHAT, migratedFrom: CHAT };

  test("is followed at once and remembered", async () => {
    api.migrate(NEW_CHAT);
    const channel = open();
    expect(await channel.send(message(), NEVER)).toMatchObject({
      accepted: true,
      remember: MOVED,
      warning: `chat ${CHAT} has become ${NEW_CHAT}: set WATCHDOG_TG_CHAT_ID to that`,
    });
    expect(await channel.send(message(), NEVER)).toMatchObject({ accepted: true });
    expect(api.requests).toHaveLength(3);
  });

  test("is used from the start by the next run", async () => {
    api.migrate(NEW_CHAT);
    expect(await open({}, MOVED).send(message(), NEVER)).toMatchObject({ accepted: true });
  });

  test("is forgotten where another chat is configured by then", async () => {
    expect(await open({}, { ...MOVED, migratedFrom: "-777" }).send(message(), NEVER)).toMatchObject({ accepted: true });
    expect(api.messages).toMatchObject([{ chatId: CHAT }]);
  });

  test("is remembered even if the message did not get there", async () => {
    api.script(
      refusal(400, "group chat was upgraded to a supergroup chat", { migrate_to_chat_id: Number(NEW_CHAT) }),
      FAULTS.reset,
    );
    const delivery = await open().send(message(), NEVER);
    expect(delivery).toMatchObject({ accepted: false, arrived: "maybe", remember: MOVED });
  });

  test("and moves back and forth is not followed for ever", async () => {
    api.always(refusal(400, "group chat was upgraded to a supergroup chat", { migrate_to_chat_id: -1 }));
    expect(await open().send(message(), NEVER)).toMatchObject({ accepted: false, permanent: true });
    expect(api.requests).toHaveLength(2);
  });
});

interface FaultCase {
  readonly name: string;
  readonly fault: Fault;
  readonly expected: Partial<Delivery & { accepted: false }>;
}

const FAULT_CASES: readonly FaultCase[] = [
  { name: "429 with retry_after", fault: FAULTS.tooManyRequests(7), expected: { arrived: "no", retryAfterMs: 7_000 } },
  {
    name: "429 with only a Retry-After header",
    fault: FAULTS.tooManyRequests(undefined, "9"),
    expected: { arrived: "no", retryAfterMs: 9_000 },
  },
  {
    name: "429 with an absurd retry_after",
    fault: FAULTS.tooManyRequests(1e10),
    expected: { arrived: "no", retryAfterMs: 1e13 },
  },
  { name: "429 with a word as retry_after", fault: FAULTS.tooManyRequests("soon"), expected: { arrived: "no" } },
  { name: "429 with nothing", fault: FAULTS.tooManyRequests(), expected: { arrived: "no" } },
  { name: "401", fault: refusal(401, "Unauthorized"), expected: { arrived: "no", permanent: true } },
  {
    name: "403",
    fault: refusal(403, "Forbidden: bot was kicked from the group chat"),
    expected: { arrived: "no", permanent: true },
  },
  {
    name: "400 chat not found",
    fault: refusal(400, "Bad Request: chat not found"),
    expected: { arrived: "no", permanent: true },
  },
  {
    name: "400 message is too long",
    fault: refusal(400, "Bad Request: message is too long"),
    expected: { arrived: "no", permanent: true },
  },
  { name: "500", fault: FAULTS.internalError, expected: { arrived: "no" } },
  { name: "502 as a page", fault: FAULTS.badGateway, expected: { arrived: "no" } },
  { name: "504 as a page", fault: FAULTS.gatewayTimeout, expected: { arrived: "maybe" } },
  { name: "200 with ok:false", fault: FAULTS.notOk, expected: { arrived: "no" } },
  { name: "200 with an empty body", fault: FAULTS.empty, expected: { arrived: "no" } },
  { name: "a redirect, not followed", fault: FAULTS.redirect, expected: { arrived: "no" } },
  { name: "no answer", fault: FAULTS.hang, expected: { arrived: "maybe" } },
  { name: "a reset after the request was read", fault: FAULTS.reset, expected: { arrived: "maybe" } },
  { name: "an answer byte by byte", fault: FAULTS.drip, expected: { arrived: "maybe" } },
  { name: "an answer cut off", fault: FAULTS.truncate, expected: { arrived: "maybe" } },
  { name: "an answer without end", fault: FAULTS.endless, expected: { arrived: "maybe" } },
];

describe("a fault is told for what it is", () => {
  test.each(FAULT_CASES)("$name", async ({ fault, expected }) => {
    const channel = open();
    api.script(fault);
    const delivery = await channel.send(message(), NEVER);
    const error = expect.stringMatching(/.+/);
    expect(delivery).toEqual({ accepted: false, permanent: false, error, ...expected });
    expect(api.requests).toHaveLength(1);
    // It has left nothing behind that would spoil the next message.
    expect(await channel.send(message(), NEVER)).toMatchObject({ accepted: true });
  });

  test.each(["hang", "reset", "truncate", "endless"] as const)(
    "%s: arrived all the same, so it may be a repeat",
    async (kind) => {
      api.script({ kind, accept: true });
      expect(await open().send(message(), NEVER)).toMatchObject({ accepted: false, arrived: "maybe" });
      expect(api.messages).toHaveLength(1);
    },
  );

  test("connection refused: certainly not sent", async () => {
    await api.goAway();
    expect(await open().send(message(), NEVER)).toMatchObject({
      arrived: "no",
      permanent: false,
      error: "Telegram: connection refused",
    });
  });

  test("a host name that does not exist: certainly not sent", async () => {
    const delivery = await open({ apiRoot: "http://nowhere.invalid" }).send(message(), NEVER);
    expect(delivery).toMatchObject({ accepted: false, arrived: "no", permanent: false });
  });

  test("a connection that is never finished: certainly not sent", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const delivery = await open({ apiRoot: `https://127.0.0.1:${port}` }).send(message(), NEVER);
    expect(delivery).toMatchObject({
      arrived: "no",
      permanent: false,
      error: expect.stringContaining("no connection within"),
    });
    silent.close();
  });

  test("a server that speaks no TLS: certainly not sent", async () => {
    const delivery = await open({ apiRoot: api.url.replace("http:", "https:") }).send(message(), NEVER);
    expect(delivery).toMatchObject({ accepted: false, arrived: "no" });
    expect(api.messages).toHaveLength(0);
  });

  test("the sender's deadline ends the wait for an answer", async () => {
    api.script(FAULTS.hang);
    const givingUp = new AbortController();
    const delivery = open({ timeoutMs: 60_000 }).send(message(), givingUp.signal);
    await expect.poll(() => api.requests).toHaveLength(1);
    givingUp.abort();
    expect(await delivery).toMatchObject({
      arrived: "maybe",
      error: "Telegram: no complete answer when the sender gave up",
    });
  });

  test("a deadline that is over already sends nothing", async () => {
    expect(await open().send(message(), AbortSignal.abort())).toMatchObject({ accepted: false, arrived: "no" });
    expect(api.requests).toHaveLength(0);
  });

  test("closing ends what is under way", async () => {
    api.script(FAULTS.hang);
    const channel = open();
    const delivery = channel.send(message(), NEVER);
    await expect.poll(() => api.requests).toHaveLength(1);
    await channel.close?.();
    expect(await delivery).toMatchObject({ accepted: false, arrived: "maybe" });
  });
});

describe("the token is nowhere", () => {
  const quoting = `no route for /bot${TOKEN}/sendMessage or /bot${encodeURIComponent(TOKEN)}/`;
  const cases: readonly { name: string; fault: Fault }[] = [
    ...FAULT_CASES,
    { name: "a page that quotes the request", fault: { kind: "answer", status: 502, body: quoting } },
    {
      name: "a header that quotes it",
      fault: { kind: "answer", status: 200, body: "x", headers: { "content-type": TOKEN } },
    },
    { name: "a refusal that quotes it", fault: refusal(400, quoting) },
    { name: "a remedied refusal that quotes it", fault: refusal(400, `can't parse entities: ${quoting}`) },
    {
      name: "a refusal that quotes it in JSON escapes",
      fault: {
        kind: "answer",
        status: 403,
        body: `{"ok":false,"error_code":403,"description":"123456\\u003a\\u0041${SECRET.slice(1)}"}`,
      },
    },
  ];

  test.each(cases)("after $name", async ({ fault }) => {
    api.script(fault);
    const channel = open();
    expectNoToken(await channel.send(message(), NEVER));
    expectNoToken(channel);
  });

  test("after a failed connection", async () => {
    await api.goAway();
    expectNoToken(await open().send(message(), NEVER));
  });

  test("after the token was refused", async () => {
    await start({ token: "1:another" });
    const delivery = await open().send(message(), NEVER);
    expectNoToken(delivery);
    expect(delivery).toMatchObject({ permanent: true, error: expect.stringContaining("@BotFather") });
  });
});

function expectNoToken(value: unknown): void {
  const shown = `${JSON.stringify(value)} ${inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true })}`;
  expect(shown).not.toContain(SECRET);
  expect(shown).not.toContain(encodeURIComponent(TOKEN));
}
