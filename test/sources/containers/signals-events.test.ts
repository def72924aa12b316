import { describe, expect, test } from "vitest";
import { unknown } from "../../../src/core/reading.ts";
import { EN } from "../../../src/core/texts/index.ts";
import { type ContainerNews, NO_FACTS, type Order } from "../../../src/sources/containers/events/event-facts.ts";
import { parseOptions, parseService, wordLabelProblem } from "../../../src/sources/containers/labels.ts";
import type { ContainerDetails, ObservedContainer, Snapshot } from "../../../src/sources/containers/snapshot.ts";
import { idOf } from "../../stand-ins/docker-engine.ts";
import { observed, Play, WALL } from "./observed.ts";

interface Happened extends Partial<ContainerNews> {
  readonly order?: Order;
  readonly removedAt?: number;
}

/** What the events told of `api`, as a part of the reading. */
function told({ order, removedAt, ...news }: Happened): Partial<Snapshot> {
  const all = { id: idOf(1), end: undefined, restarts: [], ooms: [], ...news };
  return {
    events: {
      ...NO_FACTS,
      news: [all],
      orders: order ? [[idOf(1), order]] : [],
      removals: removedAt === undefined ? [] : [["api", removedAt]],
    },
  };
}

/** Ended at `at` on the timeline. */
function ended(at: number, change: Partial<ContainerDetails> = {}, exitCode = 3): ObservedContainer {
  return observed({ state: "exited", exitCode, details: { finishedAt: WALL + at, ...change } });
}

function up(change: Partial<ContainerDetails> = {}, leastAgeMs = 0): ObservedContainer {
  return observed({ leastAgeMs, details: change });
}

const killedAt = (at: number): Order => ({ at: WALL + at, signal: 15 });

describe("a stop", () => {
  test("is quiet within the grace, then told as a stop", () => {
    const play = new Play().read([observed()]);
    play.read([ended(31_000, {}, 143)], 1_000, told({ order: killedAt(30_990) }));
    expect(play.state("container:api")).toBe("held");
    expect(play.read([ended(31_000, {}, 143)], 119_000).state("container:api")).toBe("held");
    expect(play.read([ended(31_000, {}, 143)], 1_000).signal("container:api")).toMatchObject({
      active: true,
      what: "container api was stopped 2 min ago and has not come back",
      details: [
        "it ended with code 143: told to stop, SIGTERM",
        "before that it ran for 1 d",
        "restart policy always",
        "image shop/api:1.2",
      ],
      next: "`docker start api`",
      since: 31_000,
    });
  });

  test("of one that comes back within the grace tells nothing", () => {
    const play = new Play().read([observed()]);
    play.read([ended(31_000)], 1_000, told({ order: killedAt(30_990) }));
    expect(play.read([up()]).state("container:api")).toBe("inactive");
  });

  test("followed by a start and a crash is a crash", () => {
    const play = new Play().read([observed()]);
    play.read([ended(31_000)], 1_000, told({ order: killedAt(30_990) }));
    play.read([up()], 1_000);
    expect(play.read([ended(50_000)], 20_000).state("container:api")).toBe("active");
  });

  test("that no event told of is told as before, at once", () => {
    expect(
      new Play()
        .read([observed()])
        .read([ended(30_500)])
        .signal("container:api")?.what,
    ).toBe("container api has exited (code 3)");
  });

  test("of a container that finishes is its end", () => {
    const play = new Play().read([ended(0, { restartPolicy: "no" }, 0)], 30_000, told({ order: killedAt(0) }));
    expect(play.read([ended(0, { restartPolicy: "no" }, 0)], 300_000).state("container:api")).toBe("inactive");
  });

  test("does not resolve what was told before", () => {
    const play = new Play().read([observed({ health: "unhealthy" })]);
    expect(play.state("container:api")).toBe("active");
    play.read([ended(31_000)], 1_000, told({ order: killedAt(30_990) }));
    expect(play.state("container:api")).toBe("held");
  });

  test("has the grace that its label says", () => {
    const labelled = { ...ended(31_000), options: { stopGraceMs: 5_000 } };
    const play = new Play().read([labelled], 31_000, told({ order: killedAt(30_990) }));
    expect(play.state("container:api")).toBe("held");
    expect(play.read([labelled], 5_000).state("container:api")).toBe("active");
  });

  test("whose inspection fails is a stop nonetheless", () => {
    const blind = { ...ended(0), details: { ok: false, error: "500" } as const };
    const play = new Play().read([blind], 1_000, told({ order: killedAt(900) }));
    expect(play.state("container:api")).toBe("held");
  });
});

