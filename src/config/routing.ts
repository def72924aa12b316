import { distance } from "fastest-levenshtein";
import { isGlob, matchesGlob } from "../core/glob.ts";
import type { Route, Routing } from "../core/routes.ts";
import type { Receiver, WrittenRoute } from "./parse-routes.ts";
import type { TelegramSettings } from "./settings.ts";
import { SIGNAL_KINDS } from "./signal-kinds.ts";

/** Which doors are configured. */
export interface Doors {
  readonly telegram: TelegramSettings | undefined;
  readonly webhook: object | undefined;
}

export interface ResolvedRoutes {
  readonly routing: Routing;
  /** Chats that only routes name, by the name of their channel. */
  readonly chats: ReadonlyMap<string, TelegramSettings>;
}

/**
 * Routes as they are written into names of channels. What no route matches goes to every door that is configured, or to
 * the console where none is. A receiver that is not configured was refused before: here it is left out.
 */
export function resolveRoutes(written: readonly WrittenRoute[], doors: Doors): ResolvedRoutes {
  const doorNames = [
    ...(doors.telegram === undefined ? [] : ["telegram"]),
    ...(doors.webhook === undefined ? [] : ["webhook"]),
  ];
  const fallback = doorNames.length > 0 ? doorNames : ["console"];
  const chats = new Map<string, TelegramSettings>();
  const resolve = (receiver: Receiver): string[] => {
    if (receiver.is !== "telegram") {
      return receiver.is === "console" || doors.webhook !== undefined ? [receiver.is] : [];
    }
    if (doors.telegram === undefined) return [];
    const chat = chatOf(receiver, doors.telegram);
    if (chat === doors.telegram) return ["telegram"];
    const name = `telegram:${chat.chatId}${chat.threadId === undefined ? "" : `/${chat.threadId}`}`;
    chats.set(name, chat);
    return [name];
  };
  const routes = written.flatMap(({ matcher, receivers }): Route[] => {
    const channels = [...new Set(receivers.flatMap(resolve))];
    return channels.length === 0 ? [] : [{ matcher, channels }];
  });
  return { routing: { routes, fallback }, chats };
}

/** The configured chat itself where that is what is meant: it must not be told twice. */
function chatOf(receiver: Receiver & { is: "telegram" }, configured: TelegramSettings): TelegramSettings {
  if (receiver.chatId === undefined && receiver.threadId === undefined) return configured;
  const chatId = receiver.chatId ?? configured.chatId;
  const isSame = chatId === configured.chatId && receiver.threadId === configured.threadId;
  return isSame ? configured : { ...configured, chatId, threadId: receiver.threadId };
}

/** A receiver that a route names and nobody configured, one line each. */
export function findMissingDoors(
  written: readonly WrittenRoute[],
  isConfigured: { readonly telegram: boolean; readonly webhook: boolean },
): { readonly text: string; readonly expected: string }[] {
  return written.flatMap(({ text, receivers }) => {
    const names = new Set(receivers.map(({ is }) => is));
    const missing: string[] = [];
    if (names.has("telegram") && !isConfigured.telegram) missing.push("WATCHDOG_TG_BOT_TOKEN and WATCHDOG_TG_CHAT_ID");
    if (names.has("webhook") && !isConfigured.webhook) missing.push("WATCHDOG_WEBHOOK_URL");
    return missing.length === 0 ? [] : [{ text, expected: `expected ${missing.join(" and ")} beside it` }];
  });
}

/**
 * Routes for keys of a kind that this version does not know, for people: such a route may be a slip, or of a newer
 * version, so it is not refused. What it was meant for goes on to the routes after it.
 */
export function findUnknownKinds(written: readonly WrittenRoute[]): string[] {
  return written.flatMap(({ text, matcher }) => {
    if ("label" in matcher) return [];
    const [kind = "", ...subject] = matcher.keyGlob.split(":");
    // A star without a colon behind it may reach into the subject.
    if (subject.length === 0 && isGlob(kind)) return [];
    if (SIGNAL_KINDS.some((known) => matchesGlob(known, kind))) return [];
    const [nearest] = [...SIGNAL_KINDS].sort((a, b) => distance(a, kind) - distance(b, kind));
    return [`WATCHDOG_ROUTES: "${text}" matches no known kind of signal; did you mean ${nearest}?`];
  });
}
