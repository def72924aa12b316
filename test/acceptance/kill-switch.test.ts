import { describe, expect } from "vitest";
import { test } from "./support/scene.ts";
import { startHttp } from "./support/servers.ts";

const OFF = { WATCHDOG_ENABLED: "false" };
/** Values that would end the program, were it on. */
const BAD = { WATCHDOG_INTERVAL_S: "often", WATCHDOG_NONSENSE: "1", WATCHDOG_TG_CHAT_ID: "" };

describe.concurrent("WATCHDOG_ENABLED=false", () => {
  test("no request to anyone, alive, healthy, and it says so", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    const docker = await scene.docker();
    const dependency = await scene.host(startHttp((_request, response) => response.end()));
    const program = scene.spawn(["run"], {
      ...OFF,
      ...BAD,
      WATCHDOG_METRICS_URL: orchestrator.url,
      WATCHDOG_DOCKER_SOCK: docker.socketPath,
      WATCHDOG_DEPS: `api=http://127.0.0.1:${dependency.port}`,
      WATCHDOG_HEARTBEAT_URL: `http://127.0.0.1:${dependency.port}/ping`,
      WATCHDOG_ONLINE_PROBE: `http://127.0.0.1:${dependency.port}/`,
      WATCHDOG_STATE_DIR: scene.path("state"),
    });
    expect(await program.get("/healthz")).toMatchObject({ status: 200, body: { healthy: true, status: "disabled" } });
    expect(await program.get("/api/status")).toMatchObject({ status: 200, body: { enabled: false, signals: [] } });
    const port = await program.port();
    const health = await scene.command(["health"], { ...OFF, WATCHDOG_LISTEN: `127.0.0.1:${port}` });
    expect(health).toMatchObject({ code: 0, stdout: "disabled\n" });
    const doctor = await scene.command(["doctor", "--send"], { ...OFF, WATCHDOG_METRICS_URL: orchestrator.url });
    expect(doctor.stdout).toContain("WATCHDOG_ENABLED=false");
    const check = await scene.command(["check"], { ...OFF, ...BAD, WATCHDOG_METRICS_URL: orchestrator.url });
    expect(check).toMatchObject({ code: 0, stderr: "" });
    expect(program.running).toBe(true);
    await program.stop();
    expect(program.stderr).toBe("");
    expect([scene.bot.connections, orchestrator.connections, dependency.connections]).toEqual([0, 0, 0]);
    expect(docker.requests).toEqual([]);
  });

  test.for(["SIGTERM", "SIGINT"] as const)("ends on %s", async (signal, { scene }) => {
    const program = scene.spawn(["run"], OFF);
    await program.port();
    await program.stop(signal);
  });

  test("without a face it is alive all the same", async ({ scene }) => {
    const program = scene.spawn(["run"], { ...OFF, WATCHDOG_LISTEN: "off" });
    await program.logged("disabled by WATCHDOG_ENABLED=false: watching nothing");
    expect(await scene.command(["health"], { ...OFF, WATCHDOG_LISTEN: "off" })).toMatchObject({ code: 0 });
    expect(program.running).toBe(true);
  });
});
