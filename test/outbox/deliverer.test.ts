import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Delivery } from "../../src/channels/channel.ts";
import type { Action, Notice } from "../../src/core/notice.ts";
import { EN } from "../../src/core/texts/index.ts";
import { Deliverer } from "../../src/outbox/deliverer.ts";
import { openDatabase } from "../../src/store/open-database.ts";
import { Store } from "../../src/store/store.ts";
import {
  ACCEPTED,
  ends,
  endsInTurn,
  FORBIDDEN,
  hangs,
  REFUSED,
  ScriptedChannel,
  UNANSWERED,
} from "../stand-ins/scripted-channel.ts";
import { SimulatedClock } from "../stand-ins/simulated-clock.ts";

const S = 1_000;
const MIN = 60 * S;

interface Options {
  readonly maxChars?: number;
  readonly minGapMs?: number;
  readonly maxPerMinute?: number;
  readonly random?: () => number;
}

function start({ random = () => 0, ...pace }: Options = {}) {
  const clock = new SimulatedClock();
  const startedAt = clock.now();
  const channel = new ScriptedChannel(clock, pace);
  const store = new Store(openDatabase(undefined, () => {}).database, (trouble) => expect.unreachable(trouble));
  const lines: string[] = [];
  const write = (level: string) => (facts: object, msg: string) =>
    lines.push(`${level} ${msg} ${JSON.stringify(facts)}`);
  const log = { info: write("info"), warn: write("warn") };
  const deliverer = new Deliverer({
    texts: EN,
    channel,
    notices: store,
    clock,
    log,
    random,
    zone: "UTC",
    timeoutMs: 5 * S,
  });
  /** Decides something about each key, as a tick does. */
  const decide = (action: Action, ...keys: string[]) => {
    const notices = keys.map((key): Notice => {
      const level = { nature: "level", severity: "critical" } as const;
      return { key, action, ...level, what: `${key} ${action}`, since: clock.now(), at: clock.now() };
    });
    store.commit({ set: [], forget: [], memories: new Map(), notices, channels: [channel.name] });
    deliverer.kick();
  };
  const owedKeys = () => store.owed(channel.name, 10_000).map(({ key }) => key);
  /** When each attempt was made, in seconds after the start. */
  const attemptedAtS = () => channel.attempts.map(({ at }) => (at - startedAt) / S);
  return { clock, channel, store, lines, deliverer, decide, owedKeys, attemptedAtS };
}

