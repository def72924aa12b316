import { chmod, chown, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createSocketServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createEngine, type Engine, pingEngine } from "../../../../src/sources/containers/engine/engine.ts";
import { FAULTS, idOf, type StandInEngine, startDockerEngine } from "../../../stand-ins/docker-engine.ts";

/** Longer than any answer takes on a busy machine. */
const PATIENT_MS = 10_000;

let standIn: StandInEngine;
let engine: Engine;

beforeEach(async () => {
  standIn = await startDockerEngine([{ id: idOf(1), name: "api" }]);
  engine = createEngine({ address: standIn, timeoutMs: PATIENT_MS });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  engine.disconnect();
  await standIn.close();
});

describe("asking", () => {
  test("it lists all containers; where the engine does not tell its API version, without naming one", async () => {
    expect(await engine.list()).toMatchObject([{ Id: idOf(1) }]);
    expect(standIn.requests).toEqual(["GET /_ping", "GET /containers/json?all=true"]);
  });

  test("it inspects one container", async () => {
    expect(await engine.inspect(idOf(1))).toMatchObject({ RestartCount: 0 });
    expect(standIn.requests).toEqual(["GET /_ping", `GET /containers/${idOf(1)}/json`]);
  });

  test("a container that is gone is undefined", async () => {
    expect(await engine.inspect(idOf(2))).toBeUndefined();
  });

  test.each(["../../images/json", "api", "a b", `${idOf(1)}/logs`, "x\r\nHost: y", ""])(
    "what is no id is refused unsent: %j",
    async (id) => {
      await expect(engine.inspect(id)).rejects.toThrow();
      expect(standIn.requests).toEqual(["GET /_ping"]);
    },
  );

  test("disconnecting ends what is under way and leaves no connection; afterwards it can be asked again", async () => {
    standIn.fault = FAULTS.hangs;
    const asked = engine.list();
    await vi.waitFor(() => expect(standIn.requests).toHaveLength(1));
    engine.disconnect();
    await expect(asked).rejects.toThrow();
    await vi.waitFor(() => expect(standIn.connections()).toBe(0));
    standIn.fault = undefined;
    expect(await engine.list()).toHaveLength(1);
  });

  test("a hundred questions cost no more connections than the first few", async () => {
    await Promise.all(Array.from({ length: 100 }, () => engine.inspect(idOf(1))));
    expect(standIn.connections()).toBeLessThanOrEqual(8);
  });
});

describe("the environment does not lead it elsewhere", () => {
  test.each(["tcp://127.0.0.1:1", "ssh://root@127.0.0.1", "unix:///elsewhere.sock", "https://127.0.0.1:2376"])(
    "DOCKER_HOST=%s",
    async (host) => {
      vi.stubEnv("DOCKER_HOST", host);
      vi.stubEnv("DOCKER_API_VERSION", "1.20");
      expect(await engine.list()).toHaveLength(1);
    },
  );

  test("nor to certificates that do not exist", async () => {
    vi.stubEnv("DOCKER_HOST", "tcp://127.0.0.1:2376");
    vi.stubEnv("DOCKER_CERT_PATH", "/nowhere");
    vi.stubEnv("DOCKER_TLS_VERIFY", "1");
    expect(await engine.list()).toHaveLength(1);
  });
});

