/** What channels say without an alert. */
export const channels = {
  testMessage: "Watchdog: this is a test message. Alerts will arrive here.",
};

export type ChannelsTexts = typeof channels;
