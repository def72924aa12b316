import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ListenAddress } from "../config/kinds.ts";
import { explainFailure } from "../http/explain-failure.ts";
import type { Health } from "./assess-health.ts";

export interface Face {
  /** The port that is listened on, also where 0 was asked for. */
  readonly port: number;
  close(): Promise<void>;
}

export interface FaceParts {
  readonly listen: ListenAddress;
  readonly health: () => Health;
  readonly status: () => object;
}

/**
 * Serves the watchdog's own read-only HTTP face.
 *
 * @throws when the address cannot be listened on
 */
export async function serveFace(parts: FaceParts): Promise<Face> {
  // A guest on somebody's server: slow or idle clients are let go soon, and few are let in.
  const patience = { requestTimeout: 5_000, headersTimeout: 5_000, connectionsCheckingInterval: 1_000 };
  const server = createServer(patience, (request, response) => answer(parts, request, response));
  server.maxConnections = 64;
  await listen(server, parts.listen);
  // An error after that (too many open files) must not end the process.
  server.on("error", () => {});
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, { host, port }: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function answer(parts: FaceParts, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== "GET" && request.method !== "HEAD") {
    send(request, response, 405, { error: "only GET and HEAD" }, { allow: "GET, HEAD" });
    return;
  }
  const path = (request.url ?? "/").split("?", 1)[0];
  try {
    if (path === "/healthz") {
      const health = parts.health();
      send(request, response, health.healthy ? 200 : 503, health);
    } else if (path === "/api/status") send(request, response, 200, { health: parts.health(), ...parts.status() });
    else send(request, response, 404, { error: "expected /healthz or /api/status" });
  } catch (thrown) {
    // A fault of our own: whoever asks shall not wait for an answer that never comes.
    send(request, response, 500, { error: `internal fault: ${explainFailure(thrown)}` });
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    ...headers,
  });
  response.end(request.method === "HEAD" ? undefined : text);
}
