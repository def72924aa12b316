import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Notice } from "../../src/core/notice.ts";
import {
  channelsFor,
  channelsOf,
  type Matcher,
  type Route,
  type Routing,
  routeNames,
  routeNotices,
  routeOf,
  type Told,
} from "../../src/core/routes.ts";
import { EN } from "../../src/core/texts/index.ts";

function notice(key: string, more: Partial<Notice> = {}): Notice {
  return {
    key,
    action: "alert",
    nature: "level",
    severity: "critical",
    what: `${key} is wrong`,
    since: 1,
    at: 2,
    ...more,
  };
}

const glob = (keyGlob: string, severity?: "critical" | "warning"): Matcher => ({ keyGlob, severity });
const route = (matcher: Matcher, ...channels: string[]): Route => ({ matcher, channels });

const ROUTING: Routing = {
  routes: [
    route({ label: "dba" }, "telegram:dba"),
    route(glob("container:db*"), "telegram:db"),
    route(glob("container*", "warning"), "webhook"),
    route(glob("*", "critical"), "telegram", "webhook"),
  ],
  fallback: ["telegram"],
};

describe("the first route that matches decides", () => {
  test.each<[name: string, given: Notice, channels: readonly string[]]>([
    ["by key", notice("container:db1"), ["telegram:db"]],
    ["by key before severity", notice("container:db1", { severity: "warning" }), ["telegram:db"]],
    ["by key and severity", notice("container:web", { severity: "warning" }), ["webhook"]],
    ["by severity, to two", notice("dep:api"), ["telegram", "webhook"]],
    ["what matches nothing goes to the fallback", notice("queue_backlog", { severity: "warning" }), ["telegram"]],
    ["a label's route comes before all", notice("container:db1", { route: "dba" }), ["telegram:dba"]],
    ["a label may name a channel", notice("container:db1", { route: "webhook" }), ["webhook"]],
    ["a label that names nothing asks for nothing", notice("container:db1", { route: "dbb" }), ["telegram:db"]],
    ["a label's route is for nobody else", notice("dba", { severity: "warning" }), ["telegram"]],
  ])("%s", (_name, given, channels) => {
    expect(routeOf(given, ROUTING)).toEqual(channels);
  });
});

test("channels and names: each once, those of the fallback first", () => {
  expect(channelsOf(ROUTING)).toEqual(["telegram", "telegram:dba", "telegram:db", "webhook"]);
  expect(routeNames(ROUTING)).toEqual(["dba", "telegram", "telegram:dba", "telegram:db", "webhook"]);
});

describe("an incident stays where it was told", () => {
  const told = (...channels: string[]): Told => ({ severity: "critical", channels });
  test.each<[name: string, given: Notice, before: Told | undefined, channels: readonly string[]]>([
    ["recovery", notice("dep:a", { action: "recovery" }), told("telegram:db"), ["telegram:db"]],
    ["re-alert", notice("dep:a", { action: "realert" }), told("telegram:db"), ["telegram:db"]],
    [
      "as far as that still exists",
      notice("dep:a", { action: "recovery" }),
      told("telegram:gone", "webhook"),
      ["webhook"],
    ],
    [
      "where nothing of it exists any more, as a new one",
      notice("dep:a", { action: "recovery" }),
      told("telegram:gone"),
      ["telegram", "webhook"],
    ],
    [
      "not known to whom it was told: as a new one",
      notice("dep:a", { action: "recovery" }),
      undefined,
      ["telegram", "webhook"],
    ],
    [
      "one that became worse is told where that belongs, too",
      notice("dep:a", { action: "realert" }),
      { severity: "warning", channels: ["telegram:db"] },
      ["telegram:db", "telegram", "webhook"],
    ],
    ["a new alert is routed anew", notice("dep:a"), told("telegram:db"), ["telegram", "webhook"]],
  ])("%s", (_name, given, before, channels) => {
    expect(channelsFor(given, ROUTING, before)).toEqual(channels);
  });
});

describe("what a tick decided", () => {
  const plain = (notices: readonly Notice[], told: [string, Told][] = []) => {
    const { routed, told: after } = routeNotices(notices, ROUTING, new Map(told), EN.messages);
    return {
      routed: routed.map(({ notice, channels }) => [notice.action, notice.key, ...channels]),
      told: [...after].map(([key, { channels }]) => [key, ...channels]),
    };
  };

  test("it is remembered who was told of what goes on, until it is over", () => {
    const began = plain([notice("container:db1"), notice("dep:a", { nature: "edge" })]);
    expect(began.told).toEqual([["container:db1", "telegram:db"]]);
    const over = plain(
      [notice("container:db1", { action: "recovery" })],
      [["container:db1", { severity: "critical", channels: ["webhook"] }]],
    );
    expect(over).toEqual({ routed: [["recovery", "container:db1", "webhook"]], told: [] });
  });

  test("an alert and its recovery in one tick go the same way", () => {
    const { routed } = plain([notice("container:db1"), notice("container:db1", { action: "recovery" })]);
    expect(routed.map(([, , ...channels]) => channels)).toEqual([["telegram:db"], ["telegram:db"]]);
  });
});

