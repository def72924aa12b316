import type { TelegramSettings } from "../../config/settings.ts";
import { type Message, renderHtml, renderPlain } from "../../core/message.ts";
import type { Channel, ChannelMemory, Delivery } from "../channel.ts";
import { BotApi } from "./bot-api.ts";
import { type Attempt, afterFailure } from "./classify.ts";
import { createRedactor } from "./redact.ts";

/** Below Telegram's 4096 (https://core.telegram.org/bots/api#sendmessage). */
const MAX_CHARS = 4_000;
/** One a second to a chat, 20 a minute to a group (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this). */
const PACE = { minGapMs: 1_000, maxPerMinute: 20 };

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
): Channel {
  const api = new BotApi(settings.botToken, settings.apiRoot, timeoutMs);
  const redact = createRedactor(settings.botToken);
  let chatId = currentChat(settings.chatId, remembered);

  return {
    name: "telegram",
    maxChars: MAX_CHARS,
    pace: PACE,
    async send(message: Message, deadline: AbortSignal): Promise<Delivery> {
      let attempt: Attempt = { chatId, threadId: settings.threadId, markup: "html", moved: false };
      const warnings: string[] = [];
      let remember: { remember?: ChannelMemory } = {};
      for (;;) {
        try {
          await api.callApi("sendMessage", payloadOf(message, attempt, redact), { signal: deadline });
          return { accepted: true, ...remember, ...(warnings.length > 0 ? { warning: warnings.join("; ") } : {}) };
        } catch (thrown) {
          const step = afterFailure(thrown, attempt);
          if (step.kind === "failed") {
            const error = redact([step.delivery.error, ...warnings].join("; "));
            return { ...step.delivery, ...remember, error };
          }
          warnings.push(step.warning);
          attempt = step.attempt;
          if (attempt.chatId !== chatId) {
            chatId = attempt.chatId;
            remember = { remember: { chatId, migratedFrom: settings.chatId } };
          }
        }
      }
    },
    close: () => api.disconnect(),
  };
}

/** A chat that moved stays moved, until somebody configures another one. */
function currentChat(configured: string, remembered: ChannelMemory): string {
  return remembered.migratedFrom === configured ? (remembered.chatId ?? configured) : configured;
}

function payloadOf(message: Message, { chatId, threadId, markup }: Attempt, redact: (text: string) => string) {
  return {
    chat_id: chatId,
    text: redact(markup === "html" ? renderHtml(message) : renderPlain(message)),
    link_preview_options: { is_disabled: true },
    disable_notification: !message.rings,
    ...(markup === "html" ? { parse_mode: "HTML" as const } : {}),
    ...(threadId === undefined ? {} : { message_thread_id: threadId }),
  };
}
