import { existsSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { alert, SOON } from "./support/collector.ts";
import { CHAT_ID, TOKEN, test } from "./support/scene.ts";

describe.concurrent("bad configuration", () => {
  test("ends with 78 and one line for every problem, before anything is asked", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    const outcome = await scene.command(["run"], {
      WATCHDOG_INTERVAL_S: "often",
      WATCHDOG_COOLDOWN_S: "-1",
      WATCHDOG_MEM_PCT: "101",
      WATCHDOG_QUEUE_MAX: "1.5",
      WATCHDOG_ENABLED: "perhaps",
      WATCHDOG_DOCKER_SOCK: "docker.sock",
      WATCHDOG_DEPS: "db=tcp://db",
      WATCHDOG_STAGE_LIMITS: "review:3600",
      WATCHDOG_LOG_LEVEL: "loud",
      WATCHDOG_LISTEN: "nowhere",
      WATCHDOG_TG_API_ROOT: "api.telegram.org",
      WATCHDOG_METRICS_URL: orchestrator.url,
      WATCHDOG_INTERVALL_S: "5",
    });
    expect(outcome).toMatchObject({ code: 78, stdout: "" });
    const lines = outcome.stderr.trimEnd().split("\n");
    const named = [
      ...['INTERVAL_S="often"', 'COOLDOWN_S="-1"', 'MEM_PCT="101"', 'QUEUE_MAX="1.5"', 'ENABLED="perhaps"'],
      ...['DOCKER_SOCK="docker.sock"', 'DEPS="db=tcp://db"', 'STAGE_LIMITS="review:3600"', 'LOG_LEVEL="loud"'],
      ...['LISTEN="nowhere"', 'TG_API_ROOT="api.telegram.org"'],
    ];
    for (const name of named) {
      const [line, ...more] = lines.filter((one) => one.startsWith(`WATCHDOG_${name}: expected `));
      expect(line, name).toMatch(/: expected \S/);
      expect(more).toEqual([]);
    }
    expect(lines).toContain("WATCHDOG_INTERVALL_S: expected a known variable; did you mean WATCHDOG_INTERVAL_S?");
    expect(lines).toHaveLength(named.length + 1);
    expect([scene.bot.connections, orchestrator.connections]).toEqual([0, 0]);
  });

  test("never shows a secret, wherever it stands", async ({ scene }) => {
    const path = scene.path("secret-token");
    writeFileSync(path, `${TOKEN} and more`);
    const outcomes = await Promise.all([
      scene.command(["run"], { WATCHDOG_TG_BOT_TOKEN: `${TOKEN} !` }),
      scene.command(["run"], { WATCHDOG_TG_BOT_TOKEN: "", WATCHDOG_TG_BOT_TOKEN_FILE: path }),
      scene.command(["run"], { WATCHDOG_METRICS_URL: "http://me:Pass_word@host:99999/metrics" }),
      scene.command(["doctor"], { WATCHDOG_TG_BOT_TOKEN: `${TOKEN} !` }),
    ]);
    for (const { code, stdout, stderr } of outcomes) {
      expect(code).toBe(78);
      expect(stdout + stderr).not.toContain("Pass_word");
    }
    expect(outcomes[0]?.stderr).toMatch(/^WATCHDOG_TG_BOT_TOKEN=\(hidden\): expected a bot token/);
    expect(outcomes[1]?.stderr).toMatch(
      /^WATCHDOG_TG_BOT_TOKEN\S*: expected a bot token|^WATCHDOG_TG_BOT_TOKEN=\(hidden\)/,
    );
  });

  test("a token without a chat, and a chat without a token", async ({ scene }) => {
    const noChat = await scene.command(["run"], { WATCHDOG_TG_CHAT_ID: "" });
    expect(noChat).toMatchObject({
      code: 78,
      stderr: expect.stringMatching(/^WATCHDOG_TG_CHAT_ID is unset: expected/),
    });
    const noToken = await scene.command(["run"], { WATCHDOG_TG_BOT_TOKEN: "" });
    expect(noToken.stderr).toMatch(/^WATCHDOG_TG_BOT_TOKEN is unset: expected/);
  });

  test.for(["run", "check"])("%s refuses it", async (command, { scene }) => {
    const outcome = await scene.command([command], { WATCHDOG_INTERVAL_S: "0" });
    expect(outcome).toMatchObject({ code: 78, stdout: "" });
    expect(outcome.stderr).toMatch(/^WATCHDOG_INTERVAL_S="0": expected seconds, .*\n$/);
  });
});

