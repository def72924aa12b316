import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseUsage } from "../../../../src/sources/containers/limits/parse-usage.ts";

const READ = "2026-06-10T12:00:00.123456789Z";

/** As an engine answers, with some of what is not used. */
function stats(memory: object, cpu: object = {}): object {
  return {
    read: READ,
    preread: "0001-01-01T00:00:00Z",
    pids_stats: { current: 1 },
    name: "/api",
    memory_stats: { usage: 100, limit: 1_000, ...memory },
    cpu_stats: { cpu_usage: { total_usage: 5e9 }, system_cpu_usage: 1e15, online_cpus: 4, ...cpu },
  };
}

test("a real engine's answer, cgroup v1", () => {
  const json = JSON.parse(
    readFileSync(join(import.meta.dirname, "../../../fixtures/docker/stats-cgroup-v1.json"), "utf8"),
  );
  const { usage, limit, stats } = json.memory_stats;
  expect(parseUsage(json)).toEqual({
    memory: { usedBytes: usage - stats.total_inactive_file, limitBytes: limit },
    cpu: { takenAt: Date.parse(json.read), usedNs: json.cpu_stats.cpu_usage.total_usage },
    hostCpus: 2,
  });
  expect(limit).toBe(64 * 2 ** 20);
  // `docker stats` showed 31.22 MiB of 64 MiB, a second earlier.
  expect(Math.abs((usage - stats.total_inactive_file) / 2 ** 20 - 31.22)).toBeLessThan(1);
});

describe("memory is counted as docker stats does", () => {
  test.each([
    ["cgroup v1: without total_inactive_file", { stats: { total_inactive_file: 30, inactive_file: 5 } }, 70],
    ["cgroup v2: without inactive_file", { stats: { inactive_file: 30, file: 60, anon: 40 } }, 70],
    ["cgroup v1 with nothing inactive", { stats: { total_inactive_file: 0, inactive_file: 5 } }, 100],
    ["not without all the cache, which may be in use", { stats: { cache: 60, total_inactive_file: 30 } }, 70],
    ["Podman, which has done it already", { stats: null }, 100],
    ["no details at all", {}, 100],
    ["more cache than memory: read a moment later", { stats: { inactive_file: 120 } }, 0],
    ["nonsense for the cache", { stats: { inactive_file: -5 } }, 100],
  ])("%s", (_name, memory, usedBytes) => {
    expect(parseUsage(stats(memory))?.memory).toEqual({ usedBytes, limitBytes: 1_000 });
  });
});

describe("how many CPUs the host has", () => {
  test.each([
    ["as it says", { online_cpus: 4 }, 4],
    ["else as many as it lists", { online_cpus: undefined, cpu_usage: { total_usage: 1, percpu_usage: [1, 2] } }, 2],
    ["a zero says nothing", { online_cpus: 0 }, undefined],
  ])("%s", (_name, cpu, hostCpus) => {
    expect(parseUsage(stats({}, cpu))?.hostCpus).toBe(hostCpus);
  });
});

test.each([
  ["not measured, as where a rootless engine cannot", {}],
  ["without any limit, which engines never write", { usage: 1, limit: 0 }],
  ["a number as text", { usage: "100", limit: 1_000 }],
  ["a negative number", { usage: -1, limit: 1_000 }],
  ["something else", []],
])("memory is not known: %s", (_name, memory_stats) => {
  expect(parseUsage({ ...stats({}), memory_stats })).toMatchObject({ memory: undefined, cpu: { usedNs: 5e9 } });
});

test.each([
  ["not measured", { ...stats({}), cpu_stats: {} }],
  ["measured nobody says when", { ...stats({}), read: undefined }],
])("CPU is not known: %s", (_name, json) => {
  expect(parseUsage(json)).toMatchObject({ memory: { usedBytes: 100 }, cpu: undefined });
});

test.each([
  ["a container that does not run", { ...stats({}), read: "0001-01-01T00:00:00Z", memory_stats: {} }],
  ["neither memory nor CPU", { read: READ, memory_stats: {}, cpu_stats: {} }],
  ["a list", []],
  ["text", "<html>"],
  ["nothing", null],
])("measures nothing: %s", (_name, json) => {
  expect(parseUsage(json)).toBeUndefined();
});

test("is total, and what it yields is in order", () => {
  const value = fc.oneof(fc.jsonValue(), fc.double(), fc.constant({}));
  const json = fc.record({
    read: fc.oneof(fc.constant(READ), value),
    memory_stats: fc.oneof(value, fc.record({ usage: value, limit: value, stats: value })),
    cpu_stats: fc.oneof(value, fc.record({ online_cpus: value, cpu_usage: fc.record({ total_usage: value }) })),
  });
  fc.assert(
    fc.property(json, (given) => {
      const usage = parseUsage(given);
      if (usage === undefined) return;
      const { usedBytes, limitBytes } = usage.memory ?? { usedBytes: 0, limitBytes: 1 };
      expect(usedBytes).toBeGreaterThanOrEqual(0);
      expect(limitBytes).toBeGreaterThan(0);
      expect(usage.cpu?.usedNs ?? 0).toBeGreaterThanOrEqual(0);
    }),
  );
});
