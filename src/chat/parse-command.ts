/** Every command, in the order of /help. */
export const COMMAND_NAMES = ["status", "incidents", "ack", "silence", "unsilence", "check", "help"] as const;
export type CommandName = (typeof COMMAND_NAMES)[number];

export interface Command {
  readonly name: CommandName;
  /** What stands behind the command's name. */
  readonly words: readonly string[];
}

/** What a message is to us: `nothing` is talk, or a command for another bot. */
export type Parsed =
  | { readonly kind: "nothing" }
  | { readonly kind: "command"; readonly command: Command }
  /** Looks like a command, but is none of ours. `isAddressed`: it names this bot. */
  | { readonly kind: "unknown"; readonly name: string; readonly isAddressed: boolean };

/** What an app sends before a person has typed anything (https://core.telegram.org/bots/features#global-commands). */
const ALIASES: Readonly<Record<string, CommandName>> = { start: "help" };
/** Telegram's own limit of a message, in UTF-16 units; what is longer comes from elsewhere. */
const MAX_CHARS = 4_096;
/** Marks that a keyboard or a copied text brings along unseen. */
const INVISIBLE = /\p{Cf}/gu;

/**
 * Reads the text of a message: `/ack dep:db`, `/ack@ThisBot dep:db`. Total. Telegram compares names without regard to
 * case; phones begin a sentence with a capital.
 *
 * @param botName the bot's username, without the @
 */
export function parseCommand(text: string, botName: string): Parsed {
  const [head = "", ...words] = text.slice(0, MAX_CHARS).replace(INVISIBLE, "").trim().split(/\s+/);
  const [, given, addressee] = /^\/([^@/]+)(?:@(.*))?$/su.exec(head) ?? [];
  if (given === undefined) return { kind: "nothing" };
  if (addressee !== undefined && addressee.toLowerCase() !== botName.toLowerCase()) return { kind: "nothing" };
  const lowered = given.toLowerCase();
  const name = Object.hasOwn(ALIASES, lowered) ? ALIASES[lowered] : COMMAND_NAMES.find((known) => known === lowered);
  if (name === undefined) return { kind: "unknown", name: lowered, isAddressed: addressee !== undefined };
  return { kind: "command", command: { name, words } };
}
