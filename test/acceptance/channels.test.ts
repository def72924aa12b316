import { describe, expect } from "vitest";
import { FAULTS, startBotApi } from "../stand-ins/bot-api.ts";
import { idOf } from "../stand-ins/docker-engine.ts";
import { isSigned, startWebhookReceiver, type WebhookReceiver } from "../stand-ins/webhook-receiver.ts";
import { alert, recovery, SOON } from "./support/collector.ts";
import type { Environment } from "./support/program.ts";
import { CHAT_ID, type Scene, TOKEN, test } from "./support/scene.ts";
import { onFreePort, startTcp } from "./support/servers.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const KEY = Buffer.from("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "base64");
const PATH_TOKEN = "T0ken-in-the-path";
const TEAM = "-1009876543210";
const SOON_MS = 40_000;

/** A webhook's receiver beside the scene's Telegram, and two dependencies that are up. */
async function prepare(scene: Scene) {
  const hook = await scene.host(onFreePort((port) => startWebhookReceiver(port, `/hook/${PATH_TOKEN}`)));
  const [a, b] = [await scene.host(startTcp()), await scene.host(startTcp())];
  const env: Environment = {
    WATCHDOG_DEPS: `a=tcp://127.0.0.1:${a.port},b=tcp://127.0.0.1:${b.port}`,
    WATCHDOG_DEP_DOWN_TICKS: "1",
    WATCHDOG_STATE_DIR: scene.path("state"),
    WATCHDOG_WEBHOOK_URL: hook.url,
    WATCHDOG_WEBHOOK_SECRET: SECRET,
  };
  return { hook, a, b, env };
}

/** What the receiver took, as "alert dep:a", message by message. */
const toldTo = (hook: WebhookReceiver) =>
  hook.taken.map(({ json }) => json.signals.map(({ action, key }) => `${action} ${key}`).join(" "));

const nothingOwed = ({ undelivered }: Record<string, unknown>) => (undelivered as { count: number }).count === 0;

describe.concurrent("several channels at once", () => {
  test("each is told, the webhook in signed JSON that says what the text says", async ({ scene }) => {
    const { hook, a, env } = await prepare(scene);
    const program = await scene.run(env);
    await program.ticks(1);
    await a.goAway();
    const told = await scene.told.expect(SOON, alert("dep:a"));
    await a.comeBack();
    await scene.told.expect(SOON, recovery("dep:a"));
    await hook.until(() => hook.taken.length === 2, SOON_MS);
    expect(toldTo(hook)).toEqual(["alert dep:a", "recovery dep:a"]);
    expect(hook.posts.map((post) => isSigned(post, KEY))).toEqual([true, true]);
    const [{ json } = expect.unreachable("no post")] = hook.posts;
    expect(json).toMatchObject({ version: 1, possiblyRepeat: false, signals: [{ severity: "critical", kind: "dep" }] });
    expect(json.text).toContain("#dep_a");
    expect(told.message.text).toContain(String(json.signals[0]?.what));
    await program.stop();
    expect(program.stdout + program.stderr).not.toMatch(new RegExp(`${PATH_TOKEN}|${SECRET}`));
  });

  test("one healthy and one failing receiver: neither waits for the other, and each is told once", async ({
    scene,
  }) => {
    const { hook, a, b, env } = await prepare(scene);
    const program = await scene.run(env);
    await program.ticks(1);

    hook.behave({ status: 503 });
    await a.goAway();
    await scene.told.expect(SOON, alert("dep:a"));
    await hook.until(() => hook.posts.length >= 2, SOON_MS);
    expect(toldTo(hook)).toEqual([]);
    hook.behave(undefined);
    await hook.until(() => hook.taken.length === 1, SOON_MS);
    expect(toldTo(hook)).toEqual(["alert dep:a"]);

    scene.bot.script(FAULTS.internalError, FAULTS.badGateway);
    await b.goAway();
    await hook.until(() => hook.taken.length === 2, SOON_MS);
    await scene.told.expect(SOON, alert("dep:b"));
    await program.answers("/api/status", nothingOwed);
    expect(toldTo(hook)).toEqual(["alert dep:a", "alert dep:b"]);
    expect(new Set(hook.posts.map(({ json }) => json.id)).size).toBe(2);
  });

  test("one that hangs does not hold up the other; what may have arrived comes again under the same id", async ({
    scene,
  }) => {
    const { hook, a, env } = await prepare(scene);
    const program = await scene.run({ ...env, WATCHDOG_HTTP_TIMEOUT_S: "1" });
    await program.ticks(1);
    hook.behave("hang");
    await a.goAway();
    await scene.told.expect(SOON, alert("dep:a"));
    await hook.until(() => hook.posts.length === 1, SOON_MS);
    hook.behave(undefined);
    await hook.until(() => hook.taken.length === 1, SOON_MS);
    const [first, second] = hook.posts.map(({ json }) => json);
    expect(second).toMatchObject({ id: first?.id, possiblyRepeat: true });
    expect(first?.possiblyRepeat).toBe(false);
  });

  test("after a kill in the middle of an attempt, too", async ({ scene }) => {
    const { hook, a, env } = await prepare(scene);
    const program = await scene.run(env);
    await program.ticks(1);
    hook.behave("hang");
    await a.goAway();
    await scene.told.expect(SOON, alert("dep:a"));
    await hook.until(() => hook.posts.length === 1, SOON_MS);
    // Telegram's acceptance is written down by then.
    await program.answers("/api/status", ({ undelivered }) => (undelivered as { count: number }).count === 1);
    await program.kill();
    hook.behave(undefined);
    await scene.run(env);
    await hook.until(() => hook.taken.length === 1, SOON_MS);
    const [first, second] = hook.posts.map(({ json }) => json);
    expect(second).toMatchObject({ id: first?.id, possiblyRepeat: true });
  });

  test("a webhook alone is enough", async ({ scene }) => {
    scene.incomplete = true;
    const { hook, a, env } = await prepare(scene);
    const program = await scene.run({ ...env, WATCHDOG_TG_BOT_TOKEN: "", WATCHDOG_TG_CHAT_ID: "" });
    await program.ticks(1);
    await a.goAway();
    await hook.until(() => hook.taken.length === 1, SOON_MS);
    expect(toldTo(hook)).toEqual(["alert dep:a"]);
  });
});

