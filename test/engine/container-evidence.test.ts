import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EN } from "../../src/core/texts/index.ts";
import { createContainersSource } from "../../src/sources/containers/index.ts";
import { docker, ENGINE_SOCKET } from "./support/engine.ts";
import { importBusybox } from "./support/stand-in-images.ts";

const PREFIX = `watchdog-evidence-${process.pid}`;
const IMAGE = `${PREFIX}:1`;

/** What is told of the container once it is unhealthy, and everything that was kept to tell it. */
async function unhealthy(evidence: boolean): Promise<{ details: readonly string[]; everything: string }> {
  const source = createContainersSource(
    {
      address: { socketPath: ENGINE_SOCKET ?? "" },
      timeoutMs: 10_000,
      intervalMs: 500,
      names: [`${PREFIX}-sick`],
      engineDownTicks: 2,
      downTicks: 1,
      stopGraceMs: 0,
      restartsMax: 3,
      restartsWindowMs: 600_000,
      evidence,
    },
    EN,
  );
  try {
    for (let tries = 0; tries < 100; tries++) {
      const value = await source.collect(new AbortController().signal);
      const { signals, memory } = source.evaluate({ ok: true, value }, source.initial, 0);
      const found = signals.find(({ key, active }) => active && key === `container:${PREFIX}-sick`);
      if (found) return { details: found.details ?? [], everything: JSON.stringify({ value, signals, memory }) };
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error("the container did not become unhealthy");
  } finally {
    await source.close?.();
  }
}

describe.skipIf(ENGINE_SOCKET === undefined)("what a failing health check wrote, on a real engine", () => {
  beforeAll(async () => {
    await importBusybox(IMAGE);
    const probe = "echo 'postgres://app:hunter2@db: refused'; echo 'PGPASSWORD=hunter2'; exit 1";
    const health = ["--health-cmd", probe, "--health-interval", "1s", "--health-retries", "2"];
    await docker("run", "--detach", "--name", `${PREFIX}-sick`, ...health, IMAGE, "sleep", "1000");
  });
  afterAll(async () => {
    await docker("rm", "--force", `${PREFIX}-sick`);
    await docker("rmi", "--force", IMAGE);
  });

  test("is not kept by default", async () => {
    const { details, everything } = await unhealthy(false);
    expect(details[0]).toMatch(/^its health check has failed \d+ times in a row$/);
    expect(everything).not.toMatch(/hunter2|refused/);
  });

  test("is quoted where that is asked for, without what is secret in it", async () => {
    const { details, everything } = await unhealthy(true);
    expect(details).toContain("it says: postgres://[…]@db: refused PGPASSWORD=[…]");
    expect(everything).not.toContain("hunter2");
  });
});
