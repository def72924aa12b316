import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { refusal } from "../stand-ins/bot-api.ts";
import { FAULTS as DOCKER_FAULTS } from "../stand-ins/docker-engine.ts";
import { BEHAVIOURS, stage } from "./support/orchestrator.ts";
import { BIN } from "./support/program.ts";
import { CHAT_ID, test } from "./support/scene.ts";

const IS_ROOT = process.getuid?.() === 0;
/** Root may open everything, unless it is left no capability. */
const WITHOUT_CAPABILITIES = IS_ROOT ? ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] : [];
const mayBeForbidden = !IS_ROOT || spawnSync("setpriv", ["--version"]).status === 0;

describe.concurrent("doctor", () => {
  test("all is well: exit 0, and nothing was sent", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    const docker = await scene.docker();
    const { code, stdout } = await scene.command(["doctor"], {
      WATCHDOG_METRICS_URL: orchestrator.url,
      WATCHDOG_DOCKER_SOCK: docker.socketPath,
      WATCHDOG_STATE_DIR: scene.directory,
    });
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/^mend/m);
    expect(stdout).toContain("@watchdog_bot");
    expect(stdout).toContain(CHAT_ID);
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("Nothing has to be mended.");
    expect(scene.bot.requests).not.toContain("sendMessage");
  });

  test("a probe that proves nothing is a note", async ({ scene }) => {
    const { code, stdout } = await scene.command(["doctor"], { WATCHDOG_ONLINE_PROBE: "tcp://127.0.0.1:1" });
    expect(code).toBe(0);
    expect(stdout).toMatch(/offline: one WATCHDOG_ONLINE_PROBE alone proves nothing/);
  });

  test("--send sends one test message, and no block that could be taken for an alert", async ({ scene }) => {
    scene.incomplete = true;
    const { code, stdout } = await scene.command(["doctor", "--send"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/test message: telegram: accepted/);
    const [told] = await scene.told.takeMany(1, 1);
    expect(told?.blocks).toEqual([]);
    expect(told?.message.text).toContain("test message");
  });

  test("--send writes in the language of the messages; what it finds is for operators, in English", async ({
    scene,
  }) => {
    scene.incomplete = true;
    const { stdout } = await scene.command(["doctor", "--send"], { WATCHDOG_LANG: "ru" });
    expect(stdout).toMatch(/test message: telegram: accepted/);
    const [told] = await scene.told.takeMany(1, 1);
    expect(told?.message.text).toBe("Watchdog: это проверочное сообщение. Тревоги будут приходить сюда.");
  });

  test("a token that is refused", async ({ scene }) => {
    scene.bot.always({ ...refusal(401, "Unauthorized"), on: "getMe" });
    const { code, stdout } = await scene.command(["doctor"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^mend {2}.*401: Unauthorized.*\n {6}→ .*WATCHDOG_TG_BOT_TOKEN.*@BotFather/m);
  });

  test("a chat that does not exist", async ({ scene }) => {
    const { code, stdout } = await scene.command(["doctor"], { WATCHDOG_TG_CHAT_ID: "-100404" });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^mend {2}.*chat not found.*\n {6}→ .*-100404.*WATCHDOG_TG_CHAT_ID/m);
  });

  test("a Bot API that cannot be reached", async ({ scene }) => {
    await scene.bot.goAway();
    const { code, stdout } = await scene.command(["doctor"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^mend {2}.*connection refused.*\n {6}→ .*WATCHDOG_TG_API_ROOT/m);
  });

  test("a chat that the bot was thrown out of", async ({ scene }) => {
    scene.bot.forbid("Forbidden: bot was kicked from the supergroup chat");
    const { code, stdout } = await scene.command(["doctor"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^mend {2}.*kicked.*\n {6}→ .*add it there/m);
  });

  test("a socket that is missing", async ({ scene }) => {
    const { code, stdout } = await scene.command(["doctor"], { WATCHDOG_DOCKER_SOCK: "/does/not/exist.sock" });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^mend .*no socket at \/does\/not\/exist\.sock: mount it.*WATCHDOG_DOCKER_SOCK/m);
  });

  test("a socket that is none", async ({ scene }) => {
    writeFileSync(scene.path("docker.sock"), "");
    const { code, stdout } = await scene.command(["doctor"], { WATCHDOG_DOCKER_SOCK: scene.path("docker.sock") });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^mend .*docker\.sock is not a socket: .*WATCHDOG_DOCKER_SOCK/m);
  });

  test.skipIf(!mayBeForbidden)("a socket that is forbidden names the group that may", async ({ scene }) => {
    const docker = await scene.docker();
    chmodSync(docker.socketPath, 0o000);
    if (IS_ROOT) chownSync(docker.socketPath, 4_242, 4_343);
    const command = [...WITHOUT_CAPABILITIES, BIN];
    const { code, stdout } = await scene.command(["doctor"], { WATCHDOG_DOCKER_SOCK: docker.socketPath }, { command });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^mend .*no permission to open .*docker\.sock.*group_add: \["\d+"\]/m);
    expect(docker.requests).toEqual([]);
  });

  test("a socket behind which something else answers", async ({ scene }) => {
    const docker = await scene.docker();
    docker.fault = DOCKER_FAULTS.isHtml;
    const { code, stdout } = await scene.command(["doctor"], { WATCHDOG_DOCKER_SOCK: docker.socketPath });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^mend .*is not Docker: set WATCHDOG_DOCKER_SOCK/m);
  });

  test("a /metrics that is HTML, and one that is refused", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    orchestrator.behave(BEHAVIOURS.html);
    const html = await scene.command(["doctor"], { WATCHDOG_METRICS_URL: orchestrator.url });
    expect(html.code).toBe(1);
    expect(html.stdout).toMatch(/^mend .*HTML, not JSON.*WATCHDOG_METRICS_URL/m);
    await orchestrator.goAway();
    const refused = await scene.command(["doctor"], { WATCHDOG_METRICS_URL: orchestrator.url });
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(/^mend .*connection refused/m);
    expect(refused.stdout).toContain(orchestrator.url);
  });

  test("a variable that does not parse: the same line as run, and exit 78", async ({ scene }) => {
    const { code, stdout } = await scene.command(["doctor"], { WATCHDOG_INTERVAL_S: "often" });
    expect(code).toBe(78);
    expect(stdout).toMatch(/^mend .*WATCHDOG_INTERVAL_S="often": expected seconds/m);
  });

  test("a state directory that does not exist", async ({ scene }) => {
    const { code, stdout } = await scene.command(["doctor"], { WATCHDOG_STATE_DIR: scene.path("missing") });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^mend .*WATCHDOG_STATE_DIR=.*missing.*\n {6}→ create the directory/m);
  });

  test("what is wrong out there is shown, and is no misconfiguration", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    orchestrator.report({ stages: [stage(12, 9_000)] });
    const { code, stdout } = await scene.command(["doctor"], { WATCHDOG_METRICS_URL: orchestrator.url });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^note .*right now: stage development of ORCH-12 is stuck \(stage_stuck:12\)$/m);
  });
});
