import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const EXIT_NOW = new URL("../src/exit-now.ts", import.meta.url).href;

/** Runs `script` in a process of its own with `exitNow` at hand; the exit code, or null where it had to be killed. */
function exitCodeOf(script: string): number | null {
  const argv = ["--input-type=module", "-e", `import { exitNow } from ${JSON.stringify(EXIT_NOW)};\n${script}`];
  return spawnSync(process.execPath, argv, { timeout: 10_000, killSignal: "SIGKILL" }).status;
}

test.each([0, 3])("ends with the code that is asked for (%s)", (code) => {
  expect(exitCodeOf(`exitNow(${code})`)).toBe(code);
});

test.runIf(process.platform === "linux")("ends though a file operation hangs", () => {
  const directory = mkdtempSync(join(tmpdir(), "watchdog-exit-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  // Opening a FIFO waits, in a thread of the pool, for a writer that never comes.
  const fifo = join(directory, "fifo");
  execFileSync("mkfifo", [fifo]);
  const script = `import { open } from "node:fs/promises";
    open(${JSON.stringify(fifo)});
    setTimeout(() => exitNow(7), 50);`;
  expect(exitCodeOf(script)).toBe(7);
});
