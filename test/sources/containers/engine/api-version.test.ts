import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadSettings } from "../../../../src/config/load-settings.ts";
import { EN } from "../../../../src/core/texts/index.ts";
import { createContainersSources } from "../../../../src/sources/containers/create-sources.ts";
import { ApiVersion, choosePrefix } from "../../../../src/sources/containers/engine/api-version.ts";
import { createEngine, type Engine, pingEngine } from "../../../../src/sources/containers/engine/engine.ts";
import { NoAnswerInTime } from "../../../../src/sources/containers/engine/guarded-agent.ts";
import {
  type ApiRange,
  FAULTS,
  idOf,
  only,
  refusalOf,
  type StandInEngine,
  startDockerEngine,
} from "../../../stand-ins/docker-engine.ts";

interface Recorded {
  readonly range: ApiRange;
  readonly ping: { readonly headers: Readonly<Record<string, string>> };
  readonly refusals: readonly { readonly path: string; readonly status: number; readonly body: string }[];
}

function recorded(name: string): Recorded {
  return JSON.parse(readFileSync(new URL(`../../../fixtures/docker/api/${name}.json`, import.meta.url), "utf8"));
}

const ONLY_TO_41 = recorded("docker-20.10");
const ONLY_FROM_44 = recorded("docker-29.1");

describe("the version that both know", () => {
  test.each([
    ["an older engine: its newest", "1.41", "/v1.41"],
    ["one that is as new", "1.44", "/v1.44"],
    ["a newer engine: ours", "1.52", "/v1.44"],
    ["1.100 is newer than 1.44", "1.100", "/v1.44"],
    ["blanks around it", " 1.40 ", "/v1.40"],
    ["not told", undefined, ""],
    ["another major version", "2.0", ""],
    ["no version", "latest", ""],
    ["what would be a path", "1.41/../x", ""],
  ])("%s", (_name, told, prefix) => expect(choosePrefix(told)).toBe(prefix));

  test.each(["docker-20.10", "docker-29.1", "podman-4.3"])("as %s tells it, it is one that it speaks", (name) => {
    const { range, ping, refusals } = recorded(name);
    const minor = Number(choosePrefix(ping.headers["Api-Version"]).slice("/v1.".length));
    expect(minor).toBeGreaterThanOrEqual(range.min);
    expect(minor).toBeLessThanOrEqual(range.max);
    // The stand-in below refuses in the very words of the recorded engine.
    for (const { path, body } of refusals) expect(body).toContain(refusalOf(range, path));
  });
});

describe("settling", () => {
  test("asks once, however many want to know", async () => {
    const ping = vi.fn(async () => "1.41");
    const version = new ApiVersion(ping);
    expect(await Promise.all([version.prefix(), version.prefix()])).toEqual(["/v1.41", "/v1.41"]);
    expect(await version.prefix()).toBe("/v1.41");
    expect(ping).toHaveBeenCalledTimes(1);
    version.forget();
    await version.prefix();
    expect(ping).toHaveBeenCalledTimes(2);
  });

  test("a ping that fails is asked again the next time, and no version is named meanwhile", async () => {
    const ping = vi.fn(async () => "1.41").mockRejectedValueOnce(new Error("403"));
    const version = new ApiVersion(ping);
    expect([await version.prefix(), await version.prefix()]).toEqual(["", "/v1.41"]);
  });

  test("an engine that hangs is not waited for twice", async () => {
    const version = new ApiVersion(async () => Promise.reject(new NoAnswerInTime(() => "too late")));
    await expect(version.prefix()).rejects.toThrow("too late");
  });

  const LIST = "/containers/json?all=true";
  const told = (name: Recorded) => ({ status: 400, text: name.refusals[0]?.body ?? "" });

  test.each([
    ["too new: what the engine names", told(ONLY_TO_41), "/v1.44", LIST, true, "/v1.41"],
    ["too old: what the engine names", told(ONLY_FROM_44), "/v1.41", LIST, true, "/v1.44"],
    ["the very version that it named", told(ONLY_TO_41), "/v1.41", LIST, false, "/v1.41"],
    ["no list in any version: none", { status: 404, text: "page not found" }, "/v1.41", LIST, true, ""],
    ["a container that is gone", { status: 404, text: "" }, "/v1.41", `/containers/${idOf(1)}/json`, false, "/v1.41"],
    ["a bad request of another kind", { status: 400, text: "invalid filter" }, "/v1.41", LIST, false, "/v1.41"],
    ["a major version that we do not know", tooOld("2.0"), "/v1.41", LIST, false, "/v1.41"],
    ["all is well", { status: 200, text: "[]" }, "/v1.41", LIST, false, "/v1.41"],
  ] as const)("refused, %s", async (_name, answer, askedWith, path, again, after) => {
    const version = new ApiVersion(async () => askedWith.slice("/v".length));
    await version.prefix();
    // Only a test makes the watchdog ask with another version than it settled.
    expect(await version.learn(answer, askedWith, path)).toBe(again);
    expect(await version.prefix()).toBe(after);
  });

  function tooOld(least: string) {
    return { status: 400, text: `client version 1.41 is too old. Minimum supported API version is ${least}, please` };
  }
});

