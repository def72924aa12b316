import { describe, expect } from "vitest";
import { queue, stage } from "./support/orchestrator.ts";
import { test } from "./support/scene.ts";
import { startHttp } from "./support/servers.ts";

const STUCK = { stages: [stage(12, 9_000)] };
const UNREADABLE_DISK = { WATCHDOG_DISK_CRIT_ENABLED: "true", WATCHDOG_DISK_PATHS: "/does/not/exist" };

describe.concurrent("check: one pass, then the exit code of a monitoring plugin", () => {
  test("0: all is well", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    const { code, stdout } = await scene.command(["check"], { WATCHDOG_METRICS_URL: orchestrator.url });
    expect(code).toBe(0);
    expect(stdout.trimEnd().split("\n").at(-1)).toMatch(/^WATCHDOG OK - 0 critical, 0 warning, .*2 of 2 sources read$/);
    expect(orchestrator.requests).toBe(1);
  });

  test("1: a warning", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    orchestrator.report(STUCK);
    const { code, stdout } = await scene.command(["check"], { WATCHDOG_METRICS_URL: orchestrator.url });
    expect(code).toBe(1);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^warning: stage development of ORCH-12 is stuck · .* \(stage_stuck:12\)$/);
    expect(lines.at(-1)).toMatch(/^WATCHDOG WARNING - 0 critical, 1 warning/);
  });

  test("2: something critical, whatever else; without waiting for debouncing", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    orchestrator.report(STUCK);
    const { code, stdout } = await scene.command(["check"], {
      WATCHDOG_METRICS_URL: orchestrator.url,
      WATCHDOG_DEPS: "db=tcp://127.0.0.1:1",
      WATCHDOG_DEP_DOWN_TICKS: "9",
      ...UNREADABLE_DISK,
    });
    expect(code).toBe(2);
    expect(stdout).toContain(
      "critical: dependency db does not answer · tcp://127.0.0.1:1: connection refused (dep:db)\n",
    );
    expect(stdout).toMatch(/\nunread: host\/disk \/does\/not\/exist: /);
    expect(stdout).toMatch(/\nWATCHDOG CRITICAL - 1 critical, 1 warning, .*\n$/);
  });

  test.for([
    ["an orchestrator that is down", { WATCHDOG_METRICS_URL: "http://127.0.0.1:1/metrics" }, "(orch_down)"],
    ["a Docker that is down", { WATCHDOG_DOCKER_SOCK: "/does/not/exist.sock" }, "(docker_down)"],
  ] as const)("2: %s", async ([, env, says], { scene }) => {
    const { code, stdout } = await scene.command(["check"], env);
    expect(code).toBe(2);
    expect(stdout).toContain(says);
  });

  test("3: a source that could not be read comes before a warning", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    orchestrator.report(STUCK);
    const env = { WATCHDOG_METRICS_URL: orchestrator.url, ...UNREADABLE_DISK };
    const { code, stdout } = await scene.command(["check"], env);
    expect(code).toBe(3);
    expect(stdout).toMatch(/\nWATCHDOG UNKNOWN - 0 critical, 1 warning, .*2 of 3 sources read\n$/);
  });

  test("--json: one object with status, signals and sources", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    orchestrator.report({ ...STUCK, queue: queue({ breaker: "open" }) });
    const { code, stdout } = await scene.command(["check", "--json"], { WATCHDOG_METRICS_URL: orchestrator.url });
    expect(code).toBe(2);
    expect(stdout.trimEnd()).not.toContain("\n");
    expect(JSON.parse(stdout)).toMatchObject({
      status: "critical",
      signals: expect.arrayContaining([
        expect.objectContaining({ key: "stage_stuck:12", severity: "warning", active: true }),
        expect.objectContaining({ key: "orch_down", active: false }),
      ]),
      sources: { orchestrator: { ok: true }, host: { ok: true } },
    });
  });

  test("tells nobody and needs no state", async ({ scene }) => {
    const { code } = await scene.command(["check"], { WATCHDOG_DEPS: "db=tcp://127.0.0.1:1" });
    expect(code).toBe(2);
    expect(scene.bot.connections).toBe(0);
  });
});

describe.concurrent("health", () => {
  const asking = (port: number) => ({ WATCHDOG_LISTEN: `127.0.0.1:${port}` });

  test("0: a watchdog that ticks", async ({ scene }) => {
    const program = await scene.run();
    await program.ticks(1);
    const { code, stdout } = await scene.command(["health"], asking(await program.port()));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ healthy: true, status: "ok" });
  });

  test("1: none is there, and where it was looked for", async ({ scene }) => {
    const { code, stderr } = await scene.command(["health"], asking(1));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^no watchdog answers at 127\.0\.0\.1:1 \(WATCHDOG_LISTEN\): connection refused\n$/);
  });

  test("1: it answers 503, with why", async ({ scene }) => {
    const stalled = await scene.host(
      startHttp((_request, response) => response.writeHead(503).end('{"healthy":false,"why":"stalled"}')),
    );
    const { code, stdout } = await scene.command(["health"], asking(stalled.port));
    expect(code).toBe(1);
    expect(stdout).toContain("stalled");
  });

  test("1: there is no face to ask", async ({ scene }) => {
    const { code, stderr } = await scene.command(["health"], { WATCHDOG_LISTEN: "off" });
    expect(code).toBe(1);
    expect(stderr).toContain("WATCHDOG_LISTEN=off");
  });
});

describe.concurrent("the command line", () => {
  test("--help names every command, from anywhere", async ({ scene }) => {
    for (const args of [["--help"], ["check", "--help"]]) {
      const { code, stdout, stderr } = await scene.command(args);
      expect([code, stderr]).toEqual([0, ""]);
      for (const name of ["run", "check", "doctor", "health", "--json", "--send", "--version"]) {
        expect(stdout).toContain(name);
      }
    }
  });

  test("--version is a version", async ({ scene }) => {
    const { code, stdout } = await scene.command(["--version"]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
  });

  test.for([
    [["walk"], 'unknown command "walk"'],
    [["run", "now"], "now"],
    [["run", "--json"], "--json"],
    [["check", "--jsn"], "--jsn"],
    [["__proto__"], 'unknown command "__proto__"'],
  ] as const)("%j is refused with the usage", async ([args, says], { scene }) => {
    const { code, stdout, stderr } = await scene.command(args);
    expect([code, stdout]).toEqual([64, ""]);
    expect(stderr.split("\n")[0]).toContain(says);
    expect(stderr).toContain("usage: watchdog");
  });
});
