import { connect, type TcpNetConnectOpts } from "node:net";
import type { Connection } from "../../http/connection.ts";
import { failureCode } from "../../http/explain-failure.ts";
import { BrokenAnswer, request } from "../../http/request.ts";

const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Asks once and reads the answer to its end.
 *
 * @returns the status, of whatever kind; a redirect is an answer and not followed
 * @throws what `request` throws
 */
export async function pingHttp(connection: Connection, url: URL, deadline: AbortSignal): Promise<number> {
  const exchange = { method: "GET", maxBytes: MAX_BYTES, discardBody: true, deadline } as const;
  const stop = (): void => connection.stopConnecting();
  deadline.addEventListener("abort", stop, { once: true });
  const openedBefore = connection.opened;
  try {
    return (await request(connection.dispatcher, url, exchange)).status;
  } catch (thrown) {
    // A server may close an idle connection just as it is used again; that says nothing about the server
    // (https://www.rfc-editor.org/rfc/rfc9112#section-9.3.1). A new connection tells.
    if (connection.opened !== openedBefore || !closedUnanswered(thrown)) throw thrown;
    return (await request(connection.dispatcher, url, exchange)).status;
  } finally {
    deadline.removeEventListener("abort", stop);
  }
}

function closedUnanswered(thrown: unknown): boolean {
  return !(thrown instanceof BrokenAnswer) && ["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"].includes(failureCode(thrown));
}

/** Connects and closes. @throws what Node's net throws, or the deadline's reason */
export function pingTcp(target: TcpNetConnectOpts, deadline: AbortSignal): Promise<void> {
  if (deadline.aborted) return Promise.reject(deadline.reason);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect(target);
  const stop = (): void => {
    reject(deadline.reason);
    socket.destroy();
  };
  deadline.addEventListener("abort", stop, { once: true });
  socket.on("connect", () => {
    // To a port of this machine on which nobody listens, TCP may connect a socket to itself: the port that the kernel
    // picks at our end can be the very one.
    const toItself = socket.localPort === socket.remotePort && socket.localAddress === socket.remoteAddress;
    if (toItself) reject(Object.assign(new Error("connected to itself"), { code: "ECONNREFUSED" }));
    else resolve();
    socket.destroy();
  });
  socket.on("error", reject);
  socket.on("close", () => deadline.removeEventListener("abort", stop));
  return promise;
}
