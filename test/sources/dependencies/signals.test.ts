import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { known, unknown } from "../../../src/core/reading.ts";
import { EN } from "../../../src/core/texts/index.ts";
import {
  type DependencyMemory,
  evaluateDependency,
  INITIAL_MEMORY,
  type PingOutcome,
} from "../../../src/sources/dependencies/signals.ts";

const UP: PingOutcome = { up: true, ms: 3 };
const REFUSED: PingOutcome = { up: false, error: "connection refused" };
const DB = { name: "db", address: "tcp://db:5432" };
const API = { name: "api", address: "http://api:8080/health" };

const rules = (downTicks: number) => ({ downTicks, texts: EN });

/** What is said after each reading in turn, 1,000 ms apart: active, inactive, or nothing (held). */
function told(downTicks: number, readings: readonly (PingOutcome | "unknown")[]): string {
  let memory: DependencyMemory = INITIAL_MEMORY;
  return readings
    .map((outcome, index) => {
      const reading = outcome === "unknown" ? unknown("not asked") : known(outcome);
      const evaluation = evaluateDependency(DB, rules(downTicks), reading, memory, index * 1_000);
      memory = evaluation.memory;
      expect([...evaluation.signals.map((signal) => signal.key), ...evaluation.holds]).toEqual(["dep:db"]);
      const [signal] = evaluation.signals;
      return signal === undefined ? "held" : signal.active ? `down since ${signal.since}` : "up";
    })
    .join(", ");
}

describe("a dependency is down", () => {
  test.each([
    { name: "at once, with a threshold of 1", ticks: 1, readings: [REFUSED], expected: "down since 0" },
    {
      name: "after the second failure in a row, since the first",
      ticks: 2,
      readings: [UP, REFUSED, REFUSED, REFUSED],
      expected: "up, held, down since 1000, down since 1000",
    },
    {
      name: "not while failures are not in a row",
      ticks: 2,
      readings: [REFUSED, UP, REFUSED, UP],
      expected: "held, up, held, up",
    },
    {
      name: "until one good answer",
      ticks: 2,
      readings: [REFUSED, REFUSED, UP, REFUSED],
      expected: "held, down since 0, up, held",
    },
    {
      name: "and an unknown reading neither counts nor ends the count",
      ticks: 2,
      readings: ["unknown", REFUSED, "unknown", REFUSED, "unknown", REFUSED],
      expected: "held, held, held, down since 1000, held, down since 1000",
    },
  ] as const)("$name", ({ ticks, readings, expected }) => {
    expect(told(ticks, readings)).toBe(expected);
  });

  test("or held, never well, while failures are counted: a threshold raised by a restart recovers nothing", () => {
    const memory = { failuresInARow: 2, failingSince: 500 };
    expect(evaluateDependency(DB, rules(5), known(REFUSED), memory, 9_000)).toEqual({
      signals: [],
      holds: ["dep:db"],
      memory: { failuresInARow: 3, failingSince: 500 },
    });
  });

  test("exactly while its last `threshold` known readings were failures", () => {
    const outcomes = fc.array(fc.constantFrom(UP, REFUSED, "unknown" as const), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), outcomes, (threshold, readings) => {
        const last = told(threshold, readings).split(", ").at(-1);
        const seen = readings.filter((reading) => reading !== "unknown");
        const down = seen.length >= threshold && seen.slice(-threshold).every((outcome) => outcome === REFUSED);
        if (readings.at(-1) === "unknown") expect(last).toBe("held");
        else if (readings.at(-1) === UP) expect(last).toBe("up");
        else expect(last?.startsWith("down")).toBe(down);
      }),
    );
  });
});

describe("what people read", () => {
  function down(shown: typeof DB, outcome: PingOutcome) {
    const [signal] = evaluateDependency(shown, rules(1), known(outcome), INITIAL_MEMORY, 0).signals;
    return signal;
  }

  test("of a port that refuses", () => {
    expect(down(DB, REFUSED)).toEqual({
      key: "dep:db",
      severity: "critical",
      nature: "level",
      active: true,
      what: "dependency db does not answer",
      details: ["tcp://db:5432: connection refused"],
      next: "see whether it runs and what its log says; by hand: `nc -zv -w 5 db 5432`",
      since: 0,
    });
  });

  test("of a bad status", () => {
    expect(down(API, { up: false, error: "answered 503", status: 503 })).toMatchObject({
      what: "dependency api answers 503",
      details: ["http://api:8080/health: answered 503"],
      next: "see whether it runs and what its log says; by hand: `curl -sv -m 5 -o /dev/null http://api:8080/health`",
    });
  });

  test.each([
    { name: "an IPv6 address", address: "tcp://[::1]:22", command: "nc -zv -w 5 ::1 22" },
    {
      name: "a path that a shell would take apart",
      address: "http://h/a;b'$(c)",
      command: "curl -sv -m 5 -o /dev/null 'http://h/a;b%27$(c)'",
    },
  ])("the command for $name", ({ address, command }) => {
    expect(down({ name: "x", address }, REFUSED)?.next).toContain(`\`${command}\``);
  });

  test("once it is well", () => {
    expect(evaluateDependency(DB, rules(2), known(UP), { failuresInARow: 2, failingSince: 0 }, 1)).toEqual({
      signals: [{ key: "dep:db", severity: "critical", nature: "level", active: false, what: "dependency db answers" }],
      holds: [],
      memory: INITIAL_MEMORY,
    });
  });

  test("one printable line, whatever the error says", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "🔴", "#", "\n", "\u202e", "\ud800", "<", "é"), maxLength: 400 }),
        (error) => {
          const detail = down(DB, { up: false, error })?.details?.[0] ?? "";
          expect(detail).toMatch(/^tcp:\/\/db:5432:/);
          expect(/[\p{Cc}🔴🔁🟢]/u.test(detail)).toBe(false);
          expect([...detail].length).toBeLessThanOrEqual(300);
        },
      ),
    );
  });
});

test("up or down, it needs the host that it lies on", () => {
  const shown = { ...DB, needs: ["host:db"] };
  for (const outcome of [UP, REFUSED]) {
    const { signals } = evaluateDependency(shown, rules(1), known(outcome), INITIAL_MEMORY, 0);
    expect(signals).toMatchObject([{ key: "dep:db", needs: ["host:db"] }]);
  }
});
