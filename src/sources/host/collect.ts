import { realpath, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Systeminformation } from "systeminformation";
import { mem } from "systeminformation/lib/memory.js";
import { failureCode } from "../../http/explain-failure.ts";
import type { DiskUsage, MemoryUsage } from "./signals.ts";

/** Memory of the host, also from inside a container with a limit. @throws Error when it cannot be read */
export async function readMemory(): Promise<MemoryUsage> {
  return memoryUsageFrom(await mem(), process.platform);
}

/** @throws Error when what systeminformation answers is no measurement */
export function memoryUsageFrom(
  { total, available, writeback }: Pick<Systeminformation.MemData, "total" | "available"> & { writeback: unknown },
  platform: string,
): MemoryUsage {
  // Where /proc/meminfo cannot be read it falls back silently to what is free, which on a healthy host is next to
  // nothing. What only that file tells is then missing.
  if (platform === "linux" && typeof writeback !== "number") {
    throw new Error("/proc/meminfo could not be read");
  }
  if (!(total > 0 && Number.isFinite(total) && available > 0 && available <= total)) {
    throw new Error(`no sense in the memory figures: total ${total}, available ${available}`);
  }
  return { totalBytes: total, availableBytes: available };
}

/**
 * Measures the file system that holds `path` on the host, whose root is mounted at `rootPath`. May hang for as long as a
 * dead network mount does.
 *
 * @throws Error that names the path and the mend
 */
export async function measureDisk(rootPath: string, path: string): Promise<DiskUsage> {
  const mounted = join(rootPath, path);
  try {
    await refuseEscape(rootPath, mounted);
    const { bsize, blocks, bfree, bavail } = await statfs(mounted);
    return diskUsageFrom(path, { usedBytes: (blocks - bfree) * bsize, availableBytes: bavail * bsize });
  } catch (thrown) {
    throw new Error(explain(thrown, path, mounted));
  }
}

export function diskUsageFrom(path: string, usage: DiskUsage): DiskUsage {
  const { usedBytes, availableBytes } = usage;
  if (
    !(
      usedBytes >= 0 &&
      availableBytes >= 0 &&
      usedBytes + availableBytes > 0 &&
      Number.isFinite(usedBytes + availableBytes)
    )
  ) {
    throw new Error(`${path} is on no file system with a size: take it out of WATCHDOG_DISK_PATHS`);
  }
  return usage;
}

/** An absolute symbolic link of the host leads, below the mounted root, to a file system of the container. */
async function refuseEscape(rootPath: string, mounted: string): Promise<void> {
  if (rootPath === "/") return;
  const [root, target] = await Promise.all([realpath(rootPath), realpath(mounted)]);
  if (target !== root && !target.startsWith(`${root}/`)) {
    throw new Error(
      `${mounted} is a symbolic link that leads out of ${rootPath}: name its target in WATCHDOG_DISK_PATHS`,
    );
  }
}

function explain(thrown: unknown, path: string, mounted: string): string {
  switch (failureCode(thrown)) {
    case "ENOENT":
    case "ENOTDIR":
      return mounted === join(path)
        ? `${path} does not exist: name existing paths in WATCHDOG_DISK_PATHS`
        : `${path} does not exist at ${mounted}: mount the host's root and name that place in WATCHDOG_HOST_ROOT, or name existing paths in WATCHDOG_DISK_PATHS`;
    case "EACCES":
    case "EPERM":
      return `${mounted} may not be read: give the watchdog's user access, or take ${path} out of WATCHDOG_DISK_PATHS`;
    default:
      return thrown instanceof Error ? thrown.message : `${mounted} could not be measured`;
  }
}
