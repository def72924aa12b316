import { expect, test } from "vitest";
import type { HostSettings } from "../../../src/config/settings.ts";
import { known } from "../../../src/core/reading.ts";
import { createHostSources } from "../../../src/sources/host/index.ts";

const NEVER = new AbortController().signal;
const SETTINGS: HostSettings = {
  timeoutMs: 5_000,
  memPct: 90,
  diskPaths: ["/", "/no/such/path"],
  diskCritEnabled: true,
  diskCritPct: 97,
  rootPath: "/",
};

test("memory is always watched, disks only where that is wanted", () => {
  const names = (settings: HostSettings) => createHostSources(settings).map((source) => source.name);
  expect(names({ ...SETTINGS, diskCritEnabled: false })).toEqual(["host/memory"]);
  expect(names(SETTINGS)).toEqual(["host/memory", "host/disk /", "host/disk /no/such/path"]);
});

test("each is read alone: one path that does not exist fails alone", async () => {
  const readings = await Promise.allSettled(createHostSources(SETTINGS).map((source) => source.collect(NEVER)));
  expect(readings.map((reading) => reading.status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
});

test("what is read becomes the signals of the contract", async () => {
  const [memory, disk] = createHostSources(SETTINGS);
  const keys = [memory, disk].map(async (source) => {
    const reading = known(await source?.collect(NEVER));
    return source?.evaluate(reading, source.initial, 0).signals.map((signal) => signal.key);
  });
  expect(await Promise.all(keys)).toEqual([["host_mem"], ["host_disk:/"]]);
});

test("none outlives its deadline", async () => {
  for (const source of createHostSources(SETTINGS)) {
    await expect(source.collect(AbortSignal.abort(new Error("over")))).rejects.toThrow("over");
  }
});
