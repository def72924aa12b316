import { describe, expect } from "vitest";
import { idOf, type StandInContainer, type StandInEngine } from "../stand-ins/docker-engine.ts";
import { alert, SOON } from "./support/collector.ts";
import { test } from "./support/scene.ts";
import { startTcp } from "./support/servers.ts";

const container = (number: number, service: string, image: string): StandInContainer => ({
  id: idOf(number),
  name: `shop-${service}-1`,
  image,
  status: "Up 3 days (healthy)",
  health: "healthy",
  labels: {
    "com.docker.compose.project": "shop",
    "com.docker.compose.service": service,
    "com.docker.compose.container-number": "1",
  },
});
const WEB = container(1, "web", "web:1");
const API = container(2, "api", "api:1");
const OTHER: StandInContainer = { id: idOf(9), name: "other" };

/** As `docker rm -f` or Compose does it: all at once. */
function remove(docker: StandInEngine, { id, name }: StandInContainer): void {
  docker.emit({ action: "kill", id, name, attributes: { signal: "9" } });
  docker.containers = docker.containers.filter((one) => one.id !== id);
  docker.emit({ action: "die", id, name, attributes: { exitCode: "137" } });
  docker.emit({ action: "destroy", id, name });
}

const starting = (one: StandInContainer) => ({
  ...one,
  status: "Up 1 second (health: starting)",
  health: "starting",
  startedAt: new Date().toISOString(),
});

describe.concurrent("a redeploy", () => {
  test("of several services is one silent message with a line each, once they are healthy", async ({ scene }) => {
    const docker = await scene.docker(WEB, API, OTHER);
    const program = await scene.run({ WATCHDOG_DOCKER_SOCK: docker.socketPath });
    await program.ticks(2);
    await expect.poll(() => docker.followers()).toBe(1);
    remove(docker, WEB);
    remove(docker, API);
    await program.ticks(2);
    const [web, api] = [container(11, "web", "web:2"), container(12, "api", "api:1")];
    docker.containers = [starting(web), starting(api), OTHER];
    await program.ticks(2);
    docker.containers = [web, starting(api), OTHER];
    await program.ticks(2);
    docker.containers = [web, api, OTHER];
    const [told] = await scene.told.takeMany(1, 40);
    expect(told?.message.text).toMatch(
      /^web redeployed: web:1 → web:2, healthy after [\d.]+ m?s\napi redeployed: api:1, healthy after [\d.]+ m?s$/,
    );
    expect(told?.message.silent).toBe(true);
    expect(told?.blocks).toEqual([]);
    docker.containers = [web, api, { ...OTHER, state: "paused", status: "Up 3 days (Paused)" }];
    await scene.told.expect(SOON, alert("container:other"));
  });

  test("that does not become healthy is told as that, and its mend as the end of it", async ({ scene }) => {
    const docker = await scene.docker(WEB);
    const program = await scene.run({ WATCHDOG_DOCKER_SOCK: docker.socketPath });
    await program.ticks(2);
    await expect.poll(() => docker.followers()).toBe(1);
    remove(docker, WEB);
    const web = container(11, "web", "web:2");
    docker.containers = [{ ...web, status: "Up 2 minutes (unhealthy)", health: "unhealthy" }];
    await scene.told.expect(SOON, alert("container:shop-web-1", "unhealthy"));
    remove(docker, web);
    docker.containers = [container(12, "web", "web:3")];
    const [told] = await scene.told.takeMany(1, 40);
    expect(told?.blocks).toMatchObject([{ icon: "🟢", hashtag: "container_shop_web_1" }]);
  });

  test("of what a dependency lies on: that it does not answer meanwhile is told to nobody", async ({ scene }) => {
    const port = await scene.host(startTcp());
    const db = container(1, "localhost", "db:1");
    const docker = await scene.docker(db, OTHER);
    const program = await scene.run({
      WATCHDOG_DOCKER_SOCK: docker.socketPath,
      WATCHDOG_DEPS: `db=tcp://localhost:${port.port}`,
      WATCHDOG_DEP_DOWN_TICKS: "1",
    });
    await program.ticks(2);
    await expect.poll(() => docker.followers()).toBe(1);
    remove(docker, db);
    await program.ticks(2);
    await port.goAway();
    await program.answers("/api/status", ({ signals }) =>
      (signals as { waitsFor?: string }[]).some(({ waitsFor }) => waitsFor === "container:shop-localhost-1"),
    );
    await port.comeBack();
    await program.ticks(2);
    docker.containers = [container(11, "localhost", "db:2"), OTHER];
    const [told] = await scene.told.takeMany(1, 40);
    expect(told?.message.text).toMatch(/^localhost redeployed: db:1 → db:2, healthy after/);
  });
});
