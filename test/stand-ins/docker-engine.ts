import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** One container of the stand-in. What is left out is as for one that has been running well for three days. */
export interface StandInContainer {
  readonly id: string;
  readonly name: string;
  readonly image?: string;
  readonly state?: string;
  readonly status?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly networkMode?: string;
  readonly createdS?: number;
  readonly exitCode?: number;
  readonly oomKilled?: boolean;
  readonly health?: string;
  readonly error?: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly restartCount?: number;
  readonly restartPolicy?: string;
  /** Output of the last health probe, which failed. */
  readonly probeOutput?: string;
  /** What `inspect` says of its limits. */
  readonly hostConfig?: Readonly<Record<string, unknown>>;
  /** The answer to `/stats`. */
  readonly stats?: unknown;
}

/** One event as Docker tells it; what is left out is as for a container called "api". */
export interface StandInEvent {
  readonly action: string;
  readonly id?: string;
  readonly name?: string;
  readonly at?: number;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Versions 1.`min` to 1.`max`. */
export interface ApiRange {
  readonly min: number;
  readonly max: number;
}

/** Answers one request in its own way; `false`: not this one. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A Docker engine of which everything but its answers is real: HTTP over a unix socket. It records every request. */
export interface StandInEngine {
  readonly socketPath: string;
  /** Where it listens on TCP. */
  readonly port: number;
  /** "GET /containers/json?all=true", in the order of arrival. */
  readonly requests: readonly string[];
  /** How many follow the events. */
  followers(): number;
  /** Tells an event to those who follow. */
  emit(event: StandInEvent): void;
  /** Writes anything to those who follow. */
  emitText(text: string): void;
  /** Hangs up on those who follow. */
  cutEvents(): void;
  /** How many connections are open. */
  connections(): number;
  /** How many were ever opened. */
  opened(): number;
  /** Hangs up on connections that nothing is asked over. */
  cutIdle(): void;
  /** Headers of every answer, as other engines and proxies send them. */
  headers: Readonly<Record<string, string>>;
  /** Which versions of the API it speaks, as Docker tells and refuses them; `undefined`: it tells none, and takes any. */
  api: ApiRange | undefined;
  /** What the next answers tell of. */
  containers: readonly StandInContainer[];
  /** The names of the volumes that no container uses. */
  danglingVolumes: readonly string[];
  /** What goes wrong, if anything. */
  fault: Fault | undefined;
  /** Forgets the requests so far. */
  clear(): void;
  close(): Promise<void>;
}

/** @param on TCP instead of a unix socket; with TLS, where that says how */
export async function startDockerEngine(
  containers: readonly StandInContainer[] = [],
  on?: "tcp" | ServerOptions,
): Promise<StandInEngine> {
  const directory = await mkdtemp(join(tmpdir(), "docker-engine-"));
  const socketPath = join(directory, "docker.sock");
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  const followers = new Set<ServerResponse>();
  const busy = new Set<Socket>();
  let opened = 0;
  const emitText = (text: string): void => {
    for (const follower of followers) follower.write(text);
  };
  const engine: StandInEngine = {
    socketPath,
    requests,
    get port() {
      return (server.address() as AddressInfo).port;
    },
    connections: () => sockets.size,
    opened: () => opened,
    cutIdle() {
      for (const socket of sockets) if (!busy.has(socket)) socket.destroy();
    },
    api: undefined,
    headers: {},
    followers: () => followers.size,
    emit: (event) => emitText(eventLine(event)),
    emitText,
    cutEvents() {
      for (const follower of followers) follower.destroy();
    },
    containers,
    danglingVolumes: [],
    fault: undefined,
    clear: () => requests.splice(0),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push(`${request.method} ${request.url}`);
    busy.add(request.socket);
    for (const [name, value] of Object.entries(engine.headers)) response.setHeader(name, value);
    response.once("close", () => busy.delete(request.socket));
    if (engine.fault?.(request, response) === true) return;
    if (engine.api !== undefined) {
      response.setHeader("Api-Version", `1.${engine.api.max}`);
      const message = refusalOf(engine.api, request.url ?? "");
      if (message !== undefined) {
        response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify({ message }));
        return;
      }
    }
    request.url = request.url?.replace(VERSION_PREFIX, "");
    if (!request.url?.startsWith("/events?")) {
      answer(engine, request, response);
      return;
    }
    if (request.url.includes("until=")) {
      response.end();
      return;
    }
    followers.add(response);
    response.once("close", () => followers.delete(response));
    response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
  };
  const server = typeof on === "object" ? createTlsServer(on, handle) : createServer(handle);
  server.on(typeof on === "object" ? "secureConnection" : "connection", (socket: Socket) => {
    opened += 1;
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
  });
  if (on === undefined) await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  else await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return engine;
}

const VERSION_PREFIX = /^\/v1\.(\d+)(?=\/)/;

/** In Docker's words; `undefined`: it speaks that version, or none was named. */
export function refusalOf({ min, max }: ApiRange, url: string): string | undefined {
  const minor = VERSION_PREFIX.exec(url)?.[1];
  if (minor === undefined) return undefined;
  if (Number(minor) < min) {
    return `client version 1.${minor} is too old. Minimum supported API version is 1.${min}, please upgrade your client to a newer version`;
  }
  return Number(minor) > max
    ? `client version 1.${minor} is too new. Maximum supported API version is 1.${max}`
    : undefined;
}

/** As a real engine writes it, with some of what the watchdog must not keep. */
export function eventLine({
  action,
  id = idOf(1),
  name = "api",
  at = Date.now(),
  attributes = {},
}: StandInEvent): string {
  const Attributes = { image: "shop/api:1.2", name, ...attributes };
  const timeNano = Math.round(at * 1e6);
  const event = { status: action, id, Type: "container", Action: action, Actor: { ID: id, Attributes } };
  return `${JSON.stringify({ ...event, scope: "local", time: Math.floor(at / 1_000), timeNano })}\n`;
}