describe("a crash", () => {
  test("is told at once, whatever was told to it long before", () => {
    const play = new Play().read([observed()]);
    play.read([ended(95_000)], 65_000, told({ order: killedAt(1_000) }));
    expect(play.signal("container:api")).toMatchObject({ active: true, what: "container api has exited (code 3)" });
  });

  test("that is over before anybody looks is told, and over once it has run for a while", () => {
    const play = new Play().read([observed()]);
    const end = { at: WALL + 30_500, exitCode: 139, deliberate: false };
    play.read([up({ restartCount: 1 })], 1_000, told({ end }));
    expect(play.signal("container:api")).toMatchObject({
      active: true,
      what: "container api crashed (code 139: segmentation fault) and was started again",
      details: ["restart policy always, restarted once", "image shop/api:1.2"],
      since: 30_500,
    });
    expect(play.read([up({ restartCount: 1 }, 2_000)], 2_000).state("container:api")).toBe("held");
    expect(play.read([up({ restartCount: 1 }, 32_000)]).state("container:api")).toBe("inactive");
  });

  test.each([
    ["was ordered", { exitCode: 137, deliberate: true }],
    ["was with code 0", { exitCode: 0, deliberate: false }],
  ])("is none if the end %s", (_name, end) => {
    const play = new Play().read([observed()]);
    play.read([up()], 1_000, told({ end: { at: WALL + 30_500, ...end } }));
    expect(play.state("container:api")).toBe("inactive");
  });

  test("says what Docker does next", () => {
    const details = { restartCount: 4, restartPolicy: "on-failure", restartLimit: 5 };
    const lines = (container: ObservedContainer) => new Play().read([container]).signal("container:api")?.details;
    expect(lines(observed({ state: "restarting", exitCode: 1, details }))).toContain(
      "restart policy on-failure: Docker starts it again, attempt 4 of 5",
    );
    expect(lines(ended(0, { ...details, restartCount: 5 }))).toContain(
      "restart policy on-failure: Docker has given up after 5 times",
    );
  });

  test("a worker that ends with 0 and is started for more is no fault, unless it is not started", () => {
    const again = (at: number) =>
      observed({ state: "restarting", exitCode: 0, details: { finishedAt: WALL + at, startedAt: WALL + at - 60_000 } });
    const play = new Play().read([again(29_900)]);
    expect(play.state("container:api")).toBe("held");
    expect(play.read([again(29_900)]).state("container:api")).toBe("active");
  });
});

describe("ticks", () => {
  test("readings between two ticks do not count as ticks, so that three ticks last longer than an interval", () => {
    const play = new Play({ downTicks: 3 }).read([ended(0)]);
    const states = [100, 200, 14_000, 15_700, 15_000, 15_000].map((afterMs) =>
      play.read([ended(0)], afterMs).state("container:api"),
    );
    expect(states).toEqual(["held", "held", "held", "held", "active", "active"]);
  });

  test("nor do failures to read", () => {
    const play = new Play().read([]).fail("away", 30_000).fail("away", 100);
    expect(play.state("docker_down")).toBe("held");
    expect(play.fail("away", 20_000).state("docker_down")).toBe("active");
  });

  test("a container's label says how many it needs", () => {
    const patient = { ...ended(0), options: { downTicks: 2 } };
    const play = new Play().read([patient]);
    expect(play.state("container:api")).toBe("held");
    expect(play.read([patient]).state("container:api")).toBe("active");
  });
});

