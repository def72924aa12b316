import { test as base, expect } from "vitest";
import { startBotApi } from "../../stand-ins/bot-api.ts";
import { alert, between, Collector, recovery } from "./collector.ts";

const test = base.extend("chat", async ({ task: _ }, { onCleanup }) => {
  const bot = await startBotApi({ token: "1:x", chatId: "-1" });
  onCleanup(() => bot.close());
  const say = (text: string) =>
    fetch(`${bot.url}/bot1:x/sendMessage`, { method: "POST", body: JSON.stringify({ chat_id: "-1", text }) });
  return { told: new Collector(bot), say };
});

const DOWN = "🔴 db is down\n#dep_db";
const UP = "🟢 db is up\n#dep_db";

test("what comes in time and says what it must is well", async ({ chat: { told, say } }) => {
  await say(`${DOWN}\n\n${UP}`);
  await told.expect(between(0, 5), alert("dep:db", "is down", /^🔴/u), recovery("dep:db"));
  told.checkNothingElse();
});

test("a message that does not come fails, and tells what came", async ({ chat: { told, say } }) => {
  await say(DOWN);
  await told.expect(between(0, 5), alert("dep:db"));
  const missing = told.expect(between(0, 0.1), recovery("dep:db"));
  await expect(missing).rejects.toThrow(/no message came between 0 s and 0.1 s: \[🟢 #dep_db\].*checked.*db is down/su);
});

test("a message too early fails", async ({ chat: { told, say } }) => {
  await say(DOWN);
  await expect(told.expect(between(3, 5), alert("dep:db"))).rejects.toThrow("should have come between 3 s and 5 s");
});

test("a message too many fails", async ({ chat: { told, say } }) => {
  await say(DOWN);
  await say(DOWN);
  await told.expect(between(0, 5), alert("dep:db"));
  expect(() => told.checkNothingElse()).toThrow("1 messages too many");
});

test.for([
  ["another icon", [recovery("dep:db")], "consists of [🔴 #dep_db]"],
  ["another key", [alert("dep:api")], "consists of [🔴 #dep_db]"],
  ["a block too few", [alert("dep:db"), alert("dep:api")], "consists of [🔴 #dep_db]"],
  ["no block", [], "consists of [🔴 #dep_db]"],
  ["other words", [alert("dep:db", "since")], "does not say since"],
] as const)("%s than was due fails", async ([, blocks, why], { chat: { told, say } }) => {
  await say(DOWN);
  await expect(told.expect(between(0, 5), ...blocks)).rejects.toThrow(why);
});
