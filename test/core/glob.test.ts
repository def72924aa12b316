import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isGlob, matchesGlob } from "../../src/core/glob.ts";

describe("matchesGlob", () => {
  test.each<[glob: string, text: string, matches: boolean]>([
    ["*", "anything", true],
    ["*", "", true],
    ["", "", true],
    ["", "a", false],
    ["web", "web", true],
    ["web", "web1", false],
    ["web", "myweb", false],
    ["web*", "web-1", true],
    ["web*", "web", true],
    ["*web", "myweb", true],
    ["*web*", "my-web-1", true],
    ["w?b", "web", true],
    ["w?b", "wb", false],
    ["web-?", "web-12", false],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "a-c-b", false],
    ["*a*ab", "aab", true],
    ["?*?", "ab", true],
    ["?*?", "a", false],
    ["a**b", "ab", true],
    ["a.c", "abc", false],
    ["(a|b)+[c]^$\\", "(a|b)+[c]^$\\", true],
    ["?", "😀", true],
    ["Web", "web", false],
    ["*", "two\nlines", true],
    ["container:web*", "container:web:1", true],
  ])("%s on %j: %j", (glob, text, matches) => expect(matchesGlob(text, glob)).toBe(matches));

  test("many stars on a text that nearly matches take no time", () => {
    expect(matchesGlob("a".repeat(5_000), `${"*a".repeat(500)}b`)).toBe(false);
  });

  test("a glob made of parts of the text matches it", () => {
    const part = fc.string({ unit: fc.constantFrom("a", "b", "*", "?", "😀", ".") });
    fc.assert(
      fc.property(fc.array(fc.tuple(part, fc.constantFrom("same", "*", "?"))), (parts) => {
        const text = parts.map(([part]) => part).join("");
        const glob = parts.map(([part, as]) =>
          as === "same" ? part : as === "*" ? "*" : "?".repeat([...part].length),
        );
        expect(matchesGlob(text, glob.join(""))).toBe(true);
      }),
    );
  });

  test("it agrees with a regular expression", () => {
    const unit = fc.constantFrom("a", "b", "*", "?");
    fc.assert(
      fc.property(
        fc.string({ unit, maxLength: 8 }),
        fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 8 }),
        (glob, text) => {
          const pattern = new RegExp(`^${glob.replaceAll("*", ".*").replaceAll("?", ".")}$`, "u");
          expect(matchesGlob(text, glob)).toBe(pattern.test(text));
        },
      ),
    );
  });
});

test.each<[text: string, glob: boolean]>([
  ["web", false],
  ["web*", true],
  ["w?b", true],
  ["web.1-x_y", false],
])("isGlob %s: %j", (text, glob) => expect(isGlob(text)).toBe(glob));
