import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A socket before an engine's, over which everything goes as it is. */
export interface CountingSocket {
  readonly path: string;
  /** The requests since the last call, "GET /containers/json?all=true". */
  take(): string[];
  close(): Promise<void>;
}

/** Counts what is asked of a real engine. Questions have no body, so each chunk of them begins with its request line. */
export async function openCountingSocket(target: string): Promise<CountingSocket> {
  const directory = await mkdtemp(join(tmpdir(), "watchdog-bench-"));
  const path = join(directory, "docker.sock");
  const sockets = new Set<Socket>();
  let requests: string[] = [];
  const server = createServer((client) => {
    const engine = connect(target);
    client.on("data", (chunk) => {
      for (const [, request = ""] of chunk.toString("latin1").matchAll(/^([A-Z]+ \S+) HTTP\/1\.1\r$/gm)) {
        requests.push(request);
      }
    });
    for (const [socket, other] of [
      [client, engine],
      [engine, client],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.once("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    path,
    take() {
      const taken = requests;
      requests = [];
      return taken;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
}
