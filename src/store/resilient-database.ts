import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";
import { cleanText } from "../core/text.ts";
import { copyToMemory } from "./open-database.ts";

export type Row = Record<string, SQLOutputValue>;

/** Runs one statement that changes something; returns how many rows it changed. */
export type Run = (sql: string, ...parameters: readonly SQLInputValue[]) => number;

/**
 * A database that goes on in memory, with all that it knew, when it cannot be written or read any more (disk full,
 * read-only, damaged). `onTrouble` hears of it once.
 */
export class ResilientDatabase {
  #database: DatabaseSync;
  #statements = new Map<string, StatementSync>();
  readonly #onTrouble: (problem: string) => void;

  constructor(database: DatabaseSync, onTrouble: (problem: string) => void) {
    this.#database = database;
    this.#onTrouble = onTrouble;
  }

  /** Whether what it holds ends with this process. */
  get isInMemory(): boolean {
    return this.#database.location() === null;
  }

  read(sql: string, ...parameters: readonly SQLInputValue[]): Row[] {
    return this.#orInMemory("read", () => this.#prepare(sql).all(...parameters));
  }

  /** Runs `change` in a transaction. It may be run twice: where the disk refuses, once more in memory. */
  write(change: (run: Run) => void): void {
    const run: Run = (sql, ...parameters) => Number(this.#prepare(sql).run(...parameters).changes);
    this.#orInMemory("written", () => this.#transact(() => change(run)));
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #orInMemory<T>(what: "read" | "written", work: () => T): T {
    try {
      return work();
    } catch (error) {
      const why = cleanText(error instanceof Error ? error.message : String(error));
      this.#onTrouble(`state cannot be ${what} (${why}); going on in memory only`);
      this.#database = copyToMemory(this.#database);
      this.#statements.clear();
      return work();
    }
  }

  #transact(change: () => void): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      change();
      this.#database.exec("COMMIT");
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
