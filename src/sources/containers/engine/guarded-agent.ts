import { Agent, type ClientRequest, type IncomingMessage, type RequestOptions } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { inspect } from "node:util";
import { type EngineAddress, writeAddress } from "../../../config/engine-address.ts";
import { Failure } from "../../../http/failure.ts";
import { openConnection } from "./open-connection.ts";

/** What one request may cost. */
export interface RequestLimits {
  /** Total deadline of one request, body included, in milliseconds. */
  readonly timeoutMs: number;
  /** The most bytes of one answer, head included. */
  readonly maxBytes: number;
  /** The answer goes on without end: no deadline, `maxBytes` are those of its head, and the rest is the reader's to bound. */
  readonly endless?: boolean;
}

/** At most this many requests are under way at once; further ones wait their turn while their deadline runs. */
export const MAX_SOCKETS = 8;
/** An idle connection is asked for a sign of life this often, so that no firewall between forgets it. */
const PROBE_IDLE_MS = 30_000;

/** An optional API version, then one of the few paths that only read and leak nothing; ids as Docker itself writes them. */
const READABLE_PATH =
  /^(?:\/v1\.\d{1,3})?\/(?:_ping|version|info|events|containers\/json|containers\/[0-9a-f]{12,64}\/(?:json|stats)|volumes|system\/df)$/;
const PING_PATH = /^(?:\/v1\.\d{1,3})?\/_ping$/;
/** What would make more of a GET than a question: a hijacked connection, or a body. */
const WRITING_HEADERS = ["upgrade", "content-length", "transfer-encoding", "expect"];

/** Whether a request only reads. `path` may carry a query string; what stands in it changes nothing. */
export function isReadOnly(method: string, path: string): boolean {
  const question = path.indexOf("?");
  const pathname = question === -1 ? path : path.slice(0, question);
  return method === "GET" ? READABLE_PATH.test(pathname) : method === "HEAD" && PING_PATH.test(pathname);
}

/** A request that was not sent because it is not among those that only read. */
export class RefusedRequest extends Error {
  override readonly name = "RefusedRequest";
}

/** No complete answer came before the deadline. */
export class NoAnswerInTime extends Failure {
  override readonly name = "NoAnswerInTime";
}

/**
 * The only way to Docker. Whoever opens its socket may do everything, and a read-only mount of it restricts nothing; so what
 * may be asked is decided here, below every library: anything that is not on the list is refused before a byte is sent.
 * It also keeps each request within its limits and makes an answer that breaks off an error.
 */
export class GuardedAgent extends Agent {
  /** What a request says as its `socketPath`, whatever kind of connection that means: the agent opens it, nobody else. */
  readonly door: string;
  /** The `Host` header, for proxies that serve more than Docker. */
  readonly host: string;
  readonly #address: EngineAddress;
  readonly #limits: RequestLimits;

  constructor(address: EngineAddress, limits: RequestLimits) {
    super({ keepAlive: true, keepAliveMsecs: PROBE_IDLE_MS, maxSockets: MAX_SOCKETS, maxFreeSockets: MAX_SOCKETS });
    this.door = writeAddress(address);
    this.host = "socketPath" in address ? "localhost" : this.door.replace(/^\w+:\/\//, "");
    this.#address = address;
    this.#limits = limits;
  }

  /** Called by Node where no idle connection is left. What it cannot open is the request's error. */
  override createConnection(
    _options: unknown,
    done?: (error: Error | null, socket: Duplex) => void,
  ): Duplex | undefined {
    try {
      const socket = openConnection(this.#address);
      if (this.#limits.endless === true) socket.setKeepAlive(true, PROBE_IDLE_MS);
      return socket;
    } catch (error) {
      (done as ((error: unknown) => void) | undefined)?.(error);
      return undefined;
    }
  }

  /** Closes idle connections. @param kept how many may stay */
  closeIdle(kept = 0): void {
    const idle = Object.values(this.freeSockets).flatMap((sockets) => sockets ?? []);
    for (const socket of idle.slice(kept)) socket.destroy();
  }

  /** `http.request` calls it for every request before it connects. Throws {@link RefusedRequest}. */
  addRequest(request: ClientRequest, options: RequestOptions, ...rest: unknown[]): void {
    const { method, path } = request;
    if (options.socketPath !== this.door) throw new RefusedRequest(`the guard speaks to ${this.door} only`);
    if (!isReadOnly(method, path) || WRITING_HEADERS.some((name) => request.hasHeader(name))) {
      throw new RefusedRequest(`the read-only guard refused ${method} ${path.slice(0, 200)}`);
    }
    // The head is written later: what was checked is what must be sent.
    Object.defineProperty(request, "method", { value: method, writable: false });
    Object.defineProperty(request, "path", { value: path, writable: false });
    limitRequest(request, this.#limits);
    // To work out that there is none, Node would compile a regular expression for 5 ms.
    const known = { servername: "", ...options };
    // Not in Node's types, though every custom agent rests on it.
    (Agent.prototype as unknown as GuardedAgent).addRequest.call(this, request, known, ...rest);
  }

  /** docker-modem inspects its options to unlimited depth at each request; without this that walks all sockets. */
  [inspect.custom](): string {
    return "GuardedAgent {}";
  }
}

function limitRequest(request: ClientRequest, { timeoutMs, maxBytes, endless = false }: RequestLimits): void {
  let response: IncomingMessage | undefined;
  let failed = false;
  const giveUp = (): void =>
    void request.destroy(new NoAnswerInTime((texts) => texts.notCompleteWithin(timeoutMs / 1_000)));
  const timer = endless ? undefined : setTimeout(giveUp, timeoutMs);
  request.once("error", () => {
    failed = true;
  });
  // First of all who listen: docker-modem follows redirects, over TCP and past this agent.
  request.prependOnceListener("response", (answer: IncomingMessage) => {
    response = answer;
    delete answer.headers.location;
  });
  request.once("socket", (socket: Socket) => {
    const before = socket.bytesRead;
    // Bytes of the connection, not of the body: endless headers or interim answers count too.
    const countBytes = (): void => {
      if (socket.bytesRead - before <= maxBytes || (endless && response !== undefined)) return;
      request.destroy(new Failure((texts) => texts.tooLong(maxBytes)));
    };
    socket.on("data", countBytes);
    request.once("close", () => socket.off("data", countBytes));
  });
  request.once("close", () => {
    clearTimeout(timer);
    // Node reports an answer that breaks off to nobody who listens for errors of the request.
    if (!failed && response?.complete !== true) {
      request.emit("error", new Failure((texts) => texts.incomplete));
    }
  });
}
