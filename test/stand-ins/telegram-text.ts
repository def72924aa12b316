import { EntityError, parseTelegramHtml } from "./telegram-html.ts";
import { Refusal } from "./telegram-refusal.ts";

/** Telegram counts code points after parsing. */
const MAX_CODE_POINTS = 4_096;

/**
 * What people will see of a message.
 *
 * @throws Refusal for what Telegram refuses
 */
export function parseText({ text, parse_mode: mode }: Readonly<Record<string, unknown>>): string {
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
