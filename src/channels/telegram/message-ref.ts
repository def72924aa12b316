import type { MessageRef } from "../channel.ts";

/** A message of Telegram: its id means something only in its chat. */
export interface Address {
  readonly chatId: string;
  readonly messageId: number;
}

/** @param sent what the Bot API answered to a sendMessage @returns `undefined` where that does not name the message */
export function refOf(chatId: string, sent: unknown): MessageRef | undefined {
  const { message_id: id } = (sent ?? {}) as { message_id?: unknown };
  return Number.isSafeInteger(id) && Number(id) > 0 ? `${chatId}/${String(id)}` : undefined;
}

/** @returns `undefined` for what is no address in `chatId`: the chat moved, or another one was configured */
export function addressIn(chatId: string, ref: MessageRef | undefined): Address | undefined {
  const [, chat, id] = /^(.+)\/(\d+)$/.exec(ref ?? "") ?? [];
  return chat === chatId && id !== undefined ? { chatId, messageId: Number(id) } : undefined;
}
