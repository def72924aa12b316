import { describe, expect } from "vitest";
import { FAULTS as DOCKER_FAULTS } from "../stand-ins/docker-engine.ts";
import { alert, recovery, SOON } from "./support/collector.ts";
import { BEHAVIOURS, type Behaviour } from "./support/orchestrator.ts";
import { test } from "./support/scene.ts";
import { startTcp } from "./support/servers.ts";

/** Much longer than any scenario takes: whoever waited for the source that hangs would be late. */
const PATIENT = { WATCHDOG_HTTP_TIMEOUT_S: "60", WATCHDOG_DEP_DOWN_TICKS: "1" };

describe.concurrent("a source in trouble costs nobody else the tick", () => {
  const WAYS: readonly (readonly [string, Behaviour])[] = [
    ["hangs", BEHAVIOURS.hang],
    ["drips", BEHAVIOURS.drip],
  ];
  test.for(WAYS)("an orchestrator that %s", async ([, behaviour], { scene }) => {
    const orchestrator = await scene.orchestrator();
    orchestrator.behave(behaviour);
    const db = await scene.host(startTcp());
    await scene.run({
      ...PATIENT,
      WATCHDOG_METRICS_URL: orchestrator.url,
      WATCHDOG_DEPS: `db=tcp://127.0.0.1:${db.port}`,
    });
    await db.goAway();
    scene.told.mark();
    await scene.told.expect(SOON, alert("dep:db"));
    await db.comeBack();
    await scene.told.expect(SOON, recovery("dep:db"));
    // It was asked once, and not again while it had not let go.
    expect(orchestrator.requests).toBe(1);
  });

  test("an orchestrator that never stops answering", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    orchestrator.behave(BEHAVIOURS.endless);
    await scene.run({
      WATCHDOG_INTERVAL_S: "1",
      WATCHDOG_METRICS_URL: orchestrator.url,
      WATCHDOG_ORCH_DOWN_TICKS: "1",
      WATCHDOG_DEPS: "db=tcp://127.0.0.1:1",
      WATCHDOG_DEP_DOWN_TICKS: "1",
    });
    const told = await scene.told.takeMany(1, 40);
    const keys = told[0]?.blocks.map(({ hashtag }) => hashtag) ?? [];
    expect(keys).toContain("dep_db");
    if (!keys.includes("orch_down")) await scene.told.expect(SOON, alert("orch_down"));
  });

  test("a Docker that hangs", async ({ scene }) => {
    const docker = await scene.docker();
    docker.fault = DOCKER_FAULTS.hangs;
    const program = await scene.run({
      ...PATIENT,
      WATCHDOG_DOCKER_SOCK: docker.socketPath,
      WATCHDOG_DEPS: "db=tcp://127.0.0.1:1",
    });
    await scene.told.expect(SOON, alert("dep:db"));
    await program.ticks(5);
    // The first question is which version it speaks. It was asked once, and not again while it had not let go.
    expect(docker.requests.filter((request) => !request.includes("/events"))).toHaveLength(1);
  });

  test("a dependency that hangs", async ({ scene }) => {
    const hung = await scene.host(startTcp());
    const program = await scene.run({
      ...PATIENT,
      WATCHDOG_DEPS: `hung=http://127.0.0.1:${hung.port},db=tcp://127.0.0.1:1`,
    });
    await scene.told.expect(SOON, alert("dep:db"));
    await program.ticks(5);
    expect(hung.connections).toBe(1);
  });

  test("ticks go on and are healthy while everything hangs", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    const hung = await scene.host(startTcp());
    orchestrator.behave(BEHAVIOURS.hang);
    const program = await scene.run({
      ...PATIENT,
      WATCHDOG_METRICS_URL: orchestrator.url,
      WATCHDOG_DEPS: `hung=http://127.0.0.1:${hung.port}`,
    });
    await program.ticks(3);
    expect(await program.get("/healthz")).toMatchObject({ status: 200, body: { healthy: true, status: "ok" } });
  });
});