describe.concurrent("WATCHDOG_X_FILE", () => {
  test("gives the value of X, trimmed, also the secret ones", async ({ scene }) => {
    const files = { token: `  ${TOKEN}\n`, chat: `${CHAT_ID}\r\n`, deps: "db=tcp://127.0.0.1:1\n" };
    for (const [name, text] of Object.entries(files)) writeFileSync(scene.path(`secret-${name}`), text);
    await scene.run({
      WATCHDOG_TG_BOT_TOKEN: "",
      WATCHDOG_TG_BOT_TOKEN_FILE: scene.path("secret-token"),
      WATCHDOG_TG_CHAT_ID: "",
      WATCHDOG_TG_CHAT_ID_FILE: scene.path("secret-chat"),
      WATCHDOG_DEPS_FILE: scene.path("secret-deps"),
    });
    await scene.told.expect(SOON, alert("dep:db"));
  });

  test("that cannot be read, is empty, or stands beside X is a problem", async ({ scene }) => {
    writeFileSync(scene.path("empty"), "\n");
    const outcome = await scene.command(["run"], {
      WATCHDOG_METRICS_URL_FILE: "/does/not/exist",
      WATCHDOG_DEPS_FILE: scene.path("empty"),
      WATCHDOG_INTERVAL_S_FILE: scene.path("empty"),
    });
    expect(outcome.code).toBe(78);
    expect(outcome.stderr.trimEnd().split("\n").sort()).toEqual([
      `WATCHDOG_DEPS_FILE="${scene.path("empty")}": expected a file that is not empty`,
      `WATCHDOG_INTERVAL_S and WATCHDOG_INTERVAL_S_FILE="${scene.path("empty")}": expected only one of the two`,
      'WATCHDOG_METRICS_URL_FILE="/does/not/exist": expected the path of a readable file (ENOENT)',
    ]);
  });
});

describe.concurrent("what is unset", () => {
  test("no token and no chat: alerts go to the console, as the log's lines", async ({ scene }) => {
    const program = await scene.run({
      WATCHDOG_TG_BOT_TOKEN: "",
      WATCHDOG_TG_CHAT_ID: "",
      WATCHDOG_DEPS: "db=tcp://127.0.0.1:1",
    });
    const { text } = await program.logged("notice");
    expect(text).toMatch(/^🔴 dependency db does not answer\n(.+\n)+#dep_db$/u);
    await program.stop();
    expect(scene.bot.connections).toBe(0);
    scene.incomplete = true;
  });

  test("no socket is named: Docker's own is watched if it exists", async ({ scene }) => {
    // Of this machine's Docker, if it has one, nothing is to be told here: one failure is none.
    const program = await scene.run({
      WATCHDOG_DOCKER_SOCK: "",
      WATCHDOG_CONTAINERS: "no-container-is-called-so-*",
      WATCHDOG_INTERVAL_S: "600",
    });
    const { sources } = await program.logged("watching");
    expect((sources as string[]).includes("containers")).toBe(existsSync("/var/run/docker.sock"));
    await program.stop();
  });

  test("an empty value is none", async ({ scene }) => {
    await scene.run({ WATCHDOG_METRICS_URL: "", WATCHDOG_DEPS: " ", WATCHDOG_COOLDOWN_S: "", WATCHDOG_STATE_DIR: "" });
  });
});
