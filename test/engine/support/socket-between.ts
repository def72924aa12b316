import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A socket before an engine's, over which everything goes as it is. */
export interface SocketBetween {
  readonly path: string;
  /** Hangs up on all, and on all who come. */
  cut(): void;
  mend(): void;
  /** The requests since the last call: "GET /containers/json?all=true". */
  takeRequests(): string[];
  close(): Promise<void>;
}

export async function openSocketBetween(target: string): Promise<SocketBetween> {
  const directory = await mkdtemp(join(tmpdir(), "watchdog-socket-"));
  const path = join(directory, "docker.sock");
  const sockets = new Set<Socket>();
  let requests: string[] = [];
  let isCut = false;
  const server = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const engine = connect(target);
    // Questions have no body, so each chunk of them begins with its request line.
    client.on("data", (chunk) => {
      const lines = chunk.toString("latin1").matchAll(/^([A-Z]+ \S+) HTTP\/1\.1\r$/gm);
      requests.push(...[...lines].map(([, request = ""]) => request));
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
  const cut = (): void => {
    isCut = true;
    for (const socket of sockets) socket.destroy();
  };
  return {
    path,
    cut,
    mend() {
      isCut = false;
    },
    takeRequests() {
      const taken = requests;
      requests = [];
      return taken;
    },
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
}