describe("kills for memory", () => {
  const oomAt = WALL + 30_500;
  const end = { at: oomAt + 30, exitCode: 137, deliberate: false };

  test.each([
    ["its event comes with the end", [oomAt], 30_530, "code 137: out of memory"],
    ["its event came long before that end", [oomAt - 20_000], 30_530, "code 137: killed"],
    ["there was none", [], 30_530, "code 137: killed"],
  ])("is the reason of an end that inspect does not explain: %s", (_name, ooms, endedAt, reason) => {
    const killed = ended(endedAt, { oomKilled: false }, 137);
    const play = new Play().read([observed()]).read([killed], 1_000, told({ end, ooms }));
    expect(play.signal("container:api")?.what).toBe(`container api has exited (${reason})`);
    // The event is gone by then, what it told is not.
    expect(play.read([killed]).signal("container:api")?.what).toBe(`container api has exited (${reason})`);
  });

  test("is the reason also where inspect failed, but the end was seen", () => {
    const uninspected = { ...ended(30_530, {}, 137), details: unknown("answered 500") };
    const play = new Play().read([observed()]).read([uninspected], 1_000, told({ end, ooms: [oomAt] }));
    expect(play.signal("container:api")?.what).toBe("container api has exited (code 137: out of memory)");
  });

  test("one that only an event saw is told, and not again when inspect shows it", () => {
    const play = new Play().read([observed()]);
    play.read([up()], 1_000, told({ end, ooms: [oomAt] }));
    expect(play.signal("container_oom:api")).toMatchObject({
      what: "container api was killed: out of memory",
      since: 30_500,
    });
    const shown = up({ oomKilled: true, finishedAt: oomAt + 30, startedAt: oomAt + 400 });
    expect(play.read([shown], 500).state("container_oom:api")).toBe("absent");
    expect(play.read([shown]).state("container_oom:api")).toBe("absent");
  });

  test("one that inspect shows and an event tells of later is told once", () => {
    const killed = ended(30_500, { oomKilled: true }, 137);
    const play = new Play().read([observed()]).read([killed], 1_000);
    expect(play.state("container_oom:api")).toBe("active");
    expect(play.read([killed], 100, told({ ooms: [oomAt - 20] })).state("container_oom:api")).toBe("absent");
  });

  test("while it is so fresh that its end may follow, it is told together with that", () => {
    const play = new Play().read([observed()], 30_400);
    play.read([up({}, 86_400_000)], 150, told({ ooms: [oomAt] }));
    expect(play.state("container_oom:api")).toBe("absent");
    play.read([ended(30_530, { oomKilled: true }, 137)], 50);
    expect(play.signal("container_oom:api")?.what).toBe("container api was killed: out of memory");
  });

  test("of a process that is not the container's first", () => {
    const play = new Play().read([observed()]).read([up({}, 86_400_000)], 2_000, told({ ooms: [oomAt] }));
    expect(play.signal("container_oom:api")?.what).toBe("a process of container api was killed: out of memory");
  });

  test("that come in quick succession are told together, with how many they are", () => {
    const play = new Play().read([observed()]);
    const states = [0, 1, 2].map((n) =>
      play.read([up()], 1_000, told({ end, ooms: [oomAt + n * 1_000] })).state("container_oom:api"),
    );
    expect(states).toEqual(["active", "absent", "absent"]);
    expect(play.read([up()]).signal("container_oom:api")?.details).toContain("2 times since it was told last");
  });
});

