import { expect, test } from "vitest";
import { MOST_HELD_BACK_MS } from "../src/core/causes.ts";
import { known } from "../src/core/reading.ts";
import type { Evaluation } from "../src/core/signal.ts";
import { EN } from "../src/core/texts/index.ts";
import { SECOND_MS as S } from "../src/core/time.ts";
import { decideTogether } from "../src/decide-together.ts";
import { WatchedSource } from "../src/watched-source.ts";
import { active, reports, reportsAfter, ScriptedSource } from "./stand-ins/scripted-source.ts";
import { SimulatedClock } from "./stand-ins/simulated-clock.ts";

const NOTHING_STORED = { memory: undefined, flaps: undefined, alerting: [] };
const SILENT = { info: () => {}, warn: () => {} };

/** A source whose readings are evaluations. */
function watched(name: string): WatchedSource {
  const source = {
    ...{ name, deadlineMs: 1, initial: null, collect: async () => null },
    evaluate: (reading: { value?: Partial<Evaluation<null>> }) => ({
      signals: [],
      holds: [],
      memory: null,
      ...reading.value,
    }),
  };
  // biome-ignore lint/suspicious/noExplicitAny: it is never given anything but evaluations.
  return new WatchedSource(source as any, NOTHING_STORED, SILENT, EN);
}

test("one that was held back, and is unknown by a partial reading, is the cause of nothing", () => {
  const containers = watched("container");
  const dependencies = watched("dep");
  const told = (now: number) =>
    [...decideTogether([containers, dependencies], now, 0, []).values()].flatMap(({ notices }) =>
      notices.map(({ action, key, cause }) => `${action} ${key}${cause ? `<${cause.key}` : ""}`),
    );
  const db = { key: "container:db", severity: "critical", what: "db was stopped", standsFor: ["host:db"] } as const;
  const apiLinks = { standsFor: ["host:api"], needs: ["host:db"] };
  const api = active("container:api", apiLinks);
  containers.evaluate(known({ signals: [api], holds: [db.key], suspects: [db] }), 0);
  expect(told(0)).toEqual([]);

  const { key, severity } = api;
  const stopped = { key, severity, what: "api was stopped", ...apiLinks };
  containers.evaluate(known({ holds: [key], suspects: [stopped], partial: true }), MOST_HELD_BACK_MS);
  dependencies.evaluate(known({ signals: [active("dep:api", { needs: ["host:api"] })] }), MOST_HELD_BACK_MS);
  expect(told(MOST_HELD_BACK_MS)).toEqual([]);
});

test("how long all takes is what its ticks are waited for by: reading the news alone says nothing of that", async () => {
  const clock = new SimulatedClock();
  const source = new ScriptedSource(clock, "a", reportsAfter(clock, 3 * S));
  const slow = new WatchedSource(source, NOTHING_STORED, SILENT, EN);
  void slow.collect(clock, "all", () => {});
  await clock.advance(5 * S);
  expect(slow.lastMs).toBe(3 * S);
  source.collecting = reports();
  void slow.collect(clock, "news", () => {});
  await clock.advance(S);
  expect(slow.lastMs).toBe(3 * S);
});
