import { existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { cleanText } from "../core/text.ts";
import { MIGRATIONS } from "./schema.ts";

/** Another watchdog holds the state directory: two would tell everything twice. */
export class StateDirInUse extends Error {}

export interface OpenedDatabase {
  readonly database: DatabaseSync;
  /** Gives the state directory free for another watchdog. */
  release(): void;
}

/**
 * Opens the database below `stateDir`, or one in memory. Never leaves the watchdog without one: where the directory
 * cannot be used, `warn` hears why and the database is in memory; a corrupt file is set aside, never deleted.
 *
 * @throws StateDirInUse when another watchdog runs on `stateDir`
 */
export function openDatabase(stateDir: string | undefined, warn: (problem: string) => void): OpenedDatabase {
  if (stateDir === undefined) return { database: migrate(new DatabaseSync(":memory:")), release: () => {} };
  let lock: DatabaseSync;
  try {
    mkdirSync(stateDir, { recursive: true });
    lock = takeLock(join(stateDir, "watchdog.lock"));
  } catch (error) {
    if (isBusy(error)) {
      throw new StateDirInUse(
        `another watchdog runs on WATCHDOG_STATE_DIR=${stateDir}: stop it, or give this one a directory of its own`,
      );
    }
    warn(
      `WATCHDOG_STATE_DIR=${stateDir} cannot be used (${messageOf(error)}${foreignOwner(stateDir)}): state is kept in memory only`,
    );
    return openDatabase(undefined, warn);
  }
  HELD.add(lock);
  const release = () => {
    HELD.delete(lock);
    lock.close();
  };
  return { database: openFile(join(stateDir, "watchdog.db"), warn), release };
}

/** A lock that nobody refers to would be collected as garbage, and so given back. */
const HELD = new Set<DatabaseSync>();

/**
 * Opens the database of a watchdog that may be running, to add to it.
 *
 * @throws where there is none, or where it is of another version
 */
export function openBeside(stateDir: string): DatabaseSync {
  const path = join(stateDir, "watchdog.db");
  if (!existsSync(path)) throw new Error("no watchdog has kept its state there yet");
  const database = new DatabaseSync(path, { timeout: 5_000 });
  const version = schemaVersion(database);
  if (version === MIGRATIONS.length) return database;
  database.close();
  throw new Error(
    `its state has schema ${version}, this watchdog knows ${MIGRATIONS.length}: use one version for both`,
  );
}

/**
 * A copy in memory of all that can still be read. Row by row: a database in WAL mode cannot be deserialized in memory, and
 * of a damaged one some tables may still be whole.
 */
export function copyToMemory(database: DatabaseSync): DatabaseSync {
  const copy = migrate(new DatabaseSync(":memory:"));
  for (const table of ["alert", "memory", "silence", "notice", "head"]) {
    try {
      for (const row of database.prepare(`SELECT * FROM ${table}`).iterate()) {
        const columns = Object.keys(row);
        const sql = `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`;
        copy.prepare(sql).run(...Object.values(row));
      }
    } catch {
      // The rest of this table is lost; the others may not be.
    }
  }
  try {
    database.close();
  } catch {
    // It was closed, or is beyond that.
  }
  return copy;
}

/**
 * The operating system gives an SQLite lock back when its process ends, however it ends: no stale lock after kill -9.
 * It stands in a file of its own so that the state itself stays readable to others.
 */
function takeLock(path: string): DatabaseSync {
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;");
    return lock;
  } catch (error) {
    lock.close();
    throw error;
  }
}

function openFile(path: string, warn: (problem: string) => void): DatabaseSync {
  try {
    return configure(path);
  } catch (error) {
    if (!(error instanceof NewerSchema) && !isCorrupt(error)) {
      warn(
        `the state in ${path} cannot be used (${messageOf(error)}${foreignOwner(path)}): state is kept in memory only`,
      );
      return migrate(new DatabaseSync(":memory:"));
    }
    const aside = `${path}.unreadable-${Date.now()}`;
    warn(`the state in ${path} cannot be read (${messageOf(error)}): set aside as ${aside}, starting anew`);
    try {
      setAside(path, aside);
      return configure(path);
    } catch (second) {
      warn(`no new state file can be made (${messageOf(second)}): state is kept in memory only`);
      return migrate(new DatabaseSync(":memory:"));
    }
  }
}

/** With its journal: left behind, that would be taken for the journal of the file that comes next. */
function setAside(path: string, aside: string): void {
  for (const suffix of ["", "-wal", "-shm"]) {
    if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${aside}${suffix}`);
  }
}

function configure(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 1_000 });
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    const [check] = database.prepare("PRAGMA quick_check(1)").all();
    if (check?.quick_check !== "ok") throw new CorruptState(String(check?.quick_check));
    return migrate(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

class CorruptState extends Error {}
class NewerSchema extends Error {}

function schemaVersion(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.user_version ?? 0);
}

function migrate(database: DatabaseSync): DatabaseSync {
  const version = schemaVersion(database);
  if (version > MIGRATIONS.length) {
    throw new NewerSchema(`it was written by a newer version: schema ${version}, this one knows ${MIGRATIONS.length}`);
  }
  for (const [index, step] of MIGRATIONS.entries()) {
    if (index >= version) database.exec(`BEGIN; ${step} PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
  return database;
}

/** SQLite's result codes (https://www.sqlite.org/rescode.html): BUSY 5, CORRUPT 11, NOTADB 26. */
function resultCode(error: unknown): number {
  return Number((error as { errcode?: unknown }).errcode ?? 0) & 0xff;
}

function isBusy(error: unknown): boolean {
  return resultCode(error) === 5;
}

function isCorrupt(error: unknown): boolean {
  return error instanceof CorruptState || [11, 26].includes(resultCode(error));
}

/** What mends the likeliest refusal: a volume that another user filled. Empty where that is not it. */
function foreignOwner(path: string): string {
  try {
    const user = process.geteuid?.() ?? 0;
    const owner = statSync(path).uid;
    if (user === 0 || owner === user) return "";
    return `; it belongs to user ${owner}, this watchdog runs as user ${user}: chown it to that user`;
  } catch {
    return "";
  }
}

function messageOf(error: unknown): string {
  return cleanText(error instanceof Error ? error.message : String(error));
}
