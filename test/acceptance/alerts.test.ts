import { describe, expect } from "vitest";
import { idOf } from "../stand-ins/docker-engine.ts";
import { alert, between, realert, recovery, SOON } from "./support/collector.ts";
import { BEHAVIOURS, queue, stage } from "./support/orchestrator.ts";
import { test } from "./support/scene.ts";
import { startHttp, startTcp } from "./support/servers.ts";

const STUCK = { stages: [stage(12, 5_400)] };

describe.concurrent("what people are told", () => {
  test("an alert, the same again after the cooldown, and the recovery", async ({ scene }) => {
    const db = await scene.host(startTcp());
    await db.goAway();
    await scene.run({ WATCHDOG_DEPS: `db=tcp://127.0.0.1:${db.port}`, WATCHDOG_COOLDOWN_S: "6" });
    const { message } = await scene.told.expect(SOON, alert("dep:db"));
    expect(message.text.split("\n")).toEqual([
      "🔴 dependency db does not answer",
      expect.stringMatching(/^critical · since \d\d:\d\d:\d\d \(.+\)$/),
      `tcp://127.0.0.1:${db.port}: connection refused`,
      expect.stringMatching(/^→ .*log/),
      "#dep_db",
    ]);
    expect(message.silent).toBe(false);

    scene.told.mark();
    const again = await scene.told.expect(between(3, 90), realert("dep:db", "still: ", "since"));
    expect(again.message.silent).toBe(false);

    await db.comeBack();
    const over = await scene.told.expect(SOON, recovery("dep:db"));
    expect(over.message.text.split("\n")).toEqual([
      "🟢 dependency db answers",
      expect.stringMatching(/^the problem lasted .+ \(\d\d:\d\d:\d\d to \d\d:\d\d:\d\d\)$/),
      "it was: dependency db does not answer",
      "#dep_db",
    ]);
    expect(over.message.silent).toBe(true);
  });

  test("a cooldown of 0: told once, however long it lasts", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    orchestrator.report(STUCK);
    await scene.run({
      WATCHDOG_METRICS_URL: orchestrator.url,
      WATCHDOG_STAGE_STUCK_S: "3600",
      WATCHDOG_COOLDOWN_S: "0",
      WATCHDOG_INTERVAL_S: "0.1",
    });
    await scene.told.expect(SOON, alert("stage_stuck:12"));
    await orchestrator.ticks(20);
  });

  test("one message for what changes in one tick, what others stand on first", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    const docker = await scene.docker({ id: idOf(1), name: "api" });
    const db = await scene.host(startTcp());
    const program = await scene.run({
      WATCHDOG_METRICS_URL: orchestrator.url,
      WATCHDOG_DOCKER_SOCK: docker.socketPath,
      WATCHDOG_DEPS: `db=tcp://127.0.0.1:${db.port}`,
      WATCHDOG_DEP_DOWN_TICKS: "1",
      // Time enough to break all of it between two ticks.
      WATCHDOG_INTERVAL_S: "2",
      WATCHDOG_STAGE_STUCK_S: "3600",
    });
    // All of it has been read well, whichever came first.
    await program.answers("/api/status", ({ lastTickAt }) => lastTickAt !== null);
    orchestrator.report({ ...STUCK, queue: queue({ breaker: "open" }) });
    docker.containers = [{ id: idOf(1), name: "api", state: "paused", status: "Up 3 days (Paused)" }];
    await db.goAway();
    const { headings } = await scene.told.expect(
      SOON,
      alert("container:api"),
      alert("breaker_open"),
      alert("dep:db"),
      alert("stage_stuck:12"),
    );
    expect(headings).toEqual(["4 problems"]);

    orchestrator.report();
    await scene.told.expect(SOON, recovery("breaker_open"), recovery("stage_stuck:12"));
  });

  test("an edge is told each time it happens, and never recovers", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    const failed = (count: number) => orchestrator.report({ queue: queue({ failed: count }) });
    failed(5);
    await scene.run({ WATCHDOG_METRICS_URL: orchestrator.url });
    await orchestrator.ticks(2);
    failed(6);
    await scene.told.expect(SOON, alert("job_failed"));
    failed(8);
    await scene.told.expect(SOON, alert("job_failed"));
    failed(1); // The orchestrator was restarted: a new baseline.
    await orchestrator.ticks(3);
    failed(2);
    await scene.told.expect(SOON, alert("job_failed"));
  });

  test("a subject that ends is over, and said to be", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    orchestrator.report({ agents: [{ run_id: 77, agent: "developer", pid: 4242, runtime_s: 9_000, cpu_ticks: 1 }] });
    await scene.run({ WATCHDOG_METRICS_URL: orchestrator.url });
    await scene.told.expect(SOON, alert("agent_overrun:77", "developer"));
    orchestrator.report({ agents: [] });
    await scene.told.expect(SOON, recovery("agent_overrun:77", "no longer reported", "it was: "));
  });
});

