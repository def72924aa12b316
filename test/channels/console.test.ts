import { expect, test } from "vitest";
import { createConsoleChannel } from "../../src/channels/console/index.ts";
import type { Message } from "../../src/core/message.ts";

const MESSAGE: Message = {
  blocks: [{ icon: "🔴", lines: [[{ bold: "api <down>" }], ["since 14:02"]], key: "dep:api", noticeIds: [1] }],
  rings: true,
};
const NEVER = new AbortController().signal;

test("a message is handed over as plain text, unescaped", async () => {
  const written: [Message, string][] = [];
  const channel = createConsoleChannel((message, text) => written.push([message, text]));
  expect(await channel.send(MESSAGE, NEVER)).toEqual({ accepted: true });
  expect(written).toEqual([[MESSAGE, "🔴 api <down>\nsince 14:02\n#dep_api"]]);
});

test("a console that throws has not accepted it", async () => {
  const channel = createConsoleChannel(() => {
    throw new Error("EPIPE");
  });
  expect(await channel.send(MESSAGE, NEVER)).toEqual({
    accepted: false,
    arrived: "no",
    permanent: false,
    error: "the console takes nothing: EPIPE",
  });
});

test("messages may follow each other at once", () => {
  expect(createConsoleChannel(() => {}).pace.minGapMs).toBe(0);
});
