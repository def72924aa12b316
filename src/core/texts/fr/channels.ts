import type { ChannelsTexts } from "../en/channels.ts";

export const channels: ChannelsTexts = {
  testMessage: "Watchdog : ceci est un message d’essai. Les alertes arriveront ici.",
};
