import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { unknown } from "../../../src/core/reading.ts";
import { cleanText } from "../../../src/core/text.ts";
import type { EventFacts } from "../../../src/sources/containers/events/event-facts.ts";
import { evaluate, INITIAL_MEMORY } from "../../../src/sources/containers/signals.ts";
import type { ContainerDetails, ObservedContainer } from "../../../src/sources/containers/snapshot.ts";
import { idOf } from "../../stand-ins/docker-engine.ts";
import { observed, Play, RULES, snapshot, WALL } from "./observed.ts";

const EXITED = observed({ state: "exited", exitCode: 3, details: {} });
const UNINSPECTED: ObservedContainer = { ...observed(), details: unknown("Docker answered 500") };

describe("docker_down", () => {
  test("is raised by the second failed reading in a row, with the reason", () => {
    const play = new Play().read([observed()]).fail("nobody listens");
    expect(play.state("docker_down")).toBe("held");
    expect(play.fail("nobody listens").signal("docker_down")).toEqual({
      key: "docker_down",
      severity: "critical",
      nature: "level",
      active: true,
      what: "Docker does not answer at /var/run/docker.sock",
      details: ["nobody listens", "what containers do is unknown until it answers"],
      next: "`systemctl status docker`",
    });
  });

  test("one good reading ends it and its count", () => {
    const play = new Play().fail().fail().read([]);
    expect(play.state("docker_down")).toBe("inactive");
    expect(play.fail().state("docker_down")).toBe("held");
  });

  test("while it fails, containers are neither down nor up, and what was known of them stays known", () => {
    const play = new Play({ downTicks: 2 }).read([EXITED]).fail().fail();
    expect(["container:api", "container_restarts:api", "container_oom:api"].map((key) => play.state(key))).toEqual([
      "held",
      "held",
      "held",
    ]);
    expect(play.read([EXITED]).state("container:api")).toBe("active");
  });

  test("a single pass may ask for it at the first failure", () => {
    expect(new Play({ engineDownTicks: 1 }).fail().state("docker_down")).toBe("active");
  });
});

describe("container:<name>", () => {
  test("is raised at once by default, with all that helps", () => {
    const details = { startedAt: WALL - 60_000, finishedAt: WALL - 10_000 };
    const play = new Play().read([observed({ state: "exited", exitCode: 137, details })], 0);
    expect(play.signal("container:api")).toEqual({
      key: "container:api",
      severity: "critical",
      nature: "level",
      active: true,
      what: "container api has exited (code 137: killed)",
      details: ["before that it ran for 50 s", "restart policy always", "image shop/api:1.2"],
      next: "`docker logs --tail 100 api`",
      since: -10_000,
    });
  });

  test("waits for as many ticks in a row as asked for; until then it is held, lest it end an alert", () => {
    const play = new Play({ downTicks: 3 });
    const states = [EXITED, EXITED, observed(), EXITED, EXITED, EXITED].map((container) =>
      play.read([container]).state("container:api"),
    );
    expect(states).toEqual(["held", "held", "inactive", "held", "held", "active"]);
  });

  test("ends when it runs again", () => {
    const play = new Play().read([EXITED]).read([observed({ health: "healthy" })]);
    expect(play.signal("container:api")).toMatchObject({
      active: false,
      what: "container api is healthy",
    });
  });

  test("is neither raised nor ended while its health is still to be told", () => {
    const play = new Play().read([EXITED]).read([observed({ health: "starting" })]);
    expect(play.state("container:api")).toBe("held");
  });

  test("is not raised by one that has finished", () => {
    const finished = observed({ state: "exited", exitCode: 0, details: { restartPolicy: "no" } });
    expect(new Play().read([finished]).state("container:api")).toBe("inactive");
  });

  test("goes with its container, unless the container must exist", () => {
    const play = new Play().read([EXITED]).read([]);
    expect(play.state("container:api")).toBe("absent");
    expect(play.memory.tracks).toEqual([]);
  });

  test("is held for a container that went while it was read", () => {
    const play = new Play({ downTicks: 2, required: ["api"] }).read([EXITED]).read([], 30_000, { unsure: ["api"] });
    expect(play.state("container:api")).toBe("held");
    expect(play.read([EXITED]).state("container:api")).toBe("active");
  });

  test("is held for all that are absent while the list cannot be read in full", () => {
    const play = new Play({ required: ["db"] }).read([observed()], 30_000, { incomplete: true });
    expect(play.state("container:api")).toBe("inactive");
    expect(play.state("container:db")).toBe("held");
    expect(play.state("container_restarts:gone")).toBe("held");
  });

  test("one that is recreated under its name and is down again stays down", () => {
    const play = new Play({ downTicks: 2 }).read([EXITED]).read([{ ...EXITED, id: idOf(2) }]);
    expect(play.state("container:api")).toBe("active");
  });
});

