import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { COMMAND_NAMES, parseCommand } from "../../src/chat/parse-command.ts";

const parse = (text: string) => parseCommand(text, "Watchdog_Bot");
const command = (name: string, ...words: string[]) => ({ kind: "command", command: { name, words } });
const unknown = (name: string, isAddressed = false) => ({ kind: "unknown", name, isAddressed });
const nothing = { kind: "nothing" };

describe("a command", () => {
  test.each([
    { name: "alone", text: "/status", parsed: command("status") },
    {
      name: "with words",
      text: "/silence dep:db 2h moving it",
      parsed: command("silence", "dep:db", "2h", "moving", "it"),
    },
    { name: "with a capital, as phones write", text: "/Status", parsed: command("status") },
    { name: "for this bot", text: "/ack@Watchdog_Bot dep:db", parsed: command("ack", "dep:db") },
    { name: "for this bot in other letters", text: "/ack@watchdog_bot", parsed: command("ack") },
    { name: "for another bot", text: "/ack@other_bot dep:db", parsed: nothing },
    { name: "for nobody", text: "/ack@ dep:db", parsed: nothing },
    { name: "start means help", text: "/start payload", parsed: command("help", "payload") },
    {
      name: "over several lines, with tabs",
      text: "/silence\n\tdep:db\t2h",
      parsed: command("silence", "dep:db", "2h"),
    },
    { name: "with direction marks", text: "\u200f/ack \u202edep:db\u202c", parsed: command("ack", "dep:db") },
    { name: "with an emoji", text: "/silence dep:db 1h 🚀", parsed: command("silence", "dep:db", "1h", "🚀") },
    { name: "in another language", text: "/статус", parsed: unknown("статус") },
    { name: "in another language, for this bot", text: "/статус@watchdog_bot", parsed: unknown("статус", true) },
    { name: "that is a property of every object", text: "/constructor", parsed: unknown("constructor") },
    { name: "in the middle of talk", text: "try /status", parsed: nothing },
    { name: "a path", text: "/var/log is full", parsed: nothing },
    { name: "a slash", text: "/", parsed: nothing },
    { name: "two slashes", text: "//status", parsed: nothing },
    { name: "nothing", text: "", parsed: nothing },
  ])("$name", ({ text, parsed }) => {
    expect(parse(text)).toEqual(parsed);
  });

  test("10 kB of words are cut where Telegram would cut", () => {
    const parsed = parse(`/ack ${"x".repeat(10_000)}`);
    expect(parsed).toMatchObject({ kind: "command", command: { name: "ack" } });
    expect(JSON.stringify(parsed).length).toBeLessThan(4_200);
  });

  test("whatever is written, it is one of ours or it is none", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme" }).map((rest) => `/${rest}`),
    );
    fc.assert(
      fc.property(text, (written) => {
        const parsed = parse(written);
        return parsed.kind !== "command" || COMMAND_NAMES.includes(parsed.command.name);
      }),
    );
  });
});
