/** Whether `text` matches `glob` as a whole: `*` is any run of characters, `?` any one; every other one is itself. */
export function matchesGlob(text: string, glob: string): boolean {
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${pattern}$`, "su").test(text);
}

export function isGlob(text: string): boolean {
  return /[*?]/.test(text);
}
