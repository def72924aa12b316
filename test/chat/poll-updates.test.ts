import { TelegramError } from "telegraf";
import { beforeEach, describe, expect, test } from "vitest";
import { NoAnswerError } from "../../src/channels/telegram/answer.ts";
import { type Poll, UpdatePoller } from "../../src/chat/poll-updates.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/core/time.ts";
import { SimulatedClock } from "../stand-ins/simulated-clock.ts";

const refusal = (code: number, description: string, parameters?: object) =>
  new TelegramError({ error_code: code, description, ...(parameters && { parameters }) });
const CONFLICT = refusal(409, "Conflict: terminated by other getUpdates request");

/** The Bot API as the poller meets it: what `script` says, then polls that are held and find nothing. */
function setUp(...script: readonly (unknown[] | Error)[]) {
  const clock = new SimulatedClock();
  const polls: Poll[] = [];
  const handled: { id: unknown; isFresh: boolean }[] = [];
  const log: string[] = [];
  const answers = [...script];
  let connects = 0;
  const poller = new UpdatePoller({
    async connect() {
      connects += 1;
    },
    poll(poll, signal) {
      polls.push(poll);
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const answer = answers.shift();
      if (answer instanceof Error) reject(answer);
      else if (answer !== undefined) resolve(answer);
      else clock.after(poll.timeoutS * 1_000, () => resolve([]));
      signal.addEventListener("abort", () => reject(new NoAnswerError("no complete answer", "maybe")));
      return promise;
    },
    async handle(update, isFresh) {
      handled.push({ id: (update as { update_id: unknown }).update_id, isFresh });
    },
    clock,
    log: {
      info: (_facts, msg) => log.push(`info ${msg}`),
      warn: (facts, msg) => log.push(`warn ${msg}: ${(facts as { error: string }).error}`),
    },
    random: () => 0.5,
  });
  const offsets = () => polls.map(({ offset }) => offset);
  return { clock, poller, polls, offsets, handled, log, answers, connects: () => connects };
}

type Stage = ReturnType<typeof setUp>;
const updates = (...ids: number[]) => ids.map((update_id) => ({ update_id }));

describe("reading", () => {
  test("an update is confirmed after it was handled; what had waited for us is not fresh", async () => {
    const { clock, poller, polls, offsets, handled, answers } = setUp(updates(7, 8), []);
    answers.push(updates(9));
    poller.start();
    await clock.advance(1_000);
    expect(handled).toEqual([
      { id: 7, isFresh: false },
      { id: 8, isFresh: false },
      { id: 9, isFresh: true },
    ]);
    expect(offsets()).toEqual([undefined, 9, 9, 10]);
    expect(polls.map(({ timeoutS }) => timeoutS)).toEqual([0, 0, 25, 25]);
    await poller.stop();
  });

  test("in an hour of silence it asks every 25 s", async () => {
    const { clock, poller, polls } = setUp();
    poller.start();
    await clock.advance(HOUR_MS);
    expect(polls.length).toBeLessThanOrEqual(HOUR_MS / 25_000 + 2);
    await poller.stop();
    expect(clock.pendingTimers).toBeLessThanOrEqual(1); // The stand-in's own.
  });

  test("a server that does not hold a poll is asked once a second", async () => {
    const stage = setUp(...Array.from({ length: 100 }, () => []));
    stage.poller.start();
    await stage.clock.advance(10_000);
    expect(stage.polls.length).toBeLessThanOrEqual(12);
    await stage.poller.stop();
  });

  test.each([
    { name: "updates that were handled", again: updates(7, 8) },
    { name: "updates without an id", again: [{ message: {} }, null, 7, { update_id: "9" }] },
  ])("a server that sends again and again $name makes it neither spin nor handle", async ({ again }) => {
    const stage = setUp(updates(7, 8), ...Array.from({ length: 100 }, () => again));
    stage.poller.start();
    await stage.clock.advance(10_000);
    expect(stage.handled).toHaveLength(2);
    expect(stage.polls.length).toBeLessThanOrEqual(14);
    await stage.poller.stop();
  });

  test("after a week of silence Telegram begins a new count: the old offset is forgotten before", async () => {
    const stage = setUp(updates(900));
    stage.poller.start();
    await stage.clock.advance(5 * DAY_MS);
    expect(stage.offsets().at(-1)).toBe(901);
    await stage.clock.advance(2 * DAY_MS);
    expect(stage.offsets().at(-1)).toBeUndefined();
    await stage.poller.stop();
  }, 60_000);
});

