import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { onTestFinished } from "vitest";

/** A server of one test, on 127.0.0.1; it goes away with the test. */
export interface TestServer {
  readonly port: number;
  /** How many connections it has taken. */
  connections(): number;
  /** How many requests have begun to arrive. */
  requests(): number;
  /** Resolves once no connection is open. */
  quiet(): Promise<void>;
  /** Cuts every open connection. */
  cut(): void;
}

/** What a server does with a request: its text, as far as one segment held it, and its number (from 1) on its connection. */
export type Behaviour = (socket: Socket, asked: { readonly text: string; readonly nth: number }) => void;

export function answer(body: string, head = "HTTP/1.1 200 OK"): string {
  return `${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** @param behave nothing by default: the connection is accepted and never answered */
export function serve(behave: Behaviour = () => {}): Promise<TestServer> {
  return listen(createServer(), "connection", behave);
}

/** @param certificate of those in test/fixtures/tls */
export function serveTls(certificate: "localhost" | "elsewhere", behave: Behaviour): Promise<TestServer> {
  const options = { key: readTls(`${certificate}.key`), cert: readTls(`${certificate}.cert`) };
  return listen(createTlsServer(options), "secureConnection", behave);
}

export function readTls(file: string): string {
  return readFileSync(new URL(`../fixtures/tls/${file}`, import.meta.url), "utf8");
}

async function listen(server: Server, event: string, behave: Behaviour): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  let requests = 0;
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      if (sockets.size === 0) server.emit("quiet");
    });
  });
  server.on(event, (socket: Socket) => {
    let nth = 0;
    socket.on("error", () => {});
    socket.on("data", (text) => {
      requests += 1;
      nth += 1;
      behave(socket, { text: String(text), nth });
    });
  });
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    server.close();
    cut();
  });
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    requests: () => requests,
    async quiet() {
      if (sockets.size > 0) await once(server, "quiet");
    },
    cut,
  };
}

/** A port of 127.0.0.1 on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Writes `piece` every few milliseconds, for ever. */
export function drip(socket: Socket, piece: string): void {
  const timer = setInterval(() => socket.write(piece), 5);
  socket.on("close", () => clearInterval(timer));
}

/** Writes `piece` as fast as it is taken, for ever. */
export function flood(socket: Socket, piece: Buffer): void {
  const pour = (): void => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on("drain", pour);
  pour();
}

/** A name lookup that never ends, as of a dead name server. */
export const hungLookup = (): void => {};
