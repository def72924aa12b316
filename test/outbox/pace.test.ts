import { expect, test } from "vitest";
import { Pace } from "../../src/outbox/pace.ts";

const NOW = 1_800_000_000_000;
const S = 1_000;
const LIMITS = { minGapMs: S, maxPerMinute: 20 };

type Given = readonly { readonly what: "message" | "edit"; readonly agoS: number }[];
const many = (what: "message" | "edit", count: number, agoS: number): Given =>
  Array.from({ length: count }, () => ({ what, agoS }));

test.each<{ name: string; given: Given; message: number; edit: number }>([
  { name: "nothing was sent: both at once", given: [], message: 0, edit: 0 },
  { name: "after a message both wait, an edit longer", given: many("message", 1, 0.25), message: 0.75, edit: 2.75 },
  { name: "after an edit, only another edit does", given: many("edit", 1, 0.25), message: 0, edit: 2.75 },
  { name: "20 in a minute are enough", given: many("message", 20, 30), message: 30, edit: 30 },
  { name: "half of that is enough for edits", given: many("message", 10, 30), message: 0, edit: 30 },
  { name: "9 leave room for one", given: many("message", 9, 30), message: 0, edit: 0 },
  { name: "4 edits in a minute are enough", given: many("edit", 4, 20), message: 0, edit: 40 },
  {
    name: "a minute is shared",
    given: [...many("edit", 4, 50), ...many("message", 16, 20)],
    message: 10,
    edit: 40,
  },
  { name: "what is older than a minute is forgotten", given: many("message", 30, 60), message: 0, edit: 0 },
])("$name", ({ given, message, edit }) => {
  const pace = new Pace(LIMITS);
  for (const { what, agoS } of given) pace[what === "message" ? "noteMessage" : "noteEdit"](NOW - agoS * S);
  expect({ message: Math.max(pace.messageWaitMs(NOW), 0), edit: Math.max(pace.editWaitMs(NOW), 0) }).toEqual({
    message: message * S,
    edit: edit * S,
  });
});

test("a channel without limits has none", () => {
  const pace = new Pace({ minGapMs: 0, maxPerMinute: Number.POSITIVE_INFINITY });
  for (let sent = 0; sent < 100; sent++) pace.noteMessage(NOW);
  expect(Math.max(pace.messageWaitMs(NOW), pace.editWaitMs(NOW))).toBeLessThanOrEqual(0);
});