describe("what goes wrong", () => {
  let stage: Stage;
  const outage = async (failure: unknown, times = 1_000) => {
    stage = setUp(...Array.from({ length: times }, () => failure as Error));
    stage.poller.start();
    await stage.clock.advance(HOUR_MS);
  };
  beforeEach(() => async () => stage.poller.stop());

  test.each([
    {
      name: "a second poller",
      failure: CONFLICT,
      says: "Telegram said 409: Conflict: terminated by other getUpdates request; another program reads this bot's updates",
      atMost: 25,
    },
    {
      name: "a webhook",
      failure: refusal(409, "Conflict: can't use getUpdates method while webhook is active"),
      says: "the bot has a webhook: give the watchdog a bot of its own",
      atMost: 25,
    },
    { name: "a token that is refused", failure: refusal(401, "Unauthorized"), says: "401: Unauthorized", atMost: 25 },
    { name: "a server without getUpdates", failure: refusal(404, "Not Found"), says: "404: Not Found", atMost: 25 },
    {
      name: "nobody answers",
      failure: new NoAnswerError("connection refused", "no"),
      says: "connection refused",
      atMost: 200,
    },
    {
      name: "HTML",
      failure: new NoAnswerError("the answer (502, text/html) is not one of a Bot API", "no"),
      says: "502",
      atMost: 200,
    },
    { name: "something else than a list", failure: { ok: true }, says: "not a list of updates", atMost: 200 },
    {
      name: "too many requests",
      failure: refusal(429, "Too Many Requests", { retry_after: 600 }),
      says: "429",
      atMost: 8,
    },
  ])("$name: one line in an hour, and few attempts", async ({ failure, says, atMost }) => {
    await outage(failure);
    expect(stage.log).toEqual([expect.stringContaining(says)]);
    expect(stage.polls.length).toBeLessThanOrEqual(atMost);
    expect(stage.polls.length).toBeGreaterThan(4);
    expect(stage.poller.isWorking).toBe(false);
    expect(stage.poller.outage?.error).toContain(says);
  });

  test("its end is one line, and what was pressed meanwhile is not fresh", async () => {
    stage = setUp([], ...Array.from({ length: 9 }, () => CONFLICT), updates(7), [], updates(8));
    stage.poller.start();
    await stage.clock.advance(HOUR_MS);
    expect(stage.log).toEqual([
      expect.stringContaining("warn commands cannot be read"),
      "info commands are read again",
    ]);
    expect(stage.handled).toEqual([
      { id: 7, isFresh: false },
      { id: 8, isFresh: true },
    ]);
    expect(stage.poller.isWorking).toBe(true);
  });

  test("after a failure one update is asked for: twenty may be too long an answer", async () => {
    stage = setUp([], new NoAnswerError("the answer is longer than 262144 bytes", "no"), updates(7));
    stage.poller.start();
    await stage.clock.advance(MINUTE_MS);
    expect(stage.polls.map(({ limit }) => limit).slice(0, 4)).toEqual([20, 20, 1, 20]);
  });

  test("where connecting fails, nothing is polled, and it is tried again", async () => {
    stage = setUp();
    const clock = new SimulatedClock();
    let tries = 0;
    let polled = 0;
    const silent = { info() {}, warn() {} };
    const poller = new UpdatePoller({
      async connect() {
        tries += 1;
        if (tries < 3) throw new NoAnswerError("connection refused", "no");
      },
      async poll() {
        polled += 1;
        return [];
      },
      async handle() {},
      clock,
      log: silent,
      random: () => 0.5,
    });
    poller.start();
    expect(poller.isWorking).toBeUndefined();
    await clock.advance(500);
    expect({ tries, polled, works: poller.isWorking }).toEqual({ tries: 1, polled: 0, works: false });
    await clock.advance(5_000);
    expect(tries).toBe(3);
    expect(poller.isWorking).toBe(true);
    await poller.stop();
  });
});

describe("stopping", () => {
  test.each([
    { name: "while a poll is held", script: [[]] },
    { name: "while it pauses after a failure", script: [CONFLICT] },
  ])("$name takes no time and leaves no timer", async ({ script }) => {
    const { clock, poller, polls, log } = setUp(...script);
    poller.start();
    await clock.advance(100);
    const before = log.length;
    await poller.stop();
    const polled = polls.length;
    await clock.advance(HOUR_MS);
    expect(polls).toHaveLength(polled);
    expect(log).toHaveLength(before);
    expect(clock.pendingTimers).toBe(0);
  });
});
