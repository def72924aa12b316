import type { UnitsTexts } from "../en/units.ts";

export const units: UnitsTexts = {
  months: ["янв.", "февр.", "мар.", "апр.", "мая", "июн.", "июл.", "авг.", "сент.", "окт.", "нояб.", "дек."],
  decimal: ",",
  group: "\u00a0",
  day: "д",
  hour: "ч",
  minute: "мин",
  second: "с",
  millisecond: "мс",
  kibibyte: "КиБ",
  mebibyte: "МиБ",
  gibibyte: "ГиБ",
  percent: (amount) => `${amount} %`,
  usd: (amount) => `${amount} $`,
  ofLimit: (value, limit) => `${value} (порог ${limit})`,
};
