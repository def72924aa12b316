import { expect, test } from "vitest";
import { paced } from "../../src/sources/paced.ts";

/** What is collected at a pace of `everyMs`, on a clock that stands until it is moved. */
function play(everyMs: number) {
  const deadline = new AbortController().signal;
  const state = { now: 0, outcome: "a" as string | Error, took: 0, count: 0 };
  const collect = paced(
    everyMs,
    () => state.now,
    async () => {
      state.count += 1;
      state.now += state.took;
      if (state.outcome instanceof Error) throw state.outcome;
      return state.outcome;
    },
  );
  return { state, ask: () => collect(deadline) };
}

test("the first time it collects; until it is due again the same value stands", async () => {
  const { state, ask } = play(15_000);
  expect(await ask()).toBe("a");
  state.outcome = "b";
  state.now = 14_999;
  expect(await ask()).toBe("a");
  state.now = 15_000;
  expect(await ask()).toBe("b");
  expect(state.count).toBe(2);
});

test("the pause counts from the end of a collection that takes its time", async () => {
  const { state, ask } = play(15_000);
  state.took = 60_000;
  await ask();
  state.now = 74_999;
  await ask();
  expect(state.count).toBe(1);
  state.now = 75_000;
  await ask();
  expect(state.count).toBe(2);
});

test("a failure stands too, and is tried again after a minute at the latest", async () => {
  const { state, ask } = play(3_600_000);
  state.outcome = new Error("nobody listens");
  await expect(ask()).rejects.toThrow("nobody listens");
  state.outcome = "a";
  state.now = 59_999;
  await expect(ask()).rejects.toThrow("nobody listens");
  state.now = 60_000;
  expect(await ask()).toBe("a");
});

test("the deadline of whoever asks is passed on", async () => {
  const deadline = AbortSignal.abort(new Error("late"));
  const collect = paced(1, Date.now, async (given) => given.throwIfAborted());
  await expect(collect(deadline)).rejects.toThrow("late");
});
