import { expect, test } from "vitest";
import { untilAborted } from "../../src/sources/until-aborted.ts";

const never = new Promise<never>(() => {});

test("yields what the work yields", async () => {
  await expect(untilAborted(new AbortController().signal, Promise.resolve(1))).resolves.toBe(1);
  await expect(untilAborted(new AbortController().signal, Promise.reject(new Error("no")))).rejects.toThrow("no");
});

test("rejects with the deadline's reason, though the work hangs", async () => {
  const deadline = new AbortController();
  const waiting = untilAborted(deadline.signal, never);
  deadline.abort(new Error("too late"));
  await expect(waiting).rejects.toThrow("too late");
});

test("rejects where the deadline is over already", async () => {
  await expect(untilAborted(AbortSignal.abort("over"), never)).rejects.toBe("over");
});

test("work that fails after the deadline is nobody's unhandled rejection", async () => {
  const work = Promise.withResolvers<never>();
  await expect(untilAborted(AbortSignal.abort("over"), work.promise)).rejects.toBe("over");
  work.reject(new Error("late"));
  await new Promise((resolve) => setImmediate(resolve));
});