describe.concurrent("unknown is not healthy, and not down", () => {
  test("while the orchestrator is down, what it reported stays as it was", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    orchestrator.report(STUCK);
    const program = await scene.run({ WATCHDOG_METRICS_URL: orchestrator.url, WATCHDOG_STAGE_STUCK_S: "3600" });
    await scene.told.expect(SOON, alert("stage_stuck:12"));
    await orchestrator.goAway();
    await scene.told.expect(SOON, alert("orch_down", "connection refused"));
    const { signals } = (await program.get("/api/status")).body as { signals: { key: string; active: unknown }[] };
    expect(signals).toContainEqual(expect.objectContaining({ key: "stage_stuck:12", active: null, alerting: true }));
    await orchestrator.comeBack();
    await scene.told.expect(SOON, recovery("orch_down"));
    orchestrator.report();
    await scene.told.expect(SOON, recovery("stage_stuck:12"));
  });

  test("a section that is missing says neither", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    orchestrator.report(STUCK);
    await scene.run({ WATCHDOG_METRICS_URL: orchestrator.url, WATCHDOG_STAGE_STUCK_S: "3600" });
    await scene.told.expect(SOON, alert("stage_stuck:12"));
    orchestrator.report({ stages: undefined });
    await orchestrator.ticks(4);
    orchestrator.report({ stages: [] });
    await scene.told.expect(SOON, recovery("stage_stuck:12"));
  });

  test("an entry that cannot be read holds what was told of it", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    orchestrator.report(STUCK);
    await scene.run({ WATCHDOG_METRICS_URL: orchestrator.url, WATCHDOG_STAGE_STUCK_S: "3600" });
    await scene.told.expect(SOON, alert("stage_stuck:12"));
    orchestrator.report({ stages: [stage(12, -1)] });
    await scene.told.expect(SOON, alert("orch_schema", "stages[0].age_s", "found -1"));
    orchestrator.report({ stages: [stage(12, 60)] });
    await scene.told.expect(SOON, recovery("orch_schema"), recovery("stage_stuck:12"));
  });
});

describe.concurrent("debouncing counts ticks", () => {
  test("orch_down: two failures in a row are none, three are one", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    const fails = BEHAVIOURS.status(500);
    await scene.run({ WATCHDOG_METRICS_URL: orchestrator.url, WATCHDOG_ORCH_DOWN_TICKS: "3" });
    await orchestrator.ticks(1);
    orchestrator.script(fails, fails);
    await orchestrator.ticks(5);
    expect(scene.told.unchecked).toBe(0);
    const before = orchestrator.requests;
    orchestrator.behave(fails);
    await scene.told.expect(SOON, alert("orch_down", "answered 500"));
    expect(orchestrator.requests - before).toBeGreaterThanOrEqual(3);
    orchestrator.report();
    await scene.told.expect(SOON, recovery("orch_down"));
  });

  test("dep: one failure is none, two in a row are one", async ({ scene }) => {
    const statuses: number[] = [];
    let usual = 200;
    const api = await scene.host(
      startHttp((_request, response) => response.writeHead(statuses.shift() ?? usual).end()),
    );
    const program = await scene.run({ WATCHDOG_DEPS: `api=http://127.0.0.1:${api.port}/health` });
    statuses.push(503, 200, 503, 200, 503, 200);
    await program.ticks(7);
    expect(scene.told.unchecked).toBe(0);
    usual = 503;
    await scene.told.expect(SOON, alert("dep:api", "answers 503", `http://127.0.0.1:${api.port}/health`));
    usual = 200;
    await scene.told.expect(SOON, recovery("dep:api"));
  });
});
