import { realpath, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Systeminformation } from "systeminformation";
import { mem } from "systeminformation/lib/memory.js";
import { failureCode } from "../../http/explain-failure.ts";
import { Failure, type FailuresTexts } from "../../http/failure.ts";
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
    throw new Failure(({ host }) => host.noMeminfo);
  }
  if (!(total > 0 && Number.isFinite(total) && available > 0 && available <= total)) {
    throw new Failure(({ host }) => host.badMemory(total, available));
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
    throw thrown instanceof Failure ? thrown : new Failure(({ host }) => explain(thrown, path, mounted, host));
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
    throw new Failure(({ host }) => host.noSize(path));
  }
  return usage;
}

/** An absolute symbolic link of the host leads, below the mounted root, to a file system of the container. */
async function refuseEscape(rootPath: string, mounted: string): Promise<void> {
  if (rootPath === "/") return;
  const [root, target] = await Promise.all([realpath(rootPath), realpath(mounted)]);
  if (target !== root && !target.startsWith(`${root}/`)) {
    throw new Failure(({ host }) => host.escapes(mounted, rootPath));
  }
}

function explain(thrown: unknown, path: string, mounted: string, texts: FailuresTexts["host"]): string {
  switch (failureCode(thrown)) {
    case "ENOENT":
    case "ENOTDIR":
      return mounted === join(path) ? texts.missing(path) : texts.missingAt(path, mounted);
    case "EACCES":
    case "EPERM":
      return texts.forbidden(path, mounted);
    default:
      return thrown instanceof Error ? thrown.message : texts.unmeasured(mounted);
  }
}
