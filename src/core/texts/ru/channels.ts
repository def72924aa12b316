import type { ChannelsTexts } from "../en/channels.ts";

export const channels: ChannelsTexts = {
  testMessage: "Watchdog: это проверочное сообщение. Тревоги будут приходить сюда.",
};
