import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createLimiter, type Limiter } from "../../src/sources/limiter.ts";
import { SimulatedClock } from "../stand-ins/simulated-clock.ts";

const NEVER = new AbortController().signal;

async function run<T>(limiter: Limiter, task: () => Promise<T>, deadline = NEVER): Promise<T> {
  const leave = await limiter.enter(deadline);
  return task().finally(leave);
}

describe("a limiter", () => {
  test("never runs more tasks than it has slots, and runs all in order, whatever ends when", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.scheduler(), async (slots, scheduler) => {
        const limiter = createLimiter({ running: slots }, "full");
        const started: number[] = [];
        let running = 0;
        const tasks = Array.from({ length: 10 }, (_, index) =>
          run(limiter, async () => {
            started.push(index);
            running += 1;
            expect(running).toBeLessThanOrEqual(slots);
            await scheduler.schedule(Promise.resolve());
            running -= 1;
            return index;
          }),
        );
        await scheduler.waitFor(Promise.all(tasks));
        expect(await Promise.all(tasks)).toEqual(started);
        expect(started).toEqual([...started].sort((a, b) => a - b));
      }),
    );
  });

  test("a task that fails frees its slot", async () => {
    const limiter = createLimiter({ running: 1 }, "full");
    await expect(run(limiter, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await expect(run(limiter, async () => "next")).resolves.toBe("next");
  });

  test("a deadline ends the waiting, and says who is in the way; the task is never run", async () => {
    const limiter = createLimiter({ running: 1 }, "one other is in the way");
    const hung = Promise.withResolvers<string>();
    const first = run(limiter, () => hung.promise);
    const deadline = new AbortController();
    let ran = false;
    const second = run(
      limiter,
      async () => {
        ran = true;
      },
      deadline.signal,
    );
    deadline.abort();
    await expect(second).rejects.toThrow("one other is in the way");
    hung.resolve("at last");
    await expect(first).resolves.toBe("at last");
    await expect(run(limiter, async () => "third")).resolves.toBe("third");
    expect(ran).toBe(false);
  });

  test("a deadline that is over starts nothing", async () => {
    const limiter = createLimiter({ running: 1 }, "full");
    await expect(limiter.enter(AbortSignal.abort(new Error("over")))).rejects.toThrow("over");
    await expect(run(limiter, async () => 2)).resolves.toBe(2);
  });

  describe("that begins tasks in groups", () => {
    const BOUNDS = { running: 4, group: { most: 2, forMs: 20 } };

    /** Six tasks that end when they are told to. */
    function six() {
      const clock = new SimulatedClock();
      const limiter = createLimiter(BOUNDS, "full", clock);
      const begun: number[] = [];
      const ends = Array.from({ length: 6 }, (_, index) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        void run(limiter, () => {
          begun.push(index);
          return promise;
        });
        return async () => {
          resolve();
          await clock.advance(0);
        };
      });
      return { clock, begun, ends };
    }

    test("begins the next one when the last of one has ended", async () => {
      const { clock, begun, ends } = six();
      await clock.advance(0);
      expect(begun).toEqual([0, 1]);
      await ends[1]?.();
      expect(begun).toEqual([0, 1]);
      await ends[0]?.();
      expect(begun).toEqual([0, 1, 2, 3]);
      await ends[2]?.();
      await ends[3]?.();
      expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
      await clock.advance(20);
      expect(clock.pendingTimers).toBe(0);
    });

    test("does not let those that hang hold up the others for longer, until all slots are taken", async () => {
      const { clock, begun, ends } = six();
      await clock.advance(19);
      expect(begun).toEqual([0, 1]);
      await clock.advance(1);
      expect(begun).toEqual([0, 1, 2, 3]);
      await clock.advance(1_000);
      expect(begun).toEqual([0, 1, 2, 3]);
      expect(clock.pendingTimers).toBe(0);
      await ends[0]?.();
      expect(begun).toEqual([0, 1, 2, 3, 4]);
      await ends[2]?.();
      expect(begun).toEqual([0, 1, 2, 3, 4]);
      await clock.advance(20);
      expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
    });

    test("keeps no slot free for longer while anybody waits, whatever ends when", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ end: fc.nat(5), afterMs: fc.nat(30) }), { maxLength: 12 }),
          async (steps) => {
            const { clock, begun, ends } = six();
            const ended = new Set<number>();
            for (const { end, afterMs } of steps) {
              await clock.advance(afterMs);
              if (!begun.includes(end)) continue;
              ended.add(end);
              await ends[end]?.();
              const running = begun.filter((index) => !ended.has(index)).length;
              expect(running).toBeLessThanOrEqual(4);
            }
            await clock.advance(100);
            const running = begun.filter((index) => !ended.has(index)).length;
            expect(running === 4 || begun.length === 6).toBe(true);
            expect(clock.pendingTimers).toBe(0);
          },
        ),
      );
    });

    test("waits for no time while nobody waits", async () => {
      const clock = new SimulatedClock();
      const limiter = createLimiter(BOUNDS, "full", clock);
      await limiter.enter(NEVER);
      await limiter.enter(NEVER);
      expect(clock.pendingTimers).toBe(0);
    });
  });
});
