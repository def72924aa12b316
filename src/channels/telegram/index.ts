import type { InlineKeyboardMarkup } from "telegraf/types";
import type { TelegramSettings } from "../../config/settings.ts";
import { type Message, renderHtml, renderPlain } from "../../core/message.ts";
import type { Channel, ChannelMemory, Delivery, Edit, MessageRef } from "../channel.ts";
import { BotApi } from "./bot-api.ts";
import { type Attempt, afterEditFailure, afterFailure } from "./classify.ts";
import { addressIn, refOf } from "./message-ref.ts";
import { createRedactor } from "./redact.ts";

/** Below Telegram's 4096 (https://core.telegram.org/bots/api#sendmessage). */
const MAX_CHARS = 4_000;
/** One a second to a chat, 20 a minute to a group (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this). */
const PACE = { minGapMs: 1_000, maxPerMinute: 20 };

/** Buttons under a message (https://core.telegram.org/bots/api#inlinekeyboardmarkup). */
export type Keyboard = InlineKeyboardMarkup;

/** What else stands in a message to Telegram. */
export interface TelegramExtras {
  /** The buttons under a message, or under the same message as it reads after an edit; `undefined`: none. */
  readonly keyboardFor?: (message: Message) => Keyboard | undefined;
}

/**
 * Sends to one chat of Telegram.
 *
 * @param timeoutMs total deadline of one request; a message that needs a remedy takes several
 * @param remembered what a Delivery of an earlier run said to remember
 */
export function createTelegramChannel(
  settings: TelegramSettings,
  timeoutMs: number,
  remembered: ChannelMemory,
  extras: TelegramExtras = {},
): Channel {
  const api = new BotApi(settings.botToken, settings.apiRoot, timeoutMs);
  const redact = createRedactor(settings.botToken);
  let chatId = currentChat(settings.chatId, remembered);

  return {
    name: "telegram",
    maxChars: MAX_CHARS,
    pace: PACE,
    async send(message: Message, deadline: AbortSignal, replyTo?: MessageRef): Promise<Delivery> {
      const keyboard = keyboardOf(message, extras);
      let attempt: Attempt = {
        chatId,
        threadId: settings.threadId,
        markup: "html",
        replyTo: addressIn(chatId, replyTo)?.messageId,
        hasButtons: keyboard !== undefined,
        moved: false,
      };
      const warnings: string[] = [];
      let remember: { remember?: ChannelMemory } = {};
      for (;;) {
        try {
          const payload = payloadOf(message, attempt, keyboard, redact);
          const ref = refOf(attempt.chatId, await api.callApi("sendMessage", payload, { signal: deadline }));
          const warning = warnings.length > 0 ? { warning: warnings.join("; ") } : {};
          return { accepted: true, ...(ref === undefined ? {} : { ref }), ...remember, ...warning };
        } catch (thrown) {
          const step = afterFailure(thrown, attempt);
          if (step.kind === "failed") {
            const error = redact([step.delivery.error, ...warnings].join("; "));
            return { ...step.delivery, ...remember, error };
          }
          if (step.warning !== undefined) warnings.push(step.warning);
          attempt = step.attempt;
          if (attempt.chatId !== chatId) {
            chatId = attempt.chatId;
            remember = { remember: { chatId, migratedFrom: settings.chatId } };
          }
        }
      }
    },
    async edit(ref: MessageRef, message: Message, deadline: AbortSignal): Promise<Edit> {
      const address = addressIn(chatId, ref);
      if (address === undefined) return { edited: false, reason: "gone", error: `${ref} is not in chat ${chatId}` };
      const keyboard = keyboardOf(message, extras);
      const payload = {
        chat_id: address.chatId,
        message_id: address.messageId,
        ...textOf(message, "html", redact),
        // Without them, an edit takes away those that are there.
        ...(keyboard === undefined ? {} : { reply_markup: keyboard }),
      };
      try {
        await api.callApi("editMessageText", payload, { signal: deadline });
        return { edited: true };
      } catch (thrown) {
        const edit = afterEditFailure(thrown);
        return edit.edited ? edit : { ...edit, error: redact(edit.error) };
      }
    },
    close: () => api.disconnect(),
  };
}

/** Buttons are a convenience: what goes wrong in making them keeps no message back. */
function keyboardOf(message: Message, { keyboardFor }: TelegramExtras): Keyboard | undefined {
  try {
    return keyboardFor?.(message);
  } catch {
    return undefined;
  }
}

/** A chat that moved stays moved, until somebody configures another one. */
function currentChat(configured: string, remembered: ChannelMemory): string {
  return remembered.migratedFrom === configured ? (remembered.chatId ?? configured) : configured;
}

function payloadOf(
  message: Message,
  { chatId, threadId, markup, replyTo, hasButtons }: Attempt,
  keyboard: Keyboard | undefined,
  redact: (text: string) => string,
) {
  return {
    chat_id: chatId,
    ...textOf(message, markup, redact),
    disable_notification: !message.rings,
    ...(threadId === undefined ? {} : { message_thread_id: threadId }),
    ...(replyTo === undefined ? {} : { reply_parameters: { message_id: replyTo, allow_sending_without_reply: true } }),
    ...(hasButtons && keyboard !== undefined ? { reply_markup: keyboard } : {}),
  };
}

function textOf(message: Message, markup: Attempt["markup"], redact: (text: string) => string) {
  return {
    text: redact(markup === "html" ? renderHtml(message) : renderPlain(message)),
    link_preview_options: { is_disabled: true },
    ...(markup === "html" ? { parse_mode: "HTML" as const } : {}),
  };
}
