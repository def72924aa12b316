import { describe, expect } from "vitest";
import { idOf } from "../stand-ins/docker-engine.ts";
import { alert, recovery, SOON } from "./support/collector.ts";
import { test } from "./support/scene.ts";

describe.concurrent("silence", () => {
  test("what is silenced is not told; what is still wrong when the silence ends is", async ({ scene }) => {
    const env = { WATCHDOG_STATE_DIR: scene.path("state"), WATCHDOG_DEPS: "db=tcp://127.0.0.1:1" };
    const first = await scene.run({ WATCHDOG_STATE_DIR: scene.path("state") });
    const silenced = await scene.command(["silence", "dep:*", "1h", "moving", "the", "database"], env);
    expect(silenced).toMatchObject({ code: 0, stderr: "" });
    await first.stop();
    const program = await scene.run(env);
    await program.ticks(4);
    expect(scene.told.unchecked).toBe(0);
    const listed = await scene.command(["silence"], env);
    expect(listed.stdout).toMatch(/^dep:\* for another .* \(moving the database\)\n$/);
    expect(await scene.command(["unsilence", "dep:*"], env)).toMatchObject({ code: 0 });
    await scene.told.expect(SOON, alert("dep:db"));
  });

  test("what was told before is told to be over all the same", async ({ scene }) => {
    const docker = await scene.docker({ id: idOf(1), name: "api", state: "paused", status: "Up 1 hour (Paused)" });
    const env = { WATCHDOG_STATE_DIR: scene.path("state"), WATCHDOG_DOCKER_SOCK: docker.socketPath };
    await scene.run(env);
    await scene.told.expect(SOON, alert("container:api"));
    await scene.command(["silence", "*", "1h"], env);
    docker.containers = [];
    await scene.told.expect(SOON, recovery("container:api"));
  });

  test("without a state directory it says what it needs", async ({ scene }) => {
    const { code, stderr } = await scene.command(["silence", "dep:db", "1h"]);
    expect(code).toBe(78);
    expect(stderr).toContain("WATCHDOG_STATE_DIR");
  });
});
