import { describe, expect } from "vitest";
import { FAULTS, idOf, type StandInContainer } from "../stand-ins/docker-engine.ts";
import { alert, recovery, SOON } from "./support/collector.ts";
import { test } from "./support/scene.ts";

const WELL: StandInContainer = { id: idOf(1), name: "api" };

describe.concurrent("containers", () => {
  const BAD: readonly (readonly [how: string, what: Partial<StandInContainer>, says: string | RegExp])[] = [
    ["exited", { state: "exited", status: "Exited (3) 5 minutes ago", exitCode: 3, restartPolicy: "always" }, "code 3"],
    ["exited by a signal", { state: "exited", status: "Exited (137) 5 minutes ago", exitCode: 137 }, "killed"],
    ["dead", { state: "dead", status: "Dead" }, "is dead"],
    ["paused", { state: "paused", status: "Up 3 days (Paused)" }, "is paused"],
    ["unhealthy", { status: "Up 3 days (unhealthy)", health: "unhealthy" }, "is unhealthy"],
    ["restarting", { state: "restarting", status: "Restarting (1) 2 seconds ago", exitCode: 1 }, "is restarting"],
  ];
  test.for(BAD)("%s: told, and over when it runs again", async ([, what, says], { scene }) => {
    const docker = await scene.docker(WELL);
    const program = await scene.run({ WATCHDOG_DOCKER_SOCK: docker.socketPath });
    await program.ticks(2);
    docker.containers = [{ ...WELL, ...what }];
    await scene.told.expect(SOON, alert("container:api", "critical", "since", "→", "container api", says));
    docker.containers = [{ ...WELL, status: "Up 15 seconds" }];
    await scene.told.expect(SOON, recovery("container:api", "container api is running"));
  });

  test("one without a restart policy that exits with 0 has finished", async ({ scene }) => {
    const docker = await scene.docker({ ...WELL, state: "exited", status: "Exited (0) 5 minutes ago", exitCode: 0 });
    const program = await scene.run({ WATCHDOG_DOCKER_SOCK: docker.socketPath });
    await program.ticks(3);
    expect(scene.told.unchecked).toBe(0);
  });

  test("the number of ticks in a row is counted", async ({ scene }) => {
    const docker = await scene.docker(WELL);
    const lists = () => docker.requests.filter((request) => request.includes("/containers/json")).length;
    const program = await scene.run({
      WATCHDOG_DOCKER_SOCK: docker.socketPath,
      WATCHDOG_CONTAINER_DOWN_TICKS: "4",
    });
    await program.ticks(1);
    const before = lists();
    docker.containers = [{ ...WELL, state: "paused", status: "Up 3 days (Paused)" }];
    await scene.told.expect(SOON, alert("container:api"));
    expect(lists() - before).toBeGreaterThanOrEqual(4);
  });

  test("one that is named and missing is told; of a glob, nothing can be missing", async ({ scene }) => {
    const docker = await scene.docker(WELL);
    await scene.run({ WATCHDOG_DOCKER_SOCK: docker.socketPath, WATCHDOG_CONTAINERS: "api,worker,cron-*" });
    await scene.told.expect(SOON, alert("container:worker", "does not exist", "WATCHDOG_CONTAINERS"));
    docker.containers = [WELL, { id: idOf(2), name: "worker" }];
    await scene.told.expect(SOON, recovery("container:worker"));
  });

  test("one that is removed while down, and not named, is over", async ({ scene }) => {
    const docker = await scene.docker({ ...WELL, state: "paused", status: "Up 3 days (Paused)" });
    await scene.run({ WATCHDOG_DOCKER_SOCK: docker.socketPath });
    await scene.told.expect(SOON, alert("container:api"));
    docker.containers = [];
    await scene.told.expect(SOON, recovery("container:api", "no longer reported"));
  });

  test("the label watchdog.enable=false leaves one out", async ({ scene }) => {
    const paused = { state: "paused", status: "Up 3 days (Paused)" };
    const docker = await scene.docker(
      { ...WELL, ...paused, labels: { "watchdog.enable": "false" } },
      { id: idOf(2), name: "db", ...paused },
    );
    await scene.run({ WATCHDOG_DOCKER_SOCK: docker.socketPath, WATCHDOG_CONTAINERS: "*" });
    await scene.told.expect(SOON, alert("container:db"));
  });

  test("a restart loop is told though each look finds it running", async ({ scene }) => {
    const docker = await scene.docker({ ...WELL, status: "Up 1 second", restartPolicy: "always" });
    const program = await scene.run({ WATCHDOG_DOCKER_SOCK: docker.socketPath, WATCHDOG_RESTARTS_WINDOW_S: "2" });
    await program.ticks(1);
    const again = { status: "Up 1 second", restartPolicy: "always", restartCount: 3 };
    docker.containers = [{ ...WELL, ...again, startedAt: new Date().toISOString() }];
    await scene.told.expect(SOON, alert("container_restarts:api", "critical", "3 times", "(limit 3)"));
    await scene.told.expect(SOON, recovery("container_restarts:api"));
  });

  test("a kill for memory is told once", async ({ scene }) => {
    const docker = await scene.docker(WELL);
    const program = await scene.run({ WATCHDOG_DOCKER_SOCK: docker.socketPath });
    await program.ticks(1);
    const finishedAt = new Date().toISOString();
    const killed = { state: "exited", status: "Exited (137) 1 second ago", exitCode: 137, oomKilled: true, finishedAt };
    docker.containers = [{ ...WELL, ...killed }];
    await scene.told.expect(SOON, alert("container:api", "out of memory"), alert("container_oom:api"));
  });
});