test("however much is owed, what came and went is told as that, and not as still wrong", async () => {
  const { clock, channel, decide, owedKeys } = start();
  channel.sending = endsInTurn(REFUSED);
  decide("alert", ...Array.from({ length: 1_500 }, (_, index) => `k${index}`));
  decide("recovery", "k0");
  await clock.advance(10 * S);
  const told = channel.texts.filter((text) => text.includes("#k0\n") || text.endsWith("#k0"));
  expect(told.at(-1)).toMatch(/🔴🟢 came and went: k0 alert.* #k0$/m);
  await clock.advance(3_600 * S);
  expect(owedKeys()).toEqual([]);
  const last = channel.texts.findLast((text) => /#k0$/m.test(text));
  expect(last).toContain("🔴🟢 came and went: k0 alert");
});

describe("a channel that accepts", () => {
  test("what is owed is sent at once, and settled", async () => {
    const { clock, channel, decide, owedKeys, deliverer } = start();
    decide("alert", "a");
    await clock.advance(0);
    expect(channel.texts).toEqual(["🔴 a alert\ncritical · since 09:00:00 (just now)\n#a"]);
    expect(owedKeys()).toEqual([]);
    expect(deliverer.status()).toEqual({ channel: "chat", undelivered: 0, oldestAt: undefined, outage: undefined });
    expect(clock.pendingTimers).toBe(0);
  });

  test("what is owed together is one message", async () => {
    const { clock, channel, decide } = start();
    decide("alert", "a", "b", "c");
    await clock.advance(0);
    expect(channel.attempts.map(({ message }) => message.blocks.map(({ key }) => key))).toEqual([["a", "b", "c"]]);
  });

  test("what does not fit follows", async () => {
    const { clock, channel, decide, owedKeys } = start({ maxChars: 300 });
    decide("alert", ...Array.from({ length: 12 }, (_, index) => `key:${index}`));
    await clock.advance(0);
    expect(channel.attempts.length).toBeGreaterThan(2);
    expect(channel.attempts.flatMap(({ noticeIds }) => noticeIds)).toEqual(
      Array.from({ length: 12 }, (_, index) => index + 1),
    );
    expect(owedKeys()).toEqual([]);
  });

  test("a backlog of thousands is drained", async () => {
    const { clock, channel, decide, owedKeys } = start({ maxPerMinute: 20, minGapMs: S });
    decide("alert", ...Array.from({ length: 1_200 }, (_, index) => `key:${index}`));
    await clock.advance(10 * MIN);
    expect(owedKeys()).toEqual([]);
    expect(new Set(channel.attempts.flatMap(({ noticeIds }) => noticeIds)).size).toBe(1_200);
  });

  test("it is settled only when the channel has accepted", async () => {
    const { clock, channel, decide, owedKeys } = start();
    channel.sending = () => new Promise((resolve) => void clock.after(2 * S, () => resolve(ACCEPTED)));
    decide("alert", "a");
    await clock.advance(2 * S - 1);
    expect(owedKeys()).toEqual(["a"]);
    await clock.advance(1);
    expect(owedKeys()).toEqual([]);
  });

  test("nothing owed, nothing sent", async () => {
    const { clock, channel, deliverer } = start();
    deliverer.kick();
    await clock.advance(MIN);
    expect(channel.attempts).toEqual([]);
  });

  test("what it wants back is remembered, also from a failure", async () => {
    const { clock, channel, decide, store } = start();
    channel.sending = ends({ accepted: true, remember: { chatId: "-2" } });
    decide("alert", "a");
    await clock.advance(0);
    expect(store.memory("channel/chat")).toEqual({ chatId: "-2" });
    channel.sending = ends({ ...REFUSED, remember: { chatId: "-3" } } as Delivery);
    decide("alert", "b");
    await clock.advance(0);
    expect(store.memory("channel/chat")).toEqual({ chatId: "-3" });
  });

  test("its warning is logged", async () => {
    const { clock, channel, decide, lines } = start();
    channel.sending = ends({ accepted: true, warning: "sent as plain text" });
    decide("alert", "a");
    await clock.advance(0);
    expect(lines).toEqual(['warn channel accepted with a warning {"channel":"chat","warning":"sent as plain text"}']);
  });

  test("what is decided in the very moment in which a send ends does not wait for the next decision", async () => {
    for (let microtasks = 0; microtasks < 12; microtasks += 1) {
      const { clock, channel, decide, owedKeys } = start();
      channel.sending = (message) => {
        if (message.blocks[0]?.key === "a") void afterMicrotasks(microtasks).then(() => decide("alert", "b"));
        return Promise.resolve(ACCEPTED);
      };
      decide("alert", "a");
      await clock.advance(0);
      expect(owedKeys()).toEqual([]);
    }
  });
});

async function afterMicrotasks(count: number): Promise<void> {
  for (let done = 0; done < count; done += 1) await undefined;
}

describe("a channel that fails", () => {
  test("is tried again with growing pauses, until it accepts", async () => {
    const { clock, channel, decide, attemptedAtS, owedKeys } = start({ random: () => 1 - Number.EPSILON });
    channel.sending = ends(REFUSED);
    decide("alert", "a");
    await clock.advance(100 * S);
    expect(attemptedAtS().map(Math.round)).toEqual([0, 1, 3, 7, 15, 31, 61, 91]);
    channel.sending = ends(ACCEPTED);
    await clock.advance(30 * S);
    expect(owedKeys()).toEqual([]);
  });

  test("after it has accepted once, pauses begin anew", async () => {
    const { clock, channel, decide, attemptedAtS } = start();
    channel.sending = endsInTurn(REFUSED, REFUSED, REFUSED, ACCEPTED, REFUSED);
    decide("alert", "a");
    await clock.advance(10 * S);
    decide("alert", "b");
    await clock.advance(10 * S);
    expect(attemptedAtS()).toEqual([0, 0.5, 1.5, 3.5, 10, 10.5]);
  });

  test("for good is tried slowly", async () => {
    const { clock, channel, decide, attemptedAtS } = start();
    channel.sending = ends(FORBIDDEN);
    decide("alert", "a");
    await clock.advance(10 * MIN);
    expect(attemptedAtS()).toEqual([0, 2.5, 7.5, 17.5, 37.5, 77.5, 157.5, 307.5, 457.5]);
  });

  test.each<[name: string, retryAfterMs: number, secondAtS: number]>([
    ["a demanded pause is kept", 17 * S, 17],
    ["one of weeks is an hour", 1e13, 3_600],
    ["one of nothing is a second", 0, 1],
    ["a negative one is none", -1, 0.5],
  ])("%s", async (_name, retryAfterMs, secondAtS) => {
    const { clock, channel, decide, attemptedAtS } = start();
    channel.sending = endsInTurn({ ...REFUSED, retryAfterMs } as Delivery);
    decide("alert", "a");
    await clock.advance(2 * 3_600 * S);
    expect(attemptedAtS()).toEqual([0, secondAtS]);
  });

  test("what is decided meanwhile makes no attempt of its own", async () => {
    const { clock, channel, decide, attemptedAtS } = start();
    channel.sending = endsInTurn({ ...REFUSED, retryAfterMs: MIN } as Delivery);
    decide("alert", "a");
    for (let second = 0; second < 30; second += 1) {
      await clock.advance(S);
      decide("alert", `b:${second}`);
    }
    await clock.advance(MIN);
    expect(attemptedAtS()).toEqual([0, 60]);
  });

  test("what changed meanwhile is merged into the next message", async () => {
    const { clock, channel, decide, owedKeys } = start();
    channel.sending = endsInTurn({ ...REFUSED, retryAfterMs: 10 * MIN } as Delivery);
    decide("alert", "a", "b");
    await clock.advance(MIN);
    decide("recovery", "a");
    decide("alert", "c");
    await clock.advance(10 * MIN);
    expect(channel.attempts.map(({ message }) => message.blocks.map(({ icon, key }) => `${icon} ${key}`))).toEqual([
      ["🔴 a", "🔴 b"],
      ["🔴 b", "🔴 c", "🔴🟢 a"],
    ]);
    expect(channel.texts[1]).toContain("told late: detected 09:00:00, told 09:10:00");
    expect(owedKeys()).toEqual([]);
  });

  test.each<[name: string, delivery: Delivery, repeat: boolean]>([
    ["refused: certainly not told", REFUSED, false],
    ["unanswered: possibly told", UNANSWERED, true],
  ])("%s", async (_name, delivery, repeat) => {
    const { clock, channel, decide } = start();
    channel.sending = endsInTurn(delivery);
    decide("alert", "a");
    await clock.advance(S);
    decide("alert", "b");
    await clock.advance(MIN);
    expect(channel.attempts.map(({ noticeIds }) => noticeIds)).toEqual([[1], [1], [2]]);
    expect(channel.texts.map((text) => text.includes("possibly a repeat"))).toEqual([false, repeat, false]);
  });

  test("is visible meanwhile", async () => {
    const { clock, channel, decide, deliverer } = start();
    const startedAt = clock.now();
    channel.sending = ends(FORBIDDEN);
    decide("alert", "a");
    await clock.advance(10 * S);
    decide("alert", "b");
    expect(deliverer.status()).toEqual({
      channel: "chat",
      undelivered: 2,
      oldestAt: startedAt,
      outage: {
        since: startedAt,
        error: "the chat does not exist",
        permanent: true,
        nextAttemptAt: startedAt + 17.5 * S,
      },
    });
  });
});

describe("a channel that breaks its contract counts as unanswered", () => {
  const throwing = () => {
    throw new Error("https://api/bot123456:secret/send");
  };

  const ownFault = expect.stringMatching(/^internal fault: /);

  test.each<[name: string, sending: ScriptedChannel["sending"], takesS: number, error: string]>([
    ["it hangs", hangs, 6, "the channel did not answer in time"],
    ["it throws at once", throwing, 0, "the channel broke off"],
    ["it rejects", () => Promise.reject("no error at all"), 0, "the channel broke off"],
    ["it answers nothing", () => Promise.resolve(undefined as never), 0, ownFault],
    ["it returns no promise", () => undefined as never, 0, "the channel broke off"],
  ])("%s", async (_name, sending, takesS, error) => {
    const { clock, channel, decide, deliverer, attemptedAtS, lines, store } = start();
    channel.sending = sending;
    decide("alert", "a");
    await clock.advance(takesS * S);
    expect(deliverer.status()).toMatchObject({ undelivered: 1, outage: { error, permanent: false } });
    expect(store.owed("chat", 1)[0]?.maybeTold).toBe(true);
    channel.sending = ends(ACCEPTED);
    await clock.advance(S);
    expect(attemptedAtS()).toEqual([0, takesS + 0.5]);
    expect(channel.texts[1]).toContain("possibly a repeat");
    expect(deliverer.status()).toMatchObject({ undelivered: 0, outage: undefined });
    expect(lines.join()).not.toContain("secret");
    expect(clock.pendingTimers).toBe(0);
  });

  test("its deadline is told to it before it is given up", async () => {
    const { clock, channel, decide, store } = start();
    channel.sending = (_message, deadline) =>
      new Promise((resolve) => deadline.addEventListener("abort", () => resolve(REFUSED)));
    decide("alert", "a");
    await clock.advance(5 * S);
    expect(store.owed("chat", 1)[0]?.maybeTold).toBe(false);
  });

  test("what it answers after it was given up changes nothing", async () => {
    const { clock, channel, decide, owedKeys } = start();
    channel.sending = () => new Promise((resolve) => void clock.after(8 * S, () => resolve(ACCEPTED)));
    decide("alert", "a");
    await clock.advance(6 * S);
    channel.sending = ends(REFUSED);
    await clock.advance(10 * S);
    expect(owedKeys()).toEqual(["a"]);
  });
});

describe("pace", () => {
  test("messages keep their distance, and what is decided meanwhile joins the next", async () => {
    const { clock, channel, decide, attemptedAtS } = start({ minGapMs: S });
    decide("alert", "a");
    await clock.advance(100);
    decide("alert", "b");
    await clock.advance(100);
    decide("alert", "c");
    await clock.advance(10 * S);
    expect(attemptedAtS()).toEqual([0, 1]);
    expect(channel.attempts[1]?.noticeIds).toEqual([2, 3]);
  });

  test("the distance counts from when a send ended", async () => {
    const { clock, channel, decide, attemptedAtS } = start({ minGapMs: S });
    channel.sending = () => new Promise((resolve) => void clock.after(3 * S, () => resolve(ACCEPTED)));
    decide("alert", "a");
    await clock.advance(S);
    decide("alert", "b");
    await clock.advance(10 * S);
    expect(attemptedAtS()).toEqual([0, 4]);
  });

  test("never more than so many in any minute, failed ones included", async () => {
    const { clock, channel, decide, attemptedAtS } = start({ minGapMs: S, maxPerMinute: 5 });
    let sends = 0;
    channel.sending = async () => {
      sends += 1;
      return sends % 3 === 0 ? REFUSED : ACCEPTED;
    };
    for (let second = 0; second < 200; second += 1) {
      decide("alert", `k:${second}`);
      await clock.advance(S);
    }
    const times = attemptedAtS();
    for (const at of times)
      expect(times.filter((other) => other > at - 60 && other <= at).length).toBeLessThanOrEqual(5);
    expect(times.length).toBeGreaterThan(15);
  });

  test("there is never a second message under way", async () => {
    const { clock, channel, decide } = start({ maxChars: 200 });
    channel.sending = () => new Promise((resolve) => void clock.after(S, () => resolve(ACCEPTED)));
    for (let second = 0; second < 20; second += 1) {
      decide("alert", `a:${second}`, `b:${second}`, `c:${second}`);
      await clock.advance(700);
    }
    expect(channel.mostUnderWay).toBe(1);
  });
});

describe("the log says when it begins, when its nature changes and when it ends", () => {
  test("an outage of hours is two lines", async () => {
    const { clock, channel, decide, lines } = start();
    channel.sending = ends(REFUSED);
    decide("alert", "a");
    await clock.advance(120 * MIN);
    expect(channel.attempts.length).toBeGreaterThan(100);
    channel.sending = ends(ACCEPTED);
    await clock.advance(30 * S);
    expect(lines).toEqual([
      'warn channel cannot deliver {"channel":"chat","error":"connection refused","permanent":false,"arrived":"no"}',
      expect.stringMatching(/^info channel delivers again \{"channel":"chat","outageS":72\d\d(\.\d+)?\}$/),
    ]);
  });

  test("one that becomes permanent is said again", async () => {
    const { clock, channel, decide, lines } = start();
    channel.sending = endsInTurn(REFUSED, REFUSED, FORBIDDEN, FORBIDDEN);
    decide("alert", "a");
    await clock.advance(5 * MIN);
    expect(lines.map((line) => line.split(" {")[0])).toEqual([
      "warn channel cannot deliver",
      "warn channel cannot deliver",
      "info channel delivers again",
    ]);
  });
});

describe("stop", () => {
  const GRACE = 3_500;

  test("what is owed is still sent", async () => {
    const { clock, decide, deliverer, owedKeys } = start({ minGapMs: S, maxChars: 200 });
    decide("alert", "a", "b", "c", "d");
    const stopped = deliverer.stop(GRACE);
    await clock.advance(GRACE);
    await stopped;
    expect(owedKeys()).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("with nothing owed it takes no time", async () => {
    const { clock, deliverer } = start();
    await deliverer.stop(GRACE);
    expect(clock.pendingTimers).toBe(0);
  });

  test("a send under way is waited for", async () => {
    const { clock, channel, decide, deliverer, owedKeys } = start();
    channel.sending = () => new Promise((resolve) => void clock.after(2 * S, () => resolve(ACCEPTED)));
    decide("alert", "a");
    await clock.advance(S);
    const stopped = deliverer.stop(GRACE);
    await clock.advance(S);
    await stopped;
    expect(owedKeys()).toEqual([]);
  });

  test.each<[name: string, sending: ScriptedChannel["sending"]]>([
    ["that hangs", hangs],
    ["that fails", ends(REFUSED)],
    ["that demands an hour", ends({ ...REFUSED, retryAfterMs: 3_600 * S } as Delivery)],
  ])("a channel %s does not hold it up; what is owed stays owed", async (_name, sending) => {
    const { clock, channel, decide, deliverer, owedKeys } = start();
    channel.sending = sending;
    decide("alert", "a");
    let isStopped = false;
    void deliverer.stop(GRACE).then(() => {
      isStopped = true;
    });
    await clock.advance(GRACE);
    expect(isStopped).toBe(true);
    expect(owedKeys()).toEqual(["a"]);
  });

  test("afterwards nothing is sent", async () => {
    const { clock, channel, decide, deliverer, owedKeys } = start();
    await deliverer.stop(GRACE);
    decide("alert", "a");
    await clock.advance(MIN);
    expect(channel.attempts).toEqual([]);
    expect(owedKeys()).toEqual(["a"]);
  });
});

test("a fault of the store is survived: the notices stay owed and are tried again", async () => {
  const { clock, channel, decide, store, deliverer, lines } = start();
  const settle = store.settle.bind(store);
  store.settle = () => {
    throw new Error("disk on fire");
  };
  decide("alert", "a");
  await clock.advance(0);
  expect(deliverer.status()).toMatchObject({ undelivered: 1, outage: { error: "internal fault: disk on fire" } });
  store.settle = settle;
  await clock.advance(MIN);
  expect(channel.attempts).toHaveLength(2);
  expect(deliverer.status()).toMatchObject({ undelivered: 0, outage: undefined });
  expect(lines).toHaveLength(2);
});

/** What becomes of one send: what the channel says, and whether people received it. */
const outcome = fc.constantFrom<[delivery: Delivery | "hang", received: boolean]>(
  [ACCEPTED, true],
  [ACCEPTED, true],
  [REFUSED, false],
  [UNANSWERED, false],
  [UNANSWERED, true],
  ["hang", true],
  ["hang", false],
  [FORBIDDEN, false],
);
const decisions = fc.array(fc.tuple(fc.constantFrom("a", "b", "c:d"), fc.integer({ min: 0, max: 40 })), {
  maxLength: 30,
});

test("whatever the channel does: everything is told, each key in its order, repeated only where an attempt got no answer, and said so", async () => {
  await fc.assert(
    fc.asyncProperty(
      decisions,
      fc.array(outcome, { maxLength: 40 }),
      fc.constantFrom(200, 4_000),
      async (decided, outcomes, maxChars) => {
        const { clock, channel, decide, owedKeys } = start({ maxChars, minGapMs: S });
        const script = [...outcomes];
        const told: { ids: readonly number[]; text: string }[] = [];
        const ambiguous = new Set<number>();
        channel.sending = async () => {
          const [delivery, received] = script.shift() ?? [ACCEPTED, true];
          const { noticeIds, text } = channel.attempts.at(-1)!;
          if (received) told.push({ ids: noticeIds, text });
          if (delivery === "hang" || (!delivery.accepted && delivery.arrived === "maybe"))
            for (const id of noticeIds) ambiguous.add(id);
          return delivery === "hang" ? new Promise(() => {}) : delivery;
        };
        const keyOf = new Map<number, string>();
        const active = new Map<string, boolean>();
        for (const [key, laterS] of decided) {
          const isActive = active.get(key) ?? false;
          decide(isActive ? "recovery" : "alert", key);
          active.set(key, !isActive);
          keyOf.set(keyOf.size + 1, key);
          await clock.advance(laterS * S);
        }
        await clock.advance(24 * 60 * MIN);

        expect(owedKeys()).toEqual([]);
        expect(new Set(told.flatMap(({ ids }) => ids)).size).toBe(keyOf.size);
        const newestTold = new Map<string, number>();
        for (const { ids, text } of told) {
          for (const id of ids) {
            const key = keyOf.get(id)!;
            const repeats = id <= (newestTold.get(key) ?? 0);
            if (repeats) {
              expect(ambiguous.has(id)).toBe(true);
              expect(text).toContain("possibly");
            } else newestTold.set(key, id);
          }
        }
        expect(channel.mostUnderWay).toBeLessThanOrEqual(
          1 + outcomes.filter(([delivery]) => delivery === "hang").length,
        );
      },
    ),
    { numRuns: 60 },
  );
});
