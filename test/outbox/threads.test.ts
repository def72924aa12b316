import { describe, expect, test } from "vitest";
import type { Edit } from "../../src/channels/channel.ts";
import type { Action, Notice } from "../../src/core/notice.ts";
import { EN } from "../../src/core/texts/index.ts";
import { Deliverer } from "../../src/outbox/deliverer.ts";
import { openDatabase } from "../../src/store/open-database.ts";
import { Store } from "../../src/store/store.ts";
import { EditingChannel, endsInTurn, hangs, REFUSED } from "../stand-ins/scripted-channel.ts";
import { SimulatedClock } from "../stand-ins/simulated-clock.ts";

const S = 1_000;
const MIN = 60 * S;
const HOUR = 60 * MIN;

interface Options {
  readonly minGapMs?: number;
  readonly maxPerMinute?: number;
  readonly quietHours?: { fromMinute: number; toMinute: number };
}

function start({ quietHours, ...pace }: Options = {}) {
  const clock = new SimulatedClock();
  const startedAt = clock.now();
  const store = new Store(openDatabase(undefined, () => {}).database, (trouble) => expect.unreachable(trouble));
  const channel = new EditingChannel(clock, pace);
  const warnings: object[] = [];
  const log = { info: () => {}, warn: (facts: object, msg: string) => void warnings.push({ msg, ...facts }) };
  const open = (on: EditingChannel) =>
    new Deliverer({
      texts: EN,
      channel: on,
      notices: store,
      clock,
      log,
      random: () => 0,
      zone: "UTC",
      timeoutMs: 5 * S,
      quietHours,
    });
  let deliverer = open(channel);
  const since = new Map<string, number>();
  const decide = (action: Action, ...keys: string[]) => {
    const notices = keys.map((key): Notice => {
      if (action === "alert") since.set(key, clock.now());
      const level = { nature: "level", severity: key.startsWith("warn") ? "warning" : "critical" } as const;
      return { key, action, ...level, what: `${key} is wrong`, since: since.get(key) ?? 0, at: clock.now() };
    });
    store.commit({ set: [], forget: [], memories: new Map(), notices, channels: [channel.name] });
    deliverer.kick();
  };
  /** A new process on the same store. */
  const restart = async (on = channel) => {
    await deliverer.stop(0);
    deliverer = open(on);
    deliverer.kick();
  };
  /** "m1 at 60": which messages were edited, and how many seconds after the start. */
  const edits = (on = channel) => on.edits.map(({ at, ref }) => `${ref} at ${Math.round((at - startedAt) / S)}`);
  const replies = () => channel.attempts.map(({ replyTo }) => replyTo);
  const ack = (key: string) => deliverer.acknowledge(key, "Ann");
  return { clock, channel, store, warnings, decide, restart, edits, replies, ack, stop: () => deliverer.stop(0) };
}

const ends = (edit: Edit) => async () => edit;
const failed = (reason: "gone" | "fixed" | "unsupported" | "failed", more = {}) =>
  ends({ edited: false, reason, error: "no", ...more });

describe("what goes on from a message replies to it", () => {
  test("re-alerts and the recovery to the alert, and the next alert to nothing", async () => {
    const { clock, decide, replies } = start();
    for (const action of ["alert", "realert", "realert", "recovery", "alert", "recovery"] as const) {
      decide(action, "db");
      await clock.advance(S);
    }
    expect(replies()).toEqual([undefined, "m1", "m1", "m1", undefined, "m5"]);
  });

  test("after a restart too", async () => {
    const { clock, decide, restart, replies } = start();
    decide("alert", "db");
    await clock.advance(S);
    await restart();
    decide("recovery", "db");
    await clock.advance(S);
    expect(replies()).toEqual([undefined, "m1"]);
  });

  test("also where it had to be tried again", async () => {
    const { clock, channel, decide, replies } = start();
    decide("alert", "db");
    await clock.advance(S);
    channel.sending = endsInTurn(REFUSED);
    decide("recovery", "db");
    await clock.advance(MIN);
    expect(replies()).toEqual([undefined, "m1", "m1"]);
  });
});

