import { TelegramError } from "telegraf";
import type { TelegramSettings } from "../../config/settings.ts";
import { cleanText } from "../../core/text.ts";
import { explainFailure } from "../../http/explain-failure.ts";
import { NoAnswerError } from "./answer.ts";
import { BotApi } from "./bot-api.ts";
import { explainRefusal } from "./classify.ts";

/** One thing that was looked at: what was found and, where it is wrong, what mends it. Without secrets. */
export interface Finding {
  readonly ok: boolean;
  readonly text: string;
  readonly mend?: string;
}

/**
 * Finds out whether a message would arrive, without sending one: getMe, getChat and getChatMember only read.
 * Stops at the first finding that makes the next question pointless. Never rejects.
 *
 * @param timeoutMs total deadline of one request
 */
export async function probeTelegram(settings: TelegramSettings, timeoutMs: number): Promise<readonly Finding[]> {
  const api = new BotApi(settings.botToken, settings.apiRoot, timeoutMs);
  const findings: Finding[] = [];
  try {
    const me = await api.getMe();
    // A server that says ok to everything is no Bot API.
    if (typeof me?.id !== "number") throw new NoAnswerError("it does not say which bot this is", "no");
    findings.push({ ok: true, text: `the token is accepted: bot @${cleanText(me.username, 40)}` });
    const chat = await api.getChat(settings.chatId);
    findings.push(...(await inspectChat(api, chat, me.id, settings)));
  } catch (thrown) {
    findings.push(explainProblem(thrown, settings));
  } finally {
    await api.disconnect();
  }
  return findings;
}

type Chat = Awaited<ReturnType<BotApi["getChat"]>>;

async function inspectChat(api: BotApi, chat: Chat, botId: number, settings: TelegramSettings): Promise<Finding[]> {
  const { chatId, threadId } = settings;
  const name =
    "title" in chat ? `"${cleanText(String(chat.title), 60)}" (${cleanText(chat.type, 20)})` : "with one user";
  const findings: Finding[] = [];
  const barrier = chat.type === "private" ? undefined : await findBarrier(api, chat.type, botId, chatId);
  findings.push(barrier ?? { ok: true, text: `the bot can write in chat ${chatId}, ${name}` });
  if (threadId !== undefined && chat.type !== "private" && !("is_forum" in chat && chat.is_forum)) {
    const text = `chat ${chatId} has no topics, but topic ${threadId} is configured`;
    findings.push({ ok: false, text, mend: "unset WATCHDOG_TG_THREAD_ID, or switch topics on in the chat's settings" });
  }
  return findings;
}

/** A public chat is shown to bots that are not in it, so being shown it proves nothing. */
async function findBarrier(api: BotApi, chatType: string, botId: number, chatId: string): Promise<Finding | undefined> {
  const member = await api.getChatMember(chatId, botId).catch((thrown: unknown) => {
    // Some channels hide their members from those who are not administrators.
    if (thrown instanceof TelegramError && thrown.code === 400) return undefined;
    throw thrown;
  });
  if (member === undefined) return undefined;
  if (member.status === "left" || member.status === "kicked") {
    return { ok: false, text: `the bot is not in chat ${chatId}`, mend: "add it there" };
  }
  if (chatType === "channel" && member.status !== "administrator") {
    return {
      ok: false,
      text: `the bot may not post in channel ${chatId}`,
      mend: "make it an administrator that may post messages",
    };
  }
  if (member.status === "restricted" && !member.can_send_messages) {
    return { ok: false, text: `the bot may not write in chat ${chatId}`, mend: "allow it to send messages" };
  }
  return undefined;
}

function explainProblem(thrown: unknown, settings: TelegramSettings): Finding {
  if (thrown instanceof TelegramError) {
    const { mend, said } = explainRefusal(thrown, settings.chatId);
    return { ok: false, text: said, ...(mend === undefined ? {} : { mend }) };
  }
  const { origin, pathname } = settings.apiRoot;
  return {
    ok: false,
    text: `the Bot API at ${origin}${pathname.replace(/\/+$/, "")} was not reached: ${explainFailure(thrown)}`,
    mend: "check the network, and WATCHDOG_TG_API_ROOT",
  };
}
