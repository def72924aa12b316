import { describe, expect, test } from "vitest";
import { EN, type Texts } from "../../../src/core/texts/index.ts";
import { type Calls, LANGUAGES, type Reading, readTexts } from "./read-texts.ts";

const KEY = { code: "dep:db" };
const COUNTS: readonly [number][] = [[1], [2], [5], [21]];

const CHAT: Calls<Texts["chat"]> = {
  helpKey: [[{ code: "#dep_db" }, KEY]],
  unknownCommand: [["stats"]],
  meantCommand: [["status"]],
  expected: [[{ code: "/ack KEY" }]],
  rightNow: [[[KEY]]],
  noDuration: [[{ code: "soon" }]],
  expectedDuration: [[{ code: "/silence dep:db 2h" }]],
  unknownKey: [[KEY]],
  meantKeys: [[[KEY]]],
  silenceUnseen: [[{ code: "/silence dep:db* 2h" }]],
  notAlerting: [[KEY]],
  acked: [["Ann", [KEY]]],
  andMore: COUNTS,
  andMoreLines: COUNTS,
  silenced: [[KEY, "18:00:00", "2 h"]],
  unsilenced: [[KEY]],
  noSuchSilence: [[KEY]],
  silences: [[[KEY]]],
  reason: [
    ["", "Ann"],
    ["deploy", "Ann"],
  ],
  wrong: [
    [2, 0],
    [3, 1],
    [21, 5],
  ],
  watched: COUNTS,
  looked: [["3 s"]],
  lasting: [["12 min"]],
  ackedBy: [["Ann"]],
  becauseOf: [[KEY]],
  waitsFor: [[KEY]],
  silenceLeft: [[KEY, "2 h"]],
  unread: [["containers", "refused"]],
  untold: [
    ["webhook", 1],
    ["webhook", 3],
  ],
  because: [["refused"]],
  sinceAndTold: [["14:02:00", "14:12:00"]],
  ackedByAt: [["Ann", "14:05:00"]],
  notWrong: [[KEY]],
  stale: [["2 h"]],
  user: [["501"]],
};

const LIFE: Calls<Texts["life"]> = {
  started: [["1.0.0", "14:02:00"]],
  unwatched: [[["A", "B"]]],
  unread: [["containers", "refused"]],
  alertsGoTo: [[["telegram", "webhook"]]],
  quietDay: [["10 Jun"]],
  quietSoFarDay: [["10 Jun"]],
  wrongDay: [
    ["10 Jun", 1],
    ["10 Jun", 5],
  ],
  watched: [["X, Y"]],
  incidents: [
    [1, "dep:db"],
    [5, "dep:db"],
  ],
  containers: COUNTS,
  dependencies: COUNTS,
  disk: [["/var"]],
  moreDisks: COUNTS,
  more: COUNTS,
  andMore: COUNTS,
};

const CHANNELS: Calls<Texts["channels"]> = {};

const textsIn = ({ chat, life, channels }: Texts): Reading[] => [
  ...readTexts(chat, CHAT),
  ...readTexts(life, LIFE),
  ...readTexts(channels, CHANNELS),
];
const only = (readings: readonly Reading[], begin: string) => readings.filter(({ name }) => name.startsWith(begin));

