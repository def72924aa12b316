import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { EngineAddress } from "../../../src/config/engine-address.ts";
import { createEngine, type Engine } from "../../../src/sources/containers/engine/engine.ts";
import { EventRecord } from "../../../src/sources/containers/events/event-facts.ts";
import { EventStream } from "../../../src/sources/containers/events/events.ts";
import { type Authority, type CertificateDirectory, createAuthority } from "../../stand-ins/certificates.ts";
import { FAULTS, idOf, type StandInEngine, startDockerEngine } from "../../stand-ins/docker-engine.ts";

const PATIENT_MS = 10_000;
const API = { id: idOf(1), name: "api" };

let directory: string;
let authority: Authority;
let stranger: Authority;
let server: CertificateDirectory;
let ours: CertificateDirectory;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "certificates-"));
  authority = createAuthority(join(directory, "authority"));
  stranger = createAuthority(join(directory, "stranger"));
  server = authority.issue("localhost");
  ours = authority.issue("watchdog");
});
afterAll(() => rmSync(directory, { recursive: true }));

let standIn: StandInEngine | undefined;
let engine: Engine | undefined;
let stream: EventStream | undefined;
afterEach(async () => {
  stream?.stop();
  engine?.disconnect();
  await standIn?.close();
  standIn = undefined;
});

async function startPlain(): Promise<StandInEngine> {
  standIn = await startDockerEngine([API], "tcp");
  return standIn;
}

/** Like dockerd with --tlsverify: whoever has no certificate of the authority is turned away. */
async function startTls(certificate = server, asksWho = true): Promise<StandInEngine> {
  const [key, cert, ca] = [certificate.read("key.pem"), certificate.read("cert.pem"), certificate.read("ca.pem")];
  standIn = await startDockerEngine([API], { key, cert, ca, requestCert: asksWho, rejectUnauthorized: asksWho });
  return standIn;
}

function at({ port }: { port: number }, certPath?: string, more: { host?: string; verify?: boolean } = {}) {
  const { host = "localhost", verify = true } = more;
  return { host, port, tls: { certPath, verify } };
}

function connect(address: EngineAddress, timeoutMs = PATIENT_MS): Engine {
  engine = createEngine({ address, timeoutMs });
  return engine;
}

/** Each way to a remote engine that is as it should be. */
const WAYS: readonly [name: string, open: () => Promise<[StandInEngine, EngineAddress]>][] = [
  [
    "TCP",
    async () => {
      const plain = await startPlain();
      return [plain, { host: "127.0.0.1", port: plain.port, tls: undefined }];
    },
  ],
  [
    "TLS",
    async () => {
      const secure = await startTls();
      return [secure, at(secure, ours.path)];
    },
  ],
];

describe.each(WAYS)("over %s", (_name, open) => {
  test("everything is asked as over a socket, and one connection kept", async () => {
    const [remote, address] = await open();
    remote.api = { min: 44, max: 52 };
    const asked = connect(address);
    expect(await asked.list()).toMatchObject([{ Id: API.id }]);
    expect(await asked.inspect(API.id)).toMatchObject({ RestartCount: 0 });
    expect(await asked.inspect(idOf(9))).toBeUndefined();
    expect(remote.requests[0]).toBe("GET /_ping");
    expect(remote.opened()).toBe(1);
    asked.disconnect();
    await vi.waitFor(() => expect(remote.connections()).toBe(0));
  });

  test("the host is named as it was given, for proxies that serve others too", async () => {
    const [remote, address] = await open();
    const hosts: unknown[] = [];
    remote.fault = (request) => {
      hosts.push(request.headers.host);
      return false;
    };
    await connect(address).list();
    expect(hosts.at(-1)).toBe(`${(address as { host: string }).host}:${remote.port}`);
  });

  test.each(["../../images/json", "api", `${API.id}/logs`, "x\r\nHost: y"])("the guard refuses %j", async (id) => {
    const [remote, address] = await open();
    await expect(connect(address).inspect(id)).rejects.toThrow();
    expect(remote.requests).toEqual(["GET /_ping"]);
  });

  test.each([
    ["truncates", "the answer broke off before it was complete"],
    ["truncatesChunks", "the answer broke off before it was complete"],
    ["upgrades", "the answer broke off before it was complete"],
    ["hangsUp", "connection reset"],
    ["fails", "answered 500: driver failed"],
    ["neverEnds", "the answer is longer than 16777216 bytes"],
  ] as const)("an engine that %s: %s", async (fault, message) => {
    const [remote, address] = await open();
    const asked = connect(address);
    await asked.list();
    remote.fault = FAULTS[fault];
    await expect(asked.list()).rejects.toThrow(message);
    remote.fault = undefined;
    expect(await asked.list()).toHaveLength(1);
  });

  test.each(["hangs", "drips"] as const)("an engine that %s is given up at the deadline", async (fault) => {
    const [remote, address] = await open();
    remote.fault = FAULTS[fault];
    await expect(connect(address, 200).list()).rejects.toThrow("no complete answer within 0.2 s");
  });

  test("a kept connection that is closed when it is taken again costs nothing", async () => {
    const [remote, address] = await open();
    const asked = connect(address);
    await asked.list();
    let first = true;
    remote.fault = (request) => {
      if (!first) return false;
      first = false;
      request.socket.destroy();
      return true;
    };
    expect(await asked.list()).toHaveLength(1);
  });

  test("events come over a connection of their own, and again after it is cut", async () => {
    const [remote, address] = await open();
    let nudges = 0;
    follow(address, [], () => {
      nudges += 1;
    });
    await vi.waitFor(() => expect(remote.followers()).toBe(1));
    remote.emit({ action: "die" });
    await vi.waitFor(() => expect(nudges).toBe(1));
    remote.cutEvents();
    await vi.waitFor(() => expect(remote.followers()).toBe(1));
  });
});

