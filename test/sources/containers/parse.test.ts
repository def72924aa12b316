import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseInspect, parseList } from "../../../src/sources/containers/parse.ts";
import type { StartFailure } from "../../../src/sources/containers/snapshot.ts";
import { idOf, inspection, listEntry } from "../../stand-ins/docker-engine.ts";

function recorded(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../fixtures/docker/${name}.json`, import.meta.url), "utf8"));
}

const GOOD = listEntry({ id: idOf(1), name: "api" });

describe("a list as a real engine wrote it", () => {
  const list = parseList(recorded("list"));

  test.each([
    ["cs-ok", "running", "none", undefined, 0],
    ["cs-hea", "running", "healthy", undefined, 56_000],
    ["cs-unh", "running", "unhealthy", undefined, 56_000],
    ["cs-paused", "paused", "none", undefined, 56_000],
    ["cs-loop", "restarting", "none", 7, 20_000],
    ["cs-crash", "exited", "none", 3, 57_000],
    ["cs-fin", "exited", "none", 0, 57_000],
    ["cs-oom", "exited", "none", 137, 56_000],
    ["cs-created", "created", "none", undefined, undefined],
  ])("%s is %s", (name, state, health, exitCode, leastAgeMs) => {
    expect(list?.listed.find((one) => one.name === name)).toMatchObject({ state, health, exitCode, leastAgeMs });
  });

  test("all of it can be told apart", () => {
    expect(list?.unreadable).toBe(0);
    expect(list?.listed).toHaveLength(12);
  });

  test("only what is used is kept", () => {
    expect(Object.keys(list?.listed[0] ?? {}).toSorted()).toEqual(
      "composition createdAt enabled exitCode health id image leastAgeMs name networkOf options renamed service state".split(
        " ",
      ),
    );
    expect(JSON.stringify(list)).not.toMatch(/sleep|sha256|172\.17/);
  });

  test("the label that leaves a container out is seen", () => {
    expect(list?.listed.filter(({ enabled }) => !enabled).map(({ name }) => name)).toEqual(["cs-hea"]);
  });
});

describe("names", () => {
  const nameOf = (names: unknown, labels: object = {}): string | undefined =>
    parseList([{ ...GOOD, Names: names, Labels: labels }])?.listed[0]?.name;

  test.each([
    ["Docker's slash goes", ["/api"], "api"],
    ["a link of another container is not its name", ["/web/db", "/db"], "db"],
    ["none yet, or none any more", [], idOf(1).slice(0, 12)],
    ["null", null, idOf(1).slice(0, 12)],
    ["only a slash", ["/"], idOf(1).slice(0, 12)],
    ["markup stays for the renderer to escape", ["/<b>api</b>"], "<b>api</b>"],
    ["a prototype's name is a name", ["/__proto__"], "__proto__"],
    ["direction marks and line breaks go", ["/\u202eipa\r\nX"], "ipa X"],
    ["block icons and hashtags go", ["/🔴 #down"], "• ＃down"],
    ["ten kilobytes are cut", [`/${"x".repeat(10_000)}`], `${"x".repeat(127)}…`],
  ])("%s", (_name, names, expected) => expect(nameOf(names)).toBe(expected));

  test("the name that Compose gives while it replaces a container is not taken for its own", () => {
    const labels = { "com.docker.compose.project": "shop" };
    const [entry] = parseList([{ ...GOOD, Names: ["/0123456789ab_shop-api-1"], Labels: labels }])?.listed ?? [];
    expect(entry).toMatchObject({ name: "shop-api-1", renamed: true });
    expect(nameOf(["/0123456789ab_shop-api-1"])).toBe("0123456789ab_shop-api-1");
  });
});

describe("a list that is not what it should be", () => {
  test.each([[undefined], [null], ["<html>"], [Buffer.from("")], [{}], [7]])("%j is no list", (json) => {
    expect(parseList(json)).toBeUndefined();
  });

  test.each([
    ["no object", 7],
    ["null", null],
    ["an array", []],
    ["without an id", { ...GOOD, Id: undefined }],
    ["with a number for an id", { ...GOOD, Id: 7 }],
    ["with a path for an id", { ...GOOD, Id: "../../images" }],
    ["with a text for names", { ...GOOD, Names: "/api" }],
    ["with numbers for names", { ...GOOD, Names: [7] }],
  ])("an entry %s is counted, and the others are kept", (_name, entry) => {
    const list = parseList([GOOD, entry]);
    expect(list).toMatchObject({ listed: [{ name: "api" }], unreadable: 1 });
  });

  test.each([
    ["no state", { State: undefined }],
    ["a number for a state", { State: 1 }],
    ["a state that we do not know", { State: "hibernating" }],
  ])("with %s, the state is unknown", (_name, change) => {
    expect(parseList([{ ...GOOD, ...change }])?.listed[0]?.state).toBe("unknown");
  });

  test.each([
    ["labels", { Labels: 7 }],
    ["status", { Status: {} }],
    ["image", { Image: [] }],
    ["creation time", { Created: "yesterday" }],
    ["host configuration", { HostConfig: null }],
  ])("a wrong type of its %s does not cost the rest", (_name, change) => {
    expect(parseList([{ ...GOOD, ...change }])?.listed[0]).toMatchObject({ name: "api", state: "running" });
  });

  test("any JSON is taken", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (json) => {
        const list = parseList(json);
        expect((list?.listed.length ?? 0) + (list?.unreadable ?? 0)).toBe(json.length);
      }),
    );
  });

  test("a prototype in the JSON leaves no trace", () => {
    const labels = JSON.parse('{"__proto__":{"watchdog.enable":"false"}}');
    expect(parseList([{ ...GOOD, Labels: labels }])?.listed[0]?.enabled).toBe(true);
    expect(Object.hasOwn(Object.prototype, "watchdog.enable")).toBe(false);
  });
});

describe("an inspection as a real engine wrote it", () => {
  test.each([
    ["exited-3", { state: "exited", exitCode: 3, oomKilled: false, restartPolicy: "no" }],
    ["oom-killed", { state: "exited", exitCode: 137, oomKilled: true }],
    ["finished", { state: "exited", exitCode: 0, restartPolicy: "no", startFailure: undefined }],
    ["restarting", { state: "restarting", exitCode: 7, restartPolicy: "always" }],
    ["unhealthy", { state: "running", health: "unhealthy" }],
    ["paused", { state: "paused", health: "none", finishedAt: undefined }],
    ["created", { state: "created", exitCode: 0, startedAt: undefined, startFailure: undefined }],
    ["start-failed", { state: "created", exitCode: 127, startFailure: "commandNotFound" }],
  ])("%s", (name, expected) => expect(parseInspect(recorded(`inspect-${name}`))).toMatchObject(expected));

  test("times are read to the millisecond", () => {
    expect(parseInspect(recorded("inspect-exited-3"))).toMatchObject({
      startedAt: Date.parse("2026-11-22T05:00:55.365Z"),
      finishedAt: Date.parse("2026-11-22T05:00:55.367Z"),
    });
  });

  test.each(["paused", "unhealthy", "start-failed"])("%s: no environment, command or probe output is kept", (name) => {
    const text = JSON.stringify(recorded(`inspect-${name}`));
    expect(text).toMatch(/TOKEN=secret|SECRETPROBE|nope/);
    expect(JSON.stringify(parseInspect(JSON.parse(text)))).not.toMatch(/secret|nope|sleep|PATH/i);
  });
});

describe("an inspection that is not what it should be", () => {
  const good = inspection({ id: idOf(1), name: "api" }) as { State: object; HostConfig: object };
  const withState = (change: object): unknown => ({ ...good, State: { ...good.State, ...change } });

  test.each([
    ["no object", "<html>"],
    ["an empty buffer", Buffer.from("")],
    ["without a state", { ...good, State: undefined }],
    ["with a text for the restart count", { ...good, RestartCount: "3" }],
    ["with a negative restart count", { ...good, RestartCount: -1 }],
    ["with a fractional exit code", withState({ ExitCode: 1.5 })],
    ["without an exit code", withState({ ExitCode: undefined })],
    ["with a text for the memory kill", withState({ OOMKilled: "false" })],
    ["with a start that is no time", withState({ StartedAt: "yesterday" })],
    ["with a number for the end", withState({ FinishedAt: 7 })],
    ["with a health that is no object", withState({ Health: "healthy" })],
    ["with a health that we do not know", withState({ Health: { Status: "poorly" } })],
    ["with a text for the restart policy", { ...good, HostConfig: { RestartPolicy: "always" } }],
    ["with a number for the policy's name", { ...good, HostConfig: { RestartPolicy: { Name: 7 } } }],
  ])("%s it is unknown", (_name, json) => expect(parseInspect(json)).toBeUndefined());

  test("any JSON is taken", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        parseInspect(json);
        parseInspect(withState({ Error: json, Health: json, StartedAt: json }));
      }),
    );
  });

  test.each([
    ["a policy without a name", { RestartPolicy: { Name: "" } }, "no"],
    ["an empty policy", { RestartPolicy: {} }, "no"],
    ["no policy", {}, undefined],
    ["null for a policy", { RestartPolicy: null }, undefined],
    ["no host configuration", undefined, undefined],
  ])("%s", (_name, HostConfig, expected) => {
    const details = parseInspect({ ...good, HostConfig });
    expect(details).toBeDefined();
    expect(details?.restartPolicy).toBe(expected);
  });

  test.each([
    ["OOMKilled", { OOMKilled: undefined }, { oomKilled: false }],
    ["StartedAt", { StartedAt: undefined }, { startedAt: undefined }],
    ["FinishedAt", { FinishedAt: null }, { finishedAt: undefined }],
    ["Health", { Health: null }, { health: "none", failingStreak: undefined }],
  ])("a missing %s costs nothing else", (_name, change, expected) => {
    expect(parseInspect(withState(change))).toMatchObject({ state: "running", exitCode: 0, ...expected });
  });

  test("a missing restart count is none", () => {
    expect(parseInspect({ ...good, RestartCount: undefined })?.restartCount).toBe(0);
  });

  test("a start period is read in nanoseconds", () => {
    const Config = { Healthcheck: { StartPeriod: 90_000_000_000 } };
    expect(parseInspect({ ...good, Config })?.startPeriodMs).toBe(90_000);
  });

  test("restarting is believed before running", () => {
    expect(parseInspect(withState({ Status: "running", Restarting: true }))?.state).toBe("restarting");
  });
});

describe("why a container could not be started, none of Docker's words kept", () => {
  test.each<[error: string, expected: StartFailure]>([
    ['exec: "nope": executable file not found in $PATH', "commandNotFound"],
    ['exec: "/run.sh": stat /run.sh: no such file or directory', "commandNotFound"],
    ['exec: "/run.sh": permission denied', "notExecutable"],
    ["Bind for 0.0.0.0:80 failed: port is already allocated", "portTaken"],
    ["listen tcp4 0.0.0.0:80: bind: address already in use", "portTaken"],
    ['error mounting "/x" to rootfs at "/y": no such file or directory', "notMounted"],
    ["network shop_default not found", "noNetwork"],
    ["something --password=secret", "other"],
  ])("%s", (error, expected) => {
    const json = inspection({ id: idOf(1), name: "api", error });
    expect(parseInspect(json)?.startFailure).toBe(expected);
  });
});
