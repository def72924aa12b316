import type { Chat, Effect, World } from "../chat/index.ts";
import type { Clock } from "../clock.ts";
import type { Settings } from "../config/settings.ts";
import type { Texts } from "../core/texts/index.ts";
import type { Instant } from "../core/time.ts";
import type { Log } from "../log.ts";
import type { Deliverer } from "../outbox/deliverer.ts";
import type { Store } from "../store/store.ts";
import type { Watchdog } from "../watchdog.ts";

/** Loaded only where commands are switched on. */
export type ChatModule = typeof import("../chat/index.ts");

/** What commands look at and change. */
export interface ChatSurroundings {
  readonly texts: Texts;
  readonly watchdog: Watchdog;
  readonly store: Store;
  readonly deliverers: readonly Deliverer[];
  readonly clock: Clock;
  readonly log: Log["logger"];
}

/** The chat of the settings; `undefined` where commands are off. Nothing runs until it is started. */
export function assembleChat(
  module: ChatModule | undefined,
  settings: Settings,
  { texts, watchdog, store, deliverers, clock, log }: ChatSurroundings,
): Chat | undefined {
  const { telegram, commands, httpTimeoutMs: timeoutMs, zone } = settings;
  if (module === undefined || telegram === undefined || commands === undefined) return undefined;
  const world = (): World => {
    const now = clock.now();
    return {
      texts,
      now,
      wall: { offsetMs: clock.wallNow() - now, zone },
      lastTickAt: watchdog.lastTickAt,
      signals: watchdog.signals(),
      alerting: watchdog.alertStates(),
      silences: store.silences(now),
      sources: watchdog.sources(),
      channels: deliverers.map((deliverer) => deliverer.status()),
    };
  };
  const apply = (effect: Effect) => {
    if (effect.kind === "ack") {
      watchdog.acknowledge(effect.key, effect.ack);
      for (const deliverer of deliverers) deliverer.acknowledge(effect.key, effect.ack.by);
    } else if (effect.kind === "silence") store.addSilence(effect.silence, clock.now());
    else store.endSilence(effect.keyGlob);
  };
  const sameChat = deliverers.filter(({ channel }) => channel === "telegram");
  return new module.Chat({
    telegram,
    texts,
    users: commands.users,
    timeoutMs,
    chatIds: () => [telegram.chatId, ...movedTo(store, telegram.chatId)],
    world,
    apply,
    tickNow: () => watchdog.tickNow(),
    owed: () => sameChat.reduce((sum, deliverer) => sum + deliverer.status().undelivered, 0),
    onAnswered: () => {
      for (const deliverer of sameChat) deliverer.noteOther();
    },
    clock,
    log,
    random: Math.random,
  });
}

/** Where the channel remembers that the chat has moved to. */
function movedTo(store: Store, configured: string): string[] {
  const { chatId, migratedFrom } = (store.memory("channel/telegram") ?? {}) as Record<string, unknown>;
  return migratedFrom === configured && typeof chatId === "string" ? [chatId] : [];
}

/** How the commands do, as JSON; `null` where they are off. */
export function describeChat(chat: Chat | undefined, toIso: (at: Instant) => string): object | null {
  if (chat === undefined) return null;
  const { working = null, outage, handled, ignored } = chat.status();
  return { working, outage: outage ? { since: toIso(outage.since), error: outage.error } : null, handled, ignored };
}
