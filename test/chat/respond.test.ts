import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCommand } from "../../src/chat/parse-command.ts";
import { renderAnswer } from "../../src/chat/render-answer.ts";
import { respond, respondToPress, respondUnknown } from "../../src/chat/respond.ts";
import type { Answer } from "../../src/chat/word-answers.ts";
import type { World } from "../../src/chat/world.ts";
import type { AlertState } from "../../src/core/alerts.ts";
import type { SignalView } from "../../src/core/overview.ts";
import { FR } from "../../src/core/texts/fr/index.ts";
import { EN } from "../../src/core/texts/index.ts";
import { RU } from "../../src/core/texts/ru/index.ts";
import { HOUR_MS, MINUTE_MS } from "../../src/core/time.ts";
import { parseText } from "../stand-ins/telegram-text.ts";

const NOW = 1_000 * HOUR_MS;

const view = (key: string, more: Partial<SignalView> = {}): SignalView => ({
  key,
  severity: "critical",
  status: "active",
  what: `${key} is down`,
  ...more,
});
const state = (key: string, more: Partial<AlertState> = {}): AlertState => ({
  key,
  source: "test",
  severity: "critical",
  since: NOW - 12 * MINUTE_MS,
  lastAlertAt: NOW - 12 * MINUTE_MS,
  what: `${key} is down`,
  ...more,
});

const QUIET: World = {
  texts: EN,
  now: NOW,
  wall: { offsetMs: 0, zone: "UTC" },
  lastTickAt: NOW - 3_000,
  signals: [view("dep:db", { status: "inactive" }), view("container:web-1", { status: "inactive" })],
  alerting: [],
  silences: [],
  sources: [{ name: "host", ok: true, error: undefined }],
  channels: [{ channel: "telegram", undelivered: 0, outage: undefined }],
};
const DB_DOWN: World = {
  ...QUIET,
  signals: [view("dep:db", { details: ["connection refused"] }), view("container:web-1", { status: "inactive" })],
  alerting: [state("dep:db")],
};
const BOTH: World = {
  ...DB_DOWN,
  signals: [view("dep:db"), view("host_mem", { severity: "warning", what: "memory is full" })],
  alerting: [state("dep:db"), state("host_mem", { severity: "warning" })],
};
const ACKED: World = { ...DB_DOWN, alerting: [state("dep:db", { ack: { by: "Bob", at: NOW - MINUTE_MS } })] };
const SILENCED: World = {
  ...DB_DOWN,
  alerting: [],
  silences: [{ keyGlob: "dep:*", until: NOW + HOUR_MS, why: "deploy, by Bob" }],
};

const plain = (answer: Answer) => renderAnswer(answer, "plain", EN);

function ask(text: string, world: World, quoted = "") {
  const parsed = parseCommand(text, "watchdog_bot");
  if (parsed.kind !== "command") throw new Error(`${text} is no command`);
  const { answer, effects } = respond(parsed.command, world, "Ann", quoted);
  return { says: plain(answer), effects };
}

