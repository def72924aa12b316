import type { LookupFunction, Socket } from "node:net";
import { buildConnector, Client, type Dispatcher } from "undici";

/**
 * A connection is renewed after this many requests, so that a host name that has moved is noticed and a server that
 * takes no new connections is not asked through an old one for ever.
 */
const MAX_REQUESTS_PER_CONNECTION = 20;
/** As long as undici allows: the server, which knows better, closes an idle connection first. */
const KEEP_ALIVE_MS = 600_000;

/** At most one HTTP/1.1 connection to one origin, kept alive, and opened again when it is needed and gone. */
export interface Connection {
  readonly dispatcher: Dispatcher;
  /** How often it was opened (or tried to): when a request has not raised it, it went over an old connection. */
  readonly opened: number;
  /** Ends an attempt to connect that is still under way, wherever it is; an open connection is left alone. */
  stopConnecting(): void;
  close(): Promise<void>;
}

/** How sockets are opened where the machine's own way is not wanted. */
export interface SocketOptions {
  /** Instead of the system's name lookup. */
  readonly lookup?: LookupFunction;
  /** The only certificates to trust, as PEM. */
  readonly ca?: string;
}

export function createConnection(origin: string, options: SocketOptions = {}): Connection {
  // No timer of its own: whoever asks has a deadline and stops the attempt.
  const connector = buildConnector({ ...options, allowH2: false, timeout: 0 });
  let opened = 0;
  let connecting: Socket | undefined;
  const client = new Client(origin, {
    connect(target, done) {
      opened += 1;
      const socket = connector(target, (...result) => {
        connecting = undefined;
        done(...result);
      });
      // The connector does return its socket, which its type does not tell.
      connecting = socket as unknown as Socket | undefined;
    },
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxRequestsPerClient: MAX_REQUESTS_PER_CONNECTION,
  });
  return {
    dispatcher: client,
    get opened() {
      return opened;
    },
    stopConnecting: () => connecting?.destroy(new Error("connecting took too long")),
    close: () => client.destroy(),
  };
}