describe("restarts", () => {
  test("that only events saw count, and those that the counters saw too are not counted twice", () => {
    const play = new Play().read([observed()]);
    const restarts = [WALL + 31_000, WALL + 33_000, WALL + 35_000];
    play.read([up({ startedAt: WALL + 35_400 })], 6_000, told({ restarts }));
    expect(play.signal("container_restarts:api")?.what).toContain("3 times");
    play.read([up({ startedAt: WALL + 40_400 })], 5_000, told({ restarts: [WALL + 40_000] }));
    expect(play.signal("container_restarts:api")?.what).toContain("4 times");
    play.read([up({ startedAt: WALL + 40_400 })], 1_000, told({ restarts: [WALL + 40_000] }));
    expect(play.signal("container_restarts:api")?.what).toContain("4 times");
  });

  test("of two in quick succession both count, though the second start's event has not come yet", () => {
    const play = new Play().read([up({ startedAt: WALL + 29_000 })]);
    const end = { at: WALL + 31_000, exitCode: 137, deliberate: true };
    play.read([up({ startedAt: WALL + 31_300 })], 2_000, told({ end, restarts: [WALL + 30_400] }));
    play.read([up({ startedAt: WALL + 31_300 })], 250, told({ restarts: [WALL + 31_000] }));
    expect(play.signal("container_restarts:api")?.what).toContain("2 times within");
  });

  test("of one that was never looked at, as it ran well, count from the first", () => {
    const play = new Play().read([observed()]);
    play.read([up({ finishedAt: WALL + 30_500, startedAt: WALL + 30_900 })], 1_000);
    expect(play.signal("container_restarts:api")?.what).toContain("1 time within");
    const old = new Play().read([observed()]).read([up({ finishedAt: WALL - 500, startedAt: WALL - 100 })]);
    expect(old.state("container_restarts:api")).toBe("absent");
  });

  test("one that was counted as it was about to happen is not counted again when it happens", () => {
    const pending = observed({ state: "restarting", exitCode: 1, details: { restartCount: 1, finishedAt: WALL } });
    const play = new Play().read([pending], 1_000);
    play.read([up({ restartCount: 1, startedAt: WALL + 1_500 })], 1_000, told({ restarts: [WALL] }));
    expect(play.signal("container_restarts:api")?.what).toContain("1 time within");
  });
});

describe("a redeploy", () => {
  const service = "shop/api/1";

  test("the same name under a new id tells nothing, though it is named and was away", () => {
    const play = new Play({ required: ["api"] }).read([observed()]);
    play.read([ended(31_000)], 1_000, told({ order: killedAt(30_990) }));
    expect(play.state("container:api")).toBe("held");
    play.read([], 1_000, told({ removedAt: WALL + 32_000 }));
    expect(play.state("container:api")).toBe("held");
    const anew = { ...observed({ state: "created", details: {} }), id: idOf(2) };
    expect(play.read([anew], 1_000).state("container:api")).toBe("held");
    expect(play.read([{ ...up(), id: idOf(2) }], 1_000).state("container:api")).toBe("inactive");
  });

  test("one that is not back within the grace is told as missing, with when it went", () => {
    const play = new Play({ required: ["api"] }).read([observed()]);
    play.read([], 1_000, told({ removedAt: WALL + 31_000 }));
    expect(play.read([], 130_000).signal("container:api")).toMatchObject({
      what: "container api does not exist",
      details: ["it was removed 2 min 10 s ago", "it is named in WATCHDOG_CONTAINERS"],
    });
  });

  test("one that was made anew and never started is told after the grace", () => {
    const play = new Play().read([ended(31_000)], 31_000, told({ order: killedAt(30_990) }));
    const anew = { ...observed({ state: "created", details: {} }), id: idOf(2) };
    expect(play.read([anew], 1_000).state("container:api")).toBe("held");
    expect(play.read([anew], 120_000).signal("container:api")?.what).toMatch(/was stopped 2 min .*has not come back/);
  });

  test("the service that comes back under another name goes on where it was", () => {
    const old = { ...ended(31_000), service };
    const play = new Play({ downTicks: 2 }).read([old]);
    const renamed = { ...ended(31_000), id: idOf(2), name: "api-blue", service };
    expect(play.read([renamed]).state("container:api-blue")).toBe("active");
    expect(play.state("container:api")).toBe("absent");
  });

  test("scaling down tells nothing: what was stopped and removed is over", () => {
    const play = new Play().read([observed()]);
    play.read([ended(31_000)], 1_000, told({ order: killedAt(30_990) }));
    play.read([], 1_000, told({ removedAt: WALL + 32_000 }));
    expect(play.state("container:api")).toBe("absent");
    expect(play.memory.tracks).toEqual([]);
  });
});

