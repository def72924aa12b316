import { readFileSync } from "node:fs";

export interface WalContent {
  readonly commits: number;
  readonly pages: number;
  readonly bytes: number;
}

/**
 * What an SQLite write-ahead log holds since it was last begun anew (https://www.sqlite.org/fileformat2.html#walformat): the
 * frame that ends a transaction is the one that states the size of the database.
 */
export function readWal(path: string): WalContent {
  const file = readFileSync(path);
  if (file.length < 32) return { commits: 0, pages: 0, bytes: 0 };
  const frameBytes = 24 + file.readUInt32BE(8);
  let commits = 0;
  let pages = 0;
  for (let at = 32; at + frameBytes <= file.length; at += frameBytes) {
    // What stands there from before it was begun anew has another salt.
    if (file.compare(file, 16, 24, at + 8, at + 16) !== 0) break;
    pages += 1;
    if (file.readUInt32BE(at + 4) !== 0) commits += 1;
  }
  return { commits, pages, bytes: 32 + pages * frameBytes };
}
