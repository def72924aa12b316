import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { known, type Reading, unknown } from "../../../src/core/reading.ts";
import type { Evaluation } from "../../../src/core/signal.ts";
import { EN } from "../../../src/core/texts/index.ts";
import { type EventFacts, NO_FACTS } from "../../../src/sources/containers/events/event-facts.ts";
import { type Linked, type LinkMemory, linkSignals } from "../../../src/sources/containers/link-signals.ts";
import { noteRedeploys, type RedeployMemory } from "../../../src/sources/containers/redeploys.ts";
import { type AtRest, evaluate, INITIAL_MEMORY, type Memory } from "../../../src/sources/containers/signals.ts";
import { skipUnchanged } from "../../../src/sources/containers/skip-unchanged.ts";
import type { ContainerDetails, ObservedContainer, Snapshot } from "../../../src/sources/containers/snapshot.ts";
import { idOf } from "../../stand-ins/docker-engine.ts";
import { DETAILS, observed, RULES, WALL } from "./observed.ts";

type All = Memory & LinkMemory & RedeployMemory;

const S = 1_000;
const rules = { ...RULES, required: ["db"], stopGraceMs: 60 * S, restartsWindowMs: 50 * S, texts: EN };

/** All that the source makes of a reading. The last two as they are kept from reading to reading. */
function evaluateAll(
  reading: Reading<Snapshot>,
  memory: All,
  now: number,
  atRest?: AtRest,
  before?: Linked,
): Evaluation<All> {
  const linked = linkSignals(evaluate(reading, memory, now, rules, atRest), reading, memory, rules.required, before);
  return noteRedeploys(linked, reading, memory, now, rules);
}

function remembering() {
  const atRest: AtRest = new WeakMap();
  const before: Linked = new WeakMap();
  const made = vi.fn((reading: Reading<Snapshot>, memory: All, now: number) =>
    evaluateAll(reading, memory, now, atRest, before),
  );
  return { made, evaluate: skipUnchanged<All>(made) };
}

const details = fc.record<Partial<ContainerDetails>>(
  {
    startedAt: fc.constantFrom(WALL - 86_400 * S, WALL, WALL + 40 * S, WALL + 90 * S),
    finishedAt: fc.constantFrom(undefined, WALL - 100 * S, WALL + 35 * S, WALL + 85 * S),
    restartCount: fc.constantFrom(0, 1, 4),
    oomKilled: fc.boolean(),
    restartPolicy: fc.constantFrom("no", "always"),
  },
  { requiredKeys: [] },
);

/** Each of them as one object for the whole play, as the collector hands it out for as long as nothing changes. */
const container = (name: string, id: number): fc.Arbitrary<ObservedContainer> =>
  fc
    .record({
      id: often(idOf(id), idOf(id + 10)),
      state: often<ObservedContainer["state"]>("running", "exited", "restarting", "created"),
      health: often<ObservedContainer["health"]>("none", "healthy", "unhealthy", "starting"),
      exitCode: fc.constantFrom(undefined, 0, 137, 143),
      leastAgeMs: often<number | undefined>(86_400 * S, 1 * S, undefined),
      options: often<ObservedContainer["options"]>(
        {},
        { severity: "warning" },
        { problems: [{ label: "watchdog.severity", value: "1" }] },
      ),
      details: fc.option(details, { nil: undefined }),
      fails: often(false, true),
    })
    .map(({ details: some, fails, ...facts }) => {
      const { state, health } = facts;
      const found = fails ? unknown("too slow") : some && known({ ...DETAILS, state, health, ...some });
      return { ...observed({ ...facts, name, service: `shop/${name}/1` }), details: found };
    });

/** Mostly the first. */
function often<T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
}

