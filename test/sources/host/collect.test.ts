import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { diskUsageFrom, measureDisk, memoryUsageFrom, readMemory } from "../../../src/sources/host/collect.ts";

describe("memory", () => {
  test.runIf(process.platform === "linux")("is what /proc/meminfo says", async () => {
    const kilobytes = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(readFileSync("/proc/meminfo", "utf8"))?.[1]);
    const { totalBytes, availableBytes } = await readMemory();
    expect(totalBytes).toBe(kilobytes("MemTotal") * 1_024);
    expect(Math.abs(availableBytes / 1_024 / kilobytes("MemAvailable") - 1)).toBeLessThan(0.1);
  });

  test.each([
    { name: "all in use but a little", figures: { total: 8, available: 1, writeback: 0 }, platform: "linux" },
    { name: "a system without that file", figures: { total: 8, available: 1, writeback: null }, platform: "darwin" },
  ])("is taken: $name", ({ figures, platform }) => {
    expect(memoryUsageFrom(figures, platform)).toEqual({ totalBytes: 8, availableBytes: 1 });
  });

  test.each([
    { name: "/proc/meminfo unreadable", figures: { total: 8, available: 1, writeback: null }, error: "/proc/meminfo" },
    { name: "no total", figures: { total: 0, available: 0, writeback: 0 }, error: "no sense" },
    { name: "nothing available", figures: { total: 8, available: 0, writeback: 0 }, error: "no sense" },
    { name: "more available than there is", figures: { total: 8, available: 9, writeback: 0 }, error: "no sense" },
    { name: "not a number", figures: { total: 8, available: Number.NaN, writeback: 0 }, error: "no sense" },
    {
      name: "endless",
      figures: { total: Number.POSITIVE_INFINITY, available: 1, writeback: 0 },
      error: "no sense",
    },
  ])("is unknown, not used up: $name", ({ figures, error }) => {
    expect(() => memoryUsageFrom(figures, "linux")).toThrow(error);
  });
});

describe("a disk", () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "watchdog-host-"));
    mkdirSync(join(root, "data"));
    mkdirSync(join(root, "outside"));
    mkdirSync(join(root, "host/inside"), { recursive: true });
    symlinkSync(join(root, "outside"), join(root, "host/absolute"));
    symlinkSync("inside", join(root, "host/relative"));
  });
  afterAll(() => rmSync(root, { recursive: true }));

  test("is measured as df does", async () => {
    const { usedBytes, availableBytes } = await measureDisk("/", root);
    const [, used = "", available = ""] =
      /(\d+)\s+(\d+)\s*$/.exec(execFileSync("df", ["-B1", "--output=used,avail", root], { encoding: "utf8" })) ?? [];
    expect(Math.abs(usedBytes - Number(used))).toBeLessThan(0.01 * (Number(used) + Number(available)));
    expect(Math.abs(availableBytes - Number(available))).toBeLessThan(0.01 * (Number(used) + Number(available)));
  });

  test.each([
    { name: "the mounted root itself", path: "/" },
    { name: "a path below it", path: "/inside" },
    { name: "a link that stays below it", path: "/relative" },
  ])("is looked for below the mounted root: $name", async ({ path }) => {
    expect((await measureDisk(join(root, "host"), path)).usedBytes).toBeGreaterThan(0);
  });

  test("behind a link that leads out of the mounted root would be another machine's", async () => {
    const measuring = measureDisk(join(root, "host"), "/absolute");
    await expect(measuring).rejects.toThrow(/absolute is a symbolic link that leads out of .*WATCHDOG_DISK_PATHS/);
  });

  test("that does not exist is named with the mend", async () => {
    await expect(measureDisk("/", "/no/such/path")).rejects.toThrow(
      "/no/such/path does not exist: name existing paths in WATCHDOG_DISK_PATHS",
    );
    await expect(measureDisk(root, "/data2")).rejects.toThrow(
      `/data2 does not exist at ${root}/data2: mount the host's root and name that place in WATCHDOG_HOST_ROOT`,
    );
  });

  test.runIf(process.platform === "linux")("without a size is named with the mend", async () => {
    await expect(measureDisk("/", "/proc")).rejects.toThrow("take it out of WATCHDOG_DISK_PATHS");
  });

  test.each([
    { name: "no blocks", usage: { usedBytes: 0, availableBytes: 0 } },
    { name: "negative", usage: { usedBytes: -1, availableBytes: 10 } },
    { name: "not a number", usage: { usedBytes: Number.NaN, availableBytes: 10 } },
    { name: "endless", usage: { usedBytes: 1, availableBytes: Number.POSITIVE_INFINITY } },
  ])("with absurd figures is unknown: $name", ({ usage }) => {
    expect(() => diskUsageFrom("/data", usage)).toThrow("/data");
  });
});
