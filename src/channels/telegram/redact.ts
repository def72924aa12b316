const STAND_IN = "[bot token]";
/** A real secret has 35 characters. One shorter than this could be an ordinary word, so it is not looked for alone. */
const LEAST_SECRET_CHARS = 8;

/**
 * Makes the function that takes the token out of any text, however the colon in it was encoded. The part behind the
 * colon is the secret, so it goes even where it stands alone.
 *
 * @param token `<bot id>:<secret>`
 */
export function createRedactor(token: string): (text: string) => string {
  const colon = token.indexOf(":");
  const id = RegExp.escape(token.slice(0, colon));
  const secret = RegExp.escape(token.slice(colon + 1));
  const optional = token.length - colon - 1 >= LEAST_SECRET_CHARS ? "?" : "";
  const pattern = new RegExp(`(?:${id}(?::|%3a|%253a|\\\\u003a))${optional}${secret}`, "gi");
  return (text) => text.replace(pattern, STAND_IN);
}
