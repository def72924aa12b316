import { type Button, type Keyboard, parseKeyboard } from "./telegram-keyboard.ts";
import { type CallResult, granted, Refusal, refused } from "./telegram-refusal.ts";
import { parseText } from "./telegram-text.ts";
import { TelegramUpdates } from "./telegram-updates.ts";

/** A message that was accepted, as the chat showed it then. */
export interface ReceivedMessage {
  readonly id: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly chatId: string;
  readonly threadId: number | undefined;
  /** The message it is shown as a reply to. */
  readonly replyTo: number | undefined;
  /** After entities were parsed. */
  readonly text: string;
  readonly silent: boolean;
  /** What the sender sent. */
  readonly payload: Payload;
}

/** A change of a message that was accepted. */
export interface ReceivedEdit {
  readonly at: number;
  readonly messageId: number;
  /** After entities were parsed; of a change of buttons alone, the text as it was. */
  readonly text: string;
  readonly payload: Payload;
}

/** What the bot told somebody who pressed a button. */
export interface CallbackAnswer {
  readonly queryId: string;
  readonly text: string;
  readonly payload: Payload;
}

/** Somebody in the chat. */
export interface Person {
  readonly id: number;
  readonly first_name: string;
  readonly username?: string;
}

export const ANN: Person = { id: 501, first_name: "Ann", username: "ann" };

export interface ChatOptions {
  readonly chatId: string;
  /** Further chats with the bot in them. */
  readonly otherChats?: readonly string[];
  /** Topics of the chats; where given, each is a forum. */
  readonly threads?: readonly number[];
  /** Whether to enforce what Telegram asks of senders: 1 message a second to a chat, 20 a minute to a group. Default: no. */
  readonly limits?: boolean;
  /** The methods that it knows, as an older or a simpler server; default: all that are here. */
  readonly methods?: readonly string[];
}

type Payload = Readonly<Record<string, unknown>>;

interface Shown {
  readonly id: number;
  readonly chatId: string;
  readonly byBot: boolean;
  readonly threadId: number | undefined;
  text: string;
  /** Text, markup and buttons as they were sent: equal ones make an edit that changes nothing. */
  content: string;
  keyboard: Keyboard;
  editable: boolean;
}

const BOT = { id: 123456, is_bot: true, first_name: "Watchdog", username: "watchdog_bot" };
const NOT_MODIFIED =
  "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message";

interface BotCommand {
  readonly command: string;
  readonly description: string;
}

/** Chats with a bot in them, what Telegram demands of what is sent there, and the people who write and press buttons. */
export class TelegramChat {
  readonly messages: ReceivedMessage[] = [];
  readonly edits: ReceivedEdit[] = [];
  readonly answers: CallbackAnswer[] = [];
  /** What Telegram offers to those who type a slash. */
  commands: readonly BotCommand[] = [];
  readonly updates = new TelegramUpdates();
  readonly #options: ChatOptions;
  readonly #accepted: () => void;
  readonly #chats: Set<string>;
  readonly #shown = new Map<number, Shown>();
  readonly #openQueries = new Set<string>();
  /** When something was sent or edited, by chat. */
  readonly #writtenAt = new Map<string, number[]>();
  #lastId = 0;
  #chatId: string;
  #migratedFrom: string | undefined;
  #forbidden: string | undefined;

  /** @param accepted is called after each message, edit and answer that is accepted */
  constructor(options: ChatOptions, accepted: () => void) {
    this.#options = options;
    this.#accepted = accepted;
    this.#chatId = options.chatId;
    this.#chats = new Set([options.chatId, ...(options.otherChats ?? [])]);
  }

  migrate(toChatId: string): void {
    this.#migratedFrom = this.#chatId;
    this.#chats.delete(this.#chatId);
    this.#chats.add(toChatId);
    this.#chatId = toChatId;
  }

  forbid(description: string | undefined): void {
    this.#forbidden = description;
  }

