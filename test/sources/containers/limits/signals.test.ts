import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { known, unknown } from "../../../../src/core/reading.ts";
import type { Evaluation, Signal } from "../../../../src/core/signal.ts";
import { EN } from "../../../../src/core/texts/index.ts";
import type { Sample, SampledContainer, Use } from "../../../../src/sources/containers/limits/sample.ts";
import {
  evaluateLimits,
  INITIAL_LIMIT_MEMORY,
  type LimitMemory,
  type LimitRules,
} from "../../../../src/sources/containers/limits/signals.ts";
import { idOf } from "../../../stand-ins/docker-engine.ts";

const WALL = Date.parse("2026-06-10T12:00:00Z");
const MIB = 2 ** 20;
const STEP_MS = 30_000;

const USE: Use = {
  memory: { usedBytes: 10 * MIB, limitBytes: 100 * MIB },
  cpu: { takenAt: WALL, usedNs: 0 },
  hostCpus: 4,
  isMemoryUnlimited: false,
  cpus: 2,
};

function api(change: Partial<Use> = {}, more: Partial<SampledContainer> = {}): SampledContainer {
  return { id: idOf(1), name: "api", options: {}, use: known({ ...USE, ...change }), ...more };
}

/** Feeds samples as the watchdog would, the memory through JSON in between. */
class Play {
  memory: LimitMemory = INITIAL_LIMIT_MEMORY;
  now = 0;
  cpuNs = 0;
  last: Evaluation<LimitMemory> = { signals: [], holds: [], memory: INITIAL_LIMIT_MEMORY };
  readonly rules: LimitRules;

  constructor(rules: Partial<LimitRules> = {}) {
    this.rules = { memPct: 90, cpuPct: undefined, texts: EN, ...rules };
  }

  read(containers: readonly SampledContainer[], change: Partial<Sample> = {}): this {
    this.now += STEP_MS;
    const value = { containers, incomplete: false, unsure: [], ...change };
    return this.evaluate(known(value));
  }

  evaluate(reading: Parameters<typeof evaluateLimits>[0]): this {
    this.last = evaluateLimits(reading, this.memory, this.now, this.rules);
    this.memory = JSON.parse(JSON.stringify(this.last.memory));
    return this;
  }

  /** A sample in which the memory in use is so many percent of its limit. */
  memoryAt(pct: number, more: Partial<SampledContainer> = {}): this {
    return this.read([api({ memory: { usedBytes: pct * MIB, limitBytes: 100 * MIB } }, more)]);
  }

  /** A sample after half a minute in which so many percent of the two CPUs were used. */
  cpuAt(pct: number, change: Partial<Use> = {}, more: Partial<SampledContainer> = {}): this {
    this.cpuNs += (pct / 100) * 2 * STEP_MS * 1e6;
    return this.read([api({ cpu: { takenAt: WALL + this.now, usedNs: this.cpuNs }, ...change }, more)]);
  }

  signal(key: string): Signal | undefined {
    return this.last.signals.find((signal) => signal.key === key);
  }

  state(key: string): string {
    const signal = this.signal(key);
    if (signal !== undefined) return signal.active ? "active" : "inactive";
    return this.last.holds.some((held) => held === key || held === key.split(":")[0]) ? "held" : "absent";
  }
}

