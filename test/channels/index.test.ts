import { describe, expect, test } from "vitest";
import { createChannels, probeChannels } from "../../src/channels/index.ts";
import { parseEnvironment } from "../../src/config/parse-environment.ts";
import { type Settings, settingsFrom } from "../../src/config/settings.ts";
import type { Message } from "../../src/core/message.ts";
import { startBotApi } from "../stand-ins/bot-api.ts";

const TOKEN = "123456:AAF-x_y1234567890abcdefghijklmnopqr";
const MESSAGE: Message = { blocks: [{ icon: "🔴", lines: [["x"]], key: "dep:x", noticeIds: [1] }], rings: true };

function settings(env: Record<string, string> = {}): Settings {
  const { values, problems } = parseEnvironment(env, () => "");
  expect(problems).toEqual([]);
  return settingsFrom(values, () => false);
}

function telegram(apiRoot: string): Settings {
  return settings({
    WATCHDOG_TG_BOT_TOKEN: TOKEN,
    WATCHDOG_TG_CHAT_ID: "-4001",
    WATCHDOG_TG_API_ROOT: apiRoot,
    WATCHDOG_HTTP_TIMEOUT_S: "0.5",
  });
}

describe("where Telegram is configured", () => {
  test("it is the channel, and gets back what it remembered", async () => {
    const api = await startBotApi({ token: TOKEN, chatId: "-1005" });
    const remembered = (name: string) => (name === "telegram" ? { chatId: "-1005", migratedFrom: "-4001" } : {});
    const [channel, ...others] = await createChannels(telegram(api.url), () => expect.fail("written"), remembered);
    expect(others).toEqual([]);
    expect(channel?.name).toBe("telegram");
    expect(await channel?.send(MESSAGE, new AbortController().signal)).toMatchObject({ accepted: true });
    await channel?.close?.();
    await api.close();
  });

  test("it is probed without sending", async () => {
    const api = await startBotApi({ token: TOKEN, chatId: "-4001" });
    expect(await probeChannels(telegram(api.url))).toMatchObject([{ ok: true }, { ok: true }]);
    expect(api.requests).not.toContain("sendMessage");
    await api.close();
  });
});

describe("several channels", () => {
  const OPEN = {
    WATCHDOG_TG_BOT_TOKEN: TOKEN,
    WATCHDOG_TG_CHAT_ID: "-4001",
    WATCHDOG_WEBHOOK_URL: "http://127.0.0.1:9/",
  };
  const channelsOf = (env: Record<string, string>) =>
    createChannels(
      settings(env),
      () => {},
      () => ({}),
    );

  test.each<[name: string, env: Record<string, string>, names: readonly string[]]>([
    ["Telegram and a webhook", OPEN, ["telegram", "webhook"]],
    ["a webhook alone", { WATCHDOG_WEBHOOK_URL: OPEN.WATCHDOG_WEBHOOK_URL }, ["webhook"]],
    [
      "what routes name besides, after what hears all the rest",
      { ...OPEN, WATCHDOG_ROUTES: "warning=console,critical=telegram:-4002/7+telegram" },
      ["telegram", "webhook", "console", "telegram:-4002/7"],
    ],
  ])("%s", async (_name, env, names) => {
    expect((await channelsOf(env)).map(({ name }) => name)).toEqual(names);
  });

  test("a chat that only routes name: what has to be mended is the route", async () => {
    const api = await startBotApi({ token: TOKEN, chatId: "-4001" });
    const env = { ...OPEN, WATCHDOG_TG_API_ROOT: api.url, WATCHDOG_ROUTES: "critical=telegram:-4002" };
    const channel = (await channelsOf(env)).find(({ name }) => name === "telegram:-4002");
    const delivery = await channel?.send(MESSAGE, new AbortController().signal);
    expect(delivery).toMatchObject({ accepted: false, error: expect.stringContaining("check WATCHDOG_ROUTES") });
    const findings = await probeChannels(settings(env));
    expect(findings).toContainEqual(
      expect.objectContaining({ mend: expect.stringContaining("check WATCHDOG_ROUTES") }),
    );
    expect(api.requests.filter((method) => method === "sendMessage")).toHaveLength(1);
    await api.close();
  });
});

describe("where it is not", () => {
  test("the console is the channel", async () => {
    const written: string[] = [];
    const [channel, ...others] = await createChannels(
      settings(),
      (_message, text) => written.push(text),
      () => ({}),
    );
    expect(others).toEqual([]);
    expect(channel?.name).toBe("console");
    expect(await channel?.send(MESSAGE, new AbortController().signal)).toEqual({ accepted: true });
    expect(written).toEqual(["🔴 x #dep_x"]);
  });

  test("there is nothing to probe", async () => {
    expect(await probeChannels(settings())).toEqual([{ ok: true, text: "alerts go to the console" }]);
  });
});
