import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { onTestFinished } from "vitest";
import { openDatabase } from "../../src/store/open-database.ts";
import { Store } from "../../src/store/store.ts";

/** An empty directory that is gone after the test. */
export function emptyDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "watchdog-state-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export interface OpenStore {
  readonly store: Store;
  /** Beneath the store: to look at, and to damage. */
  readonly database: DatabaseSync;
  readonly warnings: readonly string[];
  readonly troubles: readonly string[];
  /** As at the end of the process. */
  close(): void;
}

export function openStore(stateDir: string | undefined): OpenStore {
  const warnings: string[] = [];
  const troubles: string[] = [];
  const { database, release } = openDatabase(stateDir, (warning) => warnings.push(warning));
  const store = new Store(database, (trouble) => troubles.push(trouble));
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    store.close();
    release();
  };
  onTestFinished(close);
  return { store, database, warnings, troubles, close };
}
