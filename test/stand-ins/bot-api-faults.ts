import type { ServerResponse } from "node:http";

/**
 * How the stand-in misbehaves towards one request. Plain data, so that it can be posted to a stand-in in another process.
 * `accept` lets the message through all the same: the sender cannot know.
 */
export type Fault = (
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly body: string;
      readonly headers?: Record<string, string>;
    }
  /** Never answers. */
  | { readonly kind: "hang"; readonly accept?: boolean }
  /** Reads the request, then resets the connection. */
  | { readonly kind: "reset"; readonly accept?: boolean }
  /** Answers one byte at a time. */
  | { readonly kind: "drip"; readonly everyMs: number; readonly accept?: boolean }
  /** Begins a good answer and breaks off in its middle. */
  | { readonly kind: "truncate"; readonly accept?: boolean }
  /** Answers without end. */
  | { readonly kind: "endless"; readonly accept?: boolean }
) & {
  /** The method whose request it hits; "sendMessage" if not given. */
  readonly on?: string;
};

const JSON_TYPE = { "content-type": "application/json" };

function json(status: number, body: unknown, headers: Record<string, string> = {}): Fault {
  return { kind: "answer", status, body: JSON.stringify(body), headers: { ...JSON_TYPE, ...headers } };
}

/** A refusal as the Bot API writes it. */
export function refusal(code: number, description: string, parameters?: unknown): Fault {
  return json(code, { ok: false, error_code: code, description, ...(parameters === undefined ? {} : { parameters }) });
}

export const FAULTS = {
  /** @param retryAfter any JSON value; `undefined` leaves the field out @param header a `Retry-After` header */
  tooManyRequests(retryAfter?: unknown, header?: string): Fault {
    const description = `Too Many Requests: retry after ${retryAfter}`;
    const parameters = retryAfter === undefined ? {} : { parameters: { retry_after: retryAfter } };
    const headers = header === undefined ? {} : { "retry-after": header };
    return json(429, { ok: false, error_code: 429, description, ...parameters }, headers);
  },
  badGateway: {
    kind: "answer",
    status: 502,
    body: "<html><head><title>502 Bad Gateway</title></head></html>",
    headers: { "content-type": "text/html" },
  },
  gatewayTimeout: { kind: "answer", status: 504, body: "<html>504</html>", headers: { "content-type": "text/html" } },
  internalError: refusal(500, "Internal Server Error"),
  /** What a second poller does to a getUpdates. */
  conflict: {
    ...refusal(
      409,
      "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    ),
    on: "getUpdates",
  },
  notOk: json(200, { ok: false }),
  empty: { kind: "answer", status: 200, body: "", headers: JSON_TYPE },
  redirect: { kind: "answer", status: 302, body: "", headers: { location: "http://127.0.0.1:9/" } },
  hang: { kind: "hang" },
  reset: { kind: "reset" },
  drip: { kind: "drip", everyMs: 20 },
  truncate: { kind: "truncate" },
  endless: { kind: "endless" },
} as const satisfies Record<string, Fault | ((...args: never[]) => Fault)>;

const CHUNK = Buffer.alloc(64 * 1024, 0x20);

/** @param good the body that a sound answer would have */
export function misbehave(fault: Fault, response: ServerResponse, good: string): void {
  switch (fault.kind) {
    case "answer":
      response.writeHead(fault.status, fault.headers).end(fault.body);
      return;
    case "hang":
      return;
    case "reset":
      response.req.socket.resetAndDestroy();
      return;
    case "truncate":
      response.writeHead(200, { ...JSON_TYPE, "content-length": Buffer.byteLength(good) });
      response.write(good.slice(0, 8), () => response.destroy());
      return;
    case "drip":
      response.writeHead(200, JSON_TYPE);
      drip(response, good, fault.everyMs);
      return;
    case "endless":
      response.writeHead(200, JSON_TYPE);
      flood(response);
  }
}

function drip(response: ServerResponse, text: string, everyMs: number): void {
  let sent = 0;
  const timer = setInterval(() => {
    response.write(text.slice(sent, ++sent));
    if (sent === text.length) response.end();
  }, everyMs);
  response.on("close", () => clearInterval(timer));
}

function flood(response: ServerResponse): void {
  while (!response.destroyed && response.write(CHUNK));
  if (!response.destroyed) response.once("drain", () => flood(response));
}