describe("what follows from something", () => {
  const cause = { key: "docker_down", what: "Docker does not answer", severity: "critical" } as const;

  test("is told under its cause to whom the cause is told, and on its own to whom it belongs", () => {
    const { routed, told } = routeNotices(
      [notice(cause.key), notice("container:db1", { cause })],
      ROUTING,
      new Map(),
      EN.messages,
    );
    expect(routed.map(({ notice: { key, cause: under }, channels }) => [key, under?.key, ...channels])).toEqual([
      ["docker_down", undefined, "telegram", "webhook"],
      ["container:db1", "docker_down", "telegram", "webhook"],
      ["container:db1", undefined, "telegram:db"],
    ]);
    expect(routed[2]?.notice.details?.[0]).toContain("Docker does not answer");
    expect(told.get("container:db1")?.channels).toEqual(["telegram", "webhook", "telegram:db"]);
  });

  test("goes where its cause was told, whatever the routes say by now", () => {
    const told = new Map<string, Told>([[cause.key, { severity: "critical", channels: ["telegram:dba"] }]]);
    const { routed } = routeNotices([notice("dep:a", { cause, severity: "warning" })], ROUTING, told, EN.messages);
    expect(routed.map(({ channels }) => channels)).toEqual([["telegram:dba"], ["telegram"]]);
  });

  test("is one notice where both go the same way", () => {
    const { routed } = routeNotices([notice("dep:a", { cause })], ROUTING, new Map(), EN.messages);
    expect(routed).toEqual([{ notice: notice("dep:a", { cause }), channels: ["telegram", "webhook"] }]);
  });
});

describe("whatever is routed", () => {
  const channel = fc.constantFrom("telegram", "webhook", "console", "telegram:-1", "telegram:-1/2");
  const severity = fc.constantFrom("critical" as const, "warning" as const);
  const key = fc.oneof(fc.constantFrom("dep:a", "dep:b", "host_mem"), fc.string());
  const keyGlob = fc.oneof(key, fc.constantFrom("*", "dep:*", "*:?"));
  const matcher = fc.oneof(
    fc.record({ label: fc.constantFrom("a", "b") }),
    fc.record({ keyGlob, severity: fc.option(severity, { nil: undefined }) }),
  );
  const channels = fc.uniqueArray(channel, { minLength: 1 });
  const routing = fc.record({
    routes: fc.array(fc.record({ matcher, channels }), { maxLength: 5 }),
    fallback: channels,
  });
  const cause = fc.record({ key, what: fc.string(), severity });
  const notices = fc.array(
    fc
      .record({
        key,
        severity,
        action: fc.constantFrom("alert" as const, "realert" as const, "recovery" as const),
        nature: fc.constantFrom("level" as const, "edge" as const),
        route: fc.option(fc.constantFrom("a", "b", "webhook", "?"), { nil: undefined }),
        cause: fc.option(cause, { nil: undefined }),
      })
      .map(({ route, cause, key, ...rest }) =>
        notice(key, { ...rest, ...(route !== undefined && { route }), ...(cause !== undefined && { cause }) }),
      ),
  );
  const told = fc
    .array(fc.tuple(key, fc.record({ severity, channels: fc.array(fc.oneof(channel, fc.constant("gone"))) })))
    .map((entries) => new Map(entries));

  test("each notice reaches somebody who exists, and nobody twice", () => {
    fc.assert(
      fc.property(notices, routing, told, (notices, routing, told) => {
        const existing = new Set(channelsOf(routing));
        const { routed } = routeNotices(notices, routing, told, EN.messages);
        const perNotice = Map.groupBy(routed, ({ notice }) => `${notice.key}\0${notice.at}`);
        expect(new Set(routed.map(({ notice }) => notice.key))).toEqual(new Set(notices.map(({ key }) => key)));
        for (const { channels } of routed) {
          expect(channels.length).toBeGreaterThan(0);
          expect(channels.every((name) => existing.has(name))).toBe(true);
          expect(new Set(channels).size).toBe(channels.length);
        }
        if (notices.length === 1) {
          const all = [...perNotice.values()].flat().flatMap(({ channels }) => channels);
          expect(new Set(all).size).toBe(all.length);
        }
      }),
    );
  });

  test("without routes and labels, all goes to all", () => {
    const plain = notices.map((all) => all.map(({ route: _, ...rest }) => rest));
    fc.assert(
      fc.property(plain, channels, (notices, fallback) => {
        const { routed } = routeNotices(notices, { routes: [], fallback }, new Map(), EN.messages);
        expect(routed).toEqual(notices.map((notice) => ({ notice, channels: expect.arrayContaining(fallback) })));
      }),
    );
  });

  test("a recovery reaches all that were told and still exist", () => {
    fc.assert(
      fc.property(key, severity, routing, routing, (key, severity, before, after) => {
        const alert = routeNotices([notice(key, { severity })], before, new Map(), EN.messages);
        const [alerted] = alert.routed;
        const [recovered] = routeNotices(
          [notice(key, { severity, action: "recovery" })],
          after,
          alert.told,
          EN.messages,
        ).routed;
        const existing = new Set(channelsOf(after));
        const left = (alerted?.channels ?? []).filter((name) => existing.has(name));
        if (left.length > 0) expect(recovered?.channels).toEqual(left);
        else expect(recovered?.channels).toEqual(routeOf(notice(key, { severity }), after));
      }),
    );
  });
});
