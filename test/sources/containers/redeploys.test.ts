import { describe, expect, test } from "vitest";
import type { Evaluation } from "../../../src/core/signal.ts";
import { EN } from "../../../src/core/texts/index.ts";
import { NO_FACTS } from "../../../src/sources/containers/events/event-facts.ts";
import { linkSignals } from "../../../src/sources/containers/link-signals.ts";
import { noteRedeploys, type RedeployMemory } from "../../../src/sources/containers/redeploys.ts";
import { evaluate, INITIAL_MEMORY, type Memory } from "../../../src/sources/containers/signals.ts";
import type { ObservedContainer, Snapshot } from "../../../src/sources/containers/snapshot.ts";
import { idOf } from "../../stand-ins/docker-engine.ts";
import { observed, RULES, snapshot, WALL } from "./observed.ts";

const S = 1_000;
const GRACE = 120 * S;

/** Readings one after the other, the memory through JSON in between, as over restarts. */
class Deploys {
  memory: Memory & RedeployMemory = INITIAL_MEMORY;
  now = 0;
  last: Evaluation<unknown> = { signals: [], holds: [], memory: null };
  readonly remarks: string[] = [];
  readonly #required: readonly string[];

  constructor(required: readonly string[] = []) {
    this.#required = required;
  }

  read(containers: readonly ObservedContainer[], afterMs = 5 * S, change: Partial<Snapshot> = {}): this {
    this.now += afterMs;
    const rules = { ...RULES, intervalMs: 5 * S, stopGraceMs: GRACE, required: this.#required, texts: EN };
    const reading = snapshot(containers, { takenAt: WALL + this.now, ...change });
    const linked = linkSignals(evaluate(reading, this.memory, this.now, rules), reading, {}, rules.required);
    const evaluation = noteRedeploys(linked, reading, this.memory, this.now, rules);
    this.memory = JSON.parse(JSON.stringify(evaluation.memory));
    this.last = evaluation;
    this.remarks.push(...(evaluation.remarks ?? []));
    return this;
  }

  /** At a moment of this play, on Docker's clock. */
  get wall(): number {
    return WALL + this.now;
  }
}

const service = (release: number, change: Parameters<typeof observed>[0] = {}) =>
  observed({ id: idOf(release), name: "shop-web-1", service: "shop/web/1", image: `app:${release}`, ...change });
const healthy = (release: number, change = {}) => service(release, { health: "healthy", ...change });
const starting = (release: number) =>
  service(release, { health: "starting", leastAgeMs: 1 * S, details: { health: "starting", startedAt: WALL } });
const stopped = (release: number, finishedAt: number) =>
  service(release, { state: "exited", exitCode: 143, details: { state: "exited", exitCode: 143, finishedAt } });

/** Its stop was ordered. */
const ordered = (release: number, at: number): Partial<Snapshot> => ({
  events: { ...NO_FACTS, orders: [[idOf(release), { at, signal: 15 }]] },
});
const removed = (name: string, at: number): Partial<Snapshot> => ({ events: { ...NO_FACTS, removals: [[name, at]] } });

describe("a service that comes back as another container", () => {
  test("is remarked once, when it is healthy, with how long it was away", () => {
    const play = new Deploys().read([healthy(1)]);
    play.read([stopped(1, play.wall + 3 * S)], 4 * S, ordered(1, play.wall + 2 * S));
    play.read([starting(2)], 3 * S, removed("shop-web-1", play.wall));
    expect(play.remarks).toEqual([]);
    play.read([healthy(2)], 4 * S);
    expect(play.remarks).toEqual(["web redeployed: app:1 → app:2, healthy after 8 s"]);
    play.read([healthy(2)]).read([healthy(2)]);
    expect(play.remarks).toHaveLength(1);
  });

  test("without a health check it counts from its start, and is waited for until it has settled", () => {
    const play = new Deploys().read([service(1)]);
    const goneAt = play.wall + 1 * S;
    play.read([], 2 * S, removed("shop-web-1", goneAt));
    const details = { startedAt: goneAt + 3 * S };
    play.read([service(2, { leastAgeMs: 2 * S, details })], 4 * S);
    expect(play.remarks).toEqual([]);
    play.read([service(2, { leastAgeMs: 12 * S, details })], 10 * S);
    expect(play.remarks).toEqual(["web redeployed: app:1 → app:2, running after 3 s"]);
  });

  test("Compose v2 makes the new one beside the old: nothing is said before the old one is gone", () => {
    const play = new Deploys().read([healthy(1)]);
    const created = service(2, { name: "shop-web-1 2", state: "created", details: { state: "created" } });
    play.read([healthy(1), created]);
    play.read([created], 1 * S, removed("shop-web-1", play.wall + 500));
    play.read([healthy(2)], 5 * S);
    expect(play.remarks).toEqual(["web redeployed: app:1 → app:2, healthy after 5 s"]);
  });

  test.each([
    ["the same image", healthy(2, { image: "app:1" }), "web redeployed: app:1, healthy after 5 s"],
    ["an image without a name", healthy(2, { image: undefined }), "web redeployed, healthy after 5 s"],
    ["the second of its kind", undefined, "web 2 redeployed: app:1 → app:2, healthy after 5 s"],
  ])("%s", (_name, next, line) => {
    const second = (release: number) => healthy(release, { name: "shop-web-2", service: "shop/web/2" });
    const play = new Deploys().read([next === undefined ? second(1) : healthy(1)]);
    play.read([next ?? second(2)]);
    expect(play.remarks).toEqual([line]);
  });

  test("its project is named where another has a service of that name", () => {
    const other = observed({ id: idOf(7), name: "blog-web-1", service: "blog/web/1", health: "healthy" });
    const play = new Deploys().read([healthy(1), other]).read([healthy(2), other]);
    expect(play.remarks).toEqual(["shop/web redeployed: app:1 → app:2, healthy after 5 s"]);
  });
});

describe("is no redeploy", () => {
  const play = () => new Deploys().read([healthy(1)]);
  const unhealthy = service(2, { health: "unhealthy", details: { health: "unhealthy" } });
  const third = healthy(3, { name: "shop-web-2", service: "shop/web/2" });

  test.each<[name: string, readings: (readonly ObservedContainer[])[]]>([
    ["a restart of the same container", [[stopped(1, WALL)], [healthy(1)]]],
    ["a first start", [[healthy(1), third]]],
    [
      "scaling up",
      [
        [healthy(1), third],
        [healthy(1), third],
      ],
    ],
    ["scaling down", [[healthy(1), third], [healthy(1)], [healthy(1)]]],
    ["one that does not become healthy, and is told", [[unhealthy], [healthy(2)]]],
    ["the mend of one that was told as down", [[service(1, { state: "dead" })], [healthy(2)]]],
    ["a container that Compose did not make", [[healthy(1, { service: undefined })]]],
  ])("%s", (_name, readings) => {
    const played = play();
    for (const containers of readings) played.read(containers);
    expect(played.remarks).toEqual([]);
  });

  test("the mend of one whose crash was told by a reading of it alone", () => {
    const crashed = service(1, { state: "dead" });
    const played = play().read([crashed], 1 * S, { partial: true });
    expect(played.memory.deployed).toEqual([["shop/web/1", expect.objectContaining({ told: true })]]);
    expect(played.read([healthy(2)]).remarks).toEqual([]);
  });

  test("one whose successor crashed before it was up, as a reading of that alone told", () => {
    const played = play()
      .read([stopped(1, WALL)], 1 * S, ordered(1, WALL))
      .read([starting(2)], 1 * S);
    const died = service(2, { state: "dead" });
    expect(played.read([died], 1 * S, { partial: true }).last.signals).toMatchObject([{ active: true }]);
    expect(played.read([healthy(2)]).remarks).toEqual([]);
  });

  test("that others were read alone, while nothing was asked about it", () => {
    const other = observed({ id: idOf(7), name: "other" });
    const played = play()
      .read([other], 1 * S, { partial: true })
      .read([other], GRACE, { partial: true });
    expect(played.last.suspects ?? []).toEqual([]);
    expect(played.memory.deployed).toEqual(play().memory.deployed);
  });

  test("one that comes back after its grace: that it was gone was told, or nobody missed it", () => {
    const late = play().read([stopped(1, WALL)], 1 * S, ordered(1, WALL));
    expect(late.read([healthy(2)], GRACE + 1 * S).remarks).toEqual([]);
    const missing = play().read([]).read([], GRACE);
    expect(missing.memory.deployed).toBeUndefined();
    expect(missing.read([healthy(2)]).remarks).toEqual([]);
  });

  test("what happened while nobody could read", () => {
    const incomplete = play()
      .read([], 5 * S, { incomplete: true })
      .read([healthy(1)]);
    expect(incomplete.remarks).toEqual([]);
  });
});

describe("a service that was removed on purpose", () => {
  const KEY = "container:shop-web-1";
  const suspect = { key: KEY, severity: "critical", what: "container shop-web-1 was removed" };
  const links = { standsFor: ["service:shop/web", "host:shop-web-1", "host:web"], needs: ["docker"] };

  test("is suspected for its grace, so that what needs it waits, and held as long", () => {
    const play = new Deploys().read([healthy(1)]);
    const at = play.wall;
    play.read([], 5 * S, removed("shop-web-1", at));
    expect(play.last.suspects).toEqual([{ ...suspect, ...links }]);
    expect(play.last.holds).toContain(KEY);
    play.read([], GRACE, removed("shop-web-1", at));
    expect(play.last.suspects).toEqual([]);
    expect(play.last.holds).not.toContain(KEY);
  });

  test.each<[name: string, play: (play: Deploys) => Deploys]>([
    ["gone without a word", (play) => play.read([healthy(1)]).read([])],
    [
      "told as down before: its end is told now",
      (play) => play.read([service(1, { state: "dead" })]).read([], 1 * S, removed("shop-web-1", WALL)),
    ],
    ["removed long ago", (play) => play.read([healthy(1)]).read([], 5 * S, removed("shop-web-1", WALL - GRACE))],
    [
      "left out now",
      (play) => play.read([healthy(1)]).read([], 1 * S, { ...removed("shop-web-1", WALL), leftOut: ["shop-web-1"] }),
    ],
  ])("not: %s", (_name, act) => {
    const { suspects = [], holds } = act(new Deploys()).last;
    expect(suspects).toEqual([]);
    expect(holds).not.toContain(KEY);
  });

  test("one that must exist is suspected as that", () => {
    const play = new Deploys(["shop-web-1"]).read([healthy(1)]);
    play.read([], 5 * S, removed("shop-web-1", play.wall));
    expect(play.last.suspects).toMatchObject([{ key: KEY, what: "container shop-web-1 does not exist" }]);
  });
});
