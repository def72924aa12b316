import { describe, expect } from "vitest";
import { FAULTS, idOf, type StandInContainer, type StandInEngine } from "../stand-ins/docker-engine.ts";
import { foldedOf } from "./support/blocks.ts";
import { alert, folded, recovery, SOON } from "./support/collector.ts";
import { type Scene, test } from "./support/scene.ts";
import { startTcp } from "./support/servers.ts";

const compose = (service: string, more: Readonly<Record<string, string>> = {}) => ({
  "com.docker.compose.project": "shop",
  "com.docker.compose.service": service,
  "com.docker.compose.container-number": "1",
  ...more,
});

/** Its service bears the one name that leads to a stand-in wherever the tests run. */
const DB: StandInContainer = { id: idOf(1), name: "shop-db-1", labels: compose("localhost"), restartPolicy: "always" };
const API: StandInContainer = {
  id: idOf(2),
  name: "shop-api-1",
  labels: compose("api", { "com.docker.compose.depends_on": "localhost:service_healthy:false" }),
};
const CRASHED = { state: "exited", status: "Exited (139) 5 minutes ago", exitCode: 139 } as const;
const STOPPED = { state: "exited", status: "Exited (0) 1 second ago", exitCode: 0 } as const;
const UNHEALTHY = { status: "Up 3 days (unhealthy)", health: "unhealthy" } as const;

/** A shop whose db listens, and a watchdog that has found it well. */
async function openShop(scene: Scene, env: Readonly<Record<string, string>> = {}, db: StandInContainer = DB) {
  const port = await scene.host(startTcp());
  const docker = await scene.docker(db, API);
  const program = await scene.run({
    WATCHDOG_DOCKER_SOCK: docker.socketPath,
    WATCHDOG_DEPS: `db=tcp://localhost:${port.port}`,
    ...env,
  });
  await program.ticks(2);
  return { docker, port, program };
}