describe("container_mem:<name>", () => {
  test("is a warning at the limit's share, with all that helps", () => {
    expect(new Play().memoryAt(95.5).signal("container_mem:api")).toEqual({
      key: "container_mem:api",
      severity: "warning",
      nature: "level",
      active: true,
      what: "container api has almost used up its memory",
      measure: { value: 95.5, limit: 90, unit: "percent" },
      details: ["95.5 MiB of 100 MiB, without caches; beyond that it is killed"],
      next: "`docker stats api`: raise its memory limit, or find what grows",
    });
  });

  test("begins at its threshold and ends 5 points below it", () => {
    const play = new Play();
    const states = [89.9, 90, 85, 84.9, 89.9, 90].map((pct) => play.memoryAt(pct).state("container_mem:api"));
    expect(states).toEqual(["inactive", "active", "active", "inactive", "inactive", "active"]);
  });

  test.each([
    ["its label says how much", { memPct: 97 }, 96, false, "warning"],
    ["and from where on", { memPct: 50 }, 51, true, "warning"],
    ["its label says how bad", { severity: "critical" }, 95, true, "critical"],
  ] as const)("%s", (_name, options, pct, active, severity) => {
    expect(new Play().memoryAt(pct, { options }).signal("container_mem:api")).toMatchObject({ active, severity });
  });

  test("a container without a limit of its own is not judged", () => {
    const play = new Play({ cpuPct: 90 }).read([api({ isMemoryUnlimited: true })]);
    expect(play.state("container_mem:api")).toBe("absent");
  });

  test("is held while its memory is not measured", () => {
    const play = new Play({ cpuPct: 90 }).memoryAt(95).read([api({ memory: undefined })]);
    expect(play.state("container_mem:api")).toBe("held");
    expect(play.memoryAt(87).state("container_mem:api")).toBe("active");
  });

  test("goes with a container that stopped or is gone", () => {
    const play = new Play().memoryAt(95).read([]);
    expect(play.state("container_mem:api")).toBe("absent");
    expect(play.memory).toEqual(INITIAL_LIMIT_MEMORY);
  });

  test("is held for the one that could not be measured, and for no other", () => {
    const failed = api({}, { use: unknown("no complete answer within 7 s") });
    const play = new Play().memoryAt(95).read([failed, api({}, { id: idOf(2), name: "db" })]);
    expect([play.state("container_mem:api"), play.state("container_mem:db")]).toEqual(["held", "inactive"]);
    expect(play.memoryAt(87).state("container_mem:api")).toBe("active");
  });

  test("is held where its container went while it was listed or sampled", () => {
    const play = new Play().memoryAt(95).read([], { unsure: ["api"] });
    expect(play.state("container_mem:api")).toBe("held");
    expect(play.memoryAt(87).state("container_mem:api")).toBe("active");
  });

  test("is held for all while the list cannot be read in full, or nothing can be read", () => {
    const play = new Play().memoryAt(95);
    expect(play.read([], { incomplete: true }).state("container_mem:api")).toBe("held");
    expect(play.evaluate(unknown("nobody listens")).state("container_mem:api")).toBe("held");
    expect(play.last.signals).toEqual([]);
  });

  test("where only the CPU is watched, nothing is said of memory", () => {
    const play = new Play({ memPct: undefined, cpuPct: 90 }).memoryAt(99);
    expect(play.state("container_mem:api")).toBe("absent");
    expect(play.evaluate(unknown("failed")).last.holds).toEqual(["container_cpu"]);
  });
});

describe("container_cpu:<name>", () => {
  const watch = (): Play => new Play({ memPct: undefined, cpuPct: 90 });

  test("is a warning after three samples in a row, counted from the first", () => {
    const play = watch().cpuAt(100);
    expect(play.state("container_cpu:api")).toBe("held");
    const states = [10, 95, 95, 95].map((pct) => play.cpuAt(pct).state("container_cpu:api"));
    expect(states).toEqual(["inactive", "held", "held", "active"]);
    expect(play.signal("container_cpu:api")).toEqual({
      key: "container_cpu:api",
      severity: "warning",
      nature: "level",
      active: true,
      what: "container api keeps using almost all of its CPU",
      measure: { value: expect.closeTo(95), limit: 90, unit: "percent" },
      details: ["of 2 CPUs that it may use"],
      next: "`docker top api`: see what it does, or raise its CPU limit",
      since: 2 * STEP_MS,
    });
  });

  test("a moment of it is nothing", () => {
    const play = watch().cpuAt(0);
    const states = [100, 100, 20, 100, 100].map((pct) => play.cpuAt(pct).state("container_cpu:api"));
    expect(states).toEqual(["held", "held", "inactive", "held", "held"]);
  });

  test("ends 5 points below its threshold, at once", () => {
    const play = watch().cpuAt(0).cpuAt(95).cpuAt(95).cpuAt(95);
    const states = [86, 85.1, 84, 86].map((pct) => play.cpuAt(pct).state("container_cpu:api"));
    expect(states).toEqual(["active", "active", "inactive", "inactive"]);
  });

  test("the same sample twice is one sample", () => {
    const play = watch().cpuAt(0).cpuAt(95).cpuAt(95);
    const again = known({
      containers: [api({ cpu: { takenAt: WALL + play.now - STEP_MS, usedNs: play.cpuNs } })],
      incomplete: false,
      unsure: [],
    });
    for (let times = 0; times < 5; times++) {
      play.now += 1_000;
      expect(play.evaluate(again).state("container_cpu:api")).toBe("held");
    }
    expect(play.memory.tracks[0]?.[1].cpuHighInARow).toBe(2);
  });

  test("one that was restarted counts from nothing: what was told is neither over nor told again", () => {
    const play = watch().cpuAt(0).cpuAt(95).cpuAt(95).cpuAt(95);
    play.cpuNs = 0;
    expect(play.cpuAt(1).state("container_cpu:api")).toBe("held");
    expect(play.cpuAt(95).state("container_cpu:api")).toBe("active");
    expect(play.cpuAt(1, {}, { id: idOf(2) }).state("container_cpu:api")).toBe("held");
    expect(play.cpuAt(1, {}, { id: idOf(2) }).state("container_cpu:api")).toBe("inactive");
  });

  test("how many CPUs it may use is not known: it is not judged", () => {
    const play = watch().cpuAt(0, { cpus: undefined }).cpuAt(100, { cpus: undefined });
    expect(play.state("container_cpu:api")).toBe("held");
  });

  test("a sample without it begins the count anew, and ends nothing", () => {
    const play = watch().cpuAt(0).cpuAt(95).cpuAt(95).cpuAt(95).cpuAt(95, { cpu: undefined });
    expect(play.state("container_cpu:api")).toBe("held");
    expect(play.cpuAt(95).state("container_cpu:api")).toBe("held");
    expect(play.cpuAt(95).state("container_cpu:api")).toBe("active");
  });

  test("its labels say how much and how bad", () => {
    const options = { cpuPct: 20, severity: "critical" } as const;
    const play = watch();
    for (let times = 0; times < 4; times++) play.cpuAt(25, {}, { options });
    expect(play.signal("container_cpu:api")).toMatchObject({ active: true, severity: "critical" });
  });

  test("what is paused or idle needs nothing", () => {
    expect(watch().cpuAt(0).cpuAt(0).state("container_cpu:api")).toBe("inactive");
  });
});