describe("an engine that misbehaves", () => {
  test.each([
    ["truncates", "the answer broke off before it was complete"],
    ["truncatesChunks", "the answer broke off before it was complete"],
    ["upgrades", "the answer broke off before it was complete"],
    ["fails", "answered 500: driver failed"],
    ["hangsUp", "connection reset"],
    ["forbids", "answered 403; does a socket proxy between forbid it?"],
  ] as const)("that %s: %s", async (fault, message) => {
    standIn.fault = FAULTS[fault];
    await expect(engine.list()).rejects.toThrow(`Docker at ${standIn.socketPath}: ${message}`);
    standIn.fault = undefined;
    expect(await engine.list()).toHaveLength(1);
  });

  test.each(["hangs", "drips"] as const)("that %s: it is given up at the deadline", async (fault) => {
    standIn.fault = FAULTS[fault];
    const hasty = createEngine({ address: standIn, timeoutMs: 100 });
    await expect(hasty.list()).rejects.toThrow(`Docker at ${standIn.socketPath}: no complete answer within 0.1 s`);
  });

  test("that redirects: nobody follows it", async () => {
    const visits: (string | undefined)[] = [];
    const elsewhere = createServer((request, response) => {
      visits.push(request.url);
      response.end("[]");
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    const { port } = elsewhere.address() as AddressInfo;
    standIn.fault = (_request, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${port}/containers/json` }).end();
      return true;
    };
    await expect(engine.list()).rejects.toThrow("answered 302");
    expect(visits).toEqual([]);
    await new Promise((resolve) => elsewhere.close(resolve));
  });

  test("that never ends: it is cut off at 16 MiB", async () => {
    standIn.fault = FAULTS.neverEnds;
    await expect(engine.list()).rejects.toThrow("the answer is longer than 16777216 bytes");
  });
});

describe("a socket that cannot be used", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "socket-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const list = (socketPath: string): Promise<unknown> =>
    createEngine({ address: { socketPath }, timeoutMs: PATIENT_MS }).list();

  test("missing", async () => {
    const path = join(directory, "docker.sock");
    await expect(list(path)).rejects.toThrow(`there is no socket at ${path}: mount it`);
  });

  test("a directory, which Docker makes of a path that does not exist when it mounts it", async () => {
    await mkdir(join(directory, "docker.sock"));
    await expect(list(join(directory, "docker.sock"))).rejects.toThrow("is a directory, not a socket");
  });

  test("an ordinary file", async () => {
    await writeFile(join(directory, "docker.sock"), "");
    await expect(list(join(directory, "docker.sock"))).rejects.toThrow("is not a socket: mount Docker's socket there");
  });

  test("below a file", async () => {
    await writeFile(join(directory, "file"), "");
    await expect(list(join(directory, "file", "docker.sock"))).rejects.toThrow("there is no socket at");
  });

  test("left behind by an engine that is gone", async () => {
    const { listen, abandon } = await abandonedSocket(join(directory, "docker.sock"));
    await abandon();
    await expect(list(listen)).rejects.toThrow(`nobody listens at ${listen}: is Docker running?`);
  });

  test("with a path that is too long for a socket", async () => {
    const path = `/tmp/${"x".repeat(200)}.sock`;
    await expect(list(path)).rejects.toThrow(path);
  });

  test.skipIf(process.getuid?.() !== 0)("forbidden: the group to run as is named", async () => {
    await chmod(directory, 0o755);
    await chown(standIn.socketPath, 0, 4_711);
    await chmod(join(standIn.socketPath, ".."), 0o755);
    await chmod(standIn.socketPath, 0o660);
    process.seteuid?.(65_534);
    try {
      await expect(list(standIn.socketPath)).rejects.toThrow('group_add: ["4711"]');
    } finally {
      process.seteuid?.(0);
    }
  });
});

describe("pinging", () => {
  test("it tells the engine's version and its API's", async () => {
    const version = await pingEngine({ address: standIn, timeoutMs: PATIENT_MS });
    expect(version).toEqual({
      product: "Docker",
      engineVersion: "99.1.2",
      apiVersion: "1.99",
      askedIn: undefined,
      eventsStatus: 200,
    });
    expect(standIn.requests).toEqual([
      "GET /_ping",
      "GET /version",
      "GET /_ping",
      "GET /events?since=0.001&until=0.002",
    ]);
    await vi.waitFor(() => expect(standIn.connections()).toBe(0));
  });

  test.each(["isHtml", "isEmpty"] as const)("what %s is not Docker", async (fault) => {
    standIn.fault = FAULTS[fault];
    await expect(pingEngine({ address: standIn, timeoutMs: PATIENT_MS })).rejects.toThrow("is not Docker");
  });
});

/** A socket file that nobody listens at any more: closing a server would remove it, so it is renamed meanwhile. */
async function abandonedSocket(path: string): Promise<{ listen: string; abandon(): Promise<void> }> {
  const server = createSocketServer();
  await new Promise<void>((resolve) => server.listen(`${path}.live`, resolve));
  return {
    listen: path,
    async abandon() {
      await rename(`${path}.live`, path);
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
