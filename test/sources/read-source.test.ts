import { expect, test } from "vitest";
import { known, type Reading, unknown } from "../../src/core/reading.ts";
import { EN } from "../../src/core/texts/index.ts";
import { readSource } from "../../src/sources/read-source.ts";
import {
  active,
  type Collecting,
  fails,
  hangs,
  reports,
  reportsAfter,
  ScriptedSource,
} from "../stand-ins/scripted-source.ts";
import { SimulatedClock } from "../stand-ins/simulated-clock.ts";

const SIGNAL = active("a");

/** Collects once under a deadline of 5 s; tells how it stands after `afterMs`. */
async function read(clock: SimulatedClock, collecting: Collecting, afterMs: number, deadlineMs = 5_000) {
  const { reading, released } = readSource(new ScriptedSource(clock, "a", collecting, { deadlineMs }), clock, EN);
  const seen: { reading?: Reading<unknown>; released: boolean } = { released: false };
  reading.then((result) => {
    seen.reading = result;
  });
  released.then(() => {
    seen.released = true;
  });
  await clock.advance(afterMs);
  return seen;
}

test.each<
  [name: string, collecting: Collecting, afterMs: number, reading: Reading<unknown> | undefined, released: boolean]
>([
  ["a value", reports(SIGNAL), 0, known([SIGNAL]), true],
  ["nothing before the deadline", hangs, 4_999, undefined, false],
  ["the deadline, whether or not it is heeded", hangs, 5_000, unknown("no answer within 5 s"), false],
  ["a throw", throws, 0, unknown("thrown at once"), true],
  ["a rejection with an Error", fails(new Error("refused")), 0, unknown("refused"), true],
  [
    "one with a code",
    fails(Object.assign(new Error("x"), { code: "ECONNREFUSED" })),
    0,
    unknown("connection refused"),
    true,
  ],
  ["one with a text", fails("refused"), 0, unknown("refused"), true],
  ["one with nothing", fails(undefined), 0, unknown("failed without saying why"), true],
])("%s", async (_name, collecting, afterMs, reading, released) => {
  const clock = new SimulatedClock();
  expect(await read(clock, collecting, afterMs)).toEqual({ released, ...(reading && { reading }) });
  if (released) expect(clock.pendingTimers).toBe(0);
});

function throws(): never {
  throw new Error("thrown at once");
}

test("a value after the deadline is too late, and lets go", async () => {
  const clock = new SimulatedClock();
  const late = reportsAfter(clock, 8_000, SIGNAL);
  expect(await read(clock, late, 9_000)).toEqual({ reading: unknown("no answer within 5 s"), released: true });
});

test("the source hears of its deadline, and why", async () => {
  const clock = new SimulatedClock();
  let reason: unknown;
  const heeding: Collecting = (deadline) =>
    new Promise((_resolve, reject) =>
      deadline.addEventListener("abort", () => {
        reason = deadline.reason;
        reject(new Error("gave up"));
      }),
    );
  expect(await read(clock, heeding, 5_000)).toEqual({ reading: unknown("no answer within 5 s"), released: true });
  expect(reason).toEqual(new Error("no answer within 5 s"));
});

test("a deadline below a second is said as it is", async () => {
  expect((await read(new SimulatedClock(), hangs, 250, 250)).reading).toEqual(unknown("no answer within 250 ms"));
});
