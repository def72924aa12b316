import { describe, expect, test } from "vitest";
import { parseList } from "../../../src/sources/containers/parse.ts";
import { selectWatched } from "../../../src/sources/containers/select-watched.ts";
import { idOf, listEntry, type StandInContainer } from "../../stand-ins/docker-engine.ts";

function select(
  containers: readonly StandInContainer[],
  globs: readonly string[] = ["*"],
  ownId?: string,
): { watched: string[]; leftOut: readonly string[] } {
  const { listed } = parseList(containers.map(listEntry)) ?? { listed: [] };
  const { watched, leftOut } = selectWatched(listed, globs, ownId);
  return { watched: watched.map(({ name }) => name), leftOut };
}

const API = { id: idOf(1), name: "api" };
const DB = { id: idOf(2), name: "db" };
const WORKER = { id: idOf(3), name: "worker-1" };
const ALL = [API, DB, WORKER];
const COMPOSE = { "com.docker.compose.project": "shop" };

describe("by name", () => {
  test.each([
    ["all", ["*"], ["api", "db", "worker-1"]],
    ["one", ["api"], ["api"]],
    ["a glob", ["worker-*"], ["worker-1"]],
    ["either of two", ["d?", "api"], ["api", "db"]],
    ["none that is there", ["cache"], []],
    ["not by a part of the name", ["work"], []],
  ])("%s", (_name, globs, expected) => expect(select(ALL, globs).watched).toEqual(expected));
});

describe("by label", () => {
  test.each(["false", "FALSE", " false "])("watchdog.enable=%j leaves it out", (value) => {
    const quiet = { ...API, labels: { "watchdog.enable": value } };
    expect(select([quiet, DB])).toEqual({ watched: ["db"], leftOut: ["api"] });
  });

  test.each(["true", "", "no"])("watchdog.enable=%j does not", (value) => {
    expect(select([{ ...API, labels: { "watchdog.enable": value } }]).watched).toEqual(["api"]);
  });
});

describe("the watchdog's own container", () => {
  test.each([
    ["by its id", idOf(1)],
    ["by the beginning of its id", idOf(1).slice(0, 12)],
  ])("is left out %s", (_name, ownId) => {
    expect(select(ALL, ["*"], ownId)).toEqual({ watched: ["db", "worker-1"], leftOut: ["api"] });
  });

  test("is not taken for the container whose network it shares", () => {
    const sharing = { ...DB, networkMode: `container:${idOf(1)}` };
    expect(select([API, sharing], ["*"], idOf(1))).toEqual({ watched: ["api", "db"], leftOut: [] });
  });
});

describe("names are unique", () => {
  test("of two under one name, the second is told with its id", () => {
    expect(select([API, { ...DB, name: "api" }]).watched).toEqual(["api", `api ${idOf(2).slice(0, 12)}`]);
  });

  test("while Compose replaces a container, the name stands for the one that bears it", () => {
    const old = { ...API, name: "0123456789ab_api", state: "exited", labels: COMPOSE };
    expect(select([old, { ...DB, name: "api", labels: COMPOSE }]).watched).toEqual(["api"]);
    expect(select([old]).watched).toEqual(["api"]);
  });
});
