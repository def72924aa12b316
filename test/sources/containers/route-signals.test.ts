import { describe, expect, test } from "vitest";
import { known, unknown } from "../../../src/core/reading.ts";
import type { Evaluation } from "../../../src/core/signal.ts";
import { EN } from "../../../src/core/texts/index.ts";
import { parseOptions, wordLabelProblem } from "../../../src/sources/containers/labels.ts";
import { withRoutes } from "../../../src/sources/containers/route-signals.ts";

interface Value {
  readonly containers: readonly { readonly name: string; readonly options: ReturnType<typeof parseOptions> }[];
}

/** A source with a signal of each kind for each container, and one for what its labels got wrong. */
function evaluate(containers: Record<string, string>, routeNames: readonly string[]) {
  const source = {
    name: "containers",
    deadlineMs: 1,
    initial: {},
    collect: () => Promise.reject(new Error("not here")),
    evaluate(reading: Parameters<Parameters<typeof withRoutes<Value, object>>[0]["evaluate"]>[0]): Evaluation<object> {
      const listed = reading.ok ? reading.value.containers : [];
      const level = { severity: "critical", nature: "level", active: true, what: "x" } as const;
      const signals = listed.flatMap(({ name, options: { problems = [] } }) => [
        { ...level, key: `container:${name}` },
        { ...level, key: `container_mem:${name}` },
        ...problems.map((problem) => ({
          ...level,
          key: `container_label:${name}`,
          details: [wordLabelProblem(problem, EN.containers.label)],
        })),
      ]);
      return { signals: [{ ...level, key: "docker_down" }, ...signals], holds: [], memory: {} };
    },
  };
  const value: Value = {
    containers: Object.entries(containers).map(([name, label]) => ({
      name,
      options: parseOptions({ "watchdog.route": label }),
    })),
  };
  return withRoutes<Value, object>(source, routeNames).evaluate(known(value), {}, 0).signals;
}

test("each signal of a container asks for the route that its label names", () => {
  const signals = evaluate({ db: "dba", web: "", "a:b": "telegram:-100/4" }, ["dba", "telegram:-100/4"]);
  expect(signals.map(({ key, route }) => [key, route])).toEqual([
    ["docker_down", undefined],
    ["container:db", "dba"],
    ["container_mem:db", "dba"],
    ["container:web", undefined],
    ["container_mem:web", undefined],
    ["container:a:b", "telegram:-100/4"],
    ["container_mem:a:b", "telegram:-100/4"],
  ]);
});

describe("a label that cannot be used asks for nothing and is told to all", () => {
  test.each<[label: string, problem: string]>([
    ["dbb", 'watchdog.route="dbb": no such route or receiver; did you mean dba?'],
    ["weebhook", 'watchdog.route="weebhook": no such route or receiver; did you mean webhook?'],
    ["a b", 'watchdog.route="a b": expected the name of a route in WATCHDOG_ROUTES, or a receiver'],
  ])("%s", (label, problem) => {
    const signals = evaluate({ db: label }, ["dba", "webhook"]);
    expect(signals.every(({ route }) => route === undefined)).toBe(true);
    expect(signals.find(({ key }) => key === "container_label:db")?.details).toEqual([problem]);
  });
});

test("a failed reading goes through as it is", () => {
  const source = {
    name: "containers",
    deadlineMs: 1,
    initial: 0,
    collect: () => Promise.reject(new Error("not here")),
    evaluate: () => ({ signals: [], holds: ["container"], memory: 1 }),
  };
  expect(withRoutes<Value, number>(source, ["a"]).evaluate(unknown("refused"), 0, 0)).toEqual({
    signals: [],
    holds: ["container"],
    memory: 1,
  });
});
