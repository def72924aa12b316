import { describe, expect, test } from "vitest";
import { NO_FACTS } from "../../../src/sources/containers/events/event-facts.ts";
import { linkSignals } from "../../../src/sources/containers/link-signals.ts";
import { evaluate, INITIAL_MEMORY } from "../../../src/sources/containers/signals.ts";
import { idOf } from "../../stand-ins/docker-engine.ts";
import { observed, Play, RULES, snapshot, WALL } from "./observed.ts";

/** "container:api: container api is starting". */
function suspected(play: Play): string[] {
  return (play.last.suspects ?? []).map(({ key, what }) => `${key}: ${what}`);
}

describe("what is suspected", () => {
  test("one that is down for fewer ticks than count", () => {
    const play = new Play({ downTicks: 3 }).read([observed({ state: "paused" })]);
    expect(suspected(play)).toEqual(["container:api: container api is paused"]);
    expect(play.last.holds).toContain("container:api");
  });

  test("not one that is told as down", () => {
    expect(suspected(new Play().read([observed({ state: "paused" })]))).toEqual([]);
  });

  test.each<[name: string, ageMs: number | undefined, is: boolean]>([
    ["one that is starting", 10_000, true],
    ["not one that has been for long", 6 * 60_000, false],
    ["not one of which that is not known", undefined, false],
  ])("%s", (_name, leastAgeMs, is) => {
    const play = new Play().read([observed({ health: "starting", leastAgeMs })]);
    expect(suspected(play)).toEqual(is ? ["container:api: container api is starting"] : []);
  });

  describe("one that was stopped on purpose", () => {
    const events = { ...NO_FACTS, orders: [[idOf(1), { at: WALL + 20_000, signal: 15 }]] as const };
    const stopped = (restartPolicy: string) =>
      observed({ state: "exited", exitCode: 0, details: { restartPolicy, finishedAt: WALL + 21_000 } });

    test.each<[name: string, restartPolicy: string, state: string]>([
      ["and is unknown within its grace", "always", "held"],
      ["and counts as finished", "no", "inactive"],
    ])("%s", (_name, restartPolicy, state) => {
      const play = new Play().read([stopped(restartPolicy)], 30_000, { events });
      expect(play.state("container:api")).toBe(state);
      expect(suspected(play)).toEqual(["container:api: container api was stopped"]);
      expect(suspected(play.read([stopped(restartPolicy)], RULES.stopGraceMs, { events }))).toEqual([]);
    });

    test("within the grace that its labels give it", () => {
      const long = { ...stopped("always"), options: { stopGraceMs: 3_600_000 } };
      const play = new Play().read([long], 30_000, { events }).read([long], 1_800_000, { events });
      expect(suspected(play)).toEqual(["container:api: container api was stopped"]);
    });
  });

  test("not one that was created and never started", () => {
    expect(suspected(new Play().read([observed({ state: "created" })]))).toEqual([]);
  });

  test("one that must exist, within its ticks", () => {
    const play = new Play({ required: ["db"], downTicks: 2 }).read([]);
    expect(suspected(play)).toEqual(["container:db: container db does not exist"]);
    expect(suspected(play.read([]))).toEqual([]);
  });

  test("Docker, before it has failed often enough", () => {
    const play = new Play().fail("nobody listens");
    expect(suspected(play)).toEqual(["docker_down: Docker did not answer: nobody listens"]);
    expect(suspected(play.fail("nobody listens"))).toEqual([]);
  });
});

describe("what hangs on what", () => {
  const API = { standsFor: ["service:shop/api", "host:api"], needs: ["service:shop/db", "docker"] };
  const links = [["api", API]] as const;

  test("is said of every level signal of a container, and of what is suspected", () => {
    const reading = snapshot([observed({ state: "paused" })], { links });
    const told = linkSignals(evaluate(reading, INITIAL_MEMORY, 0, RULES), reading, {}, []);
    expect(told.signals.find(({ key }) => key === "container:api")).toMatchObject(API);
    const patient = linkSignals(evaluate(reading, INITIAL_MEMORY, 0, { ...RULES, downTicks: 2 }), reading, {}, []);
    expect(patient.suspects).toMatchObject([{ key: "container:api", ...API }]);
  });

  test("Docker stands for itself, well or not", () => {
    const failed = { ok: false, error: "x" } as const;
    for (const rules of [RULES, { ...RULES, engineDownTicks: 1 }]) {
      const { signals, suspects = [] } = linkSignals(evaluate(failed, INITIAL_MEMORY, 0, rules), failed, {}, []);
      expect([...signals, ...suspects]).toMatchObject([{ key: "docker_down", standsFor: ["docker"] }]);
    }
  });

  test("one that must exist stands for what it stood for when it was there", () => {
    const there = snapshot([observed()], { links });
    const rules = { ...RULES, required: ["api"] };
    const before = linkSignals(evaluate(there, INITIAL_MEMORY, 0, rules), there, {}, rules.required);
    const memory = JSON.parse(JSON.stringify(before.memory));
    const gone = snapshot([]);
    const after = linkSignals(evaluate(gone, memory, 30_000, rules), gone, memory, rules.required);
    expect(after.signals.find(({ key }) => key === "container:api")).toMatchObject({ active: true, ...API });
    expect(after.memory.links).toEqual(links);
  });

  test("one that was never there is known by its name", () => {
    const gone = snapshot([]);
    const rules = { ...RULES, required: ["db"] };
    const { signals } = linkSignals(evaluate(gone, INITIAL_MEMORY, 0, rules), gone, {}, rules.required);
    expect(signals.find(({ key }) => key === "container:db")).toMatchObject({
      standsFor: ["host:db"],
      needs: ["docker"],
    });
  });

  test("nothing is remembered of those that need not exist", () => {
    const there = snapshot([observed()], { links });
    expect(linkSignals(evaluate(there, INITIAL_MEMORY, 0, RULES), there, {}, []).memory.links).toBeUndefined();
  });
});