describe("the message that raised an incident is edited", () => {
  test("when it is over, and then no more", async () => {
    const { clock, channel, decide, edits } = start();
    decide("alert", "db");
    await clock.advance(2 * MIN);
    decide("recovery", "db");
    await clock.advance(30 * HOUR);
    expect(edits()).toEqual(["m1 at 120"]);
    expect(channel.edits[0]?.text).toMatch(/^🔴🟢 ended after 2 min: db is wrong/);
    expect(clock.pendingTimers).toBe(0);
  });

  test("while it goes on, the more rarely the longer", async () => {
    const { clock, decide, edits, stop } = start();
    decide("alert", "db");
    await clock.advance(30 * MIN);
    expect(edits()).toEqual(["m1 at 300", "m1 at 600", "m1 at 900", "m1 at 1200", "m1 at 1500"]);
    await clock.advance(24 * HOUR);
    expect(edits().length).toBeLessThan(45);
    await stop();
    expect(clock.pendingTimers).toBe(0);
  });

  test("at a re-alert, but not twice a minute", async () => {
    const { clock, channel, decide, edits } = start();
    decide("alert", "db");
    for (let again = 0; again < 30; again++) {
      await clock.advance(2 * S);
      decide("realert", "db");
    }
    await clock.advance(2 * MIN);
    expect(edits()).toEqual(["m1 at 2", "m1 at 62"]);
    expect(channel.edits[1]?.text).toContain("reminded 30 times");
  });

  test("after a restart too, also where its end was told just before", async () => {
    const { clock, channel, decide, restart, edits } = start();
    decide("alert", "db");
    await clock.advance(MIN);
    channel.editing = () => new Promise(() => {});
    decide("recovery", "db");
    await clock.advance(0);
    const after = new EditingChannel(clock);
    await restart(after);
    await clock.advance(MIN);
    expect(edits(after)).toEqual(["m1 at 60"]);
  });

  test("again with what was told while the edit was under way", async () => {
    const { clock, channel, decide } = start();
    decide("alert", "a", "b");
    await clock.advance(S);
    channel.editing = () => new Promise((resolve) => void clock.after(3 * S, () => resolve({ edited: true })));
    decide("recovery", "a");
    await clock.advance(S);
    decide("recovery", "b");
    await clock.advance(5 * MIN);
    expect(channel.edits.at(-1)?.text).toMatch(/^2 ended/);
  });
});

describe("what is owed comes first", () => {
  test("nothing is edited while the channel is out, and everything after", async () => {
    const { clock, channel, decide, edits } = start();
    decide("alert", "db");
    await clock.advance(MIN);
    channel.sending = async () => REFUSED;
    decide("recovery", "db");
    await clock.advance(HOUR);
    expect(edits()).toEqual([]);
    channel.sending = async () => ({ accepted: true });
    await clock.advance(MIN);
    expect(edits()).toHaveLength(1);
  });

  test("an edit that hangs delays no message", async () => {
    const { clock, channel, decide } = start();
    decide("alert", "a");
    await clock.advance(MIN);
    channel.editing = () => new Promise(() => {});
    decide("recovery", "a");
    await clock.advance(S);
    expect(channel.edits).toHaveLength(1);
    decide("alert", "b");
    await clock.advance(0);
    expect(channel.attempts).toHaveLength(3);
  });

  test("an edit keeps the gap, and at most half of a minute is used for messages when one goes out", async () => {
    const { clock, channel, decide, edits } = start({ minGapMs: S, maxPerMinute: 20 });
    for (let index = 0; index < 11; index++) {
      decide("alert", `k${index}`);
      await clock.advance(S);
    }
    decide("recovery", "k0", "k1");
    await clock.advance(30 * S);
    // Some went out between the first ten.
    expect(channel.attempts).toHaveLength(12);
    expect(edits()).toEqual([]);
    await clock.advance(2 * MIN);
    expect(channel.edits.map(({ ref }) => ref).sort()).toEqual(["m1", "m2"]);
  });

  test("a message that hangs is not joined by an edit", async () => {
    const { clock, channel, decide, edits } = start();
    decide("alert", "db");
    await clock.advance(4 * MIN + 58 * S);
    channel.sending = hangs;
    decide("alert", "web");
    await clock.advance(4 * S);
    expect(edits()).toEqual([]);
  });
});

