import { Refusal } from "./telegram-refusal.ts";

/** A button under a message that tells the bot when it is pressed, or opens a page. */
export interface Button {
  readonly text: string;
  readonly callback_data?: string;
  readonly url?: string;
}

export type Keyboard = readonly (readonly Button[])[];

const MAX_CALLBACK_BYTES = 64;
const MAX_BUTTONS = 100;

/**
 * The inline keyboard of a `reply_markup` (https://core.telegram.org/bots/api#inlinekeyboardbutton); none is empty.
 *
 * @throws Refusal for what Telegram refuses
 */
export function parseKeyboard(markup: unknown): Keyboard {
  if (markup === undefined) return [];
  if (!isObject(markup)) throw new Refusal(400, "Bad Request: object expected as reply markup");
  const { inline_keyboard: rows } = markup;
  if (!Array.isArray(rows)) throw new Refusal(400, "Bad Request: object expected as reply markup");
  const keyboard = rows.map((row) => {
    if (Array.isArray(row)) return row.map(parseButton);
    throw new Refusal(400, "Bad Request: can't parse inline keyboard button: Field must be of type Array");
  });
  if (keyboard.flat().length > MAX_BUTTONS) throw new Refusal(400, "Bad Request: REPLY_MARKUP_TOO_LONG");
  return keyboard.filter((row) => row.length > 0);
}

function parseButton(button: unknown): Button {
  const fail = (why: string) => new Refusal(400, `Bad Request: can't parse inline keyboard button: ${why}`);
  if (!isObject(button)) throw fail("InlineKeyboardButton must be an Object");
  const { text, callback_data: data, url } = button;
  if (typeof text !== "string") throw fail(`Can't find field "text"`);
  if (text.trim() === "" || !text.isWellFormed()) throw new Refusal(400, "Bad Request: BUTTON_TEXT_INVALID");
  if (typeof url === "string") return { text, url };
  if (typeof data !== "string") throw fail("Text buttons are unallowed in the inline keyboard");
  const bytes = Buffer.byteLength(data);
  if (bytes < 1 || bytes > MAX_CALLBACK_BYTES) throw new Refusal(400, "Bad Request: BUTTON_DATA_INVALID");
  return { text, callback_data: data };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
