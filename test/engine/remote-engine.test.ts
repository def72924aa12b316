import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createEngine, pingEngine } from "../../src/sources/containers/engine/engine.ts";
import { EventRecord } from "../../src/sources/containers/events/event-facts.ts";
import { EventStream } from "../../src/sources/containers/events/events.ts";
import { type CertificateDirectory, createAuthority } from "../stand-ins/certificates.ts";
import { docker, ENGINE_SOCKET } from "./support/engine.ts";
import { importBusybox } from "./support/stand-in-images.ts";

const PREFIX = `watchdog-remote-${process.pid}`;

/** TLS as dockerd's --tlsverify speaks it, before the engine that the tests have. */
describe.skipIf(ENGINE_SOCKET === undefined)("a real engine over TLS", () => {
  let directory: string;
  let ours: CertificateDirectory;
  let front: Server;
  const sockets = new Set<Socket>();

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "remote-engine-"));
    const authority = createAuthority(join(directory, "authority"));
    const server = authority.issue("localhost");
    ours = authority.issue("watchdog");
    const [key, cert, ca] = [server.read("key.pem"), server.read("cert.pem"), server.read("ca.pem")];
    front = createServer({ key, cert, ca, requestCert: true, rejectUnauthorized: true }, (outer) => {
      const inner = connect({ path: ENGINE_SOCKET ?? "" });
      for (const socket of [outer, inner]) {
        sockets.add(socket);
        socket.on("error", () => undefined);
        socket.on("close", () => {
          outer.destroy();
          inner.destroy();
        });
      }
      outer.pipe(inner).pipe(outer);
    });
    await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
    await importBusybox(`${PREFIX}:1`);
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => front.close(resolve));
    rmSync(directory, { recursive: true });
    await docker("rm", "--force", PREFIX).catch(() => undefined);
    await docker("rmi", "--force", `${PREFIX}:1`).catch(() => undefined);
  });

  const settings = () => ({
    address: {
      host: "localhost",
      port: (front.address() as AddressInfo).port,
      tls: { certPath: ours.path, verify: true },
    },
    timeoutMs: 10_000,
  });

  test("it is asked in a version that it speaks, and a crash is told by its events", async () => {
    const { askedIn, apiVersion, eventsStatus } = await pingEngine(settings());
    expect([askedIn, eventsStatus]).toEqual([Number(apiVersion.slice(2)) > 44 ? "1.44" : apiVersion, 200]);
    const engine = createEngine(settings());
    const nudge = vi.fn();
    const stream = new EventStream(
      {
        address: settings().address,
        engine,
        warn: () => undefined,
        record: new EventRecord(),
        isWatched: (name) => name === PREFIX,
        startedAt: Date.now(),
        lookBackMs: 0,
        clock: { wallNow: Date.now, after: () => () => undefined },
        random: Math.random,
      },
      nudge,
    );
    await docker("run", "--name", PREFIX, "--network", "none", `${PREFIX}:1`, "sh", "-c", "exit 4").catch(
      () => undefined,
    );
    await vi.waitFor(() => expect(nudge).toHaveBeenCalledTimes(2), { timeout: 10_000 });
    const listed = (await engine.list()) as { Id: string; Names: string[] }[];
    const id = listed.find(({ Names }) => Names.includes(`/${PREFIX}`))?.Id ?? "";
    expect(await engine.inspect(id)).toMatchObject({ State: { ExitCode: 4 } });
    stream.stop();
    engine.disconnect();
  });
});
