import { describe, expect, test } from "vitest";
import { DELIBERATE_BUGS } from "./deliberate-bugs.ts";
import { findBroken, INVARIANTS } from "./invariants/index.ts";
import { renderTrace } from "./render-trace.ts";
import { SIGHTS, type Sight, sightsOf } from "./sights.ts";
import { simulate } from "./simulate.ts";

const SEEDS = 300;
const MOST_SEEDS_FOR_A_BUG = 300;

test(`${SEEDS} seeds break no promise, and come across all that they are to prove`, async () => {
  const seen = new Set<Sight>();
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const trace = await simulate(seed);
    const broken = findBroken(trace);
    if (broken.length > 0) expect.fail(`npm run simulate -- --seed ${seed} --trace\n${renderTrace(trace, broken)}`);
    for (const sight of sightsOf(trace)) seen.add(sight);
  }
  expect(SIGHTS.filter((sight) => !seen.has(sight))).toEqual([]);
});

test.each([701_855])("seed %d, which broke a promise once, breaks none", async (seed) => {
  expect(findBroken(await simulate(seed))).toEqual([]);
});

test("a seed is a story: told twice, it is the same", async () => {
  const told = await simulate(7);
  expect(renderTrace(await simulate(7), [])).toBe(renderTrace(told, []));
});

describe("notices a watchdog that", () => {
  test.each(Object.entries(DELIBERATE_BUGS))("%s", async (_name, { breaks, alterations }) => {
    for (let seed = 1; seed <= MOST_SEEDS_FOR_A_BUG; seed += 1) {
      if (INVARIANTS[breaks](await simulate(seed, alterations)) !== undefined) return;
    }
    expect.fail(`no seed up to ${MOST_SEEDS_FOR_A_BUG} broke ${breaks}`);
  });

  test("breaks whichever promise", () => {
    const broken = new Set(Object.values(DELIBERATE_BUGS).map(({ breaks }) => breaks));
    expect(new Set(Object.keys(INVARIANTS))).toEqual(broken);
  });
});
