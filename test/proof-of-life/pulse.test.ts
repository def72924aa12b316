import { describe, expect, test } from "vitest";
import type { SignalView } from "../../src/core/overview.ts";
import type { DelivererStatus } from "../../src/outbox/deliverer.ts";
import { type LifeFacts, pulseOf } from "../../src/proof-of-life/pulse.ts";
import type { SourceView } from "../../src/watched-source.ts";

const NOW = 1_000_000_000;
const source = (name: string, ok: boolean | undefined): SourceView => ({ name, ok, error: undefined, readAt: NOW });
const signal = (severity: SignalView["severity"], status: SignalView["status"]): SignalView => ({
  key: "dep:x",
  severity,
  status,
  what: "a secret name",
});
const channel = (undelivered: number, outage?: { permanent: boolean; forS: number }): DelivererStatus => ({
  channel: "telegram",
  undelivered,
  oldestAt: NOW,
  outage: outage && {
    since: NOW - outage.forS * 1_000,
    error: "chat -100123 not found",
    permanent: outage.permanent,
    nextAttemptAt: NOW,
  },
});
const facts = (more: Partial<LifeFacts>): LifeFacts => ({
  now: NOW,
  sources: [source("host/memory", true)],
  signals: [],
  channels: [channel(0)],
  ...more,
});

describe("after a tick", () => {
  test.each<[name: string, facts: Partial<LifeFacts>, status: string, why?: string]>([
    ["all is well", {}, "ok"],
    ["something is wrong out there: that is what it is for", { signals: [signal("critical", "active")] }, "ok"],
    ["one source of two cannot be read", { sources: [source("a", false), source("b", true)] }, "ok"],
    ["one was not read yet", { sources: [source("a", false), source("b", undefined)] }, "ok"],
    ["none can be read", { sources: [source("a", false), source("b", false)] }, "fail", "nothing can be read"],
    ["there is none", { sources: [] }, "ok"],
    ["an alert is on its way", { channels: [channel(1)] }, "ok"],
    ["a channel is away for a moment", { channels: [channel(1, { permanent: false, forS: 60 })] }, "ok"],
    [
      "a channel is away for minutes",
      { channels: [channel(1, { permanent: false, forS: 120 })] },
      "fail",
      "telegram takes no messages",
    ],
    [
      "a channel will not work until mended",
      { channels: [channel(0), channel(1, { permanent: true, forS: 0 })] },
      "fail",
      "telegram takes no messages",
    ],
    ["a channel is away, and owed nothing", { channels: [channel(0, { permanent: true, forS: 999 })] }, "ok"],
  ])("%s", (_name, more, status, why) => {
    const pulse = pulseOf("ticked", "1.2.3", facts(more));
    expect(pulse.status).toBe(status);
    expect(pulse.why).toBe(why);
  });
});

test("a start and an end are no failures, whatever is away", () => {
  const bad = facts({ sources: [source("a", false)] });
  expect(pulseOf("starting", "1", bad).status).toBe("starting");
  expect(pulseOf("stopping", "1", bad).status).toBe("stopping");
});

test("it goes to strangers: counts and states, no names and no texts", () => {
  const pulse = pulseOf(
    "ticked",
    "1.2.3",
    facts({
      signals: [signal("critical", "active"), signal("warning", "active"), signal("critical", "inactive")],
      sources: [source("dependencies/secret", true), source("b", false)],
      channels: [channel(3, { permanent: true, forS: 1 })],
    }),
  );
  expect(pulse).toEqual({
    status: "fail",
    why: "telegram takes no messages",
    version: "1.2.3",
    sources: { ok: 1, failed: 1 },
    active: { critical: 1, warning: 1 },
    undelivered: 3,
  });
});
