import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keyboardFor, markAcked, pressData, readPress } from "../../src/chat/buttons.ts";
import { EN } from "../../src/core/texts/index.ts";

const ACTIONS = ["ack", "silence", "details"] as const;

describe("what a button sends back", () => {
  test.each([
    { name: "a short key stands in it", key: "dep:db", data: "a:dep:db" },
    { name: "the longest key that fits", key: "k".repeat(62), data: `a:${"k".repeat(62)}` },
    { name: "a longer one is hashed", key: "k".repeat(63), data: /^a~[\w-]{22}$/ },
    { name: "bytes count, not characters", key: "ключ".repeat(8), data: /^a~/ },
    { name: "half a surrogate pair cannot be sent", key: "dep:\ud83d", data: /^a~/ },
  ])("$name", ({ key, data }) => {
    expect(pressData("ack", key)).toMatch(data);
  });

  test("of any key it fits into Telegram's 64 bytes and is read back", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", minLength: 1, maxLength: 80 }),
        fc.constantFrom(...ACTIONS),
        (key, action) => {
          const data = pressData(action, key);
          expect(Buffer.byteLength(data)).toBeLessThanOrEqual(64);
          expect(data.isWellFormed()).toBe(true);
          expect(readPress(data, () => ["dep:other", key])).toEqual({ action, key });
        },
      ),
    );
  });

  test.each([
    { name: "nothing", data: "" },
    { name: "of another bot", data: "page=2" },
    { name: "an action without a key", data: "a:" },
    { name: "a hash of a key that is gone", data: pressData("ack", "k".repeat(99)) },
    { name: "10 kB", data: "x".repeat(10_000) },
  ])("is not understood: $name", ({ data }) => {
    expect(readPress(data, () => ["dep:db"])).toBeUndefined();
  });
});

const ack = { by: "Ann", at: 0 };
const texts = (markup: ReturnType<typeof keyboardFor>) =>
  markup?.inline_keyboard.map((row) => row.map(({ text }) => text));

describe("the buttons below a message", () => {
  test.each([
    { name: "that tells no alert", keys: [], rows: undefined },
    { name: "that tells one", keys: ["dep:db"], rows: [["Ack", "Silence 1 h", "Details"]] },
    {
      name: "that tells two: each says whose it is",
      keys: ["dep:db", "container:api"],
      rows: [
        ["Ack db", "Silence 1 h", "Details"],
        ["Ack api", "Silence 1 h", "Details"],
      ],
    },
    { name: "that tells one twice", keys: ["dep:db", "dep:db"], rows: [["Ack", "Silence 1 h", "Details"]] },
  ])("$name", ({ keys, rows }) => {
    expect(texts(keyboardFor(EN.chat.buttons, keys, () => undefined))).toEqual(rows);
  });

  test("a message of many alerts has few rows", () => {
    const keys = Array.from({ length: 50 }, (_, index) => `dep:${index}`);
    expect(keyboardFor(EN.chat.buttons, keys, () => undefined)?.inline_keyboard).toHaveLength(4);
  });

  test("who acked stands in place of Ack", () => {
    expect(texts(keyboardFor(EN.chat.buttons, ["dep:db"], () => ack))).toEqual([["✓ Ann", "Silence 1 h", "Details"]]);
  });
});

describe("the buttons after somebody pressed Ack", () => {
  const markup = keyboardFor(EN.chat.buttons, ["dep:db", "container:api"], () => undefined);

  test("the one that was pressed says who, the others stay", () => {
    expect(texts(markAcked(markup, "a:container:api", "Ann"))).toEqual([
      ["Ack db", "Silence 1 h", "Details"],
      ["✓ Ann", "Silence 1 h", "Details"],
    ]);
    expect(markAcked(markup, "a:container:api", "Ann")?.inline_keyboard[1]?.[0]).toMatchObject({
      callback_data: "d:container:api",
    });
  });

  test.each([
    { name: "no buttons", given: undefined },
    { name: "not what Telegram would send", given: { inline_keyboard: [{}, [null, 7, { text: 1 }]] } },
    { name: "a list", given: [] },
  ])("nothing to change: $name", ({ given }) => {
    expect(markAcked(given, "a:dep:db", "Ann")).toBeUndefined();
  });
});
