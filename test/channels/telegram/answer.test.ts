import { TelegramError } from "telegraf";
import { describe, expect, test } from "vitest";
import { NoAnswerError, readAnswer } from "../../../src/channels/telegram/answer.ts";

function read(status: number, body: string, headers: Record<string, string> = {}): unknown {
  return readAnswer({ status, headers, body: Buffer.from(body) }, (text) => text.replaceAll("secret", "[gone]"));
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (thrown) {
    return thrown;
  }
  throw new Error("nothing was thrown");
}

function refusedWith(body: unknown, headers: Record<string, string> = {}): TelegramError {
  const thrown = thrownBy(() => read(400, JSON.stringify(body), headers));
  expect(thrown).toBeInstanceOf(TelegramError);
  return thrown as TelegramError;
}

test("a granted call yields its result", () => {
  expect(read(200, '{"ok":true,"result":{"message_id":7}}')).toEqual({ message_id: 7 });
});

describe("a refusal", () => {
  test("keeps what Telegram says", () => {
    const error = refusedWith({
      ok: false,
      error_code: 400,
      description: "Bad Request: group chat was upgraded to a supergroup chat",
      parameters: { migrate_to_chat_id: -1001234567890 },
    });
    expect(error.code).toBe(400);
    expect(error.description).toBe("Bad Request: group chat was upgraded to a supergroup chat");
    expect(error.parameters).toEqual({ migrate_to_chat_id: -1001234567890 });
  });

  test.each([
    { name: "no fields at all", body: { ok: false }, code: 400, description: "no description" },
    {
      name: "fields of wrong types",
      body: { ok: false, error_code: "x", description: 5, parameters: 3 },
      code: 400,
      description: "no description",
    },
    {
      name: "null parameters",
      body: { ok: false, error_code: 403, description: "no", parameters: null },
      code: 403,
      description: "no",
    },
    {
      name: "an unsafe chat id",
      body: { ok: false, error_code: 400, description: "no", parameters: { migrate_to_chat_id: 1e300 } },
      code: 400,
      description: "no",
    },
    {
      name: "an icon and a line break",
      body: { ok: false, error_code: 400, description: "a\n🔴 b" },
      code: 400,
      description: "a • b",
    },
    {
      name: "the token in its text",
      body: { ok: false, error_code: 400, description: "for secret" },
      code: 400,
      description: "for [gone]",
    },
  ])("survives $name", ({ body, code, description }) => {
    const error = refusedWith(body);
    expect({ code: error.code, description: error.description }).toEqual({ code, description });
    expect(error.parameters).toEqual({});
  });

  test.each([
    { name: "as a number", given: 7, header: undefined, expected: 7 },
    { name: "absurd", given: 1e10, header: undefined, expected: 1e10 },
    { name: "negative", given: -5, header: undefined, expected: -5 },
    { name: "as a text that is a number", given: "7", header: undefined, expected: 7 },
    { name: "as a word", given: "soon", header: undefined, expected: undefined },
    { name: "absent", given: undefined, header: undefined, expected: undefined },
    { name: "only as a header", given: undefined, header: "9", expected: 9 },
    { name: "as both", given: 7, header: "9", expected: 7 },
    {
      name: "as a header that is a date",
      given: undefined,
      header: "Wed, 21 Oct 2026 07:28:00 GMT",
      expected: undefined,
    },
  ])("states retry_after $name", ({ given, header, expected }) => {
    const body = { ok: false, error_code: 429, description: "Too Many Requests", parameters: { retry_after: given } };
    const error = refusedWith(body, header === undefined ? {} : { "retry-after": header });
    expect(error.parameters?.retry_after).toBe(expected);
  });

  test("states retry_after beyond every number", () => {
    const thrown = thrownBy(() => read(429, '{"ok":false,"error_code":429,"parameters":{"retry_after":1e400}}'));
    expect((thrown as TelegramError).parameters).toEqual({});
  });
});

describe("what is no answer of a Bot API", () => {
  const html = { "content-type": "text/html" };
  test.each([
    {
      name: "502 with a page",
      status: 502,
      body: "<html>",
      headers: html,
      arrived: "no",
      text: "the answer (502, text/html) is not one of a Bot API",
    },
    {
      name: "504 with a page",
      status: 504,
      body: "<html>",
      headers: html,
      arrived: "maybe",
      text: "the answer (504, text/html) is not one of a Bot API",
    },
    {
      name: "200 with a page",
      status: 200,
      body: "<html>",
      headers: html,
      arrived: "no",
      text: "the answer (200, text/html) is not one of a Bot API: check WATCHDOG_TG_API_ROOT",
    },
    {
      name: "200 with an empty body",
      status: 200,
      body: "",
      headers: {},
      arrived: "no",
      text: "the answer (200) is empty",
    },
    {
      name: "200 with JSON that is cut off",
      status: 200,
      body: '{"ok":true,"res',
      headers: {},
      arrived: "maybe",
      text: "the answer (200, no content type) is not one of a Bot API",
    },
    {
      name: "200 with other JSON",
      status: 200,
      body: '{"status":"up"}',
      headers: {},
      arrived: "no",
      text: "the answer (200, no content type) is not one of a Bot API",
    },
    {
      name: "200 with a JSON list",
      status: 200,
      body: "[]",
      headers: {},
      arrived: "no",
      text: "the answer (200, no content type) is not one of a Bot API: check WATCHDOG_TG_API_ROOT",
    },
    {
      name: "200 with null",
      status: 200,
      body: "null",
      headers: {},
      arrived: "no",
      text: "the answer (200, no content type) is not one of a Bot API: check WATCHDOG_TG_API_ROOT",
    },
    {
      name: "ok that is not true or false",
      status: 200,
      body: '{"ok":"true"}',
      headers: {},
      arrived: "no",
      text: "the answer (200, no content type) is not one of a Bot API",
    },
    {
      name: "a redirect",
      status: 302,
      body: "",
      headers: {},
      arrived: "no",
      text: "the answer (302, no content type) is not one of a Bot API: check WATCHDOG_TG_API_ROOT",
    },
    {
      name: "a header with the token",
      status: 500,
      body: "",
      headers: { "content-type": "secret" },
      arrived: "no",
      text: "the answer (500, [gone]) is not one of a Bot API",
    },
  ])("$name", ({ status, body, headers, arrived, text }) => {
    const thrown = thrownBy(() => read(status, body, headers));
    expect(thrown).toBeInstanceOf(NoAnswerError);
    expect(thrown).toMatchObject({ message: text, arrived });
  });

  test("may demand a pause all the same", () => {
    expect(thrownBy(() => read(503, "", { "retry-after": "30" }))).toMatchObject({ retryAfterMs: 30_000 });
  });
});