describe("whatever is sampled", () => {
  const amount = fc.oneof(fc.nat(200), fc.constantFrom(0, 1, 1e12, 1e18));
  const use = fc.oneof(
    fc.constant(unknown("failed")),
    fc
      .record({
        memory: fc.option(fc.record({ usedBytes: amount, limitBytes: amount.map((bytes) => bytes + 1) }), {
          nil: undefined,
        }),
        cpu: fc.option(fc.record({ takenAt: fc.integer({ min: WALL, max: WALL + 1e6 }), usedNs: amount }), {
          nil: undefined,
        }),
        hostCpus: fc.constantFrom(undefined, 1, 4),
        isMemoryUnlimited: fc.boolean(),
        cpus: fc.constantFrom(undefined, 0.5, 4),
      })
      .map(known),
  );
  const container = fc.record({
    id: fc.nat(2).map(idOf),
    name: fc.constantFrom("api", "db", "__proto__", "constructor", "x y"),
    options: fc.constantFrom({}, { memPct: 50 }, { severity: "critical" as const }),
    use,
  });
  const reading = fc.oneof(
    { weight: 1, arbitrary: fc.constant(unknown("failed")) },
    {
      weight: 6,
      arbitrary: fc
        .record({
          containers: fc.uniqueArray(container, { selector: ({ name }) => name, maxLength: 3 }),
          incomplete: fc.boolean(),
          unsure: fc.constantFrom([], ["gone"]),
        })
        .map(known),
    },
  );
  const rules = fc.record({ memPct: fc.constantFrom(undefined, 90), cpuPct: fc.constantFrom(undefined, 90) });

  test("evaluating is total; each is told or held, never both; the same again says the same", () => {
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 8 }), rules, (readings, rule) => {
        const play = new Play(rule);
        for (const one of readings) {
          play.now += STEP_MS;
          play.evaluate(one);
          const keys = play.last.signals.map(({ key }) => key);
          expect(new Set(keys).size).toBe(keys.length);
          expect(keys.filter((key) => play.last.holds.includes(key))).toEqual([]);
          for (const signal of play.last.signals) expect(Number.isFinite(signal.measure?.value)).toBe(true);
          if (!one.ok) expect(keys).toEqual([]);
          const states = play.last.signals.map(({ key, active }) => [key, active]);
          play.evaluate(one);
          expect(play.last.signals.map(({ key, active }) => [key, active])).toEqual(states);
        }
      }),
    );
  });
});
