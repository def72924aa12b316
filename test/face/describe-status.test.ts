import { describe, expect, test } from "vitest";
import type { AlertState } from "../../src/core/alerts.ts";
import type { SignalView } from "../../src/core/overview.ts";
import {
  describeSignals,
  describeSources,
  describeStatus,
  describeUndelivered,
  type StatusFacts,
} from "../../src/face/describe-status.ts";
import type { DelivererStatus } from "../../src/outbox/deliverer.ts";
import type { SourceView } from "../../src/watched-source.ts";

const toIso = (at: number) => `T${at}`;
const view = (key: string, status: SignalView["status"]): SignalView => ({
  key,
  severity: "critical",
  status,
  what: `${key} is so`,
});
const state = (key: string): AlertState => ({
  key,
  source: "s",
  severity: "warning",
  since: 1,
  lastAlertAt: 2,
  what: `${key} was bad`,
});

describe("causes", () => {
  const links = { standsFor: ["host:a"], needs: ["docker"], since: 5 };

  test("what one that alerts follows from is shown, how that was found is not", () => {
    const [shown] = describeSignals([{ ...view("a", "active"), ...links }], [{ ...state("a"), cause: "db" }], toIso);
    expect(shown).toMatchObject({ cause: "db", since: "T1" });
    expect(Object.keys(shown ?? {})).not.toEqual(expect.arrayContaining(["needs"]));
    expect(Object.keys(shown ?? {})).not.toEqual(expect.arrayContaining(["standsFor"]));
  });

  test("what one waits for is shown, and since when only of one that alerts", () => {
    const [shown] = describeSignals([{ ...view("a", "active"), ...links, waitsFor: "db" }], [], toIso);
    expect(shown).toMatchObject({ alerting: false, waitsFor: "db" });
    expect(shown).not.toHaveProperty("since");
  });
});

test("who acked stands beside the alert", () => {
  const acked = { ...state("a"), ack: { by: "Ann", at: 3 } };
  expect(describeSignals([view("a", "active")], [acked], toIso)).toMatchObject([
    { key: "a", alerting: true, ack: { by: "Ann", at: "T3" } },
  ]);
});

describe("signals", () => {
  const shown = { severity: "critical" };

  test.each<[name: string, signals: SignalView[], alerting: AlertState[], described: object[]]>([
    ["nothing", [], [], []],
    [
      "a good one",
      [view("a", "inactive")],
      [],
      [{ ...shown, key: "a", status: "inactive", what: "a is so", active: false, alerting: false, silenced: false }],
    ],
    [
      "a bad one that is not confirmed or silenced",
      [view("a", "active")],
      [],
      [{ ...shown, key: "a", status: "active", what: "a is so", active: true, alerting: false, silenced: false }],
    ],
    [
      "one that alerts",
      [view("a", "active")],
      [state("a")],
      [
        {
          ...shown,
          key: "a",
          status: "active",
          what: "a is so",
          active: true,
          alerting: true,
          silenced: false,
          since: "T1",
          lastAlertAt: "T2",
        },
      ],
    ],
    [
      "one that is held",
      [view("a", "unknown")],
      [state("a")],
      [
        {
          ...shown,
          key: "a",
          status: "unknown",
          what: "a is so",
          active: null,
          alerting: true,
          silenced: false,
          since: "T1",
          lastAlertAt: "T2",
        },
      ],
    ],
    [
      "one from before a restart that was not read yet",
      [],
      [state("a")],
      [
        {
          key: "a",
          severity: "warning",
          status: "unknown",
          what: "a was bad",
          active: null,
          alerting: true,
          silenced: false,
          since: "T1",
          lastAlertAt: "T2",
        },
      ],
    ],
  ])("%s", (_name, signals, alerting, described) =>
    expect(describeSignals(signals, alerting, toIso)).toEqual(described),
  );

  test("one that is silenced says so", () => {
    const described = describeSignals([view("a", "active"), view("b", "active")], [], toIso, (key) => key === "a");
    expect(described).toMatchObject([{ silenced: true }, { silenced: false }]);
  });
});

