import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRedactor } from "../../../src/channels/telegram/redact.ts";

const SECRET = "AAF-x_y1234567890abcdefghijklmnopqr";
const TOKEN = `123456:${SECRET}`;

describe("a redactor", () => {
  const redact = createRedactor(TOKEN);

  test.each([
    {
      name: "the token in a path",
      text: `POST /bot${TOKEN}/sendMessage failed`,
      expected: "POST /bot[bot token]/sendMessage failed",
    },
    { name: "percent-encoded", text: `url=${encodeURIComponent(TOKEN)}!`, expected: "url=[bot token]!" },
    { name: "percent-encoded twice", text: encodeURIComponent(encodeURIComponent(TOKEN)), expected: "[bot token]" },
    { name: "as a JSON escape", text: `123456\\u003a${SECRET}`, expected: "[bot token]" },
    { name: "in upper case", text: TOKEN.toUpperCase(), expected: "[bot token]" },
    { name: "the secret part alone", text: `secret ${SECRET}`, expected: "secret [bot token]" },
    { name: "twice", text: `${TOKEN} ${TOKEN}`, expected: "[bot token] [bot token]" },
    { name: "nothing of it", text: "bot 123456 is fine", expected: "bot 123456 is fine" },
  ])("takes out: $name", ({ text, expected }) => {
    expect(redact(text)).toBe(expected);
  });

  test("leaves no trace, whatever stands around it", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => !redact(before + TOKEN + after).includes(SECRET)),
    );
  });

  test("does not take a short secret for a word of its own", () => {
    expect(createRedactor("1:api")("the api said 1:api")).toBe("the api said [bot token]");
  });
});
