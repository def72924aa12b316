/**
 * Whether `text` matches `glob` as a whole: `*` is any run of characters, `?` any one; every other one is itself. Never
 * looks back further than the last star, so that no glob is slow.
 */
export function matchesGlob(text: string, glob: string): boolean {
  const characters = [...text];
  const pattern = [...glob];
  let at = 0;
  let patternAt = 0;
  /** The last star, and how far the text was when it began to match. */
  let star = -1;
  let starAt = 0;
  while (at < characters.length) {
    if (pattern[patternAt] === "*") {
      star = patternAt;
      starAt = at;
      patternAt += 1;
    } else if (pattern[patternAt] === "?" || pattern[patternAt] === characters[at]) {
      at += 1;
      patternAt += 1;
    } else if (star !== -1) {
      starAt += 1;
      at = starAt;
      patternAt = star + 1;
    } else return false;
  }
  return pattern.slice(patternAt).every((character) => character === "*");
}

export function isGlob(text: string): boolean {
  return /[*?]/.test(text);
}
