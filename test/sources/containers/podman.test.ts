import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { EN } from "../../../src/core/texts/index.ts";
import { EVENT_FILTER, parseEvent } from "../../../src/sources/containers/events/parse-event.ts";
import { createContainersSource } from "../../../src/sources/containers/index.ts";
import { parseInspect, parseList } from "../../../src/sources/containers/parse.ts";
import { idOf, type StandInEngine, startDockerEngine } from "../../stand-ins/docker-engine.ts";
import { RULES } from "./observed.ts";

/** Answers of Podman 4.3.1 to the questions that the watchdog asks. */
function recorded(name: string): string {
  return readFileSync(new URL(`../../fixtures/podman/${name}`, import.meta.url), "utf8");
}
const inspected = (name: string) => parseInspect(JSON.parse(recorded(`inspect-${name}.json`)));

describe("what Podman answers is understood", () => {
  test("the list: names, states, exit codes, ages", () => {
    const { listed = [], unreadable } = parseList(JSON.parse(recorded("list.json"))) ?? {};
    expect(unreadable).toBe(0);
    const told = Object.fromEntries(listed.map(({ name, state, exitCode }) => [name, [state, exitCode]]));
    expect(told).toMatchObject({
      "pd-mem": ["running", undefined],
      "pd-exit": ["exited", 3],
      "pd-kill": ["exited", 137],
      "pd-created": ["created", undefined],
      "pd-pause": ["paused", undefined],
    });
    const running = listed.find(({ name }) => name === "pd-mem");
    expect(running?.leastAgeMs).toBeGreaterThan(0);
    expect(running?.createdAt).toBeGreaterThan(0);
  });

  test.each([
    ["exited-3", { state: "exited", exitCode: 3, health: "none", restartPolicy: "no" }],
    ["unhealthy", { state: "running", health: "unhealthy", failingStreak: expect.any(Number) }],
    ["loop", { restartPolicy: "always", restartCount: expect.any(Number) }],
    ["created", { state: "created", startedAt: undefined, finishedAt: undefined }],
    ["paused", { state: "paused", finishedAt: undefined }],
    // It does not say why; the code does.
    ["oom-killed", { state: "exited", exitCode: 137, oomKilled: false }],
  ])("inspect: %s", (name, facts) => expect(inspected(name)).toMatchObject(facts));

  test.each([
    ["configured", "created"],
    ["initialized", "created"],
    ["stopping", "running"],
    ["stopped", "exited"],
    ["bewitched", "unknown"],
  ])("its state %s is %s", (written, state) => {
    const [entry] = parseList([{ Id: idOf(1), Names: ["api"], State: written }])?.listed ?? [];
    expect(entry?.state).toBe(state);
  });

  test("events: what happened, to whom, with which code", () => {
    const events = recorded("events.ndjson")
      .split("\n")
      .map((line) => parseEvent(line));
    const told = events.filter((event) => event !== undefined).map(({ action, name }) => `${action} ${name}`);
    expect(told).toEqual(expect.arrayContaining(["start pd-stop", "die pd-stop", "kill pd-kill", "destroy pd-rm"]));
    expect(events.find((event) => event?.action === "health_status")).toMatchObject({ probed: "starting" });
    expect(events.find((event) => event?.action === "die")).toMatchObject({ exitCode: 0 });
  });

  test("its filter knows other names than its events bear", () => {
    expect(EVENT_FILTER).toEqual(expect.arrayContaining(["die", "died", "destroy", "remove"]));
  });
});

describe("health, which Podman's list does not tell", () => {
  let standIn: StandInEngine;
  let source: ReturnType<typeof createContainersSource>;
  beforeEach(async () => {
    standIn = await startDockerEngine([
      { id: idOf(1), name: "api", health: "healthy" },
      { id: idOf(2), name: "db" },
    ]);
    standIn.headers = { "Libpod-Api-Version": "4.3.1", "Api-Version": "1.41" };
    source = createContainersSource({ ...RULES, address: standIn, names: ["*"], timeoutMs: 10_000 }, EN);
  });
  afterEach(async () => {
    await source.close?.();
    await standIn.close();
  });

  async function healthOf(name: string): Promise<string | undefined> {
    standIn.clear();
    const { containers } = await source.collect(new AbortController().signal);
    return containers.find((container) => container.name === name)?.health;
  }

  test("is inspected: once of whom has no check, and at each tick of whom has one", async () => {
    expect(await healthOf("api")).toBe("healthy");
    const [first, second] = [inspectionsOf(1), inspectionsOf(2)];
    standIn.containers = [
      { id: idOf(1), name: "api", health: "unhealthy" },
      { id: idOf(2), name: "db" },
    ];
    expect(await healthOf("api")).toBe("unhealthy");
    expect([first, second, inspectionsOf(1), inspectionsOf(2)]).toEqual([1, 1, 1, 0]);
    expect(await healthOf("api")).toBe("unhealthy");
  });

  test("costs nothing where the list tells it", async () => {
    standIn.headers = {};
    standIn.containers = [{ id: idOf(1), name: "api", health: "healthy", status: "Up 3 days (healthy)" }];
    await healthOf("api");
    expect(inspectionsOf(1)).toBe(0);
  });

  function inspectionsOf(number: number): number {
    return standIn.requests.filter((line) => line.includes(idOf(number))).length;
  }

  test("a probe that finds what the one before found nudges nobody", async () => {
    const nudge = vi.fn();
    const following = source.follow?.(nudge);
    await vi.waitFor(() => expect(standIn.followers()).toBe(1));
    const probe = (health: string, id = idOf(1)): void => {
      const line = { Type: "container", Action: "health_status", Actor: { ID: id, Attributes: { name: "api" } } };
      standIn.emitText(`${JSON.stringify({ ...line, timeNano: ++at * 1e9, HealthStatus: health })}\n`);
    };
    let at = Math.ceil(Date.now() / 1_000);
    for (const health of ["healthy", "healthy", "healthy", "unhealthy", "unhealthy"]) probe(health);
    probe("healthy", idOf(2));
    standIn.emit({ action: "start", at: ++at * 1_000 });
    probe("unhealthy");
    await vi.waitFor(() => expect(nudge).toHaveBeenCalledTimes(5));
    following?.stop();
  });
});
