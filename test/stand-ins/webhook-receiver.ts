import { createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A message that came in, whatever was answered. */
export interface ReceivedPost {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  /** The body, parsed. */
  readonly json: WebhookMessage;
  /** How it was answered. */
  readonly conduct: Conduct;
}

export interface WebhookMessage {
  readonly type: string;
  readonly version: number;
  readonly id: string;
  readonly sentAt: string;
  readonly possiblyRepeat: boolean;
  readonly text: string;
  readonly signals: readonly (Readonly<Record<string, unknown>> & {
    readonly key: string;
    readonly action: string;
    readonly noticeIds: readonly string[];
  })[];
}

/** How one request is answered. */
export type Conduct =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | "hang"
  | "reset"
  | "drip"
  | "truncate";

export interface WebhookReceiver {
  readonly url: string;
  /** Oldest first. */
  readonly posts: readonly ReceivedPost[];
  /** Those that were answered well. */
  readonly taken: readonly ReceivedPost[];
  /** From now on; `undefined`: well. */
  behave(conduct: Conduct | undefined): void;
  /** Resolves once `isSo` holds; looked at after each post. */
  until(isSo: () => boolean, withinMs?: number): Promise<void>;
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

/** Whoever takes webhooks. @param port 0: a free one */
export async function startWebhookReceiver(port = 0, path = "/hook"): Promise<WebhookReceiver> {
  const posts: ReceivedPost[] = [];
  const waiting = new Set<() => void>();
  let conduct: Conduct = { status: 200 };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return; // A sender that went away.
    }
    const body = Buffer.concat(chunks).toString("utf8");
    const { method, url, headers } = request;
    posts.push({ at: Date.now(), method, path: url, headers, body, json: JSON.parse(body), conduct });
    answer(conduct, response);
    for (const check of waiting) check();
  });
  const listen = async (on: number) => {
    server.listen(on, "127.0.0.1");
    await once(server, "listening");
  };
  const goAway = async () => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  await listen(port);
  const actual = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${actual}${path}`,
    posts,
    get taken() {
      return posts.filter(({ conduct }) => typeof conduct === "object" && conduct.status < 300);
    },
    behave(next = { status: 200 }) {
      conduct = next;
    },
    until(isSo, withinMs = 5_000) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const check = () => {
        if (isSo()) resolve();
      };
      const explain = () => `not within ${withinMs} ms; what came:\n${posts.map(({ body }) => body).join("\n")}`;
      const timer = setTimeout(() => reject(new Error(explain())), withinMs);
      waiting.add(check);
      check();
      return promise.finally(() => {
        clearTimeout(timer);
        waiting.delete(check);
      });
    },
    goAway,
    comeBack: () => listen(actual),
    close: goAway,
  };
}

function answer(conduct: Conduct, response: ServerResponse): void {
  if (typeof conduct === "object") {
    response.writeHead(conduct.status, conduct.headers).end(conduct.body ?? "");
  } else if (conduct === "reset") response.req.socket.resetAndDestroy();
  else if (conduct === "truncate") {
    response.writeHead(200, { "content-length": 10 });
    response.write("1234", () => response.destroy());
  } else if (conduct === "drip") {
    response.writeHead(200);
    const timer = setInterval(() => response.write(" "), 20);
    response.on("close", () => clearInterval(timer));
  }
}

/** Verifies as Standard Webhooks says, as a receiver would. @param key the bytes of the secret */
export function isSigned({ headers, body }: ReceivedPost, key: Buffer): boolean {
  const content = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const expected = Buffer.from(`v1,${createHmac("sha256", key).update(content).digest("base64")}`);
  const given = Buffer.from(String(headers["webhook-signature"]));
  return given.length === expected.length && timingSafeEqual(given, expected);
}
