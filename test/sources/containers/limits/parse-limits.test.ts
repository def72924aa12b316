import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseHostMemory, parseLimits } from "../../../../src/sources/containers/limits/parse-limits.ts";

const NONE = { Memory: 0, NanoCpus: 0, CpuPeriod: 0, CpuQuota: 0, CpusetCpus: "" };

describe("what a container may use", () => {
  test.each([
    ["nothing is limited", {}, { memoryBytes: 0, cpus: undefined }],
    ["memory", { Memory: 64 * 2 ** 20 }, { memoryBytes: 67_108_864 }],
    ["memory is not told", { Memory: undefined }, { memoryBytes: undefined }],
    ["memory is nonsense", { Memory: -1 }, { memoryBytes: undefined }],
    ["--cpus", { NanoCpus: 1_500_000_000 }, { cpus: 1.5 }],
    ["a quota and a period", { CpuQuota: 50_000, CpuPeriod: 25_000 }, { cpus: 2 }],
    ["a quota of the kernel's own period", { CpuQuota: 50_000 }, { cpus: 0.5 }],
    ["a quota that means none", { CpuQuota: -1 }, { cpus: undefined }],
    ["pinned to some", { CpusetCpus: "0-2,4" }, { cpus: 4 }],
    ["pinned to one", { CpusetCpus: "3" }, { cpus: 1 }],
    ["pinned, and less than that", { CpusetCpus: "0-3", NanoCpus: 1e9 }, { cpus: 1 }],
    ["pinned to what is no list", { CpusetCpus: "all" }, { cpus: undefined }],
  ])("%s", (_name, change, expected) => {
    expect(parseLimits({ HostConfig: { ...NONE, ...change } })).toMatchObject(expected);
  });

  test("only that is kept", () => {
    const json = { HostConfig: NONE, Config: { Env: ["TOKEN=secret"] } };
    expect(Object.keys(parseLimits(json)).sort()).toEqual(["cpus", "memoryBytes"]);
  });

  test("is total", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (json, config) => {
        for (const one of [json, { HostConfig: config }]) {
          const { memoryBytes = 0, cpus = 1 } = parseLimits(one);
          expect(memoryBytes >= 0 && cpus > 0).toBe(true);
        }
      }),
    );
  });
});

test.each([
  ["as the engine says", { MemTotal: 8e9 }, 8e9],
  ["not told", {}, undefined],
  ["nonsense", { MemTotal: "8 GB" }, undefined],
  ["no answer", undefined, undefined],
])("the host's memory: %s", (_name, json, expected) => {
  expect(parseHostMemory(json)).toBe(expected);
});