describe("an engine", () => {
  let standIn: StandInEngine;
  let engine: Engine;

  beforeEach(async () => {
    standIn = await startDockerEngine([{ id: idOf(1), name: "api" }]);
    engine = createEngine({ address: standIn, timeoutMs: 10_000 });
  });
  afterEach(async () => {
    engine.disconnect();
    await standIn.close();
  });

  test.each([
    ["that knows only up to 1.41", ONLY_TO_41.range, "/v1.41"],
    ["that demands 1.44", ONLY_FROM_44.range, "/v1.44"],
  ])("%s is asked in a version that it speaks, whatever the question", async (_name, range, prefix) => {
    standIn.api = range;
    expect(await engine.list()).toHaveLength(1);
    expect(await engine.inspect(idOf(1))).toMatchObject({ RestartCount: 0 });
    expect(await engine.inspect(idOf(2))).toBeUndefined();
    expect(await engine.version()).toMatchObject({ Version: "99.1.2" });
    await Promise.allSettled([engine.info(), engine.stats(idOf(1)), engine.danglingVolumes()]);
    expect(standIn.requests[0]).toBe("GET /_ping");
    expect(standIn.requests.slice(1).filter((line) => !line.startsWith(`GET ${prefix}/`))).toEqual([]);
    expect(standIn.requests).toHaveLength(8);
  });

  test("replaced by one of another version while we run, it is asked again at once, in that", async () => {
    standIn.api = ONLY_TO_41.range;
    await engine.list();
    for (const [range, prefix] of [
      [ONLY_FROM_44.range, "/v1.44"],
      [ONLY_TO_41.range, "/v1.41"],
    ] as const) {
      standIn.api = range;
      standIn.clear();
      expect(await engine.list()).toHaveLength(1);
      expect(standIn.requests).toHaveLength(2);
      expect(standIn.requests[1]).toBe(`GET ${prefix}/containers/json?all=true`);
    }
  });

  test("many questions beside each other learn it together", async () => {
    standIn.api = ONLY_TO_41.range;
    await engine.list();
    standIn.api = ONLY_FROM_44.range;
    const answers = await Promise.all(Array.from({ length: 20 }, () => engine.inspect(idOf(1))));
    expect(answers.every((answer) => answer !== undefined)).toBe(true);
  });

  test("that was away is asked for its version again", async () => {
    standIn.api = ONLY_TO_41.range;
    await engine.list();
    standIn.fault = FAULTS.hangsUp;
    await expect(engine.list()).rejects.toThrow();
    standIn.fault = undefined;
    standIn.clear();
    await engine.list();
    expect(standIn.requests).toEqual(["GET /_ping", "GET /v1.41/containers/json?all=true"]);
  });

  test.each([
    ["too old", { min: 200, max: 201 }, "from 1.200, and the watchdog asked in 1.44: update the watchdog"],
    ["too new", { min: 1, max: 2 }, "up to 1.2, and the watchdog asked in 1.44: update Docker"],
  ])("that insists on what it does not speak ends in words that name both: %s", async (_name, range, words) => {
    // It names another version and refuses that too.
    standIn.fault = (request, response) => {
      if (request.url === "/_ping") return false;
      const message = refusalOf(range, "/v1.44/containers/json");
      response.writeHead(400).end(JSON.stringify({ message }));
      return true;
    };
    await expect(engine.list()).rejects.toThrow(`it speaks API versions ${words}`);
    expect(standIn.requests.length).toBeLessThanOrEqual(4);
  });

  test.each(["forbids", "fails", "hangsUp", "isHtml", "isEmpty", "truncates"] as const)(
    "a proxy whose ping %s costs nothing but the version",
    async (fault) => {
      standIn.api = ONLY_FROM_44.range;
      standIn.fault = only(/_ping/, (request, response) => {
        response.removeHeader("api-version");
        return FAULTS[fault](request, response);
      });
      expect(await engine.list()).toHaveLength(1);
      expect(standIn.requests.at(-1)).toBe("GET /containers/json?all=true");
    },
  );

  test("a proxy that knows no version is asked without", async () => {
    standIn.api = ONLY_TO_41.range;
    standIn.fault = only(/^\/v1/, (_request, response) => {
      response.writeHead(404).end("<html>not found</html>");
      return true;
    });
    expect(await engine.list()).toHaveLength(1);
    expect(await engine.inspect(idOf(1))).toBeDefined();
    expect(standIn.requests.at(-1)).toBe(`GET /containers/${idOf(1)}/json`);
  });

  test("tells doctor what it is asked in", async () => {
    standIn.api = ONLY_FROM_44.range;
    expect(await pingEngine({ address: standIn, timeoutMs: 10_000 })).toMatchObject({ askedIn: "1.44" });
  });
});

