import { describe, expect } from "vitest";
import { alert, SOON } from "./support/collector.ts";
import { type Scene, test } from "./support/scene.ts";
import { type LocalServer, startHttp, startTcp } from "./support/servers.ts";

const UUID = "7d1d0e5f-secret-uuid";

interface Ping {
  readonly path: string;
  readonly body: Record<string, unknown>;
}

/** A server that counts heartbeats, and answers as it is told. */
async function startHeartbeats(scene: Scene, answer: { status?: number; hangs?: boolean } = {}) {
  const pings: Ping[] = [];
  let changed = () => {};
  const server: LocalServer = await scene.host(
    startHttp(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      pings.push({ path: `${request.method} ${request.url}`, body: JSON.parse(body) });
      if (answer.hangs !== true) response.writeHead(answer.status ?? 200).end("OK");
      changed();
    }),
  );
  const pinged = async (isSo: (ping: Ping) => boolean) => {
    while (!pings.some(isSo)) await new Promise<void>((resolve) => (changed = resolve));
  };
  return { pings, pinged, answer, env: { WATCHDOG_HEARTBEAT_URL: `http://127.0.0.1:${server.port}/${UUID}?create=1` } };
}

describe.concurrent("the heartbeat", () => {
  test("says when it starts, after each tick, and when it stops; the URL is seen nowhere", async ({ scene }) => {
    const { pings, pinged, env } = await startHeartbeats(scene);
    const program = await scene.run(env);
    await program.ticks(2);
    await pinged(({ body }) => body.status === "ok");
    await program.answers("/api/status", (body) => JSON.stringify(body).includes('"heardAt":"'));
    const { heartbeat } = (await program.get("/api/status")).body;
    expect(heartbeat).toEqual({ heardAt: expect.stringMatching(/^\d{4}-.*Z$/), error: null });
    const before = pings.length;
    await pinged(() => pings.length > before + 1);
    await program.stop();
    const paths = pings.map(({ path, body }) => `${path} ${body.status}`);
    expect(paths[0]).toBe(`POST /${UUID}/start?create=1 starting`);
    expect(paths.at(-1)).toBe(`POST /${UUID}?create=1 stopping`);
    expect(new Set(paths.slice(1, -1))).toEqual(new Set([`POST /${UUID}?create=1 ok`]));
    expect(pings[1]?.body).toMatchObject({ sources: { ok: 1, failed: 0 }, undelivered: 0 });
    expect(program.stdout + program.stderr).not.toContain(UUID);
  });

  test("a server that hangs or refuses holds up neither a tick nor the end, and costs one line", async ({ scene }) => {
    const { pinged, pings, answer, env } = await startHeartbeats(scene, { hangs: true });
    const program = await scene.run({ ...env, WATCHDOG_HTTP_TIMEOUT_S: "0.5" });
    await program.ticks(3);
    await program.logged("the heartbeat is not heard");
    answer.hangs = false;
    answer.status = 500;
    const before = pings.length;
    await pinged(() => pings.length > before + 2);
    answer.status = 200;
    await program.logged("the heartbeat is heard again");
    answer.hangs = true;
    await program.stop();
    const said = program.log.filter(({ msg }) => String(msg).includes("heartbeat")).map(({ msg }) => msg);
    expect(said.slice(0, 2)).toEqual(["the heartbeat is not heard", "the heartbeat is heard again"]);
    expect(program.stdout).not.toContain(UUID);
  });

  test("fails where an alert cannot be delivered", async ({ scene }) => {
    const { pings, pinged, env } = await startHeartbeats(scene);
    const db = await scene.host(startTcp());
    await db.goAway();
    scene.incomplete = true;
    await scene.run({
      ...env,
      WATCHDOG_TG_BOT_TOKEN: "1:wrong",
      WATCHDOG_DEPS: `db=tcp://127.0.0.1:${db.port}`,
      WATCHDOG_DEP_DOWN_TICKS: "1",
    });
    await pinged(({ body }) => body.status === "fail");
    const failed = pings.find(({ body }) => body.status === "fail");
    expect(failed?.path).toBe(`POST /${UUID}/fail?create=1`);
    expect(failed?.body).toMatchObject({ why: "telegram takes no messages", undelivered: 1, active: { critical: 1 } });
  });

  test("the doctor tries it where it may send, and shows no URL", async ({ scene }) => {
    scene.incomplete = true;
    const { pings, answer, env } = await startHeartbeats(scene);
    expect((await scene.command(["doctor"], env)).stdout).not.toContain("heartbeat");
    expect(pings).toEqual([]);
    const heard = await scene.command(["doctor", "--send"], env);
    expect(heard.stdout).toContain("ok    heartbeat: heard");
    expect(pings).toEqual([{ path: `POST /${UUID}?create=1`, body: { status: "ok", test: true } }]);
    answer.status = 404;
    const lost = await scene.command(["doctor", "--send"], env);
    expect(lost.stdout).toContain("mend  heartbeat: not heard: answered 404\n      → check WATCHDOG_HEARTBEAT_URL");
    expect(heard.stdout + lost.stdout).not.toContain(UUID);
    await scene.told.takeMany(2, SOON.toS);
  });

  test("a bad URL is a problem that does not show it", async ({ scene }) => {
    const { code, stderr } = await scene.command(["run"], { WATCHDOG_HEARTBEAT_URL: `hc.example/${UUID}` });
    expect(code).toBe(78);
    expect(stderr).toBe("WATCHDOG_HEARTBEAT_URL=(hidden): expected a URL that begins with http:// or https://\n");
  });
});

