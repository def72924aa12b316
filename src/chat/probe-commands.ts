import { BotApi } from "../channels/telegram/bot-api.ts";
import type { CommandsSettings, TelegramSettings } from "../config/settings.ts";
import { cleanText } from "../core/text.ts";
import { explainFailure } from "../http/explain-failure.ts";

/** One thing that was looked at: what was found and, where it is wrong, what mends it. Without secrets. */
export interface CommandsFinding {
  readonly ok: boolean;
  readonly text: string;
  readonly mend?: string;
}

/**
 * Finds out whether commands would be heard, without reading any: a poll would take the updates from the watchdog that
 * runs. So a second poller is found only where it says so itself, by its webhook. Never rejects.
 *
 * @param timeoutMs total deadline of the request
 */
export async function probeCommands(
  telegram: TelegramSettings,
  { users }: CommandsSettings,
  timeoutMs: number,
): Promise<readonly CommandsFinding[]> {
  const whose = users.length === 0 ? "everybody in the chat" : `${users.length} named in WATCHDOG_TG_USERS`;
  const findings: CommandsFinding[] = [{ ok: true, text: `on, for ${whose}` }];
  const api = new BotApi(telegram.botToken, telegram.apiRoot, timeoutMs);
  try {
    // Where this fails, the channel's own finding says why.
    const chat = await api.callApi("getChat", { chat_id: telegram.chatId }).catch(() => undefined);
    if (chat?.type === "channel") findings.push(users.length === 0 ? CHANNEL_WITHOUT_USERS : CHANNEL);
    const { url } = await api.callApi("getWebhookInfo", {});
    findings.push(typeof url === "string" && url !== "" ? foundWebhook(url) : NO_WEBHOOK);
  } catch (thrown) {
    findings.push({ ok: true, text: `whether the bot has a webhook is not known: ${explainFailure(thrown)}` });
  } finally {
    await api.disconnect();
  }
  return findings;
}

const CHANNEL: CommandsFinding = { ok: true, text: "the chat is a channel: there only the buttons work" };
const CHANNEL_WITHOUT_USERS: CommandsFinding = {
  ok: false,
  text: "the chat is a channel, whose readers may not press buttons unless they are named",
  mend: "name them in WATCHDOG_TG_USERS, or let the watchdog write in a group",
};
const NO_WEBHOOK: CommandsFinding = {
  ok: true,
  text: "the bot has no webhook; a second program that reads its updates would show in the log as 409",
};

/** The path of a webhook is commonly its secret. */
function foundWebhook(url: string): CommandsFinding {
  const host = URL.canParse(url) ? new URL(url).host : "somewhere";
  return {
    ok: false,
    text: `the bot has a webhook at ${cleanText(host, 60)}, so the watchdog cannot read commands`,
    mend: "give the watchdog a bot of its own, or remove the webhook (deleteWebhook)",
  };
}