describe.concurrent("docker_down", () => {
  test("containers are then unknown: neither alerted nor recovered", async ({ scene }) => {
    const paused = { ...WELL, state: "paused", status: "Up 3 days (Paused)" };
    const docker = await scene.docker(paused);
    await scene.run({ WATCHDOG_DOCKER_SOCK: docker.socketPath, WATCHDOG_CONTAINERS: "api,worker" });
    await scene.told.expect(SOON, alert("container:api"), alert("container:worker"));
    docker.fault = FAULTS.fails;
    docker.containers = [];
    await scene.told.expect(SOON, alert("docker_down", "critical", "since", "→", docker.socketPath, "answered 500"));
    docker.containers = [paused, { id: idOf(2), name: "worker" }];
    docker.fault = undefined;
    await scene.told.expect(SOON, recovery("docker_down"), recovery("container:worker"));
  });

  test("one failure is none, two in a row are one", async ({ scene }) => {
    const docker = await scene.docker(WELL);
    const program = await scene.run({ WATCHDOG_DOCKER_SOCK: docker.socketPath });
    await program.ticks(1);
    let fails = 1;
    docker.fault = (request, response) => fails-- > 0 && FAULTS.fails(request, response);
    await program.ticks(4);
    expect(scene.told.unchecked).toBe(0);
    docker.fault = FAULTS.fails;
    await scene.told.expect(SOON, alert("docker_down"));
  });

  test("a socket that is not there is down, and the alert says how to mend it", async ({ scene }) => {
    await scene.run({ WATCHDOG_DOCKER_SOCK: "/does/not/exist.sock" });
    await scene.told.expect(SOON, alert("docker_down", "/does/not/exist.sock", "WATCHDOG_DOCKER_SOCK"));
  });

  test("off: not watched", async ({ scene }) => {
    const program = await scene.run({ WATCHDOG_DOCKER_SOCK: "off" });
    expect((await program.logged("watching")).sources).not.toContain("containers");
  });
});

test("nothing but reading is asked of Docker", async ({ scene }) => {
  const docker = await scene.docker(WELL, { id: idOf(2), name: "db", state: "paused", status: "Up 3 days (Paused)" });
  await scene.run({ WATCHDOG_DOCKER_SOCK: docker.socketPath });
  await scene.told.expect(SOON, alert("container:db"));
  const paths = "_ping|version|info|events|containers/json|containers/[0-9a-f]{64}/(json|stats)|volumes|system/df";
  const allowed = new RegExp(`^(GET (/v1\\.\\d+)?/(${paths})(\\?.*)?|HEAD (/v1\\.\\d+)?/_ping)$`);
  expect(docker.requests.filter((request) => !allowed.test(request))).toEqual([]);
});
