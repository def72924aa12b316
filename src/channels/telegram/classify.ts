import { TelegramError } from "telegraf";
import { SECOND_MS } from "../../core/time.ts";
import { explainFailure } from "../../http/explain-failure.ts";
import type { Delivery, Edit } from "../channel.ts";
import { NoAnswerError } from "./answer.ts";

/** How one message is sent. What the Bot API refuses in a way that has a remedy is sent again, changed. */
export interface Attempt {
  readonly chatId: string;
  readonly threadId: number | undefined;
  readonly markup: "html" | "plain";
  /** The message in that chat that this one replies to. */
  readonly replyTo: number | undefined;
  readonly hasButtons: boolean;
  /** Whether the chat has already been changed for this message: no second time, or two chats could refer to each other. */
  readonly moved: boolean;
}

/** What to do after an attempt that failed. */
export type NextStep =
  | { readonly kind: "again"; readonly attempt: Attempt; readonly warning?: string }
  | { readonly kind: "failed"; readonly delivery: Delivery & { readonly accepted: false } };

/** Total: whatever was thrown. Each remedy applies once, so a message takes six attempts at most. */
export function afterFailure(thrown: unknown, attempt: Attempt): NextStep {
  if (thrown instanceof TelegramError) return remedy(thrown, attempt) ?? failed(refusalOf(thrown, attempt.chatId));
  const isKnown = thrown instanceof NoAnswerError;
  return failed({
    accepted: false,
    // What is not understood may have happened after the request was written.
    arrived: isKnown ? thrown.arrived : "maybe",
    permanent: false,
    ...(isKnown && thrown.retryAfterMs !== undefined ? { retryAfterMs: thrown.retryAfterMs } : {}),
    error: `Telegram: ${explainFailure(thrown)}`,
  });
}

function failed(delivery: Delivery & { accepted: false }): NextStep {
  return { kind: "failed", delivery };
}

function remedy({ code, description, parameters }: TelegramError, attempt: Attempt): NextStep | undefined {
  if (code !== 400) return undefined;
  const movedTo = parameters?.migrate_to_chat_id;
  if (movedTo !== undefined && !attempt.moved) {
    const warning = `chat ${attempt.chatId} has become ${movedTo}: set WATCHDOG_TG_CHAT_ID to that`;
    // No message of the old chat can be replied to in the new one.
    const moved = { ...attempt, chatId: String(movedTo), moved: true, replyTo: undefined };
    return { kind: "again", attempt: moved, warning };
  }
  if (attempt.replyTo !== undefined && /repl(y|ied)/i.test(description) && !/markup/i.test(description)) {
    // It was deleted, and this server does not know that it may be.
    return { kind: "again", attempt: { ...attempt, replyTo: undefined } };
  }
  if (attempt.hasButtons && /button|keyboard|reply.?markup/i.test(description)) {
    const warning = `sent without buttons: ${description}`;
    return { kind: "again", attempt: { ...attempt, hasButtons: false }, warning };
  }
  if (attempt.threadId !== undefined && /thread not found|TOPIC_/i.test(description)) {
    const warning = `topic ${attempt.threadId} is gone or closed, sent without it: check WATCHDOG_TG_THREAD_ID`;
    return { kind: "again", attempt: { ...attempt, threadId: undefined }, warning };
  }
  if (attempt.markup === "html" && /entit(y|ies)/i.test(description)) {
    return { kind: "again", attempt: { ...attempt, markup: "plain" }, warning: `sent as plain text: ${description}` };
  }
  return undefined;
}

/** How an edit that failed ended. Total: whatever was thrown. */
export function afterEditFailure(thrown: unknown): Edit {
  if (!(thrown instanceof TelegramError)) {
    const retryAfterMs = thrown instanceof NoAnswerError ? thrown.retryAfterMs : undefined;
    const again = retryAfterMs === undefined ? {} : { retryAfterMs };
    return { edited: false, reason: "failed", ...again, error: `Telegram: ${explainFailure(thrown)}` };
  }
  const { code, description, parameters } = thrown;
  const error = `Telegram said ${code}: ${description}`;
  const retryAfterS = parameters?.retry_after;
  if (/not modified/i.test(description)) return { edited: true };
  // A token that is refused is for the messages to find out; a server that knows no edits says so with the same code.
  if (code === 404) return { edited: false, reason: "unsupported", error };
  if (code === 400) return { edited: false, reason: reasonOf(thrown), error };
  return {
    edited: false,
    reason: "failed",
    ...(retryAfterS === undefined ? {} : { retryAfterMs: retryAfterS * SECOND_MS }),
    error,
  };
}

function reasonOf({ description, parameters }: TelegramError): "gone" | "fixed" {
  const isLost = /not found|MESSAGE_ID_INVALID|identifier/i.test(description);
  return isLost || parameters?.migrate_to_chat_id !== undefined ? "gone" : "fixed";
}

function refusalOf(error: TelegramError, chatId: string): Delivery & { accepted: false } {
  const retryAfterS = error.parameters?.retry_after;
  const { said, mend } = explainRefusal(error, chatId);
  return {
    accepted: false,
    // A gateway that gave up waiting had passed the request on.
    arrived: error.code === 504 ? "maybe" : "no",
    permanent: [400, 401, 403, 404].includes(error.code),
    ...(retryAfterS === undefined ? {} : { retryAfterMs: retryAfterS * SECOND_MS }),
    error: mend === undefined ? said : `${mend} (${said})`,
  };
}

/** What mends a refusal, by what the Bot API writes about it; the first that matches. */
const MENDS: readonly (readonly [RegExp, (chatId: string, movedTo: number | undefined) => string])[] = [
  [/^(401|404):/, () => "the token is refused: check WATCHDOG_TG_BOT_TOKEN with @BotFather"],
  [/blocked by the user/, (chatId) => `the user of chat ${chatId} blocked the bot: unblock it there`],
  [/kicked|not a member/, (chatId) => `the bot is not in chat ${chatId}: add it there`],
  [/can't initiate/, (chatId) => `the user of chat ${chatId} must open the bot and press Start first`],
  [/deactivated|chat was deleted/, (chatId) => `chat ${chatId} no longer exists: set WATCHDOG_TG_CHAT_ID to another`],
  [
    /chat not found|PEER_ID_INVALID|chat_id/,
    (chatId) => `the bot does not know chat ${chatId}: check WATCHDOG_TG_CHAT_ID and add the bot there`,
  ],
  [
    /rights|WRITE_FORBIDDEN|RESTRICTED/i,
    (chatId) => `the bot may not write in chat ${chatId}: allow it to send messages`,
  ],
  [
    /upgraded to a supergroup/,
    (chatId, movedTo) => `chat ${chatId} has moved: set WATCHDOG_TG_CHAT_ID to ${movedTo ?? "its new id"}`,
  ],
];

/** What the Bot API said, and what mends it where that is known; each one line, without secrets. */
export function explainRefusal(error: TelegramError, chatId: string): { said: string; mend: string | undefined } {
  const said = `${error.code}: ${error.description}`;
  const mend = MENDS.find(([pattern]) => pattern.test(said))?.[1](chatId, error.parameters?.migrate_to_chat_id);
  return { said: `Telegram said ${said}`, mend };
}
