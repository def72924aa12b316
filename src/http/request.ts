import type { Dispatcher } from "undici";

export interface Exchange {
  readonly method: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** More than this many bytes of (decoded or not) body end the exchange with an error. */
  readonly maxBytes: number;
  /** Total deadline, body included: aborting it ends the exchange wherever it is. */
  readonly deadline: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/**
 * One HTTP exchange over `dispatcher`, redirects not followed, bodies not decompressed (none is asked for).
 *
 * @throws what undici throws (`code` tells where it failed), the deadline's reason, or an Error about `maxBytes`
 */
export async function request(dispatcher: Dispatcher, url: URL, exchange: Exchange): Promise<Answer> {
  const { username, password } = url;
  const authorization =
    username === "" ? {} : { authorization: `Basic ${Buffer.from(decode(username, password)).toString("base64")}` };
  const { statusCode, headers, body } = await dispatcher.request({
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: exchange.method,
    headers: { "accept-encoding": "identity", ...authorization, ...exchange.headers },
    body: exchange.body ?? null,
    signal: exchange.deadline,
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  // undici ties `signal` to the body too, so a server that drips is cut off by the same deadline.
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > exchange.maxBytes) throw new Error(`the answer is longer than ${exchange.maxBytes} bytes`);
    chunks.push(chunk);
  }
  return { status: statusCode, headers, body: Buffer.concat(chunks) };
}

function decode(username: string, password: string): string {
  return `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
}