describe.each(LANGUAGES)("%s", (_language, texts) => {
  const readings = textsIn(texts);

  test.each(readings)("$name is one line that holds what it was given", ({ name, text, args }) => {
    expect(text).toMatch(name.startsWith("because(") ? /^ ?: \S+$/ : /^\S(.*\S)?$/u);
    expect(text).not.toMatch(/\s{2}|undefined|NaN|\[object|[🔴🔁🟢]/u);
    for (const arg of args) if (arg !== "0") expect(text).toContain(arg);
  });

  // Three buttons side by side on a phone; a toast has two lines there.
  test.each([
    { what: "what a button says", begin: "buttons.", most: 10, of: 3 },
    { what: "what Telegram shows beside a command", begin: "meanings.", most: 50, of: 7 },
    { what: "a toast: stale", begin: "stalePress", most: 100, of: 1 },
    { what: "a toast: unknown", begin: "unknownButton", most: 100, of: 1 },
  ])("$what is short", ({ begin, most, of }) => {
    const some = only(readings, begin);
    expect(some).toHaveLength(of);
    for (const { name, text } of some) if (name !== "buttons.silence") expect(text.length).toBeLessThanOrEqual(most);
  });

  test("commands are called as they are typed", () => {
    for (const { name, text } of only(readings, "usage."))
      expect(text.split(" ")[0]).toBe(`/${name.slice("usage.".length)}`);
  });
});

const english = new Map(textsIn(EN).map(({ name, text }) => [name, text]));
/** The same in every language: commands without words, and names. */
const SAME = /^usage\.(status|incidents|check|help)$|^(reason|because)\(/;

describe.each(LANGUAGES.slice(1))("%s leaves nothing in English", (language, texts) => {
  const own = textsIn(texts).filter(({ name }) => !SAME.test(name) && name !== "buttons.silence");

  test.each(own)("$name", ({ name, text }) => {
    expect(text).not.toBe(english.get(name));
    if (language === "ru") expect(text).toMatch(/\p{Script=Cyrillic}/u);
  });
});

describe("what is counted", () => {
  const ru = Object.fromEntries(LANGUAGES).ru ?? EN;
  const fr = Object.fromEntries(LANGUAGES).fr ?? EN;

  test.each<[name: string, word: (count: number) => string, said: readonly string[]]>([
    [
      "containers",
      ru.life.containers,
      ["1 контейнер", "2 контейнера", "5 контейнеров", "11 контейнеров", "21 контейнер"],
    ],
    [
      "dependencies",
      ru.life.dependencies,
      ["1 зависимость", "2 зависимости", "5 зависимостей", "11 зависимостей", "21 зависимость"],
    ],
    ["disks", ru.life.moreDisks, ["ещё 1 диск", "ещё 2 диска", "ещё 5 дисков", "ещё 11 дисков", "ещё 21 диск"]],
    [
      "a day",
      (count) => ru.life.wrongDay("10 июн.", count).slice("10 июн.: ".length, -" сейчас".length),
      ["1 проблема", "2 проблемы", "5 проблем", "11 проблем", "21 проблема"],
    ],
    [
      "incidents",
      (count) => ru.life.incidents(count, "x").slice("за последние 24 ч ".length),
      ["1 инцидент (x)", "2 инцидента (x)", "5 инцидентов (x)", "11 инцидентов (x)", "21 инцидент (x)"],
    ],
    [
      "signals",
      (count) => ru.chat.watched(count).replace(" под наблюдением", ""),
      ["1 сигнал", "2 сигнала", "5 сигналов", "11 сигналов", "21 сигнал"],
    ],
    [
      "lines",
      ru.chat.andMoreLines,
      ["и ещё 1 строка", "и ещё 2 строки", "и ещё 5 строк", "и ещё 11 строк", "и ещё 21 строка"],
    ],
    [
      "what waits",
      (count) => ru.chat.untold("w", count).slice(3, 17),
      ["1 сообщение ещ", "2 сообщения ещ", "5 сообщений ещ", "11 сообщений е", "21 сообщение е"],
    ],
    [
      "problems",
      (count) => ru.chat.wrong(count, 0),
      ["1 проблема", "2 проблемы", "5 проблем", "11 проблем", "21 проблема"],
    ],
  ])("in Russian: %s", (_name, word, said) => {
    expect([1, 2, 5, 11, 21].map(word)).toEqual(said);
  });

  test.each<[name: string, word: (count: number) => string, said: readonly string[]]>([
    ["containers", fr.life.containers, ["0 conteneur", "1 conteneur", "2 conteneurs"]],
    ["signals", fr.chat.watched, ["0 signal surveillé", "1 signal surveillé", "2 signaux surveillés"]],
    ["lines", fr.chat.andMoreLines, ["et 0 autre ligne", "et 1 autre ligne", "et 2 autres lignes"]],
    [
      "what waits",
      (count) => fr.chat.untold("w", count).slice(4),
      ["0 annonce en attente", "1 annonce en attente", "2 annonces en attente"],
    ],
  ])("in French: %s", (_name, word, said) => {
    expect([0, 1, 2].map(word)).toEqual(said);
  });
});
