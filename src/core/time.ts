/**
 * A point on the watchdog's own timeline, in milliseconds. It looks like epoch milliseconds but is never stepped: it
 * advances with the machine's boot clock, so differences are true durations. For people's eyes it is turned into wall
 * time by adding the offset known at that moment.
 */
export type Instant = number;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