describe("health", () => {
  test.each([
    ["within five minutes of its start", 299_000, 0, "held"],
    ["after that", 301_000, 0, "active"],
    ["within its own start period and five minutes", 800_000, 600_000, "held"],
  ])("starting %s is %s", (_name, upMs, startPeriodMs, expected) => {
    const starting = observed({ health: "starting", details: { startedAt: WALL + 30_000 - upMs, startPeriodMs } });
    expect(new Play().read([starting]).state("container:api")).toBe(expected);
  });

  test("unhealthy says how often the check has failed", () => {
    const play = new Play().read([observed({ health: "unhealthy", details: { failingStreak: 3 } })]);
    expect(play.signal("container:api")?.details?.[0]).toBe("its health check has failed 3 times in a row");
  });

  test("a first failure is no row", () => {
    const play = new Play().read([observed({ health: "unhealthy", details: { failingStreak: 1 } })]);
    expect(play.signal("container:api")?.details?.[0]).toBe("its health check has failed once");
  });

  test("what the probe wrote is quoted where it was kept", () => {
    const details = { failingStreak: 3, probeOutput: "connection refused" };
    const play = new Play().read([observed({ health: "unhealthy", details })]);
    expect(play.signal("container:api")?.details?.slice(0, 2)).toEqual([
      "its health check has failed 3 times in a row",
      "it says: connection refused",
    ]);
  });
});

describe("labels", () => {
  test.each([
    ["shares of its limits", { "watchdog.mem-pct": "97.5", "watchdog.cpu-pct": "50" }, { memPct: 97.5, cpuPct: 50 }],
    ["a grace", { "watchdog.stop-grace": "2.5" }, { stopGraceMs: 2_500 }],
    ["a severity", { "watchdog.severity": "warning" }, { severity: "warning" }],
    ["ticks", { "watchdog.down-ticks": " 3 " }, { downTicks: 3 }],
    ["nothing", { "watchdog.stop-grace": "", other: "x" }, {}],
    ["a prototype's name", JSON.parse('{"__proto__":{"watchdog.severity":"low"}}'), {}],
  ])("%s", (_name, labels, expected) => expect(parseOptions(labels)).toEqual(expected));

  test.each([
    ["watchdog.stop-grace", "2m", "seconds, 0 to 604800"],
    ["watchdog.stop-grace", "-1", "seconds, 0 to 604800"],
    ["watchdog.severity", "low", "critical or warning"],
    ["watchdog.down-ticks", "0", "a whole number, 1 to 1000"],
    ["watchdog.down-ticks", "1.5", "a whole number, 1 to 1000"],
    ["watchdog.enable", "flase", "true or false"],
  ])("%s=%s cannot be used", (name, value, expected) => {
    const problem = { label: name, value };
    expect(parseOptions({ [name]: value })).toEqual({ problems: [problem] });
    expect(wordLabelProblem(problem, EN.containers.label)).toBe(`${name}="${value}": expected ${expected}`);
  });

  test("what cannot be used is told once, and again when it is another thing", () => {
    const play = new Play();
    const states = ["low", "low", "lower"].map((value) => {
      play.read([observed({ options: parseOptions({ "watchdog.severity": value }) })]);
      return play.state("container_label:api");
    });
    expect(states).toEqual(["active", "absent", "active"]);
    expect(play.signal("container_label:api")).toMatchObject({
      severity: "warning",
      nature: "edge",
      details: ['watchdog.severity="lower": expected critical or warning'],
    });
  });

  test("the severity is that of all that is told of the container", () => {
    const minor = { ...ended(0, { oomKilled: true, restartCount: 4 }, 137), options: { severity: "warning" as const } };
    const { signals } = new Play().read([minor]).last;
    expect(signals.filter(({ key }) => key.includes(":api")).map(({ severity }) => severity)).toEqual([
      "warning",
      "warning",
      "warning",
    ]);
  });

  test("a service is a project, a name and a number; a one-off is none", () => {
    const labels = {
      "com.docker.compose.project": "shop",
      "com.docker.compose.service": "api",
      "com.docker.compose.container-number": "2",
    };
    expect(parseService(labels)).toBe("shop/api/2");
    expect(parseService({ ...labels, "com.docker.compose.oneoff": "True" })).toBeUndefined();
    expect(parseService({ "com.docker.compose.project": "shop" })).toBeUndefined();
  });
});