describe("a container that must exist", () => {
  test("is told when it does not, after as many ticks as any other", () => {
    const play = new Play({ required: ["api"], downTicks: 2 }).read([]);
    expect(play.state("container:api")).toBe("held");
    expect(play.read([]).signal("container:api")).toMatchObject({
      active: true,
      what: "container api does not exist",
      next: "`docker compose up -d api`, or take it out of WATCHDOG_CONTAINERS",
    });
    expect(play.read([observed()]).state("container:api")).toBe("inactive");
  });

  test("is not told when it is left out by its label, or is the watchdog's own", () => {
    const play = new Play({ required: ["api"] }).read([], 30_000, { leftOut: ["api"] });
    expect(play.state("container:api")).toBe("absent");
  });
});

describe("one that crashes at once is not up between two restarts", () => {
  const restarting = observed({ state: "restarting", exitCode: 1, leastAgeMs: 1_000, details: { restartCount: 1 } });
  const young = (leastAgeMs: number): ObservedContainer => observed({ leastAgeMs, details: { restartCount: 1 } });

  test("sampled as running after a moment, it stays down; after ten seconds of running it is up", () => {
    const play = new Play().read([restarting]);
    expect(play.state("container:api")).toBe("active");
    expect(play.read([young(0)]).state("container:api")).toBe("held");
    expect(play.read([young(5_000)]).state("container:api")).toBe("held");
    expect(play.read([restarting]).state("container:api")).toBe("active");
    expect(play.read([young(9_000)]).state("container:api")).toBe("held");
    expect(play.read([young(10_000)]).state("container:api")).toBe("inactive");
    expect(play.read([young(1_000)]).state("container:api")).toBe("inactive");
  });

  test("one that was stopped and started again is up at once", () => {
    expect(
      new Play()
        .read([EXITED])
        .read([young(0)])
        .state("container:api"),
    ).toBe("inactive");
  });
});

describe("container_restarts:<name>", () => {
  /** Sampled while it runs, having been restarted so often, last so long ago. */
  function running(play: Play, restartCount: number, uptimeMs: number, afterMs = 30_000): ObservedContainer {
    const startedAt = WALL + play.now + afterMs - uptimeMs;
    return observed({ leastAgeMs: uptimeMs, details: { restartCount, startedAt } });
  }

  test("a container that crashes every 12 s, and is sampled as running each time, is found", () => {
    const play = new Play();
    const states: string[] = [];
    for (let tick = 0; tick < 4; tick++) {
      play.read([running(play, tick * 2, 8_000)]);
      states.push(play.state("container_restarts:api"));
      expect(play.state("container:api")).toBe("inactive");
    }
    expect(states).toEqual(["absent", "inactive", "active", "active"]);
  });

  test("it says how often, against what, and how it ended last", () => {
    const play = new Play().read([observed({ state: "restarting", exitCode: 139, details: { restartCount: 1 } })]);
    play.read([running(play, 5, 2_000)]);
    expect(play.signal("container_restarts:api")).toEqual({
      key: "container_restarts:api",
      severity: "critical",
      nature: "level",
      active: true,
      what: "container api restarts again and again: 4 times within 10 min",
      measure: { value: 4, limit: 3, unit: "count" },
      details: ["it ended last with code 139: segmentation fault"],
      next: "`docker logs --tail 100 api`",
      since: 60_000,
    });
  });

  test("one that ends now so, now so: each code once, the last by itself", () => {
    const play = new Play();
    const end = (exitCode: number, restartCount: number) =>
      play.read([observed({ state: "restarting", exitCode, details: { restartCount } })]);
    end(1, 0);
    end(137, 1);
    end(1, 2);
    end(143, 5);
    expect(play.signal("container_restarts:api")?.details).toEqual([
      expect.stringMatching(/^it ended last with code 143/),
      "before that also with: 137, 1",
    ]);
  });

  test("it is over after a whole window without a restart, and then forgotten", () => {
    const play = new Play().read([observed({ details: {} })]);
    const crashed = running(play, 4, 1_000);
    expect(play.read([crashed]).state("container_restarts:api")).toBe("active");
    expect(play.read([crashed], 599_000).state("container_restarts:api")).toBe("active");
    expect(play.read([crashed], 1_000).signal("container_restarts:api")).toMatchObject({
      active: false,
      what: "container api has not restarted for 10 min",
    });
    expect(play.read([crashed]).state("container_restarts:api")).toBe("absent");
  });

  test("restarts by hand count as well, though they reset Docker's count", () => {
    const play = new Play().read([observed({ details: {} })]);
    for (let tick = 0; tick < 3; tick++) play.read([running(play, 0, 1_000)]);
    expect(play.state("container_restarts:api")).toBe("active");
  });

  test("after a night without readings, a night's restarts are not taken for ten minutes'", () => {
    const play = new Play().read([observed({ details: {} })]);
    play.read([running(play, 40, 3_600_000, 28_800_000)], 28_800_000);
    expect(play.state("container_restarts:api")).toBe("absent");
  });

  test("a new container under the old name begins anew", () => {
    const play = new Play().read([observed({ details: {} })]);
    play.read([running(play, 4, 1_000)]);
    const recreated = { ...observed({ details: {} }), id: idOf(2), createdAt: WALL + play.now };
    expect(play.read([recreated]).signal("container_restarts:api")?.active).toBe(false);
    expect(play.read([recreated]).state("container_restarts:api")).toBe("absent");
  });

  test("while a container cannot be inspected, its loop neither begins nor ends", () => {
    const play = new Play().read([observed({ details: {} })]);
    const crashed = running(play, 4, 1_000);
    expect(play.read([crashed]).state("container_restarts:api")).toBe("active");
    expect(play.read([UNINSPECTED], 700_000).state("container_restarts:api")).toBe("held");
    expect(play.read([crashed]).state("container_restarts:api")).toBe("inactive");
    expect(play.state("container:api")).toBe("inactive");
  });

  test("what was not inspected because all is well has not restarted", () => {
    const play = new Play().read([observed({ details: {} })]);
    for (let tick = 0; tick < 50; tick++) play.read([observed()]);
    play.read([running(play, 3, 1_000)]);
    expect(play.state("container_restarts:api")).toBe("active");
  });
});

