import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { known, unknown } from "../../../../src/core/reading.ts";
import { EN } from "../../../../src/core/texts/index.ts";
import { parseVolumes } from "../../../../src/sources/containers/volumes/parse-volumes.ts";
import { evaluateVolumes } from "../../../../src/sources/containers/volumes/signals.ts";

const volume = (name: string, createdAt?: number) => ({ name, createdAt });

describe("what Docker answers", () => {
  test("the oldest comes first", () => {
    const Volumes = [
      { Name: "new", CreatedAt: "2026-06-10T12:00:00Z", Driver: "local", Options: { password: "secret" } },
      { Name: "old", CreatedAt: "2025-06-10T12:00:00+02:00" },
    ];
    expect(parseVolumes({ Volumes, Warnings: null })).toEqual([
      volume("old", Date.parse("2025-06-10T10:00:00Z")),
      volume("new", Date.parse("2026-06-10T12:00:00Z")),
    ]);
  });

  test.each([
    ["none, as Docker writes it", { Volumes: null }, []],
    ["none", { Volumes: [] }, []],
    ["one without a time", { Volumes: [{ Name: "a" }] }, [volume("a")]],
    ["a name that could forge a message", { Volumes: [{ Name: "#a\n🔴" }] }, [volume("＃a •")]],
    ["one that is none, which counts all the same", { Volumes: [null] }, [volume("?")]],
    ["an error", { message: "driver failed" }, undefined],
    ["a page", "<html>", undefined],
    ["a 404", undefined, undefined],
    ["something else", { Volumes: "many" }, undefined],
  ])("%s", (_name, json, expected) => {
    expect(parseVolumes(json)).toEqual(expected);
  });

  test("reading it is total", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.jsonValue()), (json, Volumes) => {
        parseVolumes(json);
        expect(parseVolumes({ Volumes })).toHaveLength(Volumes.length);
      }),
    );
  });
});

describe("volumes_orphaned", () => {
  test("is a warning that says how many, and which are the oldest", () => {
    const anonymous = "a1b2c3d4e5f6".padEnd(64, "0");
    const volumes = [volume("data"), volume(anonymous), volume("cache"), volume("x"), volume("y")];
    expect(evaluateVolumes(known(volumes), { max: 2, texts: EN }).signals).toEqual([
      {
        key: "volumes_orphaned",
        severity: "warning",
        nature: "level",
        active: true,
        what: "5 Docker volumes are used by no container",
        measure: { value: 5, limit: 2, unit: "count" },
        details: ["the oldest: data, a1b2c3d4e5f6, cache, and 2 more"],
        next: "`docker system df -v` shows how large they are; `docker volume rm` removes those that nobody needs",
      },
    ]);
  });

  test.each([
    [0, 0, false, "every Docker volume is used by a container"],
    [1, 0, true, "1 Docker volume is used by no container"],
    [1, 1, false, "1 Docker volume is used by no container"],
    [3, 2, true, "3 Docker volumes are used by no container"],
  ])("%i, where %i are fine", (count, max, active, what) => {
    const volumes = Array.from({ length: count }, (_, index) => volume(`v${index}`));
    expect(evaluateVolumes(known(volumes), { max, texts: EN }).signals[0]).toMatchObject({ active, what });
  });

  test("is held when Docker could not be asked", () => {
    expect(evaluateVolumes(unknown("nobody listens"), { max: 0, texts: EN })).toEqual({
      signals: [],
      holds: ["volumes_orphaned"],
      memory: null,
    });
  });
});
