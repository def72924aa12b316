import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { known, type Reading, unknown } from "../../../src/core/reading.ts";
import type { Envelope } from "../../../src/sources/orchestrator/envelope.ts";
import { evaluateOrchestrator, INITIAL_MEMORY } from "../../../src/sources/orchestrator/signals.ts";
import { exampleLater, type Json, RULES, readEnvelope } from "./example.ts";

const NOW = 1_000_000_000;

/** Every place in the example: ["stages"], ["stages", 0], ["stages", 0, "age_s"], … */
function pathsIn(json: Json, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof json !== "object" || json === null) return [path];
  const keys = Array.isArray(json) ? [...json.keys()] : Object.keys(json);
  return [path, ...keys.flatMap((key) => pathsIn(json[key], [...path, key]))];
}

function replaceAt(json: Json, [key, ...rest]: readonly (string | number)[], value: unknown): Json {
  if (key === undefined) return value;
  const copy = Array.isArray(json) ? [...json] : { ...json };
  copy[key] = replaceAt(json?.[key], rest, value);
  return copy;
}

const garbage = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(
    -1,
    1e308,
    JSON.parse("1e400"),
    Number.NaN,
    "",
    "\ud800",
    "🔴 x\n#y",
    JSON.parse('{"__proto__":{"id":1}}'),
  ),
);
/** The example at some time, with up to three places overwritten. */
const brokenEnvelope = fc
  .tuple(
    fc.integer({ min: -7_200, max: 7_200 }),
    fc.array(fc.tuple(fc.constantFrom(...pathsIn(exampleLater(0))), garbage), { maxLength: 3 }),
  )
  .map(([laterS, changes]) =>
    changes.reduce((json, [path, value]) => replaceAt(json, path, value), exampleLater(laterS)),
  );
const failure = fc.string().map((error): Reading<Envelope> => unknown(error));
const reading = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(brokenEnvelope, fc.jsonValue()).map((json) => known(readEnvelope(json))) },
  { weight: 1, arbitrary: failure },
);
const ticks = fc.array(fc.tuple(reading, fc.integer({ min: 1, max: 900_000 })), { maxLength: 12 });

function* replay(steps: readonly (readonly [Reading<Envelope>, number])[], passOn: <T>(memory: T) => T) {
  let memory = INITIAL_MEMORY;
  let now = NOW;
  for (const [next, laterMs] of steps) {
    now += laterMs;
    const evaluation = evaluateOrchestrator(RULES, next, passOn(memory), now);
    memory = evaluation.memory;
    yield { reading: next, evaluation };
  }
}

const asIs = <T>(memory: T): T => memory;
const throughJson = <T>(memory: T): T => JSON.parse(JSON.stringify(memory));

describe("whatever the orchestrator answers", () => {
  test("it is read, its problems told in at most five lines, and it is plain data", () => {
    fc.assert(
      fc.property(fc.oneof(brokenEnvelope, fc.jsonValue()), (json) => {
        const envelope = readEnvelope(json);
        expect(envelope.problems.first.length).toBe(Math.min(envelope.problems.count, 5));
        expect(throughJson(envelope)).toEqual(envelope);
      }),
    );
  });

  test("every text is one harmless line, and every key of a level signal occurs once", () => {
    fc.assert(
      fc.property(ticks, (steps) => {
        for (const { evaluation } of replay(steps, asIs)) {
          for (const { what, details = [], next = "" } of evaluation.signals) {
            for (const line of [what, ...details, next]) expect(line).not.toMatch(/[\n\r\p{Cs}🔴🔁🟢]/u);
          }
          const keys = evaluation.signals.map((signal) => signal.key);
          expect(keys).toEqual([...new Set(keys)]);
        }
      }),
    );
  });

  test("a failed reading tells of nothing but orch_down, and holds all the rest", () => {
    fc.assert(
      fc.property(ticks, (steps) => {
        for (const { reading: read, evaluation } of replay(steps, asIs)) {
          if (read.ok) continue;
          expect(evaluation.signals.map((signal) => signal.key)).toEqual(
            evaluation.holds.includes("orch_down") ? [] : ["orch_down"],
          );
          expect(evaluation.holds).toEqual(expect.arrayContaining(["orch_stale", "agent_hung", "worker_silent"]));
        }
      }),
    );
  });

  test("a restart changes nothing: memory that went through JSON goes on as it was", () => {
    fc.assert(
      fc.property(ticks, (steps) => {
        const evaluations = (passOn: typeof asIs) => [...replay(steps, passOn)].map(({ evaluation }) => evaluation);
        expect(evaluations(throughJson)).toEqual(evaluations(asIs));
      }),
    );
  });

  test("what is not readable is never healthy: every section is told, held or rightly empty", () => {
    const SECTIONS = { stages: "stage_stuck", workers: "worker_silent", instances: "instance_stuck" };
    fc.assert(
      fc.property(fc.constantFrom("stages", "workers", "instances"), fc.array(garbage), (name, list) => {
        const json = { ...exampleLater(0), [name]: list };
        const { signals, holds } = evaluateOrchestrator(RULES, known(readEnvelope(json)), INITIAL_MEMORY, NOW);
        const kind = SECTIONS[name as keyof typeof SECTIONS];
        if (list.length > 0) expect(holds.some((held) => held === kind || held.startsWith(`${kind}:`))).toBe(true);
        expect(signals.filter(({ key }) => key.startsWith(`${kind}:`))).toEqual([]);
        expect(signals.find(({ key }) => key === "orch_schema")?.active).toBe(list.length > 0);
      }),
    );
  });
});
