/* How causes and what follows from them are put into words. */

/** Above the folded lines in the block of their cause. */
export const TAKES_WITH_IT = "takes with it:";

/** Begins the line above folded lines whose cause was told before; what that is follows, then its hashtag and a colon. */
export const STILL_TAKING = "also wrong, because ";

export const FOLDED_MARK = "↳ ";

/** In the own block of a signal that followed from something: it is over, or told elsewhere. */
export function followedFrom(causeWhat: string): string {
  return `followed from: ${causeWhat}`;
}

export function detectedAt(time: string): string {
  return `detected ${time}`;
}

export const POSSIBLY_A_REPEAT = "possibly a repeat";

const MOST_NAMED = 4;

/** In the recovery of a cause: what followed from it and is still wrong. */
export function stillWrong(whats: readonly string[]): string {
  const more = whats.length - MOST_NAMED;
  const named = more > 1 ? [...whats.slice(0, MOST_NAMED), `and ${more} more`] : whats;
  return `still wrong: ${named.join("; ")}`;
}
