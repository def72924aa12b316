/** Without ▄ and █: many phones take these two from another font, and they jump out of the line. */
const LEVELS = ["▁", "▂", "▃", "▅", "▆", "▇"];
const FEWEST = 3;
/** Less than this share of the scale's top is no movement worth a picture: a value that trembles is drawn as steady. */
const LEAST_SPAN = 0.25;

/**
 * The course of a number, oldest first: "▁▂▂▅▇". The scale ends at the greatest of the values and the limit, and begins at the
 * least value, or lower where all lie close together.
 *
 * @param limit the threshold that the values are held to, if there is one
 * @returns empty where fewer than three values are numbers
 */
export function drawSparkline(values: readonly number[], limit = Number.NaN): string {
  const numbers = values.filter(isDrawable);
  if (numbers.length < FEWEST) return "";
  const top = Math.max(...numbers, ...[limit].filter(isDrawable));
  const bottom = Math.min(...numbers, top - Math.abs(top) * LEAST_SPAN);
  const highest = LEVELS.length - 1;
  const levelOf = (value: number) => (top > bottom ? Math.round(((value - bottom) / (top - bottom)) * highest) : 0);
  return numbers.map((value) => LEVELS[Math.min(Math.max(levelOf(value), 0), highest)]).join("");
}

/** Beyond, differences are no numbers any more. */
function isDrawable(value: number): boolean {
  return Math.abs(value) < 1e300;
}
