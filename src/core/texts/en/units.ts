/** How numbers, durations and dates are written. */
export const units = {
  /** For dates by `Intl`. */
  locale: "en-GB",
  decimal: ".",
  /** Between groups of three digits. */
  group: ",",
  day: "d",
  hour: "h",
  minute: "min",
  second: "s",
  millisecond: "ms",
  kibibyte: "KiB",
  mebibyte: "MiB",
  gibibyte: "GiB",
  percent: (amount: string) => `${amount} %`,
  usd: (amount: string) => `$${amount}`,
  /** A value against its threshold. */
  ofLimit: (value: string, limit: string) => `${value} (limit ${limit})`,
};

export type UnitsTexts = typeof units;
