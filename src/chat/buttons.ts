import { createHash } from "node:crypto";
import type { InlineKeyboardButton, InlineKeyboardMarkup } from "telegraf/types";
import type { Ack } from "../core/ack.ts";
import type { Texts } from "../core/texts/index.ts";
import { wordAckedButton, wordButton } from "./word-answers.ts";

export type ButtonAction = "ack" | "silence" | "details";

type ButtonLabels = Texts["chat"]["buttons"];

const LETTERS: Readonly<Record<ButtonAction, string>> = { ack: "a", silence: "s", details: "d" };
/** https://core.telegram.org/bots/api#inlinekeyboardbutton */
const MAX_DATA_BYTES = 64;
/** 132 bits: nobody makes two keys that share them. */
const HASH_CHARS = 22;
/** Below a message of more alerts, buttons would be longer than what they are about. */
const MAX_ROWS = 4;

/**
 * What a button sends back: `a:dep:db`, or, where the key does not fit into 64 bytes, `a~` and a hash of the key. Either
 * means the same after a restart and in another version.
 */
export function pressData(action: ButtonAction, key: string): string {
  const letter = LETTERS[action];
  const fits = key.isWellFormed() && Buffer.byteLength(key) <= MAX_DATA_BYTES - 2;
  return fits ? `${letter}:${key}` : `${letter}~${hashOf(key)}`;
}

/**
 * What a press means; `undefined` where it was not ours, or a hashed key is not among `keys` any more.
 *
 * @param keys every key that a hash may stand for
 */
export function readPress(
  data: string,
  keys: () => Iterable<string>,
): { readonly action: ButtonAction; readonly key: string } | undefined {
  const [letter, separator] = data;
  const rest = data.slice(2);
  const action = (Object.keys(LETTERS) as ButtonAction[]).find((name) => LETTERS[name] === letter);
  if (action === undefined || rest === "") return undefined;
  if (separator === ":") return { action, key: rest };
  if (separator !== "~") return undefined;
  for (const key of keys()) if (pressData(action, key) === data) return { action, key };
  return undefined;
}

/**
 * The buttons of a message after somebody pressed Ack: that one button now says who. `undefined` where there is none.
 *
 * @param markup of the message that was pressed, as it came; it is not trusted
 */
export function markAcked(markup: unknown, data: string, by: string): InlineKeyboardMarkup | undefined {
  const rows: unknown = (markup as { inline_keyboard?: unknown } | null | undefined)?.inline_keyboard;
  if (!Array.isArray(rows)) return undefined;
  const buttons = rows.map((row: unknown) => (Array.isArray(row) ? row.flatMap(readButton) : []));
  if (!buttons.flat().some((button) => button.callback_data === data)) return undefined;
  const acked = { text: wordAckedButton(by), callback_data: `${LETTERS.details}${data.slice(1)}` };
  return {
    inline_keyboard: buttons.map((row) => row.map((button) => (button.callback_data === data ? acked : button))),
  };
}

function readButton(button: unknown): { text: string; callback_data: string }[] {
  const { text, callback_data: data } = (button ?? {}) as Record<string, unknown>;
  return typeof text === "string" && typeof data === "string" ? [{ text, callback_data: data }] : [];
}

function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("base64url").slice(0, HASH_CHARS);
}

/**
 * The buttons below a message that tells alerts; `undefined` where it tells none.
 *
 * @param keys of the alerts, in the order of the message
 * @param ackOf who acked an incident, if anybody did
 */
export function keyboardFor(
  labels: ButtonLabels,
  keys: readonly string[],
  ackOf: (key: string) => Ack | undefined,
): InlineKeyboardMarkup | undefined {
  if (keys.length === 0) return undefined;
  const shown = [...new Set(keys)].slice(0, MAX_ROWS);
  return { inline_keyboard: shown.map((key) => rowOf(labels, key, ackOf(key), shown.length > 1)) };
}

function rowOf(labels: ButtonLabels, key: string, ack: Ack | undefined, isOneOfMany: boolean): InlineKeyboardButton[] {
  const subject = key.slice(key.indexOf(":") + 1);
  const named = (text: string) => (isOneOfMany ? wordButton(text, subject) : text);
  const button = (text: string, action: ButtonAction) => ({ text, callback_data: pressData(action, key) });
  return [
    ack === undefined ? button(named(labels.ack), "ack") : button(named(wordAckedButton(ack.by)), "details"),
    button(labels.silence, "silence"),
    button(labels.details, "details"),
  ];
}