  /** What people who scroll see now, oldest first. */
  get shown(): readonly { readonly id: number; readonly text: string; readonly buttons: readonly string[] }[] {
    return [...this.#shown.values()].map(({ id, text, keyboard }) => {
      return { id, text, buttons: keyboard.flat().map((button) => button.text) };
    });
  }

  /** Somebody deletes a message. */
  remove(messageId: number): void {
    if (!this.#shown.delete(messageId)) throw new Error(`no message ${messageId}`);
  }

  /** A message that Telegram does not let the bot edit any more. */
  freeze(messageId: number): void {
    this.#require(messageId).editable = false;
  }

  /** Somebody writes; a chat that was not known becomes one. @returns the message's id */
  say(text: string, options: { from?: Person; chatId?: string; threadId?: number; replyTo?: number } = {}): number {
    const { from = ANN, chatId = this.#chatId, threadId, replyTo } = options;
    this.#chats.add(chatId);
    const shown = this.#show({ chatId, byBot: false, threadId, text, content: text, keyboard: [] });
    const entities = [...text.matchAll(/(?<=^|\s)\/\w{1,32}(?:@\w+)?/g)].map(({ index, 0: command }) => {
      return { type: "bot_command", offset: index, length: command.length };
    });
    const repliedTo = replyTo === undefined ? undefined : this.#shown.get(replyTo);
    const message = {
      ...this.#describe(shown),
      from: { is_bot: false, ...from },
      ...(entities.length > 0 ? { entities } : {}),
      ...(repliedTo === undefined ? {} : { reply_to_message: this.#describe(repliedTo) }),
    };
    this.updates.push({ message });
    return shown.id;
  }

  /** Somebody presses a button, named by its text or its data. @returns the query's id */
  press(messageId: number, button: string, from: Person = ANN): string {
    const shown = this.#require(messageId);
    const isMeant = ({ text, callback_data: data }: Button) =>
      data !== undefined && (text === button || data === button);
    const data = shown.keyboard.flat().find(isMeant)?.callback_data;
    if (data === undefined) throw new Error(`message ${messageId} has no button "${button}"`);
    const id = String(9_000_000 + this.#lastId + this.#openQueries.size);
    this.#openQueries.add(id);
    const query = { id, from: { is_bot: false, ...from }, message: this.#describe(shown), chat_instance: "1", data };
    this.updates.push({ callback_query: query });
    return id;
  }

  /** Calls a method of the Bot API (https://core.telegram.org/bots/api#available-methods) but getUpdates. */
  call(method: string, payload: Payload): CallResult {
    try {
      return granted(this.#run(method, payload));
    } catch (error) {
      if (error instanceof Refusal) return refused(error);
      throw error;
    }
  }

  /** Calls getUpdates. @param gone calls back when the one who polls has gone */
  async poll(payload: Payload, gone: (callback: () => void) => void): Promise<CallResult> {
    if (!this.#knows("getUpdates")) return refused(new Refusal(404, "Not Found: method not found"));
    return this.updates.poll(payload, gone);
  }

  #knows(method: string): boolean {
    return this.#options.methods?.includes(method) ?? true;
  }

  #run(method: string, payload: Payload): unknown {
    switch (this.#knows(method) ? method : undefined) {
      case "getMe":
        return BOT;
      case "getChat":
        return this.#describeChat(this.#requireChat(payload));
      case "getChatMember":
        this.#requireChat(payload);
        return { status: "member", user: { id: payload.user_id, is_bot: true, first_name: "Watchdog" } };
      case "sendMessage":
        return this.#send(payload);
      case "editMessageText":
        return this.#edit(payload, parseText(payload));
      case "editMessageReplyMarkup":
        return this.#edit(payload, undefined);
      case "deleteMessage":
        return this.#delete(payload);
      case "answerCallbackQuery":
        return this.#answer(payload);
      case "setMyCommands":
        this.#setCommands(payload.commands);
        return true;
      case "deleteMyCommands":
      case "deleteWebhook":
      case "sendChatAction":
        return true;
      default:
        throw new Refusal(404, "Not Found: method not found");
    }
  }

  #setCommands(given: unknown): void {
    const commands = given as BotCommand[];
    for (const { command, description } of commands) {
      if (!/^[a-z0-9_]{1,32}$/.test(command)) throw new Refusal(400, "Bad Request: BOT_COMMAND_INVALID");
      const { length } = description.trim();
      if (length < 1 || length > 256) throw new Refusal(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID");
    }
    this.commands = commands;
  }

  #send(payload: Payload): unknown {
    const chatId = this.#requireChat(payload);
    const threadId = payload.message_thread_id === undefined ? undefined : Number(payload.message_thread_id);
    if (threadId !== undefined && !this.#options.threads?.includes(threadId)) {
      throw new Refusal(400, "Bad Request: message thread not found");
    }
    const text = parseText(payload);
    const keyboard = parseKeyboard(payload.reply_markup);
    const replyTo = this.#findParent(payload, chatId);
    this.#requirePace(chatId);
    const shown = this.#show({ chatId, byBot: true, threadId, text, content: contentOf(payload, keyboard), keyboard });
    const silent = payload.disable_notification === true;
    this.messages.push({ id: shown.id, at: Date.now(), chatId, threadId, replyTo, text, silent, payload });
    this.#accepted();
    return this.#describe(shown);
  }

  #edit(payload: Payload, newText: string | undefined): unknown {
    const chatId = this.#requireChat(payload);
    const keyboard = parseKeyboard(payload.reply_markup);
    const shown = this.#find(payload.message_id, chatId);
    if (shown === undefined) throw new Refusal(400, "Bad Request: message to edit not found");
    if (!shown.byBot || !shown.editable) throw new Refusal(400, "Bad Request: message can't be edited");
    // An edit without buttons takes those away that were there.
    const content = newText === undefined ? withKeyboard(shown.content, keyboard) : contentOf(payload, keyboard);
    if (content === shown.content) throw new Refusal(400, NOT_MODIFIED);
    this.#requirePace(chatId);
    const text = newText ?? shown.text;
    Object.assign(shown, { text, content, keyboard });
    this.edits.push({ at: Date.now(), messageId: shown.id, text, payload });
    this.#accepted();
    return this.#describe(shown);
  }

  #delete(payload: Payload): true {
    const shown = this.#find(payload.message_id, this.#requireChat(payload));
    if (shown === undefined) throw new Refusal(400, "Bad Request: message to delete not found");
    this.#shown.delete(shown.id);
    return true;
  }

  #answer(payload: Payload): true {
    const queryId = String(payload.callback_query_id ?? "");
    if (!this.#openQueries.delete(queryId)) {
      const why = "query is too old and response timeout expired or query ID is invalid";
      throw new Refusal(400, `Bad Request: ${why}`);
    }
    const text = String(payload.text ?? "");
    if ([...text].length > 200) throw new Refusal(400, "Bad Request: MESSAGE_TOO_LONG");
    this.answers.push({ queryId, text, payload });
    this.#accepted();
    return true;
  }

  /** The message that a new one replies to; none where that is gone and the sender can do without. */
  #findParent(payload: Payload, chatId: string): number | undefined {
    const { reply_parameters: given } = payload;
    if (given === undefined) return undefined;
    const { message_id: id, allow_sending_without_reply: orNone } = given as Payload;
    const parent = this.#find(id, chatId);
    if (parent === undefined && orNone !== true) throw new Refusal(400, "Bad Request: message to be replied not found");
    return parent?.id;
  }

  #find(id: unknown, chatId: string): Shown | undefined {
    if (id === undefined) throw new Refusal(400, "Bad Request: message identifier is not specified");
    const shown = this.#shown.get(Number(id));
    return shown?.chatId === chatId ? shown : undefined;
  }

  #require(messageId: number): Shown {
    const shown = this.#shown.get(messageId);
    if (shown === undefined) throw new Error(`no message ${messageId}`);
    return shown;
  }

  #show(message: Omit<Shown, "id" | "editable">): Shown {
    this.#lastId += 1;
    const shown = { ...message, id: this.#lastId, editable: true };
    this.#shown.set(shown.id, shown);
    return shown;
  }

  #describe({ id, chatId, threadId, text, byBot, keyboard }: Shown): object {
    return {
      message_id: id,
      date: Math.floor(Date.now() / 1_000),
      chat: this.#describeChat(chatId),
      text,
      ...(byBot ? { from: BOT } : {}),
      ...(threadId === undefined ? {} : { message_thread_id: threadId, is_topic_message: true }),
      ...(keyboard.length > 0 ? { reply_markup: { inline_keyboard: keyboard } } : {}),
    };
  }

  #describeChat(id: string): object {
    const type = id.startsWith("-100") ? "supergroup" : id.startsWith("-") ? "group" : "private";
    return {
      id: Number(id),
      type,
      title: "Alerts",
      ...(this.#options.threads === undefined ? {} : { is_forum: true }),
    };
  }

  #requireChat(payload: Payload): string {
    const asked = String(payload.chat_id ?? "");
    if (asked === "") throw new Refusal(400, "Bad Request: chat_id is empty");
    if (asked === this.#migratedFrom) {
      const parameters = { migrate_to_chat_id: Number(this.#chatId) };
      throw new Refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", parameters);
    }
    if (!this.#chats.has(asked)) throw new Refusal(400, "Bad Request: chat not found");
    if (this.#forbidden !== undefined) throw new Refusal(403, this.#forbidden);
    return asked;
  }

  /** Edits count like messages. */
  #requirePace(chatId: string): void {
    const now = Date.now();
    const writtenAt = this.#writtenAt.get(chatId) ?? [];
    this.#writtenAt.set(chatId, writtenAt);
    const isGroup = chatId.startsWith("-");
    const lastAt = writtenAt.at(-1) ?? Number.NEGATIVE_INFINITY;
    const twentiethLastAt = (isGroup ? writtenAt.at(-20) : undefined) ?? Number.NEGATIVE_INFINITY;
    const waitMs = Math.max(lastAt + 1_000 - now, twentiethLastAt + 60_000 - now);
    if (this.#options.limits === true && waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1_000);
      throw new Refusal(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds });
    }
    writtenAt.push(now);
  }
}

function contentOf({ text, parse_mode: mode }: Payload, keyboard: Keyboard): string {
  return withKeyboard(`${mode ?? "plain"}\0${text}\0`, keyboard);
}

function withKeyboard(content: string, keyboard: Keyboard): string {
  return content.slice(0, content.lastIndexOf("\0") + 1) + JSON.stringify(keyboard);
}
