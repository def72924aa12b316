import type { Settings, TelegramSettings } from "../config/settings.ts";
import type { Message } from "../core/message.ts";
import { channelsOf } from "../core/routes.ts";
import type { Channel, ChannelMemory } from "./channel.ts";
import { createConsoleChannel } from "./console/index.ts";
import type { Finding } from "./finding.ts";
import type { TelegramExtras } from "./telegram/index.ts";

export type { Finding, TelegramExtras };

/** What is needed to make a channel. */
interface Parts {
  readonly settings: Settings;
  readonly writeToConsole: (message: Message, text: string) => void;
  readonly remembered: (channelName: string) => ChannelMemory;
  readonly extras: TelegramExtras;
}

/** How the channel of a name is made; `undefined` where it is not configured, and then nothing of it is loaded. A new one adds its line here. */
const MAKERS: Readonly<Record<string, (parts: Parts) => Promise<Channel | undefined>>> = {
  async telegram({ settings: { telegram, httpTimeoutMs }, remembered, extras }) {
    if (telegram === undefined) return undefined;
    const { createTelegramChannel } = await import("./telegram/index.ts");
    return createTelegramChannel(telegram, httpTimeoutMs, remembered("telegram"), extras);
  },
  webhook: async ({ settings: { webhook } }) =>
    webhook && (await import("./webhook/index.ts")).createWebhookChannel(webhook),
  console: async ({ writeToConsole }) => createConsoleChannel(writeToConsole),
};

/**
 * The channels that the settings ask for, those first that hear what no route matches; the console where they ask for none.
 *
 * @param writeToConsole where the console channel writes
 * @param remembered what a channel wanted back, by the channel's name; empty if nothing
 * @param extras of the configured chat alone: buttons are for those who may press them
 */
export async function createChannels(
  settings: Settings,
  writeToConsole: (message: Message, text: string) => void,
  remembered: (channelName: string) => ChannelMemory,
  extras: TelegramExtras = {},
): Promise<readonly Channel[]> {
  const parts = { settings, writeToConsole, remembered, extras };
  const channels: Channel[] = [];
  for (const name of channelsOf(settings.routing)) {
    const channel = await (MAKERS[name] ?? ((parts) => makeChat(name, parts)))(parts);
    if (channel !== undefined) channels.push(channel);
  }
  return channels;
}

/** A further chat of the same bot, that only routes name: there it is what has to be mended. */
async function makeChat(name: string, { settings, remembered }: Parts): Promise<Channel | undefined> {
  const chat = settings.chats.get(name);
  if (chat === undefined) return undefined;
  const { createTelegramChannel } = await import("./telegram/index.ts");
  const channel = createTelegramChannel(chat, settings.httpTimeoutMs, remembered(name));
  return {
    ...channel,
    name,
    async send(...message) {
      const delivery = await channel.send(...message);
      if (!delivery.accepted) return { ...delivery, error: namingRoutes(delivery.error) };
      return delivery.warning === undefined ? delivery : { ...delivery, warning: namingRoutes(delivery.warning) };
    },
  };
}

function namingRoutes(text: string): string {
  return text.replace(/WATCHDOG_TG_(CHAT|THREAD)_ID/g, "WATCHDOG_ROUTES");
}

async function probeChat(chat: TelegramSettings, timeoutMs: number): Promise<readonly Finding[]> {
  const { probeTelegram } = await import("./telegram/probe.ts");
  const findings = await probeTelegram(chat, timeoutMs);
  return findings.map(({ mend, ...finding }) =>
    mend === undefined ? finding : { ...finding, mend: namingRoutes(mend) },
  );
}

/** Looks whether each configured channel would deliver, without sending anything. Never rejects. */
export async function probeChannels(settings: Settings): Promise<readonly Finding[]> {
  const { telegram, webhook, chats, httpTimeoutMs } = settings;
  const probes = [
    ...(telegram === undefined
      ? []
      : [import("./telegram/probe.ts").then(({ probeTelegram }) => probeTelegram(telegram, httpTimeoutMs))]),
    ...[...chats.values()].map((chat) => probeChat(chat, httpTimeoutMs)),
    ...(webhook === undefined
      ? []
      : [import("./webhook/probe.ts").then(({ probeWebhook }) => probeWebhook(webhook, httpTimeoutMs))]),
  ];
  if (probes.length === 0) return [{ ok: true, text: "alerts go to the console" }];
  return (await Promise.all(probes)).flat();
}
