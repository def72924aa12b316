import { afterEach, describe, expect, test } from "vitest";
import { diagnoseDockerVariables, diagnoseEngine, diagnoseNoEngine } from "../../src/commands/diagnose-engine.ts";
import type { EngineAddress } from "../../src/config/engine-address.ts";
import { parseEnvironment } from "../../src/config/parse-environment.ts";
import { settingsFrom } from "../../src/config/settings.ts";
import { FAULTS, only, type StandInEngine, startDockerEngine } from "../stand-ins/docker-engine.ts";

let standIn: StandInEngine | undefined;
afterEach(() => standIn?.close());

function diagnose(address: EngineAddress) {
  const { values } = parseEnvironment({ WATCHDOG_DOCKER_SOCK: "/d.sock" }, () => "");
  const { containers } = settingsFrom(values, () => false);
  if (containers === undefined) throw new Error("containers are watched");
  return diagnoseEngine({ ...containers, address });
}

describe("an engine that answers", () => {
  test("who it is, and in which version it is asked", async () => {
    standIn = await startDockerEngine();
    standIn.api = { min: 44, max: 99 };
    expect(await diagnose(standIn)).toEqual([
      { verdict: "ok", text: `Docker 99.1.2 (API 1.99, asked in 1.44) answers at ${standIn.socketPath}` },
    ]);
  });

  test("events that a proxy forbids", async () => {
    standIn = await startDockerEngine();
    standIn.fault = only(/events/, FAULTS.forbids);
    const [, events] = await diagnose(standIn);
    expect(events).toMatchObject({ verdict: "mend", text: expect.stringMatching(/^GET \/events answered 403/) });
  });

  test("over TCP in the clear", async () => {
    standIn = await startDockerEngine([], "tcp");
    const [, note] = await diagnose({ host: "127.0.0.1", port: standIn.port, tls: undefined });
    expect(note).toMatchObject({ verdict: "note", text: expect.stringContaining("is in the clear") });
  });

  test("and one that does not", async () => {
    const diagnoses = await diagnose({ socketPath: "/nowhere/docker.sock" });
    expect(diagnoses).toMatchObject([
      { verdict: "mend", text: expect.stringContaining("there is no socket at /nowhere") },
    ]);
  });
});

describe("no engine", () => {
  test.each<[name: string, env: Record<string, string>, existing: string[], mend: string | undefined]>([
    ["none anywhere", {}, [], undefined],
    ["rootless Docker", { XDG_RUNTIME_DIR: "/run/user/7" }, ["/run/user/7/docker.sock"], "/run/user/7/docker.sock"],
    ["rootless Podman", { XDG_RUNTIME_DIR: "/r" }, ["/r/podman/podman.sock"], "/r/podman/podman.sock"],
    ["Podman", {}, ["/run/podman/podman.sock"], "/run/podman/podman.sock"],
    ["switched off", { WATCHDOG_DOCKER_SOCK: "off" }, ["/run/podman/podman.sock"], undefined],
  ])("%s", (_name, env, existing, path) => {
    const [diagnosis, ...others] = diagnoseNoEngine(env, (one) => existing.includes(one));
    expect(diagnosis?.mend).toBe(path && `${path} exists: WATCHDOG_DOCKER_SOCK=${path}`);
    expect([diagnosis?.verdict, others]).toEqual(["note", []]);
  });
});

test.each([
  ["is not used", { DOCKER_HOST: "tcp://x" }, 1],
  ["is not missed", {}, 0],
  ["stands beside ours", { DOCKER_HOST: "tcp://x", WATCHDOG_DOCKER_HOST: "tcp://x" }, 0],
])("Docker's own DOCKER_HOST %s", (_name, env, count) => expect(diagnoseDockerVariables(env)).toHaveLength(count));