describe("what people learn", () => {
  test.each([
    { name: "all quiet", text: "/status", world: QUIET, says: "All quiet · 2 signals watched · looked 3 s ago" },
    {
      name: "something is wrong",
      text: "/status",
      world: DB_DOWN,
      says: "1 problem · 2 signals watched · looked 3 s ago\n‼️ dep:db is down · for 12 min · dep:db",
    },
    {
      name: "what follows from something else, and what waits for its cause",
      text: "/status",
      world: {
        ...DB_DOWN,
        signals: [view("dep:db"), view("dep:api", { waitsFor: "container:api" })],
        alerting: [state("dep:db", { cause: "host:db" })],
      },
      says: /dep:api is down · not told yet: perhaps because of container:api · dep:api\n‼️ dep:db is down · for 12 min · because of host:db · dep:db$/,
    },
    { name: "somebody is on it", text: "/status", world: ACKED, says: /1 problem, acked ·[\s\S]*acked by Bob/ },
    {
      name: "silenced, and nobody was told",
      text: "/status",
      world: SILENCED,
      says: /‼️ dep:db is down · silenced · dep:db\n🔇 dep:\* for another 1 h \(deploy, by Bob\)/,
    },
    {
      name: "a source that cannot be read",
      text: "/status",
      world: { ...QUIET, sources: [{ name: "containers", ok: false, error: "docker.sock: refused" }] },
      says: /^Nothing wrong, as far as I can see · [^\n]*\n❔ containers cannot be read: docker.sock: refused$/,
    },
    {
      name: "a channel that is away",
      text: "/status",
      world: { ...QUIET, channels: [{ channel: "webhook", undelivered: 3, outage: { error: "502" } }] },
      says: /📭 webhook: 3 not told yet: 502/,
    },
    {
      name: "a storm: what stands below it is seen all the same",
      text: "/status",
      world: {
        ...QUIET,
        signals: Array.from({ length: 500 }, (_, index) => view(`dep:${index}`)),
        sources: [{ name: "host", ok: false, error: "df failed" }],
      },
      says: /500 problems[\s\S]*… and 490 more: \/incidents\n❔ host cannot be read: df failed$/,
    },
    {
      name: "before the first tick",
      text: "/status",
      world: { ...QUIET, lastTickAt: undefined },
      says: /no look completed/,
    },
    {
      name: "an alert whose subject cannot be seen",
      text: "/status",
      world: { ...DB_DOWN, signals: [] },
      says: /not seen/,
    },
    { name: "no incident", text: "/incidents", world: QUIET, says: "Nothing is wrong." },
    {
      name: "incidents, with their hashtags",
      text: "/incidents",
      world: BOTH,
      says: /‼️ dep:db[\s\S]*#dep_db\n⚠️ memory[\s\S]*#host_mem/,
    },
    { name: "what a check found", text: "/check", world: DB_DOWN, says: /^1 problem / },
    {
      name: "help",
      text: "/start",
      world: QUIET,
      says: /\n\/silence KEY DURATION \[WHY\] – no alerts of this for a while\n/,
    },
  ])("$name", ({ text, world, says }) => {
    expect(ask(text, world)).toEqual({ says: expect.stringMatching(exactly(says)), effects: [] });
  });
});

describe("ack", () => {
  const ack = (key: string) => ({ kind: "ack", key, ack: { by: "Ann", at: NOW } });

  test.each([
    { name: "by key", text: "/ack dep:db", world: BOTH, keys: ["dep:db"] },
    { name: "by hashtag", text: "/ack #host_mem", world: BOTH, keys: ["host_mem"] },
    { name: "by glob", text: "/ack *", world: BOTH, keys: ["dep:db", "host_mem"] },
    { name: "the only incident", text: "/ack", world: DB_DOWN, keys: ["dep:db"] },
    {
      name: "in reply to an alert",
      text: "/ack",
      world: BOTH,
      quoted: "⚠ memory is full\n#host_mem",
      keys: ["host_mem"],
    },
    {
      name: "a cause, with what was told as following from it",
      text: "/ack dep:db",
      world: { ...BOTH, alerting: [state("dep:db"), state("host_mem", { cause: "dep:db" })] },
      keys: ["dep:db", "host_mem"],
    },
  ])("$name", ({ text, world, quoted, keys }) => {
    const { says, effects } = ask(text, world, quoted);
    expect(effects).toEqual(keys.map(ack));
    expect(says).toBe(`Ann is on ${keys.join(", ")}: no repeats until it is over.`);
  });

  test.each([
    { name: "who acked first stays", text: "/ack dep:db", world: ACKED, says: "Bob is on dep:db: no repeats" },
    { name: "nothing is wrong", text: "/ack", world: QUIET, says: "nothing to ack" },
    { name: "which one?", text: "/ack", world: BOTH, says: "Expected /ack KEY. Right now: dep:db, host_mem" },
    { name: "in reply to something else", text: "/ack", world: DB_DOWN, quoted: "hello", says: "Expected /ack KEY" },
    { name: "well again", text: "/ack dep:db", world: QUIET, says: "dep:db is not alerting" },
    { name: "nobody was told, for it is silenced", text: "/ack dep:db", world: SILENCED, says: "is not alerting" },
    { name: "an unknown key", text: "/ack dep:dd", world: DB_DOWN, says: "Did you mean dep:db?" },
    { name: "hostile", text: `/ack <b>\u202e#x${"y".repeat(10_000)}`, world: QUIET, says: "I do not know <b>＃xyyy" },
  ])("changes nothing: $name", ({ text, world, quoted, says }) => {
    const outcome = ask(text, world, quoted);
    expect(outcome.effects).toEqual([]);
    expect(outcome.says).toContain(says);
  });
});

