import { cleanText } from "../core/text.ts";
import type { Texts } from "../core/texts/index.ts";

/** Where an answer belongs. */
export interface Place {
  readonly chatId: number;
  readonly messageId: number;
  readonly threadId: number | undefined;
}

/** An update of somebody who may ask. */
export type Admitted =
  | {
      readonly kind: "message";
      readonly place: Place;
      readonly isPrivate: boolean;
      readonly text: string;
      /** The text of the message that it replies to; empty if none. */
      readonly quoted: string;
      /** Epoch seconds, by Telegram's clock. */
      readonly sentAtS: number;
      readonly by: string;
    }
  | {
      readonly kind: "press";
      readonly place: Place;
      readonly queryId: string;
      readonly data: string;
      /** The buttons of the message, as Telegram shows them; not looked at. */
      readonly markup: unknown;
      readonly by: string;
    };

/** What is not admitted. `isStranger`: somebody asked who may not; else it was nothing that could be asked. */
export interface Ignored {
  readonly kind: "ignored";
  readonly isStranger: boolean;
  readonly why: string;
}

export interface Rules {
  /** The chat: its id, the id that it moved to, or its @name. */
  readonly chatIds: readonly string[];
  /** User ids; empty: everybody in the chat, and nobody in a channel. */
  readonly users: readonly number[];
  /** How those are called whose name is not known. */
  readonly texts: Pick<Texts["chat"], "anonymousAdmin" | "user">;
}

type Json = Readonly<Record<string, unknown>>;

const MAX_NAME_CHARS = 40;

/**
 * Decides who may ask (https://core.telegram.org/bots/api#update). Total: whatever the update holds.
 *
 * An administrator who writes as the group itself is somebody of the chat, but nobody whose id is known. One who writes
 * as another channel, a bot, and whoever forwards what another wrote is nobody.
 */
export function admit(update: unknown, rules: Rules): Admitted | Ignored {
  if (!isObject(update)) return nothing("no update");
  if (isObject(update.callback_query)) return admitPress(update.callback_query, rules);
  if (isObject(update.message)) return admitMessage(update.message, rules);
  return nothing("not a new message");
}

function admitMessage(message: Json, rules: Rules): Admitted | Ignored {
  const { chat, from, sender_chat: senderChat, text, date, reply_to_message: repliedTo } = message;
  const place = placeOf(message);
  if (!isObject(chat) || place === undefined) return nothing("no chat");
  if (!isOurs(chat, rules)) return stranger(`chat ${place.chatId}`);
  if (typeof text !== "string") return nothing("no text");
  if (typeof date !== "number") return nothing("no date");
  if ("forward_origin" in message || "forward_date" in message || "is_automatic_forward" in message) {
    return nothing("forwarded");
  }
  if ("via_bot" in message || "edit_date" in message) return nothing("edited, or written by a bot");
  const isGroupItself = isObject(senderChat) && senderChat.id === chat.id;
  if (isObject(senderChat) && !isGroupItself) return stranger("somebody who writes as a channel");
  const by = isGroupItself ? admitAnonymous(rules) : admitUser(from, rules);
  if (typeof by !== "string") return by;
  const quoted = isObject(repliedTo) && typeof repliedTo.text === "string" ? repliedTo.text : "";
  return { kind: "message", place, isPrivate: chat.type === "private", text, quoted, sentAtS: date, by };
}

function admitPress(query: Json, rules: Rules): Admitted | Ignored {
  const { id, data, from, message } = query;
  if (typeof id !== "string" || typeof data !== "string" || !isObject(message)) return nothing("no button of ours");
  const place = placeOf(message);
  if (!isObject(message.chat) || place === undefined) return nothing("no chat");
  if (!isOurs(message.chat, rules)) return stranger(`chat ${place.chatId}`);
  // Whoever reads a channel can press what stands in it.
  if (message.chat.type === "channel" && rules.users.length === 0) return stranger("a reader of the channel");
  const by = admitUser(from, rules);
  if (typeof by !== "string") return by;
  return { kind: "press", place, queryId: id, data, markup: message.reply_markup, by };
}

function isOurs(chat: Json, { chatIds }: Rules): boolean {
  const names = [String(chat.id), ...(typeof chat.username === "string" ? [`@${chat.username.toLowerCase()}`] : [])];
  return chatIds.some((id) => names.includes(id.toLowerCase()));
}

/** @returns the name, or why not */
function admitUser(from: unknown, { users, texts }: Rules): string | Ignored {
  if (!isObject(from) || !Number.isSafeInteger(from.id)) return nothing("nobody");
  if (from.is_bot === true) return nothing("a bot");
  if (users.length > 0 && !users.includes(Number(from.id))) return stranger(`user ${from.id}`);
  const names = [from.first_name, from.last_name].filter((name) => typeof name === "string");
  const name = cleanText(names.join(" "), MAX_NAME_CHARS);
  return name === "" ? texts.user(String(from.id)) : name;
}

function admitAnonymous({ users, texts }: Rules): string | Ignored {
  return users.length === 0 ? texts.anonymousAdmin : stranger("an anonymous admin");
}

function placeOf({ chat, message_id: messageId, message_thread_id: threadId, is_topic_message: inTopic }: Json) {
  if (!isObject(chat) || !Number.isSafeInteger(chat.id) || !Number.isSafeInteger(messageId)) return undefined;
  // Outside of topics a thread is only a chain of replies, which cannot be sent to.
  const isTopic = inTopic === true && Number.isSafeInteger(threadId);
  return { chatId: Number(chat.id), messageId: Number(messageId), threadId: isTopic ? Number(threadId) : undefined };
}

function nothing(why: string): Ignored {
  return { kind: "ignored", isStranger: false, why };
}

function stranger(why: string): Ignored {
  return { kind: "ignored", isStranger: true, why };
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
