import { expect, test } from "vitest";
import type { HostSettings } from "../../../src/config/settings.ts";
import { known, unknown } from "../../../src/core/reading.ts";
import { EN } from "../../../src/core/texts/index.ts";
import { createHostSources } from "../../../src/sources/host/index.ts";

const NEVER = new AbortController().signal;
const SETTINGS: HostSettings = {
  timeoutMs: 5_000,
  memPct: 90,
  diskPaths: ["/", "/no/such/path"],
  diskCritEnabled: true,
  diskCritPct: 97,
  rootPath: "/",
  forecastMs: undefined,
};

test("memory is always watched, disks only where that is wanted", () => {
  const names = (settings: HostSettings) => createHostSources(settings, EN).map((source) => source.name);
  expect(names({ ...SETTINGS, diskCritEnabled: false })).toEqual(["host/memory"]);
  expect(names(SETTINGS)).toEqual(["host/memory", "host/disk /", "host/disk /no/such/path"]);
});

test("disks are watched for their trend alone, too", async () => {
  const [, disk] = createHostSources({ ...SETTINGS, diskCritEnabled: false, forecastMs: 3_600_000 }, EN);
  const keys = (reading: Parameters<NonNullable<typeof disk>["evaluate"]>[0]) => {
    const { signals, holds } = disk?.evaluate(reading, disk.initial, 0) ?? {};
    return { signals: signals?.map((signal) => signal.key), holds };
  };
  expect(keys(known({ usedBytes: 99, availableBytes: 1 }))).toEqual({ signals: ["host_disk_fill:/"], holds: [] });
  expect(keys(unknown("no"))).toEqual({ signals: [], holds: ["host_disk_fill:/"] });
});

test("with both, one reading says how full it is and how soon it will be", async () => {
  const keys = createHostSources({ ...SETTINGS, forecastMs: 0 }, EN)
    .slice(0, 2)
    .map(async (source) => {
      const reading = known(await source.collect(NEVER));
      return source.evaluate(reading, source.initial, 0).signals.map((signal) => signal.key);
    });
  expect(await Promise.all(keys)).toEqual([
    ["host_mem", "host_mem_fill"],
    ["host_disk:/", "host_disk_fill:/"],
  ]);
});

test("each is read alone: one path that does not exist fails alone", async () => {
  const readings = await Promise.allSettled(createHostSources(SETTINGS, EN).map((source) => source.collect(NEVER)));
  expect(readings.map((reading) => reading.status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
});

test("what is read becomes the signals of the contract", async () => {
  const [memory, disk] = createHostSources(SETTINGS, EN);
  const keys = [memory, disk].map(async (source) => {
    const reading = known(await source?.collect(NEVER));
    return source?.evaluate(reading, source.initial, 0).signals.map((signal) => signal.key);
  });
  expect(await Promise.all(keys)).toEqual([["host_mem"], ["host_disk:/"]]);
});

test("none outlives its deadline", async () => {
  for (const source of createHostSources(SETTINGS, EN)) {
    await expect(source.collect(AbortSignal.abort(new Error("over")))).rejects.toThrow("over");
  }
});
