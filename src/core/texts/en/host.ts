export const host = {
  memory: {
    full: "host memory is almost used up",
    fine: "host memory is fine",
    use: (used: string, total: string, available: string) => `${used} used of ${total}, ${available} available`,
    /** @param one a command, as @param other */
    next: (one: string, other: string) => `see who uses it: ${one} or ${other}`,
  },
  disk: {
    full: (path: string) => `disk ${path} is almost full`,
    fine: (path: string) => `disk ${path} has room`,
    use: (used: string, available: string) => `${used} used, ${available} available`,
    next: (one: string, other: string) => `see what fills it: ${one} and ${other}`,
    othersHang: (others: number) => `not measured: ${others} other file systems do not answer`,
  },
  /** What will be full if it goes on like this. */
  fill: {
    memory: (about: string) => `host memory will be used up in about ${about}`,
    memoryFilled: "host memory has filled up",
    memoryCalm: "host memory does not fill up steadily",
    memoryNext: (one: string, other: string) => `see who grows: ${one} or ${other}`,
    disk: (path: string, about: string) => `disk ${path} will be full in about ${about}`,
    diskFilled: (path: string) => `disk ${path} has filled up`,
    diskCalm: (path: string) => `disk ${path} does not fill up steadily`,
    diskNext: (one: string, other: string) => `see what grows: ${one} and ${other}`,
    /** Stands behind "in about". */
    aMinute: "a minute",
    pace: (perHour: string, span: string, free: string) => `fills ${perHour}/h (over the last ${span}), ${free} free`,
  },
};

export type HostTexts = typeof host;