describe("silence", () => {
  const silence = (keyGlob: string, forMs: number, why: string) => [
    { kind: "silence", silence: { keyGlob, until: NOW + forMs, why } },
  ];

  test.each([
    { name: "a key", text: "/silence dep:db 2h", effects: silence("dep:db", 2 * HOUR_MS, "by Ann") },
    {
      name: "with a reason",
      text: "/silence dep:db 30m deploy of v2",
      effects: silence("dep:db", 30 * MINUTE_MS, "deploy of v2, by Ann"),
    },
    {
      name: "a duration of two words",
      text: "/silence dep:db 2 h deploy",
      effects: silence("dep:db", 2 * HOUR_MS, "deploy, by Ann"),
    },
    {
      name: "a glob, which may match what is not there yet",
      text: "/silence container:new* 1h",
      effects: silence("container:new*", HOUR_MS, "by Ann"),
    },
    { name: "everything", text: "/silence * 1h", effects: silence("*", HOUR_MS, "by Ann") },
    { name: "a subject alone", text: "/silence web-1 1h", effects: silence("container:web-1", HOUR_MS, "by Ann") },
    { name: "the duration first", text: "/silence 2h dep:db x", effects: silence("dep:db", 2 * HOUR_MS, "x, by Ann") },
    { name: "in two words", text: "/silence 2 h dep:db x", effects: silence("dep:db", 2 * HOUR_MS, "x, by Ann") },
  ])("$name", ({ text, effects }) => {
    expect(ask(text, QUIET).effects).toEqual(effects);
  });

  test.each([
    { name: "the only thing that is wrong", text: "/silence 2h", world: DB_DOWN, quoted: "", effects: ["dep:db"] },
    { name: "which one?", text: "/silence 2h", world: BOTH, quoted: "", effects: [] },
    { name: "in reply to its alert", text: "/silence 2 h", world: BOTH, quoted: "x #dep_db", effects: ["dep:db"] },
    { name: "in reply to two", text: "/silence 2h", world: BOTH, quoted: "#dep_db #host_mem", effects: [] },
    { name: "in reply to something else", text: "/silence 2h", world: DB_DOWN, quoted: "hello", effects: [] },
  ])("a duration alone: $name", ({ text, world, quoted, effects }) => {
    expect(ask(text, world, quoted).effects).toEqual(effects.flatMap((key) => silence(key, 2 * HOUR_MS, "by Ann")));
  });

  test("the answer says until when", () => {
    const { says } = ask("/silence dep:db 2h", QUIET);
    expect(says).toBe("dep:db is silent until 18:00:00 (2 h). A recovery is told all the same.");
  });

  test.each([
    { name: "no key", text: "/silence", says: "Expected /silence KEY DURATION [WHY]." },
    {
      name: "no duration",
      text: "/silence DB",
      says: "For how long? Expected one like 30m, 2h or 1d after the key, at most 366 days: /silence dep:db 2h",
    },
    { name: "neither a known key nor a duration", text: "/silence api", says: "I do not know api." },
    { name: "a bad duration", text: "/silence dep:db soon", says: "soon is not a duration. Expected one like" },
    { name: "a duration of a thousand years", text: "/silence dep:db 365000d", says: "at most 366 days" },
    { name: "a duration of what is not there", text: "/silence 2h deploy", says: "I do not know deploy." },
    { name: "a duration alone, and nothing is wrong", text: "/silence 2h", says: "Expected /silence KEY DURATION" },
    { name: "an unknown key", text: "/silence container:web 2h", says: "Did you mean container:web-1?" },
    {
      name: "a key that is not there now",
      text: "/silence job_failed 2h",
      says: "I do not know job_failed. What is not there now is silenced with a * at its end: /silence job_failed* 2h",
    },
    { name: "a key of 10 kB", text: `/silence ${"x".repeat(3_000)} 2h`, says: "Expected /silence KEY DURATION" },
  ])("changes nothing: $name", ({ text, says }) => {
    const outcome = ask(text, QUIET);
    expect(outcome.effects).toEqual([]);
    expect(outcome.says).toContain(says);
  });
});

