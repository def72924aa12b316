import { EntityError, parseTelegramHtml } from "./telegram-html.ts";

/** A message that was accepted, as the chat shows it. */
export interface ReceivedMessage {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly chatId: string;
  readonly threadId: number | undefined;
  /** After entities were parsed. */
  readonly text: string;
  readonly silent: boolean;
  /** What the sender sent. */
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface ChatOptions {
  readonly chatId: string;
  /** Topics of the chat; where given, the chat is a forum. */
  readonly threads?: readonly number[];
  /** Whether to enforce what Telegram asks of senders: 1 message a second, 20 a minute. Default: no. */
  readonly limits?: boolean;
}

type Payload = Readonly<Record<string, unknown>>;

class Refusal extends Error {
  readonly code: number;
  readonly parameters: Record<string, unknown> | undefined;
  constructor(code: number, description: string, parameters?: Record<string, unknown>) {
    super(description);
    this.code = code;
    this.parameters = parameters;
  }
}

/** One chat with a bot in it, and what Telegram demands of what is sent there. */
export class TelegramChat {
  readonly messages: ReceivedMessage[] = [];
  readonly #options: ChatOptions;
  readonly #accepted: () => void;
  #chatId: string;
  #migratedFrom: string | undefined;
  #forbidden: string | undefined;

  /** @param accepted is called after each message that is accepted */
  constructor(options: ChatOptions, accepted: () => void) {
    this.#options = options;
    this.#accepted = accepted;
    this.#chatId = options.chatId;
  }

  migrate(toChatId: string): void {
    this.#migratedFrom = this.#chatId;
    this.#chatId = toChatId;
  }

  forbid(description: string | undefined): void {
    this.#forbidden = description;
  }

  /** Calls a method of the Bot API (https://core.telegram.org/bots/api#available-methods). */
  call(method: string, payload: Payload): { readonly status: number; readonly body: object } {
    try {
      return { status: 200, body: { ok: true, result: this.#run(method, payload) } };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { code, message: description, parameters } = error;
      return { status: code, body: { ok: false, error_code: code, description, ...(parameters && { parameters }) } };
    }
  }

  #run(method: string, payload: Payload): unknown {
    switch (method) {
      case "getMe":
        return { id: 123456, is_bot: true, first_name: "Watchdog", username: "watchdog_bot" };
      case "getChat":
        this.#requireChat(payload);
        return this.#describe();
      case "getChatMember":
        this.#requireChat(payload);
        return { status: "member", user: { id: payload.user_id, is_bot: true, first_name: "Watchdog" } };
      case "sendMessage":
        return this.#accept(payload);
      default:
        throw new Refusal(404, "Not Found: method not found");
    }
  }

  #accept(payload: Payload): unknown {
    this.#requireChat(payload);
    const threadId = payload.message_thread_id === undefined ? undefined : Number(payload.message_thread_id);
    if (threadId !== undefined && !this.#options.threads?.includes(threadId)) {
      throw new Refusal(400, "Bad Request: message thread not found");
    }
    const text = parseText(payload);
    if (this.#options.limits) this.#requirePace();
    const silent = payload.disable_notification === true;
    this.messages.push({ at: Date.now(), chatId: this.#chatId, threadId, text, silent, payload });
    this.#accepted();
    return { message_id: this.messages.length, date: Math.floor(Date.now() / 1_000), chat: this.#describe(), text };
  }

  #describe(): object {
    const id = this.#chatId;
    const type = id.startsWith("-100") ? "supergroup" : id.startsWith("-") ? "group" : "private";
    return {
      id: Number(id),
      type,
      title: "Alerts",
      ...(this.#options.threads === undefined ? {} : { is_forum: true }),
    };
  }

  #requireChat(payload: Payload): void {
    const asked = String(payload.chat_id ?? "");
    if (asked === "") throw new Refusal(400, "Bad Request: chat_id is empty");
    if (asked === this.#migratedFrom) {
      const parameters = { migrate_to_chat_id: Number(this.#chatId) };
      throw new Refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", parameters);
    }
    if (asked !== this.#chatId) throw new Refusal(400, "Bad Request: chat not found");
    if (this.#forbidden !== undefined) throw new Refusal(403, this.#forbidden);
  }

  #requirePace(): void {
    const now = Date.now();
    const lastAt = this.messages.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
    const twentiethLastAt = this.messages.at(-20)?.at ?? Number.NEGATIVE_INFINITY;
    const waitMs = Math.max(lastAt + 1_000 - now, twentiethLastAt + 60_000 - now);
    if (waitMs <= 0) return;
    const seconds = Math.ceil(waitMs / 1_000);
    throw new Refusal(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });
  }
}

const MAX_CODE_POINTS = 4_096;

/** What people will see of the message. Telegram counts code points after parsing. */
function parseText({ text, parse_mode: mode }: Payload): string {
  if (typeof text !== "string" || text === "") throw new Refusal(400, "Bad Request: message text is empty");
  if (!text.isWellFormed()) throw new Refusal(400, "Bad Request: strings must be encoded in UTF-8");
  if (mode !== undefined && mode !== "HTML") throw new Refusal(400, "Bad Request: unsupported parse_mode");
  const parsed = (mode === "HTML" ? parseHtml(text) : text).trim();
  if (parsed === "") throw new Refusal(400, "Bad Request: message text is empty");
  if ([...parsed].length > MAX_CODE_POINTS) throw new Refusal(400, "Bad Request: message is too long");
  return parsed;
}

function parseHtml(text: string): string {
  try {
    return parseTelegramHtml(text);
  } catch (error) {
    if (error instanceof EntityError) throw new Refusal(400, `Bad Request: can't parse entities: ${error.message}`);
    throw error;
  }
}
