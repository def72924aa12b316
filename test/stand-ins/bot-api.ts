import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Fault, misbehave } from "./bot-api-faults.ts";
import { type ChatOptions, type ReceivedMessage, TelegramChat } from "./telegram-chat.ts";

export { FAULTS, type Fault, refusal } from "./bot-api-faults.ts";
export type { ReceivedMessage };

export interface BotApiOptions extends ChatOptions {
  readonly token: string;
  /** A path before `/bot`, as a self-hosted server behind a proxy has it: "/telegram". */
  readonly pathPrefix?: string;
  /** Default: 127.0.0.1 and a free port. */
  readonly host?: string;
  readonly port?: number;
}

export interface BotApi {
  /** The API root, path prefix included. */
  readonly url: string;
  /** Accepted messages, oldest first. */
  readonly messages: readonly ReceivedMessage[];
  /** The method of every request that was read, faulty ones included, oldest first. */
  readonly requests: readonly string[];
  /** How many TCP connections were accepted. */
  readonly connections: number;
  /** Each fault hits one request of its method, in this order, after those scripted before. */
  script(...faults: readonly Fault[]): void;
  /** This fault hits every request of its method that no scripted one hits; `undefined` ends it. */
  always(fault: Fault | undefined): void;
  /** The chat becomes another one; requests to the old one are refused with `migrate_to_chat_id`. */
  migrate(toChatId: string): void;
  /** The bot loses its place in the chat; `description` is Telegram's, `undefined` lets it in again. */
  forbid(description: string | undefined): void;
  /** Resolves once `count` messages have been accepted since the start; rejects after `withinMs`. */
  received(count: number, withinMs?: number): Promise<readonly ReceivedMessage[]>;
  /** Refuses connections and drops those that stand, until `comeBack`, which listens on the same port again. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A Bot API server as a sender meets it (https://core.telegram.org/bots/api): it refuses what Telegram refuses, in
 * Telegram's words, and misbehaves when told to. What it accepts, Telegram accepts.
 */
export async function startBotApi(options: BotApiOptions): Promise<BotApi> {
  const { token, pathPrefix = "", host = "127.0.0.1" } = options;
  const requests: string[] = [];
  const scripted: Fault[] = [];
  const waiting = new Set<() => void>();
  const chat = new TelegramChat(options, () => {
    for (const check of waiting) check();
  });
  let persistent: Fault | undefined;
  let connections = 0;

  function takeFault(method: string): Fault | undefined {
    const index = scripted.findIndex((fault) => (fault.on ?? "sendMessage") === method);
    if (index !== -1) return scripted.splice(index, 1)[0];
    return (persistent?.on ?? "sendMessage") === method ? persistent : undefined;
  }

  function answer(path: string, payload: Record<string, unknown>, response: ServerResponse): void {
    const [, givenToken, method] = /^\/bot([^/]+)\/(\w+)$/.exec(path.slice(pathPrefix.length)) ?? [];
    requests.push(method ?? path);
    if (!path.startsWith(`${pathPrefix}/`) || givenToken === undefined || method === undefined) {
      send(response, 404, { ok: false, error_code: 404, description: "Not Found" });
    } else if (givenToken !== token) {
      send(response, 401, { ok: false, error_code: 401, description: "Unauthorized" });
    } else {
      const fault = takeFault(method);
      if (fault === undefined) {
        const { status, body } = chat.call(method, payload);
        send(response, status, body);
      } else {
        const accepts = "accept" in fault && fault.accept === true;
        const good = accepts ? chat.call(method, payload).body : { ok: true, result: {} };
        misbehave(fault, response, JSON.stringify(good));
      }
    }
  }

  /** For a suite in another process: what is asked, or posted as JSON, below /stand-in/. */
  const controls: Readonly<Record<string, (posted: unknown) => unknown>> = {
    "/stand-in/messages": () => chat.messages,
    "/stand-in/requests": () => requests,
    "/stand-in/script": (faults) => scripted.push(...(faults as Fault[])),
    "/stand-in/always": (fault) => {
      persistent = (fault as Fault | null) ?? undefined;
      return null;
    },
  };

  const server = createServer(async (request, response) => {
    const body = await readBody(request);
    // A sender that went away in the middle of its request is its own business.
    if (body === undefined) return;
    const path = request.url ?? "";
    const payload: unknown = body === "" ? {} : JSON.parse(body);
    const control = controls[path];
    if (control !== undefined) send(response, 200, control(payload));
    else answer(path, payload as Record<string, unknown>, response);
  });
  server.on("connection", () => {
    connections += 1;
  });
  const listen = async (port: number) => {
    server.listen(port, host);
    await once(server, "listening");
  };
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen(options.port ?? 0);
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}${pathPrefix}`,
    messages: chat.messages,
    requests,
    get connections() {
      return connections;
    },
    script: (...faults) => {
      scripted.push(...faults);
    },
    always: (fault) => {
      persistent = fault;
    },
    migrate: (toChatId) => chat.migrate(toChatId),
    forbid: (description) => chat.forbid(description),
    received(count, withinMs = 5_000) {
      const { promise, resolve, reject } = Promise.withResolvers<readonly ReceivedMessage[]>();
      const check = () => {
        if (chat.messages.length >= count) resolve(chat.messages);
      };
      const giveUp = () => reject(new Error(`${chat.messages.length} of ${count} messages within ${withinMs} ms`));
      const timer = setTimeout(giveUp, withinMs);
      waiting.add(check);
      check();
      return promise.finally(() => {
        clearTimeout(timer);
        waiting.delete(check);
      });
    },
    goAway: stop,
    comeBack: () => listen(port),
    close: () => (server.listening ? stop() : Promise.resolve()),
  };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
    return Buffer.concat(chunks).toString("utf8");
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  const {
    BOT_API_TOKEN = "1:stand-in",
    BOT_API_CHAT_ID = "-100",
    BOT_API_HOST = "127.0.0.1",
    BOT_API_PORT = "0",
  } = process.env;
  const { url } = await startBotApi({
    token: BOT_API_TOKEN,
    chatId: BOT_API_CHAT_ID,
    host: BOT_API_HOST,
    port: Number(BOT_API_PORT),
  });
  console.log(url);
  process.on("SIGTERM", () => process.exit(0));
}