describe("sources", () => {
  const source = (name: string, ok: boolean | undefined): SourceView => ({
    name,
    ok,
    error: ok === false ? `${name} refused` : undefined,
    readAt: ok === undefined ? undefined : 5,
  });

  test("each with how it does", () => {
    expect(describeSources([source("a", true), source("b", false), source("c", undefined)], toIso)).toEqual({
      a: { ok: true, error: null, readAt: "T5" },
      b: { ok: false, error: "b refused", readAt: "T5" },
      c: { ok: null, error: null, readAt: null },
    });
  });

  test.each<[name: string, parts: (boolean | undefined)[], ok: boolean | null, error: string | null]>([
    ["all read", [true, true], true, null],
    ["one failed", [true, false, true], false, "x/1 refused"],
    ["one never read", [undefined, true], null, null],
    ["one failed, one never read", [undefined, false], false, "x/1 refused"],
    ["the other way round", [false, undefined], false, "x/0 refused"],
  ])("a folder of several: %s", (_name, parts, ok, error) => {
    const views = parts.map((part, index) => source(`x/${index}`, part));
    expect(describeSources(views, toIso)).toMatchObject({ x: { ok, error } });
    expect(Object.keys(describeSources(views, toIso).x?.parts ?? {})).toHaveLength(parts.length);
  });

  test("parts of any name", () => {
    const described = describeSources(
      [source("dependencies/__proto__", true), source("dependencies/a/b", false)],
      toIso,
    );
    expect(JSON.parse(JSON.stringify(described)).dependencies.parts["a/b"].ok).toBe(false);
    expect(JSON.stringify(described)).toContain('"__proto__":{"ok":true');
  });
});

const NOTHING: StatusFacts = { now: 5, signals: [], alerting: [], silences: [], sources: [], channels: [], owed: [] };

test("the whole: silences with their end, and what they silence", () => {
  const silences = [{ keyGlob: "dep:*", until: 9, why: "moving" }];
  expect(describeStatus({ ...NOTHING, silences, signals: [view("dep:a", "active")] }, toIso)).toEqual({
    signals: [expect.objectContaining({ key: "dep:a", silenced: true })],
    silences: [{ keyGlob: "dep:*", until: "T9", why: "moving" }],
    sources: {},
    undelivered: { count: 0, oldestAt: null, why: null, oldest: [] },
    channels: [],
  });
});

describe("what is undelivered", () => {
  const idle: DelivererStatus = { channel: "console", undelivered: 0, oldestAt: undefined, outage: undefined };
  const outage = { since: 3, error: "refused", permanent: false, nextAttemptAt: 9 };
  const away: DelivererStatus = { channel: "chat", undelivered: 2, oldestAt: 4, outage };
  const notice = {
    channel: "chat",
    key: "a",
    action: "alert",
    nature: "level",
    severity: "critical",
    what: "a is bad",
    since: 1,
    at: 4,
  } as const;

  test("nothing", () => {
    const facts = { ...NOTHING, channels: [idle] };
    expect(describeUndelivered(facts, toIso)).toEqual({ count: 0, oldestAt: null, why: null, oldest: [] });
  });

  test("how much, since when, why, and the oldest of it", () => {
    const facts = { ...NOTHING, channels: [idle, away], owed: [notice] };
    expect(describeUndelivered(facts, toIso)).toEqual({
      count: 2,
      oldestAt: "T4",
      why: "refused",
      oldest: [{ channel: "chat", key: "a", action: "alert", what: "a is bad", at: "T4" }],
    });
    expect(describeStatus(facts, toIso)).toMatchObject({
      signals: [],
      sources: {},
      channels: [
        { channel: "console", undelivered: 0, outage: null },
        {
          channel: "chat",
          undelivered: 2,
          outage: { since: "T3", error: "refused", permanent: false, nextAttemptAt: "T9" },
        },
      ],
    });
  });
});