/** Resolves once the watchdog has seen the containers as they are now. */
async function seen(docker: StandInEngine): Promise<void> {
  const lists = () => docker.requests.filter((request) => request.includes("/containers/json")).length;
  const before = lists();
  while (lists() < before + 2) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe.concurrent("the cause is told, and what follows from it under it", () => {
  test("what falls together is one message that the cause leads, however long each takes to be confirmed", async ({
    scene,
  }) => {
    const slow = { ...DB, labels: { ...DB.labels, "watchdog.down-ticks": "25" } };
    const { docker, port } = await openShop(scene, { WATCHDOG_DEP_DOWN_TICKS: "1" }, slow);
    docker.containers = [
      { ...slow, ...CRASHED },
      { ...API, ...UNHEALTHY },
    ];
    await seen(docker);
    await port.goAway();
    const told = await scene.told.expect(
      SOON,
      alert("container:shop-db-1", "code 139: segmentation fault", "→", "because of it:"),
      folded("container:shop-api-1", "container:shop-db-1", "is unhealthy"),
      folded("dep:db", "container:shop-db-1", "does not answer", "connection refused"),
    );
    expect(told.message.text.split("\n")[0]).toContain("container shop-db-1 has exited");
  });

  test("what is confirmed later names what was told, and rings where it is critical; each recovers by itself", async ({
    scene,
  }) => {
    const { docker, port, program } = await openShop(scene);
    docker.containers = [{ ...DB, ...CRASHED }, API];
    await scene.told.expect(SOON, alert("container:shop-db-1"));
    await port.goAway();
    const told = await scene.told.expect(SOON, folded("dep:db", "container:shop-db-1", "connection refused"));
    expect(told.headings).toEqual([
      "also, because container shop-db-1 has exited (code 139: segmentation fault) (#container_shop_db_1):",
    ]);
    expect(told.message.silent).toBe(false);
    expect(await program.logged("decision", { key: "dep:db" })).toMatchObject({
      action: "alert",
      cause: "container:shop-db-1",
    });
    const { signals } = (await program.get("/api/status")).body as { signals: { key: string; cause?: string }[] };
    expect(signals.find(({ key }) => key === "dep:db")).toMatchObject({ alerting: true, cause: "container:shop-db-1" });
    docker.containers = [DB, API];
    const up = await scene.told.expect(
      SOON,
      recovery("container:shop-db-1", "still wrong: dependency db does not answer"),
    );
    expect(up.message.text).toMatch(/^1 resolved, 1 still wrong$/m);
    await port.comeBack();
    await scene.told.expect(SOON, recovery("dep:db"));
  });

  test("within the grace of a stop nothing that needs it is told; after it all is", async ({ scene }) => {
    const { docker, port, program } = await openShop(scene, {
      WATCHDOG_STOP_GRACE_S: "6",
      WATCHDOG_DEP_DOWN_TICKS: "1",
    });
    await expect.poll(() => docker.followers()).toBe(1);
    docker.emit({ action: "kill", id: DB.id, name: DB.name, attributes: { signal: "15" } });
    docker.containers = [{ ...DB, ...STOPPED, finishedAt: new Date().toISOString() }, API];
    docker.emit({ action: "die", id: DB.id, name: DB.name, attributes: { exitCode: "0" } });
    await seen(docker);
    await port.goAway();
    await program.answers("/api/status", ({ signals }) =>
      (signals as { waitsFor?: string }[]).some(({ waitsFor }) => waitsFor === "container:shop-db-1"),
    );
    expect(scene.told.unchecked).toBe(0);
    await scene.told.expect(SOON, alert("container:shop-db-1", "was stopped"), folded("dep:db", "container:shop-db-1"));
  });

  test("within the grace of a stop that ends in time nothing is told at all", async ({ scene }) => {
    const { docker, port, program } = await openShop(scene, { WATCHDOG_DEP_DOWN_TICKS: "1" });
    await expect.poll(() => docker.followers()).toBe(1);
    docker.emit({ action: "kill", id: DB.id, name: DB.name, attributes: { signal: "15" } });
    docker.containers = [{ ...DB, ...STOPPED, restartPolicy: "no", finishedAt: new Date().toISOString() }, API];
    docker.emit({ action: "die", id: DB.id, name: DB.name, attributes: { exitCode: "0" } });
    await seen(docker);
    await port.goAway();
    await program.ticks(4);
    await port.comeBack();
    await program.ticks(1);
    docker.containers = [{ ...DB, status: "Up 15 seconds" }, API];
    await program.ticks(2);
    expect(scene.told.unchecked).toBe(0);
  });

  test("without Docker, what is on its containers follows from that", async ({ scene }) => {
    const { docker, port } = await openShop(scene);
    docker.fault = FAULTS.fails;
    await scene.told.expect(SOON, alert("docker_down"));
    await port.goAway();
    await scene.told.expect(SOON, folded("dep:db", "docker_down"));
  });

  test("the orchestrator is down because its own container is", async ({ scene }) => {
    const orchestrator = await scene.orchestrator();
    const { docker } = await openShop(scene, {
      WATCHDOG_METRICS_URL: orchestrator.url.replace("127.0.0.1", "localhost"),
    });
    docker.containers = [{ ...DB, ...CRASHED }, API];
    await scene.told.expect(SOON, alert("container:shop-db-1"));
    await orchestrator.close();
    await scene.told.expect(SOON, folded("orch_down", "container:shop-db-1", "the orchestrator is down"));
  });

  test("what has nothing to do with it is told alone", async ({ scene }) => {
    const other = await scene.host(startTcp());
    await other.goAway();
    const docker = await scene.docker({ ...DB, ...CRASHED }, { ...API, labels: compose("api"), ...UNHEALTHY });
    await scene.run({
      WATCHDOG_DOCKER_SOCK: docker.socketPath,
      WATCHDOG_DEPS: `mail=tcp://127.0.0.1:${other.port}`,
      WATCHDOG_DEP_DOWN_TICKS: "1",
    });
    const alone = new Set<string>();
    while (alone.size < 3) {
      const [told] = await scene.told.takeMany(1, 40);
      expect(told && foldedOf(told)).toEqual([]);
      for (const { icon, hashtag } of told?.blocks ?? []) alone.add(`${icon} ${hashtag}`);
    }
    expect([...alone].toSorted()).toEqual(["🔴 container_shop_api_1", "🔴 container_shop_db_1", "🔴 dep_mail"]);
  });
});
