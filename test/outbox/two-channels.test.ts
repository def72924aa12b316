import { describe, expect, test } from "vitest";
import type { Action, Notice } from "../../src/core/notice.ts";
import { EN } from "../../src/core/texts/index.ts";
import { Deliverer } from "../../src/outbox/deliverer.ts";
import { openDatabase } from "../../src/store/open-database.ts";
import { Store } from "../../src/store/store.ts";
import { ACCEPTED, ends, FORBIDDEN, hangs, REFUSED, ScriptedChannel } from "../stand-ins/scripted-channel.ts";
import { SimulatedClock } from "../stand-ins/simulated-clock.ts";

const S = 1_000;
const MIN = 60 * S;

/** Two channels that are owed the same, as an assembled watchdog with both has them. */
function start() {
  const clock = new SimulatedClock();
  const store = new Store(openDatabase(undefined, () => {}).database, (trouble) => expect.unreachable(trouble));
  const log = { info: () => {}, warn: () => {} };
  const shared = { texts: EN, notices: store, clock, log, random: () => 0, zone: "UTC", timeoutMs: 5 * S };
  const healthy = new ScriptedChannel(clock, { name: "healthy", minGapMs: S });
  const failing = new ScriptedChannel(clock, { name: "failing", minGapMs: S });
  const channels = [failing, healthy];
  const deliverers = channels.map((channel) => new Deliverer({ ...shared, channel }));
  const startedAt = clock.now();
  const decide = (action: Action, ...keys: string[]) => {
    const notices = keys.map((key): Notice => {
      const level = { nature: "level", severity: "critical" } as const;
      return { key, action, ...level, what: `${key} ${action}`, since: clock.now(), at: clock.now() };
    });
    store.commit({ set: [], forget: [], memories: new Map(), notices, channels: channels.map(({ name }) => name) });
    for (const deliverer of deliverers) deliverer.kick();
  };
  /** What each attempt told, and when in seconds after the start. */
  const attemptsOf = (channel: ScriptedChannel) =>
    channel.attempts.map(({ at, message }) => ({
      atS: (at - startedAt) / S,
      blocks: message.blocks.map(({ icon, key }) => `${icon} ${key}`),
    }));
  const owed = () => ({ healthy: store.backlog("healthy").count, failing: store.backlog("failing").count });
  return { clock, healthy, failing, decide, attemptsOf, owed, deliverers };
}

describe("one channel's outage does not hold up the other", () => {
  test.each<[name: string, sending: ScriptedChannel["sending"]]>([
    ["it refuses", ends(REFUSED)],
    ["it is forbidden for good", ends(FORBIDDEN)],
    ["it demands a pause of an hour", ends({ ...REFUSED, retryAfterMs: 60 * MIN } as never)],
    ["it hangs", hangs],
    ["it breaks its contract", () => Promise.reject(new Error("no delivery"))],
  ])("%s", async (_name, sending) => {
    const { clock, healthy, failing, decide, attemptsOf, owed } = start();
    failing.sending = sending;
    decide("alert", "a");
    await clock.advance(10 * S);
    decide("alert", "b");
    await clock.advance(10 * S);
    decide("recovery", "a");
    await clock.advance(10 * S);
    expect(attemptsOf(healthy)).toEqual([
      { atS: 0, blocks: ["🔴 a"] },
      { atS: 10, blocks: ["🔴 b"] },
      { atS: 20, blocks: ["🟢 a"] },
    ]);
    expect(owed()).toEqual({ healthy: 0, failing: 3 });
  });

  test("the failing one is told afterwards, merged; the healthy one hears nothing twice", async () => {
    const { clock, healthy, failing, decide, attemptsOf, owed } = start();
    failing.sending = ends(REFUSED);
    decide("alert", "a", "b");
    await clock.advance(5 * MIN);
    decide("recovery", "a");
    await clock.advance(5 * MIN);
    failing.sending = ends(ACCEPTED);
    await clock.advance(MIN);
    expect(attemptsOf(failing).at(-1)?.blocks).toEqual(["🔴 b", "🔴🟢 a"]);
    expect(failing.texts.at(-1)).toContain("told late");
    expect(failing.texts.at(-1)).not.toContain("possibly");
    expect(attemptsOf(healthy).map(({ blocks }) => blocks)).toEqual([["🔴 a", "🔴 b"], ["🟢 a"]]);
    expect(owed()).toEqual({ healthy: 0, failing: 0 });
  });

  test("that one attempt got no answer marks nothing on the other", async () => {
    const { clock, healthy, failing, decide } = start();
    failing.sending = hangs;
    decide("alert", "a");
    healthy.sending = ends(REFUSED);
    await clock.advance(10 * S);
    failing.sending = ends(ACCEPTED);
    healthy.sending = ends(ACCEPTED);
    await clock.advance(MIN);
    expect(failing.texts.at(-1)).toContain("possibly a repeat");
    expect(healthy.texts.at(-1)).not.toContain("possibly a repeat");
  });

  test("a stop waits for neither beyond its grace, and lets the healthy one finish", async () => {
    const { clock, healthy, failing, decide, owed, deliverers } = start();
    failing.sending = hangs;
    decide("alert", "a");
    await clock.advance(100);
    decide("alert", "b");
    const stopped = Promise.all(deliverers.map((deliverer) => deliverer.stop(3 * S)));
    await clock.advance(3 * S);
    await stopped;
    expect(healthy.attempts).toHaveLength(2);
    expect(owed()).toEqual({ healthy: 0, failing: 2 });
  });
});