describe.concurrent("what is told without an alert", () => {
  test("a start, silently and after the alerts, half a minute later; not for the restart", async ({ scene }) => {
    const db = await scene.host(startTcp());
    await db.goAway();
    const env = {
      WATCHDOG_STATE_DIR: scene.path("state"),
      WATCHDOG_START_NOTICE: "true",
      WATCHDOG_DEPS: `db=tcp://127.0.0.1:${db.port}`,
      WATCHDOG_TZ: "UTC",
    };
    const first = await scene.run(env);
    await scene.told.expect(SOON, alert("dep:db"));
    scene.told.mark();
    const { message } = await scene.told.expect({ fromS: 15, toS: 60 });
    expect(message.silent).toBe(true);
    expect(message.text.split("\n")).toEqual([
      expect.stringMatching(/^Watchdog \S+ started watching at \d\d:\d\d:\d\d$/),
      "1 dependency, memory",
      expect.stringMatching(/^not watched: containers .*, an orchestrator .*, disks /),
      "alerts go to: telegram",
      "commands in the chat: off",
    ]);
    await first.kill();
    await scene.run(env);
  });

  test("a digest that was missed is told late, once, over restarts", async ({ scene }) => {
    const env = { WATCHDOG_STATE_DIR: scene.path("state"), WATCHDOG_TZ: "UTC" };
    // Any time of the last hours will do; the very first start tells none that was due before it.
    const at = (agoMin: number) => new Date(Date.now() - agoMin * 60_000).toISOString().slice(11, 16);
    const missed = { ...env, WATCHDOG_DIGEST_AT: at(30) };
    const first = await scene.run({ ...env, WATCHDOG_DIGEST_AT: at(60) });
    await first.ticks(1);
    await first.stop();
    const second = await scene.run(missed);
    const { message } = await scene.told.expect(SOON);
    expect(message.silent).toBe(true);
    expect(message.text.split("\n").slice(0, 3)).toEqual([
      expect.stringMatching(/^\d+ \w+: all quiet now$/),
      "watched: memory, disk /",
      "no incident in the last 24 h",
    ]);
    await second.ticks(1);
    await second.kill();
    await scene.run(missed);
  });
});

describe.concurrent("offline", () => {
  // Names for documentation (RFC 2606): outside, and nobody answers there.
  const OUTSIDE = "one=http://one.example/,two=tcp://two.example:9";

  test("is told once instead of everything outside; afterwards that is judged afresh", async ({ scene }) => {
    const probe = await scene.host(startHttp((_request, response) => response.end()));
    const local = await scene.host(startTcp());
    await probe.goAway();
    const program = await scene.run({
      WATCHDOG_DEPS: `${OUTSIDE},local=tcp://127.0.0.1:${local.port}`,
      WATCHDOG_ONLINE_PROBE: `http://127.0.0.1:${probe.port}/`,
      WATCHDOG_HTTP_TIMEOUT_S: "0.5",
    });
    await scene.told.expect(SOON, alert("offline", "nothing outside answers", "one, two", "ip route"));
    await local.goAway();
    await scene.told.expect(SOON, alert("dep:local"));
    expect(program.decisions).toEqual(["alert offline", "alert dep:local"]);

    await probe.comeBack();
    await program.logged("decision", { key: "dep:one", action: "alert" });
    await program.logged("decision", { key: "dep:two", action: "alert" });
    expect(program.decisions.slice(2).sort()).toEqual(["alert dep:one", "alert dep:two", "recovery offline"]);
    await program.answers("/api/status", ({ undelivered }) => (undelivered as { count: number }).count === 0);
    await scene.told.takeMany(scene.told.unchecked, 1);
  });
});

describe.concurrent("trends", () => {
  test("are followed where that is wanted, and foreseen only after a while", async ({ scene }) => {
    const program = await scene.run({ WATCHDOG_FORECAST_H: "24" });
    await program.ticks(2);
    const { body } = await program.get("/api/status");
    const fills = (body.signals as { key: string; what: string; active: boolean }[]).filter(({ key }) =>
      /_fill/.test(key),
    );
    expect(fills.map(({ key, what, active }) => [key, what, active])).toEqual([
      ["host_mem_fill", "host memory does not fill up steadily", false],
      ["host_disk_fill:/", "disk / does not fill up steadily", false],
    ]);
  });
});
