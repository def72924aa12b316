import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Block, noticeIdsOf, packMessages, renderHtml, renderPlain } from "../../src/core/message.ts";
import { EN } from "../../src/core/texts/index.ts";
import { foreignText } from "./foreign-text.ts";

function block(key: string, more: Partial<Block> = {}): Block {
  return { icon: "🔴", key, noticeIds: [1], lines: [[{ bold: `${key} is bad` }], ["since noon"]], ...more };
}

describe("rendering", () => {
  const message = (...blocks: Block[]) => packMessages(blocks, 4_000, EN.messages)[0]!;

  test("as Telegram's HTML", () => {
    const lines = [[{ bold: "a <b> & c" }], ["→ run ", { code: "x > y" }, "; then < wait"]];
    expect(renderHtml(message(block("dep:x", { lines })))).toBe(
      "🔴 <b>a &lt;b&gt; &amp; c</b>\n→ run <code>x &gt; y</code>; then &lt; wait\n#dep_x",
    );
  });

  test("as plain text nothing is escaped", () => {
    const lines = [[{ bold: "a <b>" }], [{ code: "x > y" }, " & z"]];
    expect(renderPlain(message(block("dep:x", { lines })))).toBe("🔴 a <b>\nx > y & z\n#dep_x");
  });

  test("information has its lines below its heading, and no icon", () => {
    const information = { heading: "all <quiet>", lines: [["7 & 3"], [{ bold: "x" }]], blocks: [], rings: false };
    expect(renderHtml(information)).toBe("<b>all &lt;quiet&gt;</b>\n7 &amp; 3\n<b>x</b>");
    expect(renderPlain(information)).toBe("all <quiet>\n7 & 3\nx");
  });

  test("a block of one line has its hashtag at the end of it", () => {
    expect(renderPlain(message(block("a", { icon: "🔴🟢", lines: [["came and went"]] })))).toBe(
      "🔴🟢 came and went #a",
    );
  });

  test.each<[name: string, icons: Block["icon"][], heading: string | undefined]>([
    ["a message of one block", ["🔴"], undefined],
    ["only what is wrong", ["🔴", "🔁"], "2 problems"],
    ["only what is over", ["🟢", "🟢", "🔴🟢"], "2 resolved, 1 came and went"],
    ["both", ["🔴", "🟢", "🔁", "🔴🟢"], "2 problems, 1 resolved, 1 came and went"],
  ])("the heading of %s", (_name, icons, heading) => {
    const packed = message(...icons.map((icon, index) => block(`k${index}`, { icon })));
    expect(packed.heading).toBe(heading);
    if (heading) expect(renderHtml(packed).startsWith(`<b>${heading}</b>\n\n🔴`) || icons[0] === "🟢").toBe(true);
  });

  test.each<[name: string, blocks: Block[], heading: string | undefined]>([
    ["one end", [block("db", { icon: "🟢", stillWrong: ["web"] })], "1 resolved, 1 still wrong"],
    [
      "ends that share what goes on",
      [
        block("db", { icon: "🟢", stillWrong: ["web", "api"] }),
        block("mail", { icon: "🟢", stillWrong: ["web"] }),
        block("x", { icon: "🔴🟢" }),
      ],
      "2 resolved, 2 still wrong, 1 came and went",
    ],
    [
      "an end beside what went on, and has a block of its own",
      [block("db", { icon: "🟢", stillWrong: ["web", "api"] }), block("web"), block("api", { icon: "🟢" })],
      "1 problem, 2 resolved",
    ],
  ])("the heading says what is still wrong after %s", (_name, blocks, heading) => {
    expect(message(...blocks).heading).toBe(heading);
  });

  test("that heading has its place in a message that is full", () => {
    const long = block("db", { icon: "🟢", stillWrong: ["web"], lines: [["x".repeat(3_980)]] });
    expect(renderHtml(message(long)).length).toBeLessThanOrEqual(4_000);
  });

  test.each<[icons: Block["icon"][], rings: boolean]>([
    [["🔴"], true],
    [["🔁"], true],
    [["🟢"], false],
    [["🟢", "🟢"], false],
    [["🟢", "🔴"], true],
    [["🔴🟢"], true],
  ])("%j rings: %j", (icons, rings) => {
    expect(message(...icons.map((icon, index) => block(`k${index}`, { icon }))).rings).toBe(rings);
  });
});

describe("packing", () => {
  test("nothing makes no message", () => expect(packMessages([], 4_000, EN.messages)).toEqual([]));

  test("what fits is one message", () => {
    expect(packMessages([block("a"), block("b"), block("c")], 4_000, EN.messages)).toHaveLength(1);
  });

  test("what does not fit begins the next one", () => {
    const long = (key: string) => block(key, { lines: [[key], ["x".repeat(150)]] });
    const keys = packMessages([long("a"), long("b"), long("c")], 450, EN.messages).map(({ blocks }) =>
      blocks.map(({ key }) => key),
    );
    expect(keys).toEqual([["a", "b"], ["c"]]);
  });

  test("a message knows the notices that it tells", () => {
    const [message] = packMessages(
      [block("a", { noticeIds: [3, 5] }), block("b", { noticeIds: [4] })],
      4_000,
      EN.messages,
    );
    expect(noticeIdsOf(message!)).toEqual([3, 5, 4]);
  });

  test("a block that is longer than a message is shortened, with its beginning, hashtag and notices kept", () => {
    const lines = [[{ bold: "x".repeat(300) }], ...Array.from({ length: 10 }, () => ["&".repeat(300)])];
    const [message] = packMessages([block("dep:x", { lines, noticeIds: [7] })], 4_000, EN.messages);
    const html = renderHtml(message!);
    expect(html.length).toBeLessThanOrEqual(4_000);
    expect(html).toMatch(/^🔴 <b>x+…<\/b>\n.*…\n#dep_x$/su);
    expect(noticeIdsOf(message!)).toEqual([7]);
  });

  const span = fc.oneof(
    foreignText,
    foreignText.map((bold) => ({ bold })),
    foreignText.map((code) => ({ code })),
  );
  const anyBlocks = fc.array(
    fc.record({
      icon: fc.constantFrom<Block["icon"]>("🔴", "🔁", "🟢", "🔴🟢"),
      key: fc.string({ maxLength: 200 }),
      noticeIds: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
      lines: fc.array(fc.array(span, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 11 }),
    }),
    { maxLength: 12 },
  );

  test("no message is longer than allowed, none is empty, and the order is kept", () => {
    fc.assert(
      fc.property(anyBlocks, fc.constantFrom(4_000, 5_000, 20_000), (blocks, maxChars) => {
        const messages = packMessages(blocks, maxChars, EN.messages);
        for (const message of messages) {
          expect(renderHtml(message).length).toBeLessThanOrEqual(maxChars);
          expect(renderPlain(message).length).toBeLessThanOrEqual(renderHtml(message).length);
          expect(message.blocks.length).toBeGreaterThan(0);
        }
        const identity = ({ icon, key, noticeIds }: Block) => ({ icon, key, noticeIds });
        expect(messages.flatMap((message) => message.blocks.map(identity))).toEqual(blocks.map(identity));
      }),
      { numRuns: 60 },
    );
  });
});