describe("container_oom:<name>", () => {
  function killed(change: Partial<ContainerDetails> = {}): ObservedContainer {
    const details = { oomKilled: true, finishedAt: WALL, ...change };
    return observed({ state: change.state ?? "exited", exitCode: 137, details });
  }

  test("is told once for each kill", () => {
    const play = new Play();
    const told = [killed(), killed(), killed({ finishedAt: WALL + 70_000 }), killed({ finishedAt: WALL + 70_000 })].map(
      (container) => play.read([container]).state("container_oom:api"),
    );
    expect(told).toEqual(["active", "absent", "active", "absent"]);
  });

  test("is an edge that says who, when, and what to do", () => {
    expect(new Play().read([killed()]).signal("container_oom:api")).toEqual({
      key: "container_oom:api",
      severity: "critical",
      nature: "edge",
      active: true,
      what: "container api was killed: out of memory",
      details: ["image shop/api:1.2"],
      next: "`docker stats api`: raise its memory limit, or find what grows",
      since: 0,
    });
  });

  test.each([
    ["that ended of it", killed(), "container api was killed: out of memory"],
    [
      "that goes on without a process",
      { ...killed(), exitCode: 0 },
      "a process of container api was killed: out of memory",
    ],
  ])("tells one %s", (_name, container, what) => {
    expect(new Play().read([container]).signal("container_oom:api")).toMatchObject({ what });
  });

  test("at the very first reading, one that runs again was killed of old: it is passed over", () => {
    const play = new Play().read([killed({ state: "running" })]);
    expect(play.state("container_oom:api")).toBe("absent");
    expect(play.read([killed({ state: "running", finishedAt: WALL + 40_000 })]).state("container_oom:api")).toBe(
      "active",
    );
  });

  test("later, one that runs again was killed since the last reading, or of old", () => {
    const play = new Play().read([observed()], 60_000);
    expect(play.read([killed({ state: "running", finishedAt: WALL + 80_000 })]).state("container_oom:api")).toBe(
      "active",
    );
    const other = new Play().read([observed()], 60_000);
    expect(other.read([killed({ state: "running", finishedAt: WALL })]).state("container_oom:api")).toBe("absent");
  });
});

