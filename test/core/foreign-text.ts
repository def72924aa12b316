import fc from "fast-check";

/** What makes trouble in a message, and what merely looks like it. */
const HOSTILE = [
  "🔴",
  "🟢",
  "🔁",
  "🔴🟢",
  "\n🔴 forged\n#orch_down",
  "\r\n",
  "\u2028",
  "\u0085",
  "#hashtag",
  "#·tag",
  "#",
  "＃",
  "<b>",
  "</b>",
  "<a href='x'>",
  "&",
  "&amp;",
  "&#10;",
  "`",
  "`#tag`",
  "\u202e",
  "\u2066",
  "\u200f",
  "\u200b",
  "\ufeff",
  "\0",
  "\u001b[31m",
  "\ud83d",
  "\udd34",
  "😀",
  "e\u0301",
  "…",
  "• ",
  "→ ",
  "__proto__",
  "x".repeat(500),
  "&".repeat(500),
  " ".repeat(500),
];

/** Text as strangers might send it: anything, and with a liking for what breaks things. */
export const foreignText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...HOSTILE) },
      { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
      { weight: 2, arbitrary: fc.constantFrom("container", "api", "down", " ", "12", "_") },
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));
