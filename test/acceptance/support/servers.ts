import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { fileURLToPath } from "node:url";

/** A server on 127.0.0.1 that can be taken away and come back on the same port. */
export interface LocalServer {
  readonly port: number;
  /** How many connections it has taken. */
  readonly connections: number;
  /** Refuses connections and drops those that stand. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

/** Below the ports that Linux hands out by itself; each worker of vitest has its own, or one would take what another has let go. */
const FIRST_PORT = 20_000 + 3_000 * ((Number(process.env.VITEST_POOL_ID ?? 1) - 1) % 4);
const PORTS = 3_000;
const handedOut = new Set<number>();

/**
 * Starts something on a port that nobody else will be given while it is away.
 *
 * @param start rejects where the port is taken
 */
export async function onFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if (handedOut.has(port)) continue;
    try {
      const started = await start(port);
      handedOut.add(port);
      return started;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    }
  }
}

const TLS_DIRECTORY = new URL("../../fixtures/tls/", import.meta.url);
/** For NODE_EXTRA_CA_CERTS. */
export const CERTIFICATE_PATH = fileURLToPath(new URL("localhost.cert", TLS_DIRECTORY));

export function startHttp(listener: RequestListener): Promise<LocalServer> {
  return serveLocally(createHttpServer(listener));
}

export function startHttps(listener: RequestListener): Promise<LocalServer> {
  const key = readFileSync(new URL("localhost.key", TLS_DIRECTORY));
  return serveLocally(createHttpsServer({ key, cert: readFileSync(CERTIFICATE_PATH) }, listener));
}

/** @param onConnection nothing by default: the connection is accepted and never answered */
export function startTcp(onConnection: (socket: Socket) => void = () => {}): Promise<LocalServer> {
  return serveLocally(createTcpServer(onConnection));
}

async function serveLocally(server: Server): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  const listen = async (port: number) => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  const goAway = async () => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const port = await onFreePort(async (candidate) => {
    await listen(candidate);
    return candidate;
  });
  return {
    port,
    get connections() {
      return connections;
    },
    goAway,
    comeBack: () => listen(port),
    close: goAway,
  };
}
