import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseEnvironment } from "../../src/config/parse-environment.ts";
import { parseRoutes } from "../../src/config/parse-routes.ts";
import { findUnknownKinds, resolveRoutes } from "../../src/config/routing.ts";
import { settingsFrom } from "../../src/config/settings.ts";
import { SIGNAL_KINDS } from "../../src/config/signal-kinds.ts";
import { kindOf } from "../../src/core/signal.ts";

const TELEGRAM = {
  botToken: "1:x",
  chatId: "-100",
  threadId: 4 as number | undefined,
  apiRoot: new URL("https://api.telegram.org"),
};
const both = { telegram: TELEGRAM, webhook: {} };
const channels = (text: string, doors = both) =>
  resolveRoutes(parseRoutes(text).routes, doors).routing.routes.map((route) => route.channels);

describe("receivers become channels", () => {
  test.each<[text: string, channels: readonly string[]]>([
    ["*=telegram", ["telegram"]],
    ["*=webhook+console", ["webhook", "console"]],
    ["*=telegram:-200", ["telegram:-200"]],
    ["*=telegram:-200/7", ["telegram:-200/7"]],
    ["*=telegram:/7", ["telegram:-100/7"]],
    ["*=telegram:-100", ["telegram:-100"]],
    ["*=telegram:-100/4", ["telegram"]],
    ["*=telegram:/4+telegram", ["telegram"]],
  ])("%s", (text, names) => {
    expect(channels(text)).toEqual([names]);
  });

  test("a chat that only a route names is one of the same bot", () => {
    const { chats } = resolveRoutes(parseRoutes("*=telegram:@alerts/7").routes, both);
    expect([...chats]).toEqual([["telegram:@alerts/7", { ...TELEGRAM, chatId: "@alerts", threadId: 7 }]]);
  });
});

test.each<
  [name: string, doors: { telegram: typeof TELEGRAM | undefined; webhook: object | undefined }, to: readonly string[]]
>([
  ["Telegram", { telegram: TELEGRAM, webhook: undefined }, ["telegram"]],
  ["a webhook", { telegram: undefined, webhook: {} }, ["webhook"]],
  ["both", both, ["telegram", "webhook"]],
  ["nothing", { telegram: undefined, webhook: undefined }, ["console"]],
])("what matches no route goes to every door: %s", (_name, doors, to) => {
  expect(resolveRoutes([], doors).routing).toEqual({ routes: [], fallback: to });
});

describe("a receiver that is not configured", () => {
  const problems = (env: Record<string, string>) => parseEnvironment(env, () => "").problems;
  test.each<[name: string, env: Record<string, string>, problem: string]>([
    [
      "Telegram",
      { WATCHDOG_WEBHOOK_URL: "https://hooks.example", WATCHDOG_ROUTES: "critical=telegram" },
      'WATCHDOG_ROUTES="critical=telegram": expected WATCHDOG_TG_BOT_TOKEN and WATCHDOG_TG_CHAT_ID beside it',
    ],
    [
      "the webhook",
      { WATCHDOG_TG_BOT_TOKEN: "1:x", WATCHDOG_TG_CHAT_ID: "-1", WATCHDOG_ROUTES: "critical=webhook" },
      'WATCHDOG_ROUTES="critical=webhook": expected WATCHDOG_WEBHOOK_URL beside it',
    ],
    [
      "a secret for no webhook",
      { WATCHDOG_WEBHOOK_SECRET: "a secret of 24 characters" },
      "WATCHDOG_WEBHOOK_URL is unset: expected a URL beside WATCHDOG_WEBHOOK_SECRET",
    ],
  ])("%s", (_name, env, problem) => {
    expect(problems(env)).toEqual([problem]);
  });

  test("one line for every bad route, none of which shows a token", () => {
    const lines = problems({ WATCHDOG_ROUTES: "critical=telegram:123456:AAF-secret,x=y" });
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toContain("AAF-secret");
  });
});

test("containers may name a route or a receiver in their label", () => {
  const env = {
    WATCHDOG_DOCKER_SOCK: "/docker.sock",
    WATCHDOG_WEBHOOK_URL: "https://hooks.example",
    WATCHDOG_ROUTES: "route:dba=console",
  };
  const { values } = parseEnvironment(env, () => "");
  expect(settingsFrom(values, () => true).containers?.routeNames).toEqual(["dba", "webhook", "console"]);
});

describe("a route for a kind that nobody knows is told, not refused", () => {
  test.each<[text: string, nearest: string | undefined]>([
    ["contaner:db*=console", "container"],
    ["orch_dwn=console", "orch_down"],
    ["cont*:db=console", undefined],
    ["*db*=console", undefined],
    ["?ep:db=console", undefined],
    ["critical=console", undefined],
    ["route:x=console", undefined],
  ])("%s", (text, nearest) => {
    const warnings = findUnknownKinds(parseRoutes(text).routes);
    if (nearest === undefined) expect(warnings).toEqual([]);
    else expect(warnings).toEqual([expect.stringContaining(`did you mean ${nearest}?`)]);
  });

  test("every kind that the README names is known", () => {
    const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
    const [, table = ""] = /\| key \| active when \|\n\|[-|]+\|\n((?:\|.*\n)+)/.exec(readme) ?? [];
    const keys = table
      .split("\n")
      .flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, key]) => key ?? ""));
    expect(keys.length).toBeGreaterThan(10);
    expect(keys.map(kindOf).filter((kind) => !SIGNAL_KINDS.includes(kind))).toEqual([]);
  });
});
