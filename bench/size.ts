import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { table } from "./statistics.ts";

const ROOT = join(import.meta.dirname, "..");

export interface FileSize {
  readonly name: string;
  readonly bytes: number;
  /** As a registry stores a layer. */
  readonly gzippedBytes: number;
}

/** Every file that the image has above its base, see the Dockerfile's stage "bundle"; built anew. */
export function measureSize(): FileSize[] {
  const directory = mkdtempSync(join(tmpdir(), "watchdog-bench-"));
  try {
    execFileSync(process.execPath, [join(ROOT, "scripts/bundle.ts"), directory], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const built = readdirSync(directory).map((name) => join(directory, name));
    return [...built, join(ROOT, "scripts/image-launcher")].map((path) => ({
      name: path.slice(path.lastIndexOf("/") + 1),
      bytes: statSync(path).size,
      gzippedBytes: gzipSync(readFileSync(path)).length,
    }));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export function describeSize(files: readonly FileSize[]): string {
  const row = (name: string, bytes: number, gzipped: number) => [
    ...[name, (bytes / 1_024).toFixed(0), (gzipped / 1_024).toFixed(0)],
  ];
  const sum = (of: (file: FileSize) => number) => files.reduce((total, file) => total + of(file), 0);
  const all = row(
    "all",
    sum((file) => file.bytes),
    sum((file) => file.gzippedBytes),
  );
  return table(
    ["in the image, above its base", "KB", "gzipped, KB"],
    [...files.map(({ name, bytes, gzippedBytes }) => row(name, bytes, gzippedBytes)), all],
  );
}
