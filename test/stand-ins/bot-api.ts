import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Fault, misbehave } from "./bot-api-faults.ts";
import {
  type CallbackAnswer,
  type ChatOptions,
  type ReceivedEdit,
  type ReceivedMessage,
  TelegramChat,
} from "./telegram-chat.ts";
import type { CallResult } from "./telegram-refusal.ts";

export { FAULTS, type Fault, refusal } from "./bot-api-faults.ts";
export { ANN, type Person } from "./telegram-chat.ts";
export type { CallbackAnswer, ReceivedEdit, ReceivedMessage };

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
  /** Accepted edits of messages, oldest first. */
  readonly edits: readonly ReceivedEdit[];
  /** Accepted answers to those who pressed buttons, oldest first. */
  readonly answers: readonly CallbackAnswer[];
  /** What Telegram offers to those who type a slash. */
  readonly commands: TelegramChat["commands"];
  /** What people who scroll see now, oldest first: also what they wrote, not what was deleted. */
  readonly shown: TelegramChat["shown"];
  /** Whether somebody is waiting in getUpdates at this moment. */
  readonly polled: boolean;
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
  /** Somebody writes in a chat, which sends the bot an update. @returns the message's id */
  say: TelegramChat["say"];
  /** Somebody presses a button, named by its text or its data; throws where there is none. @returns the query's id */
  press: TelegramChat["press"];
  /** Any update at all. @returns its id */
  push(update: Readonly<Record<string, unknown>>): number;
  /** Somebody deletes a message. */
  remove(messageId: number): void;
  /** From now on, Telegram does not let the bot edit this message. */
  freeze(messageId: number): void;
  /** Resolves once `count` messages have been accepted since the start; rejects after `withinMs`. */
  received(count: number, withinMs?: number): Promise<readonly ReceivedMessage[]>;
  /** Resolves once `isSo` holds; looked at with each request and after each message, edit and answer. Rejects after `withinMs`. */
  until(isSo: () => boolean, withinMs?: number): Promise<void>;
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
    for (const check of waiting) check();
    if (!path.startsWith(`${pathPrefix}/`) || givenToken === undefined || method === undefined) {
      send(response, 404, { ok: false, error_code: 404, description: "Not Found" });
    } else if (givenToken !== token) {
      send(response, 401, { ok: false, error_code: 401, description: "Unauthorized" });
    } else {
      const fault = takeFault(method);
      if (fault === undefined) {
        void call(method, payload, response).then(({ status, body }) => send(response, status, body));
      } else {
        const accepts = "accept" in fault && fault.accept === true;
        const good = accepts ? chat.call(method, payload).body : { ok: true, result: {} };
        misbehave(fault, response, JSON.stringify(good));
      }
    }
  }

  async function call(method: string, payload: Record<string, unknown>, response: ServerResponse): Promise<CallResult> {
    if (method !== "getUpdates") return chat.call(method, payload);
    return chat.poll(payload, (callback) => response.on("close", callback));
  }

  /** For a suite in another process: what is asked, or posted as JSON, below /stand-in/. */
  const controls: Readonly<Record<string, (posted: unknown) => unknown>> = {
    "/stand-in/messages": () => chat.messages,
    "/stand-in/requests": () => requests,
    "/stand-in/edits": () => chat.edits,
    "/stand-in/shown": () => chat.shown,
    "/stand-in/say": (said) => {
      const { text, ...options } = said as { text: string };
      return chat.say(text, options);
    },
    "/stand-in/press": (pressed) => {
      const { messageId, button } = pressed as { messageId: number; button: string };
      return chat.press(messageId, button);
    },
    "/stand-in/script": (faults) => scripted.push(...(faults as Fault[])),
    "/stand-in/always": (fault) => {
      persistent = (fault as Fault | null) ?? undefined;
      return null;
    },
  };

  function until(isSo: () => boolean, withinMs: number, explain: () => string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const check = () => {
      if (isSo()) resolve();
    };
    const timer = setTimeout(() => reject(new Error(explain())), withinMs);
    waiting.add(check);
    check();
    return promise.finally(() => {
      clearTimeout(timer);
      waiting.delete(check);
    });
  }

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
    edits: chat.edits,
    answers: chat.answers,
    requests,
    get commands() {
      return chat.commands;
    },
    get shown() {
      return chat.shown;
    },
    get polled() {
      return chat.updates.polled;
    },
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
    say: (text, options) => chat.say(text, options),
    press: (messageId, button, from) => chat.press(messageId, button, from),
    push: (update) => chat.updates.push(update),
    remove: (messageId) => chat.remove(messageId),
    freeze: (messageId) => chat.freeze(messageId),
    async received(count, withinMs = 5_000) {
      const isSo = () => chat.messages.length >= count;
      await until(isSo, withinMs, () => `${chat.messages.length} of ${count} messages within ${withinMs} ms`);
      return chat.messages;
    },
    until: (isSo, withinMs = 5_000) => until(isSo, withinMs, () => `it has not come so within ${withinMs} ms`),
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