function answer(engine: StandInEngine, request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url ?? "/", "http://docker");
  if (pathname === "/_ping") {
    response.end("OK");
    return;
  }
  const [status, body] = answerTo(pathname, engine);
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** What the stand-in's host has. */
export const HOST = { NCPU: 4, MemTotal: 8 * 2 ** 30 };

function answerTo(pathname: string, engine: StandInEngine): [status: number, body: unknown] {
  const { containers } = engine;
  if (pathname === "/info") return [200, HOST];
  if (pathname === "/volumes") {
    return [200, { Volumes: engine.danglingVolumes.map((Name) => ({ Name, Driver: "local" })), Warnings: null }];
  }
  const measured = /^\/containers\/([^/]+)\/stats$/.exec(pathname)?.[1];
  if (measured !== undefined) {
    const found = containers.find((one) => one.id === measured);
    return found === undefined ? [404, { message: "No such container" }] : [200, found.stats ?? {}];
  }
  if (pathname === "/version") return [200, { Version: "99.1.2", ApiVersion: "1.99", MinAPIVersion: "1.44" }];
  if (pathname === "/containers/json") return [200, containers.map(listEntry)];
  const id = /^\/containers\/([^/]+)\/json$/.exec(pathname)?.[1];
  const container = containers.find((one) => one.id === id);
  return container === undefined ? [404, { message: `No such container: ${id}` }] : [200, inspection(container)];
}

/** As Docker lists it, with some of what the watchdog must not keep. */
export function listEntry(container: StandInContainer): Record<string, unknown> {
  const { id, name, state = "running", status = "Up 3 days", labels = {}, createdS = 1_700_000_000 } = container;
  return {
    Id: id,
    Names: [`/${name}`],
    Image: container.image ?? "shop/api:1.2",
    Command: "server --password=secret",
    Created: createdS,
    Labels: labels,
    State: state,
    Status: status,
    HostConfig: { NetworkMode: container.networkMode ?? "default" },
  };
}

export function inspection(container: StandInContainer): Record<string, unknown> {
  const { id, name, state = "running", health } = container;
  return {
    Id: id,
    Name: `/${name}`,
    RestartCount: container.restartCount ?? 0,
    State: {
      Status: state,
      Running: state === "running" || state === "restarting" || state === "paused",
      Restarting: state === "restarting",
      OOMKilled: container.oomKilled ?? false,
      ExitCode: container.exitCode ?? 0,
      Error: container.error ?? "",
      StartedAt: container.startedAt ?? "2026-01-01T00:00:00.123456789Z",
      FinishedAt: container.finishedAt ?? "0001-01-01T00:00:00Z",
      ...(health !== undefined && {
        Health: {
          Status: health,
          FailingStreak: 3,
          Log: [{ ExitCode: 1, Output: container.probeOutput ?? "secret" }],
        },
      }),
    },
    HostConfig: {
      RestartPolicy: { Name: container.restartPolicy ?? "no", MaximumRetryCount: 0 },
      ...container.hostConfig,
    },
    Config: { Env: ["TOKEN=secret"], Cmd: ["server", "--password=secret"] },
  };
}

/** 64 hexadecimal digits, another for each number. */
export function idOf(number: number): string {
  return number.toString(16).padStart(12, "a").padEnd(64, "0");
}

/** Ways in which an engine, or whatever sits on its socket, misbehaves. */
export const FAULTS = {
  /** Takes the request and never answers. */
  hangs: () => true,
  /** Sends a byte now and then, for ever. */
  drips: (_request, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(" "), 10);
    response.once("close", () => clearInterval(timer));
    return true;
  },
  /** Sends as fast as it is read, for ever. */
  neverEnds: (_request, response) => {
    response.writeHead(200);
    const write = (): void => {
      while (response.write("[".repeat(65_536)));
    };
    response.on("drain", write);
    write();
    return true;
  },
  /** Breaks off in the middle of a body of known length. */
  truncates: (_request, response) => {
    response.writeHead(200, { "content-length": "1000" });
    response.write('[{"Id":', () => response.destroy());
    return true;
  },
  /** Breaks off in the middle of a chunked body. */
  truncatesChunks: (_request, response) => {
    response.writeHead(200);
    response.write("[]", () => response.destroy());
    return true;
  },
  /** Hangs up without an answer. */
  hangsUp: (_request, response) => {
    response.destroy();
    return true;
  },
  /** Answers with an upgrade that nobody asked for. */
  upgrades: (request) => {
    request.socket.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: tcp\r\nconnection: upgrade\r\n\r\n");
    return true;
  },
  /** Sends interim answers, for ever. */
  onlyContinues: (_request, response) => {
    const timer = setInterval(() => {
      for (let count = 0; count < 4_000; count++) response.writeContinue();
    }, 1);
    response.once("close", () => clearInterval(timer));
    return true;
  },
  isHtml: (_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<html><body>Welcome to nginx</body></html>");
    return true;
  },
  isEmpty: (_request, response) => {
    response.writeHead(200).end();
    return true;
  },
  fails: (_request, response) => {
    response.writeHead(500).end('{"message":"driver failed"}');
    return true;
  },
  forbids: (_request, response) => {
    response.writeHead(403).end("Forbidden");
    return true;
  },
} satisfies Record<string, Fault>;

/** The same fault for those requests alone whose URL matches. */
export function only(pattern: RegExp, fault: Fault): Fault {
  return (request, response) => pattern.test(request.url ?? "") && fault(request, response);
}