describe("whatever is read", () => {
  const instant = fc.integer({ min: WALL - 1e9, max: WALL + 1e6 });
  const name = fc.oneof(
    fc.constantFrom("api", "__proto__", "constructor", "toString", "\u202eipa", "x".repeat(10_000), "#a 🔴", "<b>"),
    fc.string(),
  );
  const details = fc.record({
    state: fc.constantFrom("running", "exited", "restarting", "created") as fc.Arbitrary<ContainerDetails["state"]>,
    startedAt: fc.option(instant, { nil: undefined }),
    finishedAt: fc.option(instant, { nil: undefined }),
    restartCount: fc.nat(20),
    oomKilled: fc.boolean(),
    restartPolicy: fc.constantFrom("no", "always"),
  });
  const container = fc
    .record({
      id: fc.nat(3).map(idOf),
      name: name.map((text) => cleanText(text, 128)),
      state: fc.constantFrom("created", "running", "paused", "restarting", "removing", "exited", "dead", "unknown"),
      health: fc.constantFrom("none", "starting", "healthy", "unhealthy"),
      exitCode: fc.option(fc.integer({ min: -1, max: 300 }), { nil: undefined }),
      leastAgeMs: fc.option(fc.nat(1e9), { nil: undefined }),
      details: fc.option(details, { nil: undefined }),
    })
    .map(({ details, ...facts }) =>
      observed({ ...(facts as Omit<ObservedContainer, "details">), ...(details && { details }) }),
    );
  const containers = fc.uniqueArray(container, { selector: (one) => one.name, maxLength: 4 });
  /** Of these containers and of others: the watchdog's own, and ones that nobody watches. */
  const someId = fc.nat(5).map(idOf);
  const eventFacts: fc.Arbitrary<EventFacts> = fc.record({
    news: fc.uniqueArray(
      fc.record({
        id: someId,
        end: fc.option(
          fc.record({ at: instant, exitCode: fc.integer({ min: 0, max: 300 }), deliberate: fc.boolean() }),
          {
            nil: undefined,
          },
        ),
        restarts: fc.array(instant, { maxLength: 5 }),
        ooms: fc.array(instant, { maxLength: 5 }),
      }),
      { selector: ({ id }) => id, maxLength: 4 },
    ),
    orders: fc.array(
      fc.tuple(someId, fc.record({ at: instant, signal: fc.option(fc.constantFrom(1, 9, 15), { nil: undefined }) })),
      { maxLength: 4 },
    ),
    removals: fc.array(fc.tuple(fc.constantFrom("api", "own", "__proto__"), instant), { maxLength: 3 }),
  });
  const OWN = "own";
  const rules = { ...RULES, required: ["must-exist", OWN] };
  const reading = fc.oneof(
    {
      weight: 5,
      arbitrary: fc
        .record({
          all: containers,
          events: eventFacts,
          incomplete: fc.boolean(),
          unsure: fc.constantFrom([], ["gone"]),
        })
        .map(({ all, ...change }) =>
          snapshot(
            all.filter(({ name }) => name !== OWN),
            { leftOut: [OWN], ...change },
          ),
        ),
    },
    { weight: 1, arbitrary: fc.constant(unknown("failed")) },
  );

  test("evaluating is total; every container is told or held, none twice, one's own never; memory is small, plain data", () => {
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 12 }), (readings) => {
        let memory = INITIAL_MEMORY;
        let now = 0;
        for (const one of readings) {
          now += 30_000;
          const result = evaluate(one, memory, now, rules);
          const keys = result.signals.map(({ key }) => key);
          expect(new Set(keys).size).toBe(keys.length);
          const names = one.ok ? one.value.containers.map((found) => found.name) : [];
          for (const known of names) {
            expect(keys.includes(`container:${known}`)).not.toBe(result.holds.includes(`container:${known}`));
          }
          for (const signal of result.signals) expect(JSON.stringify(signal).length).toBeLessThan(2_000);
          expect(evaluate(one, JSON.parse(JSON.stringify(memory)), now, rules)).toEqual(result);
          expect(result.memory.tracks.length).toBeLessThanOrEqual(
            one.ok ? names.length + rules.required.length : memory.tracks.length,
          );
          for (const about of [...keys, ...result.holds]) expect(about.split(":")[1]).not.toBe(OWN);
          memory = result.memory;
        }
      }),
    );
  });

  test("a failed reading says nothing of any container", () => {
    fc.assert(
      fc.property(containers, (all) => {
        const { memory } = evaluate(snapshot(all), INITIAL_MEMORY, 0, RULES);
        const failed = evaluate(unknown("failed"), memory, 1, RULES);
        expect(failed.signals).toEqual([]);
        expect(failed.memory.tracks).toEqual(memory.tracks);
      }),
    );
  });

  test("the same reading twice tells nothing new", () => {
    fc.assert(
      fc.property(containers, (all) => {
        const play = new Play().read(all, 0).read(all, 0);
        const before = play.last;
        play.read(all, 0);
        expect(play.last).toEqual(before);
        expect(play.last.signals.filter(({ nature }) => nature === "edge")).toEqual([]);
      }),
    );
  });

  test("a thousand healthy containers leave nothing to remember", () => {
    const all = Array.from({ length: 1_000 }, (_, index) => observed({ id: idOf(index), name: `api-${index}` }));
    const play = new Play().read(all);
    expect(play.memory.tracks).toEqual([]);
    expect(play.last.holds).toEqual([]);
    expect(play.last.signals.every(({ active }) => !active)).toBe(true);
  });
});
