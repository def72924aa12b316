import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import type { GuardedAgent } from "./guarded-agent.ts";

/** What came back, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A kept-alive connection turned out to be closed already: the other side has not begun to answer, and may be asked again. */
export class StaleConnection extends Error {
  override readonly name = "StaleConnection";
}

/** One request over the guarded agent, whose limits hold. Rejects with whatever came between, a {@link StaleConnection} too. */
export function ask(agent: GuardedAgent, method: string, path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ agent, socketPath: agent.door, method, path, headers: { host: agent.host } });
    let socket: Socket | undefined;
    let bytesBefore = 0;
    asked.once("socket", (given) => {
      socket = given;
      bytesBefore = given.bytesRead;
    });
    asked.on("error", (error: NodeJS.ErrnoException) => {
      const isSilent = asked.reusedSocket && socket?.bytesRead === bytesBefore;
      const isClosed = error.code === "ECONNRESET" || error.code === "EPIPE";
      reject(isSilent && isClosed ? new StaleConnection("the connection was closed", { cause: error }) : error);
    });
    asked.once("response", (response) => {
      readText(response).then(
        (text) => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        () => undefined, // The agent makes it an error of the request.
      );
    });
    asked.end();
  });
}

/** Events cost a fraction of what an asynchronous iteration does. */
function readText(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    response.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.once("error", reject);
    response.once("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
  });
}
