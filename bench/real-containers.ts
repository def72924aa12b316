import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { docker, inspect } from "../test/engine/support/engine.ts";
import { importBusybox } from "../test/engine/support/stand-in-images.ts";

const AT_ONCE = 4;

/** Containers of a real engine, each of which ends when it is told to, by itself. */
export class RealContainers {
  readonly #prefix = `wdbench${process.pid}`;
  readonly #directory = mkdtempSync(join(tmpdir(), "watchdog-bench-"));
  #count = 0;

  get glob(): string {
    return `${this.#prefix}-*`;
  }

  name(index: number): string {
    return `${this.#prefix}-${index}`;
  }

  /** Starts as many more as are missing to `count`. */
  async growTo(count: number): Promise<void> {
    if (this.#count === 0) await importBusybox(this.#prefix);
    const missing = Array.from({ length: count - this.#count }, (_, index) => this.#count + index).values();
    this.#count = count;
    const start = async () => {
      for (const index of missing) await this.#start(index);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, start));
  }

  /** Lets one end with code 3: no order comes before it, and no client of Docker runs. Resolves to nothing of it. */
  crash(index: number): void {
    writeFileSync(join(this.#directory, String(index)), "\n");
  }

  /** When it ended, in epoch milliseconds. */
  async finishedAt(index: number): Promise<number> {
    const { State } = await inspect<{ State: { FinishedAt: string } }>(this.name(index));
    return Date.parse(State.FinishedAt);
  }

  async remove(): Promise<void> {
    const all = await docker("ps", "--all", "--quiet", "--filter", `name=^/${this.#prefix}-`);
    if (all !== "") await docker("rm", "--force", ...all.split("\n"));
    await docker("rmi", "--force", this.#prefix).catch(() => undefined);
    rmSync(this.#directory, { recursive: true });
  }

  async #start(index: number): Promise<void> {
    const fifo = join(this.#directory, String(index));
    await promisify(execFile)("mkfifo", [fifo]);
    const mount = ["--volume", `${this.#directory}:/orders:ro`, "--network", "none"];
    const wait = `read order </orders/${index}; exit 3`;
    await docker("run", "--detach", "--name", this.name(index), ...mount, this.#prefix, "sh", "-c", wait);
  }
}
