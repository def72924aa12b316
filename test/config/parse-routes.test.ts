import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRoutes } from "../../src/config/parse-routes.ts";
import type { Matcher } from "../../src/core/routes.ts";

const one = (text: string) => {
  const { routes, problems } = parseRoutes(text);
  expect(problems).toEqual([]);
  expect(routes).toHaveLength(1);
  return routes[0]!;
};
const expectedOf = (text: string) => parseRoutes(text).problems.map(({ text, expected }) => `${text}: ${expected}`);

describe("what a route is for", () => {
  test.each<[text: string, matcher: Matcher]>([
    ["critical", { keyGlob: "*", severity: "critical" }],
    ["warning", { keyGlob: "*", severity: "warning" }],
    ["container:db*", { keyGlob: "container:db*", severity: undefined }],
    ["host_mem", { keyGlob: "host_mem", severity: undefined }],
    ["host_disk:/mnt/a=b", { keyGlob: "host_disk:/mnt/a=b", severity: undefined }],
    ["container:*@warning", { keyGlob: "container:*", severity: "warning" }],
    ["*@critical", { keyGlob: "*", severity: "critical" }],
    ["*", { keyGlob: "*", severity: undefined }],
    ["route:db-team", { label: "db-team" }],
  ])("%s", (text, matcher) => {
    expect(one(`${text}=webhook`).matcher).toEqual(matcher);
    expect(one(` ${text} = webhook `).matcher).toEqual(matcher);
  });
});

describe("who is named", () => {
  test.each([
    ["telegram", [{ is: "telegram", chatId: undefined, threadId: undefined }]],
    ["telegram:-100123", [{ is: "telegram", chatId: "-100123", threadId: undefined }]],
    ["telegram:-100123/45", [{ is: "telegram", chatId: "-100123", threadId: 45 }]],
    ["telegram:@alerts", [{ is: "telegram", chatId: "@alerts", threadId: undefined }]],
    ["telegram:/45", [{ is: "telegram", chatId: undefined, threadId: 45 }]],
    ["webhook", [{ is: "webhook" }]],
    ["console", [{ is: "console" }]],
    ["telegram + webhook", [{ is: "telegram", chatId: undefined, threadId: undefined }, { is: "webhook" }]],
  ])("%s", (text, receivers) => {
    expect(one(`*=${text}`).receivers).toEqual(receivers);
  });
});

test("routes keep their order; empty items say nothing", () => {
  const { routes } = parseRoutes("container:db*=telegram:-100123/45, critical=telegram,, warning=webhook, *=telegram,");
  expect(routes.map(({ text }) => text)).toEqual([
    "container:db*=telegram:-100123/45",
    "critical=telegram",
    "warning=webhook",
    "*=telegram",
  ]);
});

describe("every problem names its route and what is expected", () => {
  test.each<[text: string, ...problems: RegExp[]]>([
    [",", /^,: expected at least one route$/],
    ["critical", /^critical: expected <what>=<receiver>/],
    ["=telegram", /^=telegram: expected <what>=<receiver>/],
    ["critical=", /expected <what>=<receiver>/],
    ["criticl=telegram", /did you mean critical\?$/],
    ["Warning=telegram", /did you mean warning\?$/],
    ["container:*@warn=telegram", /expected @critical or @warning behind a key; for an @ in a key write \?$/],
    ["@critical=telegram", /expected @critical or @warning behind a key/],
    ["route:a b=telegram", /expected a name of letters/],
    ["critical=telegrm", /did you mean telegram\?$/],
    ["critical=webhok", /did you mean webhook\?$/],
    ["critical=telgram:-100", /did you mean telegram:<chat>\?$/],
    ["critical=slack", /expected a receiver: telegram, .*webhook, console/],
    ["critical=telegram+", /expected a receiver/],
    ["critical=telegram:chat", /expected a chat id like/],
    ["critical=telegram:", /expected a chat or a topic behind telegram:$/],
    ["critical=telegram:-100/", /expected the number of a topic behind \/$/],
    ["critical=telegram:-100/0", /expected the number of a topic/],
    ["critical=telegram:-100/1/2", /expected the number of a topic/],
    ["*=telegram,critical=webhook", /^critical=webhook: is never reached.*"\*=telegram" comes before it$/],
    ["critical=telegram,*@critical=webhook", /is never reached/],
    ["dep:a=telegram,dep:a@warning=webhook", /is never reached/],
    ["route:a=telegram,route:a=webhook", /is never reached/],
    ["a=x,critical=telegram,b=y", /^a=x: expected a receiver/, /^b=y: expected a receiver/],
  ])("%s", (text, ...problems) => {
    const is = expectedOf(text);
    expect(is).toHaveLength(problems.length);
    for (const [index, problem] of problems.entries()) expect(is[index]).toMatch(problem);
  });

  test.each(["critical=telegram,*=webhook", "dep:*@warning=telegram,dep:*=webhook", "*=telegram,route:a=webhook"])(
    "%s: every route can be reached",
    (text) => expect(expectedOf(text)).toEqual([]),
  );
});

test("whatever is typed, each item becomes a route or a problem", () => {
  const piece = fc.constantFrom(
    "critical",
    "=",
    ",",
    "+",
    "telegram",
    ":",
    "/",
    "@",
    "*",
    "-100",
    "webhook",
    " ",
    "route:",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece).map((pieces) => pieces.join("")),
      ),
      (text) => {
        const { routes, problems } = parseRoutes(text);
        const items = text.split(",").filter((item) => item.trim() !== "");
        expect(routes.length + problems.length).toBe(Math.max(items.length, 1));
        expect(routes.every(({ receivers }) => receivers.length > 0)).toBe(true);
      },
    ),
  );
});
