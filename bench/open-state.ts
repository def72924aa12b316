import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../src/store/open-database.ts";
import { Store } from "../src/store/store.ts";

/** A store in a directory of its own, which goes with it. */
export interface OpenState {
  readonly store: Store;
  readonly walPath: string;
  close(): void;
}

export function openState(): OpenState {
  const directory = mkdtempSync(join(tmpdir(), "watchdog-bench-"));
  const fail = (problem: string) => {
    throw new Error(problem);
  };
  const { database, release } = openDatabase(directory, fail);
  return {
    store: new Store(database, fail),
    walPath: join(directory, "watchdog.db-wal"),
    close() {
      database.close();
      release();
      rmSync(directory, { recursive: true });
    },
  };
}

/** Nobody reads what is logged here. */
export const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