describe("the whole source", () => {
  test.each([
    ["that knows only up to 1.41", ONLY_TO_41.range, "/v1.41", ONLY_FROM_44.range, "/v1.44"],
    ["that demands 1.44", ONLY_FROM_44.range, "/v1.44", ONLY_TO_41.range, "/v1.41"],
  ])(
    "on an engine %s, and on the one that takes its place",
    async (_name, first, firstPrefix, second, secondPrefix) => {
      const standIn = await startDockerEngine([{ id: idOf(1), name: "api", status: "Up 1 second", stats: {} }]);
      standIn.api = first;
      const { settings } = loadSettings({
        WATCHDOG_DOCKER_SOCK: standIn.socketPath,
        WATCHDOG_CONTAINER_MEM_PCT: "90",
        WATCHDOG_VOLUMES_ORPHANED_MAX: "1",
      });
      if (settings.containers === undefined) throw new Error("containers are watched");
      let wall = Date.now();
      const clock = {
        now: () => wall,
        wallNow: () => wall,
        after: (delayMs: number, run: () => void) => {
          const timer = setTimeout(run, delayMs / 20);
          return () => clearTimeout(timer);
        },
      };
      const sources = createContainersSources(settings.containers, EN, { clock });
      const followed = sources.map((source) => source.follow?.(() => undefined));
      for (const [range, prefix] of [
        [first, firstPrefix],
        [second, secondPrefix],
      ] as const) {
        standIn.api = range;
        await vi.waitFor(() => expect(standIn.followers()).toBe(1));
        standIn.clear();
        standIn.cutEvents();
        for (const source of sources) await source.collect(new AbortController().signal).catch(() => undefined);
        const served = () => standIn.requests.filter((line) => line.startsWith(`GET ${prefix}/`)).join("\n");
        for (const path of ["/containers/json", `/containers/${idOf(1)}/json`, "/stats?", "/volumes?", "/events?"]) {
          await vi.waitFor(() => expect(served()).toContain(path));
        }
        const reading = await sources[0]?.collect(new AbortController().signal);
        expect(reading.containers).toHaveLength(1);
        wall += 2 * 3_600_000; // The slower sources are due again.
      }
      for (const one of followed) one?.stop();
      for (const source of sources) await source.close?.();
      await standIn.close();
    },
  );
});

describe("a kept connection", () => {
  let standIn: StandInEngine;
  let engine: Engine;
  beforeEach(async () => {
    standIn = await startDockerEngine([{ id: idOf(1), name: "api" }]);
    engine = createEngine({ address: standIn, timeoutMs: 10_000 });
  });
  afterEach(async () => {
    engine.disconnect();
    await standIn.close();
  });

  test("is taken again; beyond one, none is kept", async () => {
    await Promise.all(Array.from({ length: 20 }, () => engine.inspect(idOf(1))));
    engine.rest();
    await vi.waitFor(() => expect(standIn.connections()).toBe(1));
    const opened = standIn.opened();
    await engine.list();
    expect(standIn.opened()).toBe(opened);
  });

  test("that the engine closed while it was idle costs nothing", async () => {
    await engine.list();
    standIn.cutIdle();
    await vi.waitFor(() => expect(standIn.connections()).toBe(0));
    expect(await engine.list()).toHaveLength(1);
  });

  test("that is closed at the very moment in which it is taken again: the question is asked once more", async () => {
    await engine.list();
    const kept = standIn.opened();
    standIn.clear();
    let first = true;
    standIn.fault = (request) => {
      if (!first) return false;
      first = false;
      request.socket.destroy();
      return true;
    };
    expect(await engine.list()).toHaveLength(1);
    expect([standIn.requests.length, standIn.opened()]).toEqual([2, kept + 1]);
  });

  test("that breaks once an answer has begun is not asked again", async () => {
    await engine.list();
    standIn.clear();
    standIn.fault = FAULTS.truncates;
    await expect(engine.list()).rejects.toThrow("the answer broke off");
    expect(standIn.requests).toHaveLength(1);
  });

  test("that is closed each time is asked twice, and no more", async () => {
    await engine.list();
    standIn.clear();
    standIn.fault = FAULTS.hangsUp;
    await expect(engine.list()).rejects.toThrow("connection reset");
    expect(standIn.requests).toHaveLength(2);
  });

  test("disconnecting while it is used again does not ask once more", async () => {
    await engine.list();
    standIn.clear();
    standIn.fault = FAULTS.hangs;
    const asked = engine.list();
    await vi.waitFor(() => expect(standIn.requests).toHaveLength(1));
    engine.disconnect();
    await expect(asked).rejects.toThrow("connection reset");
    expect(standIn.requests).toHaveLength(1);
  });
});
