import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { watchdogFromBundle, watchdogFromCheckout } from "./processes.ts";
import { median, table } from "./statistics.ts";

/** From the moment a dependency breaks to the decision to tell, medians in milliseconds. */
export interface HungTimes {
  readonly noneMs: number;
  readonly threeMs: number;
  readonly ratio: number;
}

const DEPENDENCIES = 10;
const HUNG = 3;
const INTERVAL_S = 0.5;

/** Ten dependencies watched by each of two watchdogs, three of the ten hang for one of them. Broken are the others. */
export async function measureHung(): Promise<HungTimes> {
  const [none, three] = await Promise.all([measureSide(0), measureSide(HUNG)]);
  return { noneMs: none, threeMs: three, ratio: three / none };
}

async function measureSide(hung: number): Promise<number> {
  const answered = new Map<string, () => void>();
  const broken = new Set<string>();
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    if (Number(path.slice(1)) < hung) return; // It never answers.
    response.writeHead(broken.has(path) ? 503 : 200).end();
    answered.get(path)?.();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const dependencies = Array.from({ length: DEPENDENCIES }, (_, index) => `d${index}=${origin}/${index}`);
  const environment = {
    WATCHDOG_INTERVAL_S: String(INTERVAL_S),
    WATCHDOG_DEPS: dependencies.join(","),
    WATCHDOG_DOCKER_SOCK: "off",
    WATCHDOG_LISTEN: "off",
    WATCHDOG_MEM_PCT: "100",
  };
  const { argv, env } = watchdogFromBundle(environment) ?? watchdogFromCheckout(environment);
  const [command, ...rest] = argv;
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(command, rest, { env: { PATH, HOME, ...env }, stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  let written = "";
  const waiting = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    written += text;
    for (const check of waiting) check();
  });
  const decided = async (key: string) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const check = () => {
      if (written.includes(`"key":"${key}","action":"alert"`)) resolve();
    };
    waiting.add(check);
    check();
    await promise;
    waiting.delete(check);
  };
  try {
    for (let index = 0; index < hung; index += 1) await decided(`dep:d${index}`);
    await sleep(2_000);
    const times: number[] = [];
    for (let index = HUNG; index < DEPENDENCIES; index += 1) {
      const path = `/${index}`;
      // It breaks right after an answer: how long until the next question is no matter of chance.
      const { promise, resolve } = Promise.withResolvers<void>();
      answered.set(path, resolve);
      await promise;
      answered.delete(path);
      broken.add(path);
      const brokenAt = performance.now();
      await decided(`dep:d${index}`);
      times.push(performance.now() - brokenAt);
    }
    return median(times);
  } finally {
    child.kill("SIGTERM");
    await exited;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

export function describeHung({ noneMs, threeMs, ratio }: HungTimes): string {
  return table(
    ["detection of one that breaks", "none hangs, ms", `${HUNG} of ${DEPENDENCIES} hang, ms`, "ratio"],
    [[`a tick in ${INTERVAL_S} s, 2 failures`, noneMs.toFixed(0), threeMs.toFixed(0), ratio.toFixed(2)]],
  );
}
