import type { UnitsTexts } from "../en/units.ts";

export const units: UnitsTexts = {
  months: ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
  decimal: ",",
  group: "\u202f",
  day: "j",
  hour: "h",
  minute: "min",
  second: "s",
  millisecond: "ms",
  kibibyte: "Kio",
  mebibyte: "Mio",
  gibibyte: "Gio",
  percent: (amount) => `${amount} %`,
  usd: (amount) => `${amount} $`,
  ofLimit: (value, limit) => `${value} (seuil ${limit})`,
};