describe.concurrent("routes", () => {
  /** A Bot API with a second chat in it. */
  async function twoChats(scene: Scene) {
    scene.incomplete = true; // The scene's own chat hears nothing.
    const bot = await scene.host(
      onFreePort((port) => startBotApi({ token: TOKEN, chatId: CHAT_ID, otherChats: [TEAM], threads: [45], port })),
    );
    const told = () =>
      bot.messages.map(({ chatId, threadId, text }) => `${chatId}/${threadId ?? ""} ${text.split("\n").at(-1)}`);
    return { bot, told };
  }

  test("a key goes to its chat and topic, a severity to the webhook, the rest to the fallback", async ({ scene }) => {
    const { hook, a, b, env } = await prepare(scene);
    const { bot, told } = await twoChats(scene);
    const orchestrator = await scene.orchestrator();
    const program = await scene.run({
      ...env,
      WATCHDOG_TG_API_ROOT: bot.url,
      WATCHDOG_METRICS_URL: orchestrator.url,
      WATCHDOG_ROUTES: `dep:a=telegram:${TEAM}/45, dep:*=telegram, warning=webhook`,
    });
    await program.ticks(1);
    await a.goAway();
    await bot.received(1, SOON_MS);
    await b.goAway();
    await bot.received(2, SOON_MS);
    orchestrator.report({ queue: { counts: { queued: 99 }, retries: 0 } });
    await hook.until(() => hook.taken.length === 1, SOON_MS);
    await a.comeBack();
    await bot.received(3, SOON_MS);
    await program.answers("/api/status", nothingOwed);
    expect(told()).toEqual([`${TEAM}/45 #dep_a`, `${CHAT_ID}/ #dep_b`, `${TEAM}/45 #dep_a`]);
    expect(toldTo(hook)[0]).toContain("alert queue_backlog");
  });

  test("a recovery goes where its alert went, though the routes changed over a restart", async ({ scene }) => {
    const { hook, a, b, env } = await prepare(scene);
    const { bot, told } = await twoChats(scene);
    const before = { ...env, WATCHDOG_TG_API_ROOT: bot.url, WATCHDOG_ROUTES: `dep:a=telegram:${TEAM}, *=telegram` };
    const first = await scene.run(before);
    await first.ticks(1);
    await a.goAway();
    await bot.received(1, SOON_MS);
    await first.stop();
    const second = await scene.run({ ...before, WATCHDOG_ROUTES: `dep:a=webhook, dep:b=telegram:${TEAM}, *=telegram` });
    await second.ticks(1);
    await a.comeBack();
    await bot.received(2, SOON_MS);
    await b.goAway();
    await bot.received(3, SOON_MS);
    await a.goAway();
    await hook.until(() => hook.taken.length === 1, SOON_MS);
    expect(told()).toEqual([`${TEAM}/ #dep_a`, `${TEAM}/ #dep_a`, `${TEAM}/ #dep_b`]);
    expect(toldTo(hook)).toEqual(["alert dep:a"]);
  });

  test("what is owed to a receiver that is configured away goes to the one that is left", async ({ scene }) => {
    const { hook, a, env } = await prepare(scene);
    const routed = { ...env, WATCHDOG_ROUTES: "dep:*=webhook" };
    hook.behave({ status: 503 });
    const first = await scene.run(routed);
    await first.ticks(1);
    await a.goAway();
    await hook.until(() => hook.posts.length >= 1, SOON_MS);
    await first.stop();
    const second = await scene.run({ ...env, WATCHDOG_WEBHOOK_URL: "", WATCHDOG_WEBHOOK_SECRET: "" });
    await second.logged("took over what a former channel was owed", { notices: 1, channel: "telegram" });
    await scene.told.expect(SOON, alert("dep:a"));
    await a.comeBack();
    await scene.told.expect(SOON, recovery("dep:a"));
  });

  test("a container's label names its receiver; one that names none is told", async ({ scene }) => {
    const { hook, env } = await prepare(scene);
    scene.incomplete = true;
    const db = { id: idOf(1), name: "db", labels: { "watchdog.route": "webhook" } };
    const web = { id: idOf(2), name: "web", labels: { "watchdog.route": "webhok" } };
    const engine = await scene.docker(db, web);
    const program = await scene.run({
      ...env,
      WATCHDOG_DOCKER_SOCK: engine.socketPath,
      WATCHDOG_ROUTES: "*=telegram",
    });
    await scene.told.expect(SOON, alert("container_label:web", "did you mean webhook?"));
    await program.ticks(1);
    engine.containers = [{ ...db, state: "paused", status: "Up 3 days (Paused)" }, web];
    await hook.until(() => hook.taken.length === 1, SOON_MS);
    expect(toldTo(hook)).toEqual(["alert container:db"]);
  });
});