function follow(address: EngineAddress, warnings: string[], nudge: () => void = () => undefined): void {
  const after = (delayMs: number, run: () => void): (() => void) => {
    const timer = setTimeout(run, delayMs / 20);
    return () => clearTimeout(timer);
  };
  const parts = {
    address,
    engine: connect(address),
    warn: (problem: string) => void warnings.push(problem),
    record: new EventRecord(),
    isWatched: () => true,
    startedAt: Date.now(),
    lookBackMs: 1_000,
    clock: { wallNow: () => Date.now() - 60_000, after },
    random: () => 0,
  };
  stream = new EventStream(parts, nudge);
}

describe("certificates", () => {
  const list = (address: EngineAddress): Promise<unknown> => connect(address).list();

  test("the one that is trusted, by name and by address", async () => {
    expect(await list(at(await startTls(), ours.path))).toHaveLength(1);
    await standIn?.close();
    const byAddress = await startTls(authority.issue("127.0.0.1"));
    expect(await list(at(byAddress, ours.path, { host: "127.0.0.1" }))).toHaveLength(1);
  });

  test("an engine that does not ask who we are needs no certificate of ours", async () => {
    const trustOnly = join(directory, "trust-only");
    cpSync(ours.path, trustOnly, { recursive: true, filter: (path) => !/(key|cert)\.pem$/.test(path) });
    expect(await list(at(await startTls(server, false), trustOnly))).toHaveLength(1);
  });

  test("renewed ones are used without a restart", async () => {
    const renewed = join(directory, "renewed");
    cpSync(stranger.issue("watchdog").path, renewed, { recursive: true });
    const asked = connect(at(await startTls(), renewed));
    await expect(asked.list()).rejects.toThrow("is not trusted");
    cpSync(ours.path, renewed, { recursive: true });
    expect(await asked.list()).toHaveLength(1);
  });

  test("that has expired", async () => {
    const address = at(await startTls(authority.issue("localhost", -1)), ours.path);
    await expect(list(address)).rejects.toThrow(
      `the certificate of https://localhost:${address.port} has expired: renew it on that host`,
    );
    expect(standIn?.requests).toEqual([]);
  });

  test("of nobody whom we trust", async () => {
    const address = at(await startTls(), stranger.issue("watchdog").path);
    await expect(list(address)).rejects.toThrow(
      /certificate of .* is not trusted: the ca\.pem that signed it belongs into/,
    );
  });

  test("of nobody whom the machine trusts, where no directory is named", async () => {
    await expect(list(at(await startTls(server, false)))).rejects.toThrow(
      /not trusted: set WATCHDOG_DOCKER_CERT_PATH to a directory/,
    );
  });

  test("for another name", async () => {
    const address = at(await startTls(authority.issue("docker.example")), ours.path);
    await expect(list(address)).rejects.toThrow(
      "is for other names (DNS:docker.example): use one of them in WATCHDOG_D",
    );
    expect(standIn?.requests).toEqual([]);
  });

  test("not verified: whoever answers is believed, and that is the only difference", async () => {
    const impostor = await startTls(stranger.issue("elsewhere", -1), false);
    expect(await list(at(impostor, ours.path, { verify: false }))).toHaveLength(1);
  });

  test("of ours that the engine does not know", async () => {
    const foreign = join(directory, "foreign");
    cpSync(stranger.issue("watchdog").path, foreign, { recursive: true });
    writeFileSync(join(foreign, "ca.pem"), ours.read("ca.pem"));
    await expect(list(at(await startTls(), foreign))).rejects.toThrow(
      /does not accept our certificate|connection reset/,
    );
  });

  test("none of ours, where the engine asks for one", async () => {
    await expect(list(at(await startTls(), undefined, { verify: false }))).rejects.toThrow(
      /asks for a certificate of ours: set WATCHDOG_DOCKER_CERT_PATH|connection reset/,
    );
  });

  test("that are gone since the start, and what a key holds is never told", async () => {
    const gone = join(directory, "gone");
    cpSync(ours.path, gone, { recursive: true });
    writeFileSync(join(gone, "key.pem"), "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n");
    const failure = await list(at(await startTls(), gone)).catch((error: Error) => error.message);
    expect(failure).toMatch(/WATCHDOG_DOCKER_CERT_PATH: .*key\.pem is not PEM, or has a passphrase$/);
    expect(failure).not.toContain("hunter2");
    rmSync(gone, { recursive: true });
    await expect(list(at(standIn as StandInEngine, gone))).rejects.toThrow(/there is no .*ca\.pem/);
  });
});

