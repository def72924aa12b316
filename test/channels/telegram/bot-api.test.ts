import { inspect } from "node:util";
import { TelegramError } from "telegraf";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NoAnswerError } from "../../../src/channels/telegram/answer.ts";
import { BotApi } from "../../../src/channels/telegram/bot-api.ts";
import { FAULTS, refusal, type BotApi as StandIn, startBotApi } from "../../stand-ins/bot-api.ts";

const SECRET = "AAF-x_y1234567890abcdefghijklmnopqr";
const TOKEN = `123456:${SECRET}`;

let standIn: StandIn;
let api: BotApi;

beforeEach(async () => {
  standIn = await startBotApi({ token: TOKEN, chatId: "-100" });
  api = new BotApi(TOKEN, new URL(standIn.url), 200);
});
afterEach(async () => {
  await api.disconnect();
  await standIn.close();
});

async function thrownBy(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.fail("nothing was thrown"),
    (thrown: unknown) => thrown,
  );
}

describe("telegraf's methods work as documented", () => {
  test("they resolve to the result", async () => {
    expect(await api.getMe()).toMatchObject({ is_bot: true, username: "watchdog_bot" });
    expect(await api.getChat("-100")).toMatchObject({ id: -100 });
    expect(await api.sendMessage("-100", "<b>hello</b>", { parse_mode: "HTML" })).toMatchObject({ text: "hello" });
  });

  test("they throw a TelegramError where the Bot API refuses", async () => {
    const thrown = await thrownBy(api.getChat("-1"));
    expect(thrown).toBeInstanceOf(TelegramError);
    expect(thrown).toMatchObject({ code: 400, description: "Bad Request: chat not found" });
  });
});

describe("what is thrown", () => {
  test.each([
    { name: "no answer", fault: FAULTS.hang, arrived: "maybe" },
    { name: "a reset", fault: FAULTS.reset, arrived: "maybe" },
    { name: "a page", fault: FAULTS.badGateway, arrived: "no" },
  ])("after $name knows whether the call may have arrived", async ({ fault, arrived }) => {
    standIn.script(fault);
    const thrown = await thrownBy(api.sendMessage("-100", "x"));
    expect(thrown).toBeInstanceOf(NoAnswerError);
    expect(thrown).toMatchObject({ arrived });
  });

  test.each([
    FAULTS.hang,
    FAULTS.reset,
    FAULTS.truncate,
    FAULTS.endless,
    FAULTS.badGateway,
    FAULTS.empty,
    refusal(400, `for /bot${TOKEN}/sendMessage`),
  ])("never holds the token, in its stack and causes neither: $kind", async (fault) => {
    standIn.script(fault);
    const thrown = (await thrownBy(api.sendMessage("-100", "x"))) as Error;
    expect(thrown.cause).toBeUndefined();
    expect(inspect(thrown, { showHidden: true, depth: Number.POSITIVE_INFINITY }) + thrown.stack).not.toContain(SECRET);
  });
});

test("a call that cannot even be written was not sent, and does not quote the token", async () => {
  const unwritable = {
    toJSON() {
      throw new Error(`no payload for ${TOKEN}`);
    },
  };
  const thrown = await thrownBy(api.callApi("sendMessage", unwritable as never));
  expect(thrown).toMatchObject({ name: "NoAnswerError", arrived: "no", message: "no payload for [bot token]" });
});

test("the client itself shows neither the token nor a password of the API root", () => {
  const shown = new BotApi(TOKEN, new URL("http://me:hunter2@127.0.0.1:1/path"), 200);
  expect(inspect(shown, { depth: 9 }) + JSON.stringify(shown)).not.toMatch(new RegExp(`${SECRET}|hunter2`));
});
