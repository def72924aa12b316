import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { markedEnvironment, processesWith, until, untilNoneIsLeft } from "./processes.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
/** A demo that is killed cannot remove its queue. */
const TMPDIR = mkdtempSync(join(tmpdir(), "watchdog-test-"));
afterAll(() => rmSync(TMPDIR, { recursive: true }));

interface Play {
  readonly process: ChildProcess;
  /** See markedEnvironment. */
  readonly mark: string;
  /** All that a person has seen so far. */
  readonly seen: () => string;
  readonly exit: Promise<unknown[]>;
}

/** Runs `watchdog demo` as a person would, in a shell with settings of their own. */
function play(): Play {
  const { env, mark } = markedEnvironment();
  const child = spawn(process.execPath, [MAIN, "demo"], {
    env: {
      ...env,
      TMPDIR,
      WATCHDOG_TG_BOT_TOKEN: "1:own",
      WATCHDOG_TG_CHAT_ID: "1",
      WATCHDOG_AGENT_HUNG_S: "nonsense",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let seen = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      seen += text;
    });
  }
  return { process: child, mark, seen: () => seen, exit: once(child, "exit") };
}

describe.skipIf(!existsSync("/proc/self/stat")).concurrent("watchdog demo", () => {
  test("shows what this program is for, and leaves nothing behind", {
    timeout: 120_000,
  }, async () => {
    const { exit, seen, mark } = play();
    expect(await exit).toEqual([0, null]);
    await untilNoneIsLeft(mark);

    const STORY = [
      /^0:\d\d {2}An orchestrator of coding agents starts/,
      /^0:\d\d {2}An agent works\. All is well, so the watchdog is silent\.$/,
      /^0:\d\d {2}A job fails: its agent exits with code 1\.$/,
      /^ +│ 🔴 1 job failed \(0 → 1\)$/,
      /^ +│ #job_failed$/,
      /^0:\d\d {2}An agent hangs/,
      /^ +\$ kill -STOP \d+$/,
      /^ +│ 🔴 agent developer \(run 1\) is hung: it uses no CPU$/,
      /^ +│ critical · since .* \(limit 3 s\)$/,
      /^ +│ → on its host ps -o .* shows what it waits for; kill \d+ ends it$/,
      /^ +│ #agent_hung_1$/,
      /^ +\$ kill -CONT \d+$/,
      /^ +│ 🟢 agent developer \(run 1\) is working$/,
      /^ +│ the problem lasted \d+ s/,
      /^ +│ #agent_hung_1$/,
      /^0:\d\d {2}The orchestrator itself dies/,
      /^ +│ 🔴 the orchestrator is down$/,
      /^ +│ connection refused \(http:\/\/127\.0\.0\.1:\d+\/metrics\)$/,
      /^ +│ #orch_down$/,
      /^0:\d\d {2}You start it again\.$/,
      /^ +│ 🟢 the orchestrator answers$/,
      /^ +│ #orch_down$/,
      /^0:\d\d {2}Beside it stands a compose stack/,
      /^ +│ 🔴 container db has exited \(code 137: out of memory\)$/,
      /^ +│ before that it ran for 3 d/,
      /^ +│ ↳ container api is unhealthy: .* \(#container_api\)$/,
      /^ +│ ↳ container web is unhealthy: .* \(#container_web\)$/,
      /^ +│ #container_db$/,
      /^ +│ #container_oom_db$/,
      /^0:\d\d {2}You start db again\.$/,
      /^ +│ 🟢 container db is healthy$/,
      /^ +│ #container_db$/,
      /^ +│ 🟢 container api is healthy$/,
      /^ +│ 🟢 container web is healthy$/,
      /^0:\d\d {2}That is all it does/,
      /Telegram.*docker compose up -d/,
      /README\.md/,
    ];
    const lines = seen().split("\n");
    let from = 0;
    for (const expected of STORY) {
      const index = lines.findIndex((line, at) => at >= from && expected.test(line));
      expect(index, `${expected} in what is left of:\n${seen()}`).not.toBe(-1);
      from = index + 1;
    }
    expect(seen().match(/│ #\w+/g), "one block for each thing that happens, and no other").toHaveLength(10);
    expect(seen()).not.toMatch(/WARN|ERROR|Error:|\.ts:\d/);
    expect(Math.max(...lines.map((line) => line.length)), "fits a terminal").toBeLessThanOrEqual(110);
  });

  test.each(["SIGINT", "SIGKILL"] as const)("%s while an agent is frozen leaves nothing behind", async (signal) => {
    const { process: child, exit, seen, mark } = play();
    await until("the frozen agent", () => seen().includes("$ kill -STOP") || undefined);
    for (const script of ["main.ts demo", "main.ts run", "orchestrator.ts", "agent.ts"]) {
      expect(processesWith(mark)).toContainEqual(expect.stringContaining(script));
    }
    child.kill(signal);
    expect(await exit).toEqual(signal === "SIGINT" ? [0, null] : [null, "SIGKILL"]);
    await untilNoneIsLeft(mark);
  });
});
