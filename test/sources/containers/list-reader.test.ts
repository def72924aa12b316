import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ListReader } from "../../../src/sources/containers/list-reader.ts";
import { parseList } from "../../../src/sources/containers/parse.ts";
import { idOf, listEntry } from "../../stand-ins/docker-engine.ts";

const API = listEntry({ id: idOf(1), name: "api", labels: { "watchdog.severity": "warning" } });
const DB = listEntry({ id: idOf(2), name: "db" });

/** As Docker writes it, with a line's end. */
const write = (json: unknown): string => `${JSON.stringify(json)}\n`;

describe("one list after the other", () => {
  const value = fc.oneof(fc.constantFrom(null, 1, "", "api", "Up 3 days", "running"), fc.jsonValue({ maxDepth: 2 }));
  const changes = fc.record(
    {
      Id: fc.constantFrom(idOf(1), idOf(2), idOf(3), "no id", null),
      Names: fc.oneof(value, fc.array(fc.constantFrom("/api", "/db", "/web/db"), { maxLength: 2 })),
      State: fc.oneof(value, fc.constantFrom("running", "exited", "paused")),
      Status: fc.oneof(value, fc.constantFrom("Up 3 days", "Up 4 days (healthy)", "Exited (1) 2 hours ago")),
      Image: value,
      Labels: fc.oneof(value, fc.dictionary(fc.constantFrom("watchdog.enable", "watchdog.severity", "x"), value)),
      Created: value,
      HostConfig: fc.oneof(value, fc.record({ NetworkMode: fc.constantFrom("default", `container:${idOf(1)}`) })),
    },
    { requiredKeys: [] },
  );
  const entry = fc.oneof(
    changes.map((change) => ({ ...API, ...change })),
    fc.jsonValue(),
  );
  const list = fc.oneof(
    { weight: 9, arbitrary: fc.array(entry, { maxLength: 4 }) },
    { weight: 1, arbitrary: fc.jsonValue() },
  );

  test("is read as each of them alone", () => {
    fc.assert(
      fc.property(fc.array(list, { maxLength: 6 }), (lists) => {
        const reader = new ListReader();
        for (const json of lists) expect(reader.read(write(json))).toEqual(parseList(json));
      }),
    );
  });
});

describe("what did not change", () => {
  test.each([
    ["name", { Names: ["/web"] }],
    ["image", { Image: "shop/api:1.3" }],
    ["state", { State: "paused" }],
    ["status", { Status: "Up 4 days (unhealthy)" }],
    ["age", { Created: 1_700_000_001 }],
    ["labels", { Labels: { "watchdog.severity": "critical" } }],
    ["further labels", { Labels: { "watchdog.severity": "warning", "watchdog.enable": "false" } }],
    ["network", { HostConfig: { NetworkMode: `container:${idOf(2)}` } }],
  ])("is not its %s: that is seen", (_name, change) => {
    const reader = new ListReader();
    reader.read(write([API]));
    expect(reader.read(write([{ ...API, ...change }]))).toEqual(parseList([{ ...API, ...change }]));
  });

  test("is the same object, whatever changed beside it", () => {
    const reader = new ListReader();
    const [api, db] = reader.read(write([API, DB]))?.listed ?? [];
    const [dbAgain, apiAgain] = reader.read(write([DB, { ...API, Status: "Up 4 days" }]))?.listed ?? [];
    expect(dbAgain).toBe(db);
    expect(apiAgain).not.toBe(api);
    expect(apiAgain?.leastAgeMs).not.toBe(api?.leastAgeMs);
  });

  test("a list that is as before is the same listing", () => {
    const reader = new ListReader();
    expect(reader.read(write([API]))).toBe(reader.read(write([API])));
  });
});

describe("whatever it is written like", () => {
  test.each([
    ["nothing", ""],
    ["HTML", "<html>"],
    ["an empty list", "[]\n"],
    ["another order of names, as Podman's", JSON.stringify([{ Names: ["api"], Id: idOf(1) }])],
    ["with blanks", JSON.stringify([API, DB], undefined, 2)],
    ["a list within an entry", JSON.stringify([{ ...API, Mounts: [{ Id: "a" }, { Id: "b" }] }, DB])],
    ["a string that looks like an end", JSON.stringify([{ ...API, Command: '},{"Id":"' }, DB])],
    ["broken off", JSON.stringify([API, DB]).slice(0, -9)],
    ["two lists", JSON.stringify([API]).repeat(2)],
    ["an entry that is none", JSON.stringify([API, { Id: "x" }, DB])],
  ])("%s", (_name, text) => {
    const reader = new ListReader();
    const parse = (): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        return undefined;
      }
    };
    expect(reader.read(text)).toEqual(parseList(parse()));
    reader.read(write([DB]));
    expect(reader.read(text)).toEqual(parseList(parse()));
  });
});