describe("what else answers there, or does not", () => {
  let other: Server | undefined;
  afterEach(async () => {
    if (other !== undefined) await new Promise((resolve) => other?.close(resolve));
    other = undefined;
  });

  async function say(text: string): Promise<number> {
    const talker = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.end(text));
    });
    other = talker;
    await new Promise<void>((resolve) => talker.listen(0, "127.0.0.1", resolve));
    return (talker.address() as { port: number }).port;
  }
  const list = (address: EngineAddress): Promise<unknown> => connect(address).list();

  test("nobody", async () => {
    const { port } = await startPlain();
    await standIn?.close();
    standIn = undefined;
    await expect(list({ host: "127.0.0.1", port, tls: undefined })).rejects.toThrow(
      `nobody listens at tcp://127.0.0.1:${port}: does Docker, or the proxy before it, listen there?`,
    );
  });

  test("a name that nobody knows", async () => {
    await expect(list({ host: "docker.invalid", port: 2_375, tls: undefined })).rejects.toThrow(
      /^tcp:\/\/docker\.invalid:2375: host name .*: mend WATCHDOG_DOCKER_HOST/,
    );
  });

  test("no TLS, where we speak it", async () => {
    await expect(list(at(await startPlain(), ours.path))).rejects.toThrow("speaks no TLS: use its TLS port (2376)");
  });

  test("TLS, where we do not speak it", async () => {
    const port = await say(
      "HTTP/1.0 400 Bad Request\r\nConnection: close\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
    );
    await expect(list({ host: "127.0.0.1", port, tls: undefined })).rejects.toThrow(
      `tcp://127.0.0.1:${port} speaks TLS: set WATCHDOG_DOCKER_CERT_PATH`,
    );
  });

  test("something that is not HTTP", async () => {
    const port = await say("SSH-2.0-OpenSSH_9.2\r\n");
    await expect(list({ host: "127.0.0.1", port, tls: undefined })).rejects.toThrow("the answer is not HTTP");
  });

  test("a proxy that forbids events: it is said once, and asked seldom", async () => {
    const proxy = await startPlain();
    proxy.fault = (request, response) => {
      if (request.url?.includes("/events") !== true) return false;
      response.writeHead(403).end("Forbidden");
      return true;
    };
    const warnings: string[] = [];
    follow({ host: "127.0.0.1", port: proxy.port, tls: undefined }, warnings);
    await vi.waitFor(() => expect(proxy.requests.filter((line) => line.includes("/events")).length).toBe(3));
    expect(warnings).toEqual([expect.stringMatching(/answered 403 to GET \/events: .*EVENTS=1/)]);
    expect(await engine?.list()).toHaveLength(1);
  });
});
