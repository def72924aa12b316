import { afterAll, beforeAll, describe, expect } from "vitest";
import { alert, between, recovery, SOON } from "../acceptance/support/collector.ts";
import { test } from "../acceptance/support/scene.ts";
import { awaiting } from "./support/containers.ts";
import { ENGINE_SOCKET } from "./support/engine.ts";
import { OwnEngine } from "./support/own-engine.ts";
import { importBusybox } from "./support/stand-in-images.ts";

const IMAGE = "app:1";
const FIRST: readonly [string, readonly string[]][] = [
  ["api", ["sh", "-c", awaiting("exit 9")]],
  ["crashed", ["sh", "-c", awaiting("exit 3")]],
  ["db", ["sh", "-c", "while :; do sleep 0.1; done"]],
  ["worker", ["sleep", "1000"]],
];

/** Whoever is not root cannot start a daemon of their own. */
const CAN_START = ENGINE_SOCKET !== undefined && process.getuid?.() === 0;

describe.skipIf(!CAN_START)("a Docker daemon that restarts while its containers live on", () => {
  const engine = new OwnEngine(["--live-restore"]);
  const docker = (...args: readonly string[]) => engine.docker(...args);

  beforeAll(async () => {
    await engine.start();
    await importBusybox(IMAGE, docker);
    for (const [name, command] of FIRST) {
      await docker("run", "--detach", "--network", "none", "--memory", "16m", "--name", name, IMAGE, ...command);
    }
  });
  afterAll(() => engine.remove());

  test("is told as Docker's absence alone; afterwards everything is seen as before", async ({ scene }) => {
    const program = await scene.run({ WATCHDOG_DOCKER_SOCK: engine.socket, WATCHDOG_STOP_GRACE_S: "3600" });
    await program.ticks(1);
    const startedAt = () => docker("inspect", "--format", "{{.State.StartedAt}}", ...FIRST.map(([name]) => name));
    const before = await startedAt();
    await docker("exec", "crashed", "touch", "/tmp/released");
    await scene.told.expect(SOON, alert("container:crashed"));

    // What was told and cannot be seen now is not over.
    scene.told.mark();
    await engine.stop();
    await scene.told.expect(SOON, alert("docker_down"));
    scene.told.mark();
    await engine.start();
    await scene.told.expect(SOON, recovery("docker_down"));
    expect(await startedAt()).toBe(before);
    await program.ticks(3);
    scene.told.checkNothingElse();

    // Only an event tells of this: the container never ends.
    scene.told.mark();
    await docker("exec", "db", "busybox", "tail", "/dev/zero").catch(() => undefined);
    await scene.told.expect(between(0, 60), alert("container_oom:db"));
    scene.told.mark();
    await docker("stop", "--time", "0", "worker");
    await docker("exec", "api", "touch", "/tmp/released");
    await scene.told.expect(SOON, alert("container:api", "code 9"));
  });
});
