/** How numbers, durations and dates are written. */
export const units = {
  /** From January on, as they stand behind a day: "21 Nov". */
  months: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"],
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
