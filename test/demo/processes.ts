import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const MARK = "DEMO_TEST_MARK";

/** An environment by which the processes that inherit it, and all that those start, are found again. */
export function markedEnvironment(): { readonly env: NodeJS.ProcessEnv; readonly mark: string } {
  const mark = `${MARK}=${randomUUID()}`;
  return { env: { ...process.env, [MARK]: mark.slice(MARK.length + 1) }, mark };
}

/** The command lines of the living processes that carry `mark`. */
export function processesWith(mark: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
        return environment.includes(mark) ? [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")] : [];
      } catch {
        return []; // Ended meanwhile, or another user's.
      }
    });
}

/** Polls until `probe` yields something other than `undefined`, and fails when it has not within 50 s. */
export async function until<T>(what: string, probe: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + 50_000;
  while (performance.now() < deadline) {
    const found = await probe();
    if (found !== undefined) return found;
    await sleep(25);
  }
  throw new Error(`never came: ${what}`);
}

export async function untilNoneIsLeft(mark: string): Promise<void> {
  await until("the end of every process", () => (processesWith(mark).length === 0 ? true : undefined)).catch(
    (error) => {
      throw new Error(`still running: ${processesWith(mark).join("; ")}`, { cause: error });
    },
  );
}