describe("an edit that fails", () => {
  test("is tried again rarely, and is said once", async () => {
    const { clock, channel, decide, warnings } = start();
    channel.editing = failed("failed");
    decide("alert", "db");
    await clock.advance(MIN);
    decide("recovery", "db");
    await clock.advance(10 * HOUR);
    expect(channel.edits.length).toBeLessThan(20);
    expect(warnings).toEqual([{ msg: "message not edited", channel: "chat", reason: "failed", error: "no" }]);
    channel.editing = ends({ edited: true });
    await clock.advance(2 * HOUR);
    const tried = channel.edits.length;
    await clock.advance(10 * HOUR);
    expect(channel.edits).toHaveLength(tried);
  });

  test("waits as long as the other side demands, within reason", async () => {
    const { clock, channel, decide, edits } = start();
    channel.editing = failed("failed", { retryAfterMs: 10 * MIN });
    decide("alert", "db");
    await clock.advance(5 * MIN);
    channel.editing = failed("failed", { retryAfterMs: 1e13 });
    await clock.advance(9 * MIN);
    expect(edits()).toEqual(["m1 at 300"]);
    await clock.advance(HOUR + 2 * MIN);
    expect(edits()).toEqual(["m1 at 300", "m1 at 900", "m1 at 4500"]);
  });

  test.each([Number.NaN, -5, 0, Number.NEGATIVE_INFINITY])(
    "is not hurried by a demand of %d ms",
    async (retryAfterMs) => {
      const { clock, channel, decide } = start();
      channel.editing = failed("failed", { retryAfterMs });
      decide("alert", "db");
      await clock.advance(HOUR);
      expect(channel.edits.length).toBeLessThan(10);
    },
  );

  test.each(["throws", "says nothing", "never settles"] as const)(
    "because the channel %s is one that failed",
    async (how) => {
      const { clock, channel, decide, warnings } = start();
      const broken = {
        throws: () => {
          throw new Error("broken");
        },
        "says nothing": async () => undefined as unknown as Edit,
        "never settles": () => new Promise<Edit>(() => {}),
      };
      channel.editing = broken[how];
      decide("alert", "db");
      await clock.advance(S);
      decide("recovery", "db");
      await clock.advance(10 * S);
      expect(warnings).toHaveLength(1);
      channel.editing = ends({ edited: true });
      await clock.advance(5 * MIN);
      expect(channel.edits).toHaveLength(2);
    },
  );

  test("for a message that is gone: the thread begins anew", async () => {
    const { clock, channel, decide, edits, replies } = start();
    channel.editing = failed("gone");
    decide("alert", "db");
    await clock.advance(6 * MIN);
    channel.editing = ends({ edited: true });
    decide("realert", "db");
    await clock.advance(S);
    decide("recovery", "db");
    await clock.advance(S);
    expect(replies()).toEqual([undefined, undefined, "m2"]);
    expect(edits()).toEqual(["m1 at 300", "m2 at 361"]);
  });

  test("for a message that stays as it is: it is replied to all the same", async () => {
    const { clock, channel, decide, edits, replies } = start();
    channel.editing = failed("fixed");
    decide("alert", "db");
    await clock.advance(HOUR);
    decide("recovery", "db");
    await clock.advance(HOUR);
    expect(replies()).toEqual([undefined, "m1"]);
    expect(edits()).toEqual(["m1 at 300"]);
  });

  test("for a message that was stored damaged: it is left", async () => {
    const { clock, channel, decide, store, restart, warnings } = start();
    decide("alert", "db");
    await clock.advance(S);
    const [head] = store.heads(channel.name);
    const blocks = head?.message.blocks.map((block) => ({ ...block, folded: 7 as never }));
    store.changeHeads(channel.name, {
      set: head && blocks ? [{ ...head, message: { blocks, rings: true } }] : [],
      forget: [],
    });
    await restart();
    await clock.advance(HOUR);
    expect(channel.edits).toEqual([]);
    expect(warnings).toMatchObject([{ reason: "fixed", error: "what it would say cannot be put into it" }]);
  });

  test("because the channel knows no edits: none is tried again", async () => {
    const { clock, channel, decide, edits, warnings } = start();
    channel.editing = failed("unsupported");
    decide("alert", "a", "b");
    await clock.advance(HOUR);
    decide("alert", "c");
    decide("recovery", "a");
    await clock.advance(HOUR);
    expect(edits()).toEqual(["m1 at 300"]);
    expect(warnings).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });
});

test("in quiet hours warnings and recoveries are silent, and arrive", async () => {
  // The simulated clock begins at 9.
  const { clock, channel, decide } = start({ quietHours: { fromMinute: 9 * 60, toMinute: 10 * 60 } });
  decide("alert", "warn");
  await clock.advance(S);
  decide("alert", "db");
  await clock.advance(S);
  decide("recovery", "db");
  await clock.advance(HOUR);
  decide("realert", "warn");
  await clock.advance(S);
  expect(channel.attempts.map(({ message }) => message.rings)).toEqual([false, true, false, true]);
});

test("who takes care of an incident is edited into its message, at once and over a restart; where nothing is known, nothing is", async () => {
  const { clock, channel, decide, edits, ack, restart } = start();
  decide("alert", "a");
  await clock.advance(10 * S);
  ack("a");
  ack("b");
  await clock.advance(S);
  expect(edits()).toEqual(["m1 at 10"]);
  expect(channel.edits[0]?.text).toContain("acked by Ann");
  await restart();
  await clock.advance(10 * MIN);
  expect(channel.edits.at(-1)?.text).toContain("acked by Ann · it goes on (edited at 09:10:10)");
});
