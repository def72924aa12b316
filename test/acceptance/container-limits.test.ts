import { describe, expect } from "vitest";
import { FAULTS, idOf, only, type StandInContainer } from "../stand-ins/docker-engine.ts";
import { alert, SOON } from "./support/collector.ts";
import { test } from "./support/scene.ts";

const MIB = 2 ** 20;
const FULL: StandInContainer = {
  id: idOf(1),
  name: "api",
  hostConfig: { Memory: 100 * MIB },
  stats: {
    read: "2026-06-10T12:00:00Z",
    memory_stats: { usage: 99 * MIB, limit: 100 * MIB, stats: { inactive_file: MIB } },
    cpu_stats: { cpu_usage: { total_usage: 1e9 }, online_cpus: 4 },
  },
};

describe.concurrent("what is off unless it is asked for", () => {
  test("a container near its own limit is told, as a warning", async ({ scene }) => {
    const docker = await scene.docker(FULL);
    await scene.run({ WATCHDOG_DOCKER_SOCK: docker.socketPath, WATCHDOG_CONTAINER_MEM_PCT: "90" });
    const words = ["container api has almost used up its memory", "98 %", "limit 90 %", "98 MiB of 100 MiB"];
    await scene.told.expect(SOON, alert("container_mem:api", "warning", "→", ...words));
  });

  test("volumes that no container uses are told", async ({ scene }) => {
    const docker = await scene.docker({ id: idOf(1), name: "api" });
    docker.danglingVolumes = ["old-data"];
    await scene.run({ WATCHDOG_DOCKER_SOCK: docker.socketPath, WATCHDOG_VOLUMES_ORPHANED_MAX: "0" });
    await scene.told.expect(
      SOON,
      alert("volumes_orphaned", "warning", "1 Docker volume is used by no container", "old-data"),
    );
  });

  test("what a failing health check wrote is quoted, without what is secret in it", async ({ scene }) => {
    const probeOutput = "GET http://app:hunter2@db/ refused";
    const sick = { status: "Up 3 days (unhealthy)", health: "unhealthy", probeOutput };
    const docker = await scene.docker({ id: idOf(1), name: "api", ...sick });
    await scene.run({ WATCHDOG_DOCKER_SOCK: docker.socketPath, WATCHDOG_EVIDENCE: "true" });
    await scene.told.expect(SOON, alert("container:api", "3 times in a row", "it says: GET http://[…]@db/ refused"));
  });

  test("without the variables nobody is asked and nothing told", async ({ scene }) => {
    const docker = await scene.docker(FULL);
    docker.danglingVolumes = ["old-data"];
    const program = await scene.run({ WATCHDOG_DOCKER_SOCK: docker.socketPath });
    await program.ticks(5);
    expect(docker.requests.filter((request) => /stats|volumes|info|df/.test(request))).toEqual([]);
    expect(scene.told.unchecked).toBe(0);
  });

  test("an engine that never says what a container uses costs the containers no tick", async ({ scene }) => {
    const docker = await scene.docker(FULL);
    docker.fault = only(/stats/, FAULTS.hangs);
    const program = await scene.run({ WATCHDOG_DOCKER_SOCK: docker.socketPath, WATCHDOG_CONTAINER_MEM_PCT: "90" });
    await program.ticks(3);
    docker.containers = [{ ...FULL, state: "paused", status: "Up 3 days (Paused)" }];
    await scene.told.expect(SOON, alert("container:api", "is paused"));
  });
});
