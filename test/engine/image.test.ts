import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { parseBlocks } from "../acceptance/support/blocks.ts";
import { alert, recovery, SOON } from "../acceptance/support/collector.ts";
import { docker, ENGINE_SOCKET, inspect } from "./support/engine.ts";
import { type ContainerState, HARDENED, SHIPPED, Stage } from "./support/stage.ts";

describe.skipIf(ENGINE_SOCKET === undefined)("the image, run by the shipped compose files on a real engine", () => {
  let stage: Stage;
  let people: Stage["people"];
  const name = (what: string): string => stage.name(what);
  const until = (isTrue: () => Promise<boolean> | boolean) => vi.waitUntil(isTrue, { timeout: 20_000, interval: 100 });

  beforeAll(async () => {
    stage = new Stage();
    await stage.setUp();
    people = stage.people;
  }, 180_000);

  afterAll(() => stage.tearDown(), 60_000);

  describe("with a .env of two lines", () => {
    let id: string;

    beforeAll(async () => {
      id = await stage.up(stage.stack);
    }, 60_000);

    test("becomes healthy, which is asked without a second Node", async () => {
      await until(() => stage.isHealthy(id));
      const { State } = await inspect<ContainerState>(id);
      expect(State.Health?.Log.at(-1)?.Output).toContain('"status":"ok"');
      // Where no Node can be found, the answer is the same.
      const withoutNode = await docker("exec", "--env", "PATH=/bin", id, "/usr/local/bin/watchdog", "health");
      expect(withoutNode).toContain('"status":"ok"');
    });

    test("runs as process 1, as nobody special, with nothing to write to but its state", async () => {
      const { Config, HostConfig, Mounts } = await inspect<ContainerState>(id);
      expect(Config).toMatchObject({ User: "1000:1000", StopSignal: "SIGTERM" });
      expect(HostConfig).toMatchObject({
        ReadonlyRootfs: true,
        CapDrop: ["ALL"],
        CapAdd: null,
        SecurityOpt: ["no-new-privileges:true"],
        Privileged: false,
        Memory: 96 * 1024 * 1024,
        PidsLimit: 128,
      });
      expect(HostConfig.Tmpfs ?? {}).toEqual({});
      expect(Mounts.filter((mount) => mount.RW).map((mount) => mount.Destination)).toEqual(["/var/lib/watchdog"]);
      expect(await docker("exec", id, "cat", "/proc/1/cmdline")).toMatch(/^node\0/);
      for (const path of ["/forbidden", "/tmp/forbidden", "/opt/watchdog/forbidden", "/host/tmp/forbidden"]) {
        await expect(docker("exec", id, "touch", path), path).rejects.toThrow(
          /Read-only file system|Permission denied/,
        );
      }
      await docker("exec", id, "touch", "/var/lib/watchdog/allowed");
    });

    test.each([
      ["no word of it", {}, 0, '"healthy":true'],
      ["an address that means all", { WATCHDOG_LISTEN: " 0.0.0.0:9469 " }, 0, '"healthy":true'],
      ["no host", { WATCHDOG_LISTEN: ":9469" }, 0, '"healthy":true'],
      ["a proxy for everything else", { http_proxy: "http://192.0.2.1:3128" }, 0, '"healthy":true'],
      ["a port where nobody listens", { WATCHDOG_LISTEN: "127.0.0.1:9" }, 1, "nothing answers at 127.0.0.1:9"],
      ["no face", { WATCHDOG_LISTEN: "off" }, 1, "WATCHDOG_LISTEN=off: there is no face to ask"],
      ["the kill switch", { WATCHDOG_ENABLED: "No", WATCHDOG_LISTEN: "off" }, 0, "disabled"],
    ])("`health`, given %s", async (_given, environment, code, says) => {
      const given = Object.entries(environment).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
      const asked = docker("exec", ...given, id, "watchdog", "health");
      if (code === 0) expect(await asked).toContain(says);
      else await expect(asked).rejects.toMatchObject({ code, stderr: expect.stringContaining(says) });
    });

    test.each([
      ["killed", "api", ["kill"], ["start"], /was stopped .* and has not come back/],
      ["stopped", "db", ["stop", "--time", "0"], ["start"], /was stopped .* and has not come back/],
      ["paused", "web", ["pause"], ["unpause"], /is paused/],
    ])("tells of a container that was %s, and that it is over", async (_how, what, breakIt, mendIt, says) => {
      const key = `container:${name(what)}`;
      people.mark();
      await docker(...breakIt, name(what));
      await people.expect(SOON, alert(key, says));
      people.mark();
      await docker(...mendIt, name(what));
      await people.expect(SOON, recovery(key, "is running"));
    });

    test("tells of a container that is unhealthy, and that it is over", async () => {
      const key = `container:${name("sick")}`;
      people.mark();
      await docker("exec", name("sick"), "touch", "/tmp/sick");
      await people.expect(SOON, alert(key, "is unhealthy"));
      people.mark();
      await docker("exec", name("sick"), "rm", "/tmp/sick");
      await people.expect(SOON, recovery(key, "is healthy"));
    });

    test("lets go of a container that was removed", async () => {
      const key = `container:${name("web")}`;
      people.mark();
      await docker("kill", name("web"));
      await people.expect(SOON, alert(key, "was stopped"));
      people.mark();
      await docker("rm", "--force", name("web"));
      await people.expect(SOON, recovery(key));
    });

    test("tells of a container that restarts again and again, though it is up at nearly every look", async () => {
      const tag = `container_restarts_${name("crasher").replaceAll("-", "_")}`;
      const told = () =>
        stage.botApi.messages
          .flatMap((message) => parseBlocks(message.text).blocks)
          .filter((block) => block.hashtag === tag)
          .map((block) => block.icon);
      await docker(
        "run",
        "-d",
        "--restart=always",
        "--name",
        name("crasher"),
        stage.busybox,
        "sh",
        "-c",
        "sleep 0.4; exit 3",
      );
      await until(() => told().length === 1);
      await docker("rm", "--force", name("crasher"));
      await until(() => told().length === 2);
      expect(told()).toEqual(["🔴", "🟢"]);
      // Between two of its restarts it was down as well, which may have been told or not.
      await until(async () => (await alerting(id)).length === 0);
      await people.takeMany(people.unchecked, 1);
    });

    test("answers `check` and `--version` from the same image", async () => {
      expect(await docker("exec", id, "watchdog", "--version")).toMatch(/^\d+\.\d+\.\d+$/);
      const check = JSON.parse(await docker("exec", id, "watchdog", "check", "--json")) as { status: string };
      expect(check.status).toBe("ok");
    });

    test("keeps what people were told when it is made anew, and tells nothing twice", async () => {
      const key = `container:${name("api")}`;
      people.mark();
      await docker("kill", name("api"));
      await people.expect(SOON, alert(key, "was stopped"));
      const successor = await stage.up(stage.stack, "--force-recreate");
      expect(successor).not.toBe(id);
      id = successor;
      await until(() => stage.isHealthy(id));
      people.checkNothingElse();
      people.mark();
      await docker("start", name("api"));
      await people.expect(SOON, recovery(key, "is running"));
    }, 60_000);

    test("stops within five seconds when it is told to, with code 0", async () => {
      const startedAt = performance.now();
      await docker("stop", "--time", "10", id);
      expect(performance.now() - startedAt).toBeLessThan(6_000);
      expect((await inspect<ContainerState>(id)).State).toMatchObject({ ExitCode: 0, OOMKilled: false });
      people.checkNothingElse();
    });
  });

  test("the kill switch: inert, but alive and healthy, whatever else is set", async () => {
    const asked = stage.botApi.requests.length;
    const disabled = {
      ...stage.stack,
      name: `${stage.prefix}off`,
      environment: { WATCHDOG_ENABLED: "false", WATCHDOG_INTERVAL_S: "often", WATCHDOG_LISTEN: "nowhere" },
    };
    try {
      const id = await stage.up(disabled);
      await until(() => stage.isHealthy(id));
      expect((await inspect<ContainerState>(id)).State.Health?.Log.at(-1)?.Output.trim()).toBe("disabled");
      expect(stage.botApi.requests).toHaveLength(asked);
    } finally {
      await stage.down(disabled);
    }
  }, 60_000);

  test("without a .env it starts all the same, and tells the log", async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "watchdog-compose-"));
    const shipped = join(elsewhere, "docker-compose.yml");
    copyFileSync(SHIPPED, shipped);
    const bare = { name: `${stage.prefix}bare`, files: [shipped, stage.override] };
    try {
      const id = await stage.up(bare);
      await until(() => stage.isHealthy(id));
      await docker("kill", name("db"));
      await until(async () => (await docker("logs", id)).includes(`container ${name("db")} was stopped`));
      await docker("start", name("db"));
    } finally {
      await stage.down(bare);
      rmSync(elsewhere, { recursive: true });
    }
  }, 60_000);

  test("holds what it needs above its base, and nothing else", async () => {
    // With the image's own Node: a base need not have `find`.
    const list = `
      const { readdirSync } = require("node:fs");
      const folders = readdirSync("/", { withFileTypes: true }).filter((entry) => entry.isDirectory());
      for (const { name } of folders.filter(({ name }) => !["dev", "proc", "sys"].includes(name)))
        for (const entry of readdirSync("/" + name, { recursive: true, withFileTypes: true }))
          if (entry.isFile()) console.log(entry.parentPath + "/" + entry.name);
    `;
    const filesOf = async (image: string) => {
      const found = await docker("run", "--rm", "--user", "0", "--entrypoint", "node", image, "--eval", list);
      return new Set(found.trim().split("\n"));
    };
    const base = await filesOf(stage.base);
    const above = [...(await filesOf(stage.image))].filter((path) => !base.has(path)).sort();
    expect(above).toEqual([
      "/opt/watchdog/program.js",
      `/opt/watchdog/program.${process.arch}.cache`,
      "/opt/watchdog/third-party-licenses.txt",
      "/opt/watchdog/watchdog.cjs",
      "/usr/local/bin/watchdog",
    ]);
  }, 60_000);

  test("makes a whole pass with 32 MB of old space", async () => {
    const node = ["--max-old-space-size=32", "/opt/watchdog/watchdog.cjs", "check", "--json"];
    const given = ["--env", "WATCHDOG_MEM_PCT=100", "--env", "WATCHDOG_DOCKER_SOCK=off"];
    const pass = await docker("run", "--rm", "--memory", "96m", ...given, "--entrypoint", "node", stage.image, ...node);
    expect(JSON.parse(pass)).toMatchObject({ status: "ok" });
  }, 60_000);

  test("lives within mem_limit: 96m through hundreds of ticks among containers that come and go", async () => {
    const restless = { ...stage.stack, name: `${stage.prefix}soak`, environment: { WATCHDOG_INTERVAL_S: "0.05" } };
    try {
      const id = await stage.up(restless);
      await until(() => stage.isHealthy(id));
      for (const end = Date.now() + 20_000; Date.now() < end; ) {
        await docker("kill", name("db"));
        await docker("start", name("db"));
      }
      const { State } = await inspect<ContainerState>(id);
      expect(State).toMatchObject({ Status: "running", OOMKilled: false });
      const used = await docker("exec", id, "sh", "-c", "grep VmHWM /proc/1/status");
      expect(Number(/(\d+) kB/.exec(used)?.[1])).toBeLessThan(96 * 1_024);
    } finally {
      await stage.down(restless);
      // What it told is not what is looked at here.
      await people.takeMany(people.unchecked, 0);
    }
  }, 90_000);

  test("hardened: watches through the proxy, and has no other way to Docker", async () => {
    const proxy = `
services:
  docker-proxy:
    image: ${stage.base}
    entrypoint: [node, /stand-in/socket-proxy.mjs]
    volumes: ["${join(import.meta.dirname, "support")}:/stand-in:ro"]
`;
    const hardened = {
      ...stage.stack,
      name: `${stage.prefix}hard`,
      files: [SHIPPED, HARDENED, stage.override, stage.write("proxy.yml", proxy)],
    };
    try {
      const id = await stage.up(hardened);
      await until(() => stage.isHealthy(id));
      people.mark();
      await docker("kill", name("db"));
      await people.expect(SOON, alert(`container:${name("db")}`, "was stopped"));
      await docker("start", name("db"));
      await people.expect(SOON, recovery(`container:${name("db")}`));

      const { Mounts } = await inspect<ContainerState>(id);
      expect(Mounts.filter((mount) => mount.RW).map((mount) => mount.Destination)).toEqual(["/var/lib/watchdog"]);
      expect(Mounts.find((mount) => mount.Destination === "/var/run/docker.sock")?.Type).toBe("volume");
      // The host's sockets lie below its /run, which is not seen.
      expect(await docker("exec", id, "ls", "-A", "/host/run")).toBe("");
      const asked = await docker("exec", id, "node", "--eval", askThroughProxy);
      expect(JSON.parse(asked)).toEqual({
        "GET /version": 200,
        "GET /images/json": 403,
        "POST /containers/prune": 405,
      });
    } finally {
      await stage.down(hardened);
    }
  }, 60_000);

  test("bad configuration: says every problem and ends with code 78", async () => {
    const given = ["--env", "WATCHDOG_INTERVAL_S=often", "--env", "WATCHDOG_INTERVALL_S=5"];
    const run = docker("run", "--rm", ...given, stage.image);
    await expect(run).rejects.toMatchObject({ code: 78 });
    await expect(run).rejects.toThrow(/WATCHDOG_INTERVAL_S="often"[\s\S]*did you mean WATCHDOG_INTERVAL_S\?/);
  });
});

/** The keys that alert right now, as the watchdog in the container `id` tells them itself. */
async function alerting(id: string): Promise<string[]> {
  const status = await docker("exec", id, "wget", "-q", "-O", "-", "http://127.0.0.1:9469/api/status");
  const { signals } = JSON.parse(status) as { signals: readonly { key: string; alerting: boolean }[] };
  return signals.filter((signal) => signal.alerting).map((signal) => signal.key);
}

/** What somebody could ask who has taken over the hardened watchdog. */
const askThroughProxy = `
  const { request } = require("node:http");
  const ask = (method, path) => new Promise((resolve, reject) => {
    const socketPath = process.env.WATCHDOG_DOCKER_SOCK;
    request({ socketPath, method, path }, (answer) => resolve(answer.resume().statusCode)).on("error", reject).end();
  });
  const questions = ["GET /version", "GET /images/json", "POST /containers/prune"];
  Promise.all(questions.map(async (question) => [question, await ask(...question.split(" "))]))
    .then((answers) => console.log(JSON.stringify(Object.fromEntries(answers))));
`;