describe.concurrent("what is misconfigured", () => {
  test("one line for every bad route, and nothing starts", async ({ scene }) => {
    const { code, stderr } = await scene.command(["run"], {
      WATCHDOG_WEBHOOK_URL: "ftp://hooks.example/secret-token",
      WATCHDOG_WEBHOOK_SECRET: "too-short-secret",
      WATCHDOG_ROUTES: "critical=telegrm,*=telegram,warning=console",
    });
    expect(code).toBe(78);
    expect(stderr).not.toMatch(/secret-token|too-short-secret/);
    const lines = stderr.trim().split("\n");
    expect(lines).toEqual([
      expect.stringContaining("WATCHDOG_WEBHOOK_URL=(hidden): expected a URL"),
      expect.stringContaining("WATCHDOG_WEBHOOK_SECRET=(hidden): expected at least 24 characters"),
      expect.stringMatching(/WATCHDOG_ROUTES="critical=telegrm": .*did you mean telegram\?/),
      expect.stringMatching(/WATCHDOG_ROUTES="warning=console": is never reached/),
    ]);
  });

  test("a route for no known kind is a warning", async ({ scene }) => {
    const program = await scene.run({ WATCHDOG_ROUTES: "contaner:db=telegram" });
    expect(await program.logged("configuration")).toMatchObject({
      warning: expect.stringContaining("did you mean container?"),
    });
  });

  test("doctor looks at every receiver and sends nothing; with --send each gets a test message", async ({ scene }) => {
    const { hook, env } = await prepare(scene);
    const { stdout, code } = await scene.command(["doctor"], { ...env, WATCHDOG_STATE_DIR: "" });
    expect(stdout).toContain(`takes connections`);
    expect(stdout).not.toContain(PATH_TOKEN);
    expect([hook.posts.length, scene.bot.messages.length]).toEqual([0, 0]);
    expect(code).toBe(0);
    const sent = await scene.command(["doctor", "--send"], { ...env, WATCHDOG_STATE_DIR: "" });
    expect(sent.stdout).toMatch(/telegram: accepted.*webhook: accepted/s);
    expect(hook.posts[0]?.json).toMatchObject({ signals: [], text: expect.stringContaining("test message") });
    await scene.told.takeMany(1, 10);
  });
});
