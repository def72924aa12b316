import { afterEach, beforeEach, expect, test } from "vitest";
import { Chat, type Effect, type World } from "../../src/chat/index.ts";
import { createSystemClock } from "../../src/clock.ts";
import type { Texts } from "../../src/core/texts/index.ts";
import { MINUTE_MS } from "../../src/core/time.ts";
import { loadTexts } from "../../src/load-texts.ts";
import { type BotApi, startBotApi } from "../stand-ins/bot-api.ts";

const TOKEN = "123456:AAF-chat_stand-in_secret_000000000";
const CHAT_ID = "-1001";
const { clock } = createSystemClock();

let bot: BotApi;
let chat: Chat;
let effects: Effect[];

beforeEach(async () => {
  bot = await startBotApi({ token: TOKEN, chatId: CHAT_ID });
  effects = [];
});
afterEach(async () => {
  await chat.stop();
  await bot.close();
});

/** One thing is wrong, another follows from it, a third waits for its cause, and one source cannot be read. */
function worldIn(texts: Texts): World {
  const now = clock.now();
  const since = now - 12 * MINUTE_MS;
  const state = { source: "x", severity: "critical", since, lastAlertAt: since } as const;
  const view = { severity: "critical", status: "active" } as const;
  return {
    texts,
    now,
    wall: { offsetMs: 0, zone: "UTC" },
    lastTickAt: now - 3_000,
    signals: [
      { ...view, key: "host:db", what: "db-host" },
      { ...view, key: "dep:db", what: "db" },
      { ...view, key: "dep:api", what: "api", waitsFor: "container:api" },
    ],
    alerting: [
      { ...state, key: "host:db", what: "db-host", ack: { by: "Bob", at: since } },
      { ...state, key: "dep:db", what: "db", cause: "host:db" },
    ],
    silences: [],
    sources: [{ name: "containers", ok: false, error: "refused" }],
    channels: [{ channel: "webhook", undelivered: 2, outage: { error: "502" } }],
  };
}

async function ask(language: "ru" | "fr", said: string): Promise<string> {
  const texts = await loadTexts(language);
  chat = new Chat({
    texts,
    telegram: { botToken: TOKEN, chatId: CHAT_ID, threadId: undefined, apiRoot: new URL(bot.url) },
    users: [],
    timeoutMs: 1_000,
    chatIds: () => [CHAT_ID],
    world: () => worldIn(texts),
    apply: (effect) => void effects.push(effect),
    tickNow: async () => {},
    owed: () => 0,
    onAnswered() {},
    clock,
    log: { debug() {}, info() {}, warn() {} },
    random: Math.random,
  });
  chat.start();
  while (!(bot.polled && chat.status().working)) await new Promise((resolve) => setTimeout(resolve, 5));
  bot.say(said);
  const [answer] = await bot.received(1);
  return answer?.text ?? "";
}

test.each<[language: "ru" | "fr", said: string, lines: readonly string[]]>([
  [
    "ru",
    "/status",
    [
      "3 проблемы, в работе 1 · 3 сигнала под наблюдением · проверено 3 с назад",
      "‼️ api · ещё не сообщено: возможно, из-за container:api · dep:api",
      "‼️ db · уже 12 мин · из-за host:db · dep:db",
      "‼️ db-host · уже 12 мин · занимается Bob · host:db",
      "❔ containers не читается: refused",
      "📭 webhook: 2 сообщения ещё не отправлены: 502",
    ],
  ],
  [
    "fr",
    "/status",
    [
      "3 problèmes, dont 1 pris en charge · 3 signaux surveillés · vérifié il y a 3 s",
      "‼️ api · pas encore annoncé : peut-être à cause de container:api · dep:api",
      "‼️ db · depuis 12 min · à cause de host:db · dep:db",
      "‼️ db-host · depuis 12 min · pris en charge par Bob · host:db",
      "❔ containers est illisible : refused",
      "📭 webhook : 2 annonces en attente : 502",
    ],
  ],
  ["ru", "/ack dep:db", ["Ann занимается: dep:db. Повторов не будет, пока не закончится."]],
  ["fr", "/ack dep:db", ["Ann s’occupe de dep:db : plus de rappels jusqu’à la fin."]],
  ["ru", "/stats@watchdog_bot", ["Я не знаю команды /stats. Может быть, /status?"]],
  [
    "fr",
    "/silence dep:db bientôt",
    [
      "bientôt n’est pas une durée. Après la clé, il faut une durée comme 30m, 2h ou 1j, de 366 jours au plus : /silence dep:db 2h",
    ],
  ],
])("in %s, %s is answered", async (language, said, lines) => {
  expect((await ask(language, said)).split("\n")).toEqual(lines);
});

test.each<[language: "ru" | "fr", said: string, minutes: number]>([
  ["ru", "/silence dep:db 1,5ч ремонт", 90],
  ["ru", "/silence dep:db 30 мин", 30],
  ["fr", "/silence dep:db 2j travaux", 2 * 24 * 60],
])("in %s, %s is understood", async (language, said, minutes) => {
  await ask(language, said);
  const [effect] = effects;
  expect(effect?.kind === "silence" && effect.silence.until - clock.now()).toBeCloseTo(minutes * MINUTE_MS, -5);
});

test.each<[language: "ru" | "fr", status: string]>([
  ["ru", "всё одним взглядом"],
  ["fr", "tout en un coup d’œil"],
])("in %s, Telegram shows what the commands mean", async (language, status) => {
  await ask(language, "/help");
  expect(bot.commands).toContainEqual({ command: "status", description: status });
});
