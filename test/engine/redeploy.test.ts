import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, vi } from "vitest";
import { alert, between, recovery, SOON } from "../acceptance/support/collector.ts";
import type { Environment, Program } from "../acceptance/support/program.ts";
import { type Scene, test } from "../acceptance/support/scene.ts";
import { type ComposeProject, compose } from "./support/compose.ts";
import { awaiting, TestContainers } from "./support/containers.ts";
import { docker, ENGINE_SOCKET } from "./support/engine.ts";
import { importBusybox } from "./support/stand-in-images.ts";

const PREFIX = `wdr${process.pid}`;
const IMAGE = `${PREFIX}-app`;
const folder = mkdtempSync(join(tmpdir(), "watchdog-redeploy-"));
const all = new TestContainers(PREFIX, `${IMAGE}:1`);

/**
 * A stack as people have it: each release is another tag of the image, and what does not heed SIGTERM ends as a crash does,
 * with 137. Release 3 never becomes healthy.
 */
const STACK = `
services:
  web:
    image: ${IMAGE}:\${TAG}
    command: [sleep, "1000"]
    restart: unless-stopped
    network_mode: none
    stop_grace_period: 1s
    healthcheck: { test: "[ \${TAG} -lt 3 ]", interval: 1s, timeout: 20s, retries: 2 }
`;

function stackOf(name: string): ComposeProject {
  const file = join(folder, "stack.yml");
  writeFileSync(file, STACK);
  return { name: `${PREFIX}${name}`, files: [file] };
}

function release(project: ComposeProject, tag: number, ...words: readonly string[]): Promise<string> {
  return compose({ ...project, environment: { TAG: String(tag) } }, "up", ...words);
}

/** Every container of the service is up, and healthy in this release. */
async function untilHealthy(project: ComposeProject, tag: number, count = 1): Promise<void> {
  const labels = ["--filter", `label=com.docker.compose.project=${project.name}`];
  const format = ["--format", "{{.Image}} {{.Status}}"];
  const healthy = new RegExp(`^${IMAGE}:${tag} Up .*\\(healthy\\)$`);
  const areHealthy = async () => {
    const lines = (await docker("ps", "--all", ...labels, ...format)).split("\n");
    expect(lines.filter((line) => healthy.test(line))).toHaveLength(count);
    expect(lines).toHaveLength(count);
  };
  await vi.waitFor(areHealthy, { timeout: 60_000, interval: 100 });
}

/** The whole program on this project and on a container that will crash: see {@link expectQuiet}. */
async function watch(scene: Scene, project: ComposeProject, env: Environment = {}): Promise<Program> {
  await all.run(`${project.name}-sentinel`, { command: awaiting("exit 4") });
  const program = await scene.run({
    WATCHDOG_DOCKER_SOCK: ENGINE_SOCKET ?? "",
    // While it replaces a container, docker-compose puts something before the old one's name.
    WATCHDOG_CONTAINERS: `*${project.name}*`,
    WATCHDOG_HTTP_TIMEOUT_S: "20",
    WATCHDOG_STOP_GRACE_S: "3600",
    ...env,
  });
  await program.ticks(1);
  return program;
}

/** Nothing more was told. A crash that must be told comes last: whatever was owed before it has come by then. */
async function expectQuiet(scene: Scene, program: Program, project: ComposeProject): Promise<void> {
  await program.ticks(3);
  scene.told.mark();
  await all.crash(`${project.name}-sentinel`);
  await scene.told.expect(SOON, alert(`container:${all.name(project.name)}-sentinel`));
}

describe.skipIf(ENGINE_SOCKET === undefined)("deploys by docker-compose, on a real engine", () => {
  beforeAll(() => Promise.all([1, 2, 3].map((tag) => importBusybox(`${IMAGE}:${tag}`))));
  afterAll(async () => {
    await all.removeAll();
    await docker("rmi", "--force", ...[1, 2, 3].map((tag) => `${IMAGE}:${tag}`));
    rmSync(folder, { recursive: true });
  });

  test("a new release under the same service that becomes healthy is one silent line", async ({ scene }) => {
    const project = stackOf("good");
    await release(project, 1, "--detach");
    await untilHealthy(project, 1);
    const program = await watch(scene, project);
    await release(project, 2, "--detach");
    await untilHealthy(project, 2);
    const [told] = await scene.told.takeMany(1, SOON.toS);
    const line = new RegExp(`^web redeployed: ${IMAGE}:1 → ${IMAGE}:2, healthy after [\\d.]+ m?s$`);
    expect(told?.message.text).toMatch(line);
    expect(told?.message.silent).toBe(true);
    await expectQuiet(scene, program, project);
  });

  test("a new release that does not become healthy is told, and its successor as the end of that", async ({
    scene,
  }) => {
    const project = stackOf("sick");
    const key = `container:${project.name}_web_1`;
    await release(project, 1, "--detach");
    await untilHealthy(project, 1);
    const program = await watch(scene, project);
    scene.told.mark();
    await release(project, 3, "--detach");
    await scene.told.expect(SOON, alert(key, "unhealthy"));
    scene.told.mark();
    await release(project, 2, "--detach");
    await scene.told.expect(SOON, recovery(key));
    await expectQuiet(scene, program, project);
  });

  test("a new release that is made but never started is told after the grace", async ({ scene }) => {
    const project = stackOf("gone");
    await release(project, 1, "--detach");
    await untilHealthy(project, 1);
    const program = await watch(scene, project, { WATCHDOG_STOP_GRACE_S: "4" });
    scene.told.mark();
    await release(project, 2, "--no-start");
    await scene.told.expect(between(4, 60), alert(`container:${project.name}_web_1`));
    scene.told.mark();
    await release(project, 2, "--detach");
    await scene.told.expect(SOON, recovery(`container:${project.name}_web_1`));
    await expectQuiet(scene, program, project);
  });

  test("scaling up and down again is told to nobody", async ({ scene }) => {
    const project = stackOf("scale");
    await release(project, 1, "--detach");
    await untilHealthy(project, 1);
    const program = await watch(scene, project);
    await release(project, 1, "--detach", "--scale", "web=3");
    await untilHealthy(project, 1, 3);
    await program.ticks(2);
    await release(project, 1, "--detach", "--scale", "web=1");
    await untilHealthy(project, 1);
    await expectQuiet(scene, program, project);
  });
});
