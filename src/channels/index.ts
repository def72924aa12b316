import type { Settings } from "../config/settings.ts";
import type { Message } from "../core/message.ts";
import type { Channel, ChannelMemory } from "./channel.ts";
import { createConsoleChannel } from "./console/index.ts";
import { createTelegramChannel } from "./telegram/index.ts";
import { type Finding, probeTelegram } from "./telegram/probe.ts";

export type { Finding };

/**
 * The channels that the settings ask for; the console where they ask for none. A new channel adds its line here.
 *
 * @param writeToConsole where the console channel writes
 * @param remembered what a channel wanted back, by the channel's name; empty if nothing
 */
export function createChannels(
  settings: Settings,
  writeToConsole: (message: Message, text: string) => void,
  remembered: (channelName: string) => ChannelMemory,
): readonly Channel[] {
  const { telegram, httpTimeoutMs } = settings;
  const channels: Channel[] = [];
  if (telegram !== undefined) channels.push(createTelegramChannel(telegram, httpTimeoutMs, remembered("telegram")));
  return channels.length > 0 ? channels : [createConsoleChannel(writeToConsole)];
}

/** Looks whether each configured channel would deliver, without sending anything. Never rejects. */
export async function probeChannels(settings: Settings): Promise<readonly Finding[]> {
  const { telegram, httpTimeoutMs } = settings;
  if (telegram !== undefined) return probeTelegram(telegram, httpTimeoutMs);
  return [{ ok: true, text: "alerts go to the console" }];
}