describe("unsilence", () => {
  test.each([
    { name: "by its glob", text: "/unsilence dep:*", keyGlob: "dep:*" },
    { name: "in other letters", text: "/unsilence DEP:DB", keyGlob: "dep:db" },
    { name: "the only one", text: "/unsilence", keyGlob: "dep:db" },
  ])("$name", ({ text, keyGlob }) => {
    const world = { ...QUIET, silences: [{ keyGlob, until: NOW + 1, why: "" }] };
    expect(ask(text, world).effects).toEqual([{ kind: "unsilence", keyGlob }]);
  });

  test.each([
    {
      name: "a star is no wildcard over silences",
      text: "/unsilence *",
      says: "There is no silence *. Silenced: dep:*",
    },
    { name: "an unknown one", text: "/unsilence host_mem", says: "There is no silence host_mem. Silenced: dep:*" },
  ])("changes nothing: $name", ({ text, says }) => {
    expect(ask(text, SILENCED)).toEqual({ says: expect.stringContaining(says), effects: [] });
  });

  test("none named, of two", () => {
    const silences = ["dep:*", "*"].map((keyGlob) => ({ keyGlob, until: NOW + 1, why: "" }));
    const { says, effects } = ask("/unsilence", { ...QUIET, silences });
    expect({ says, effects }).toEqual({ says: "Expected /unsilence KEY. Right now: dep:*, *", effects: [] });
  });
});

describe("a press", () => {
  const press = (action: "ack" | "silence" | "details", world: World) => {
    const { answer, effects } = respondToPress(action, "dep:db", world, "Ann");
    return { says: plain(answer), effects: effects.map(({ kind }) => kind) };
  };

  test.each([
    { name: "ack", action: "ack", world: DB_DOWN, effects: ["ack"], says: "Ann is on dep:db" },
    { name: "ack of what is over", action: "ack", world: QUIET, effects: [], says: "not alerting" },
    { name: "silence", action: "silence", world: DB_DOWN, effects: ["silence"], says: "(1 h)" },
    { name: "silence of what is over", action: "silence", world: QUIET, effects: ["silence"], says: "(1 h)" },
    { name: "details", action: "details", world: DB_DOWN, effects: [], says: "connection refused" },
    { name: "details of what is over", action: "details", world: QUIET, effects: [], says: "is not wrong now" },
  ] as const)("$name", ({ action, world, effects, says }) => {
    expect(press(action, world)).toEqual({ effects, says: expect.stringContaining(says) });
  });
});

describe("what looks like a command", () => {
  test.each([
    { name: "a slip", given: "stats", isForUs: false, says: "Did you mean /status?" },
    { name: "two letters that changed places", given: "stauts", isForUs: false, says: "Did you mean /status?" },
    { name: "nonsense, to us alone", given: "статус", isForUs: true, says: "/help lists what I know" },
    { name: "another bot's", given: "kick", isForUs: false, says: undefined },
    { name: "another bot's that is near to one of ours", given: "back", isForUs: false, says: undefined },
  ])("$name", ({ given, isForUs, says }) => {
    const answer = respondUnknown(EN, given, isForUs);
    if (says === undefined) expect(answer).toBeUndefined();
    else expect(plain(answer ?? [])).toContain(says);
  });
});

test("any text in any field makes an answer that Telegram accepts and that forges no block", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.constantFrom("<b>", "🔴 x #y", "&".repeat(5_000)),
  );
  const language = fc.constantFrom(EN, RU, FR);
  const command = fc.constantFrom("status", "incidents", "ack", "silence", "unsilence", "check", "help");
  fc.assert(
    fc.property(
      command,
      language,
      fc.array(text, { maxLength: 4 }),
      fc.array(text, { maxLength: 40 }),
      (name, inLanguage, words, texts) => {
        const world: World = {
          ...QUIET,
          texts: inLanguage,
          signals: texts.map((what) => view(`dep:${what}`, { what, details: texts })),
          alerting: texts.map((what) => state(`dep:${what}`, { what, ack: { by: what, at: NOW } })),
          silences: texts.map((why) => ({ keyGlob: why, until: NOW + 1, why })),
          sources: texts.map((error) => ({ name: error, ok: false, error })),
        };
        const parsed = parseCommand(`/${name} ${words.join(" ")}`, "bot");
        const outcome = parsed.kind === "command" ? respond(parsed.command, world, "Ann", words.join(" ")) : undefined;
        const shown = parseText({
          text: renderAnswer(outcome?.answer ?? [["x"]], "html", inLanguage),
          parse_mode: "HTML",
        });
        expect(shown).not.toMatch(/^(🔴|🔁|🟢)/mu);
      },
    ),
    { numRuns: 60 },
  );
});

function exactly(says: string | RegExp): RegExp {
  return typeof says === "string" ? new RegExp(`^${RegExp.escape(says)}$`) : says;
}