const END: EventFacts["news"] = [
  { id: idOf(1), end: { at: WALL + 30 * S, exitCode: 1, deliberate: false }, restarts: [WALL + 30 * S], ooms: [] },
];
const OOM: EventFacts["news"] = [{ id: idOf(3), end: undefined, restarts: [], ooms: [WALL + 30 * S] }];
const NONE: EventFacts["orders"] = [];
const events = fc.record<EventFacts>({
  news: often(NO_FACTS.news, END, OOM),
  orders: often(
    NONE,
    [[idOf(2), { at: WALL + 30 * S, signal: 15 }]],
    [[idOf(2), { at: WALL + 60 * S, signal: undefined }]],
  ),
  removals: often(NO_FACTS.removals, [["web", WALL + 30 * S]]),
});

const variants = (name: string, id: number) => fc.array(container(name, id), { minLength: 2, maxLength: 2 });
const variant = fc.integer({ min: 0, max: 1 });

/** Few sights, again and again, in any order; now and then with news, or not to be had. */
const play = fc.record({
  sights: fc
    .record({
      cast: fc.tuple(variants("api", 1), variants("db", 2), variants("web", 3)),
      chosen: fc.array(fc.tuple(variant, variant, variant, often(3, 1, 2)), { minLength: 1, maxLength: 3 }),
    })
    .map(({ cast, chosen }) =>
      chosen.map(([...which]) =>
        sightOf(
          cast.map((one, index) => one[which[index] ?? 0]),
          which[3] ?? 3,
        ),
      ),
    ),
  steps: fc.array(
    fc.record({
      sight: often(0, 1, 2),
      isRead: often(true, false),
      isPartial: often(false, true),
      incomplete: often(false, true),
      events,
      afterMs: fc.constantFrom(5 * S, 30 * S, 70 * S),
    }),
    { maxLength: 14 },
  ),
});

function sightOf(cast: readonly (ObservedContainer | undefined)[], present: number) {
  const containers = cast.slice(0, present).filter((one) => one !== undefined);
  const links = containers.map(({ name }) => [name, { standsFor: [`host:${name}`], needs: ["docker"] }] as const);
  return { containers, links, leftOut: [], unsure: [] };
}

/** The first container alone. */
function partOf({ containers, links }: ReturnType<typeof sightOf>, events: EventFacts, now: number) {
  const nothingElse = { leftOut: [], unsure: [], incomplete: false };
  return {
    containers: containers.slice(0, 1),
    links,
    ...nothingElse,
    partial: true,
    events,
    takenAt: WALL + now,
  } as const;
}

describe("evaluating only what may come out differently", () => {
  test("comes out as evaluating everything", () => {
    fc.assert(
      fc.property(play, ({ sights, steps }) => {
        const quick = remembering();
        let memories: [All, All] = [INITIAL_MEMORY, INITIAL_MEMORY];
        let now = 0;
        for (const { sight, isRead, isPartial, incomplete, events, afterMs } of steps) {
          now += afterMs;
          const shown = sights[sight % sights.length];
          const reading =
            isRead && shown !== undefined
              ? known(isPartial ? partOf(shown, events, now) : { ...shown, incomplete, events, takenAt: WALL + now })
              : unknown("nobody listens");
          const plain = evaluateAll(reading, memories[0], now);
          const skipping = quick.evaluate(reading, memories[1], now);
          expect(skipping).toEqual(plain);
          memories = [plain.memory, skipping.memory];
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test("while all is well, evaluates nothing: the same arrays, and the time of the reading", () => {
    const { made, evaluate: quick } = remembering();
    const calm = {
      containers: [observed({ name: "db", details: {} })],
      links: [],
      leftOut: [],
      unsure: [],
      incomplete: false,
    };
    let evaluation = quick(known({ ...calm, takenAt: WALL, events: NO_FACTS }), INITIAL_MEMORY, 0);
    const seen: Evaluation<All>[] = [];
    for (let now = 30 * S; now <= 150 * S; now += 30 * S) {
      evaluation = quick(known({ ...calm, takenAt: WALL + now, events: NO_FACTS }), evaluation.memory, now);
      seen.push(evaluation);
    }
    expect(made.mock.calls.length).toBeLessThanOrEqual(3);
    expect(seen.at(-1)?.signals).toBe(seen.at(-2)?.signals);
    expect(evaluation.memory.readAt).toBe(150 * S);
  });
});
