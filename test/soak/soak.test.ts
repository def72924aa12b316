import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { countHeld, type Held, startTroubledWatchdog, type TroubledWatchdog } from "../stand-ins/troubled-watchdog.ts";
import { startTroubledWorld, type TroubledWorld } from "../stand-ins/troubled-world.ts";

const TICKS = 2_000;
const WARM_UP = 200;
const SAMPLES = 10;

describe(`${TICKS} ticks among things of which three in ten answers go wrong`, () => {
  const warnings: string[] = [];
  const onWarning = ({ name, message }: Error) => void warnings.push(`${name}: ${message}`);
  let before: Held;
  let world: TroubledWorld;
  let watchdog: TroubledWatchdog;
  /** The most of several looks, early and late: at one moment more is under way than at another. */
  let early: Held;
  let late: Held;

  beforeAll(async () => {
    process.on("warning", onWarning);
    world = await startTroubledWorld(0.3, 7);
    before = countHeld();
    watchdog = await startTroubledWatchdog(world.environment);
    await tick(WARM_UP);
    early = await most();
    await tick(TICKS - WARM_UP - 2 * SAMPLES);
    late = await most();
  }, 120_000);

  afterAll(async () => {
    process.off("warning", onWarning);
    await world.close();
  });

  async function tick(times: number): Promise<void> {
    for (let done = 0; done < times; done += 1) {
      world.turn();
      await watchdog.tick();
    }
  }

  async function most(): Promise<Held> {
    const looks: Held[] = [];
    for (let look = 0; look < SAMPLES; look += 1) {
      await tick(1);
      looks.push(countHeld());
    }
    const of = (what: keyof Held) => Math.max(...looks.map((held) => held[what]));
    return {
      descriptors: of("descriptors"),
      handles: of("handles"),
      timers: of("timers"),
      listeners: of("listeners"),
    };
  }

  test("went wrong as often as they should, and people heard of it", () => {
    const { asked, failed } = world.counts();
    expect(asked).toBeGreaterThan(TICKS * 5);
    expect(failed / asked).toBeGreaterThan(0.25);
    expect(failed / asked).toBeLessThan(0.35);
    expect(watchdog.messages).toBeGreaterThan(10);
  });

  // A connection, at both ends, or a timer more or less is chance; one left behind by every tenth fault would be hundreds.
  test.each<[what: keyof Held, slack: number]>([
    ["descriptors", 20],
    ["handles", 20],
    ["timers", 20],
    ["listeners", 0],
  ])("hold no more %s late than early", (what, slack) => {
    expect(late[what]).toBeLessThanOrEqual(early[what] + slack);
  });

  test("no object was heard to have too many listeners", () => {
    expect(warnings.filter((warning) => warning.includes("MaxListeners"))).toEqual([]);
  });

  test("and stopping lets go of all of it", async () => {
    await watchdog.stop();
    await expect.poll(() => countHeld().descriptors, { timeout: 5_000 }).toBeLessThanOrEqual(before.descriptors);
    expect(countHeld().listeners).toBe(before.listeners);
    expect(countHeld().timers).toBeLessThanOrEqual(before.timers + 2);
  });
});
