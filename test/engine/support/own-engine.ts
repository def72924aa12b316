import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const script = (name: string): string => join(import.meta.dirname, "../../../scripts", name);

/** An engine of a test's own, which may be stopped: the one that the tests share may not. */
export class OwnEngine {
  readonly #directory = mkdtempSync(join(tmpdir(), "watchdog-engine-"));
  readonly #options: readonly string[];
  #pid: number | undefined;

  /** @param options of dockerd */
  constructor(options: readonly string[]) {
    this.#options = options;
  }

  get socket(): string {
    return join(this.#directory, "docker.sock");
  }

  async start(): Promise<void> {
    await run(script("start-engine"), [this.#directory, ...this.#options]);
    this.#pid = Number(readFileSync(join(this.#directory, "pid"), "utf8"));
  }

  /** Ends the daemon as its service manager does; what becomes of its containers is its own business. */
  async stop(): Promise<void> {
    const pid = this.#pid;
    if (pid === undefined) return;
    process.kill(pid, "SIGTERM");
    while (isAlive(pid)) await sleep(50);
  }

  /** Ends it, with its containers and all that it kept. */
  async remove(): Promise<void> {
    // Nobody else can end the containers that have outlived their daemon.
    if (this.#pid === undefined || !isAlive(this.#pid)) await this.start();
    await run(script("stop-engine"), [this.#directory]);
  }

  async docker(...args: readonly string[]): Promise<string> {
    const { stdout } = await run("docker", ["--host", `unix://${this.socket}`, ...args]);
    return stdout.trim();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
