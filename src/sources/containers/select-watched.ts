import { matchesGlob } from "../../core/glob.ts";
import type { ListedContainer } from "./parse.ts";

/** Which containers are watched. */
export interface Selection {
  readonly watched: readonly ListedContainer[];
  /** Names of containers that exist, are asked for, and are left out all the same. */
  readonly leftOut: readonly string[];
}

/**
 * Chooses by name, label and the watchdog's own id, and makes the names unique.
 *
 * @param globs names and globs; one that matches is enough
 * @param ownId the id of the watchdog's own container or its beginning
 */
export function selectWatched(
  listed: readonly ListedContainer[],
  globs: readonly string[],
  ownId: string | undefined,
): Selection {
  const isOwn = ownIdTest(listed, ownId);
  const watched = new Map<string, ListedContainer>();
  const leftOut: string[] = [];
  // One that bears a name for good comes before one that Compose gave it for a moment.
  const ranked = [...listed].sort((a, b) => Number(a.renamed) - Number(b.renamed));
  for (const entry of ranked) {
    if (!globs.some((glob) => glob === "*" || matchesGlob(entry.name, glob))) continue;
    if (!entry.enabled || isOwn(entry)) leftOut.push(entry.name);
    else if (!watched.has(entry.name)) watched.set(entry.name, entry);
    else if (!entry.renamed) {
      const name = `${entry.name} ${entry.id.slice(0, 12)}`;
      watched.set(name, { ...entry, name });
    }
  }
  return { watched: [...watched.values()], leftOut };
}

/**
 * A container that shares another's network also shares its host name and files in /etc, so that it takes the other's
 * id for its own. Where that may be so, none is left out: an alert too many is better than one too few.
 */
function ownIdTest(
  listed: readonly ListedContainer[],
  ownId: string | undefined,
): (container: ListedContainer) => boolean {
  if (ownId === undefined || listed.some(({ networkOf }) => networkOf?.startsWith(ownId))) return () => false;
  return ({ id }) => id.startsWith(ownId);
}
