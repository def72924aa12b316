import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { Life } from "./life.ts";

/** A database that outlives the processes that write to it, with its prepared statements. */
export interface SurvivingDatabase {
  readonly real: DatabaseSync;
  readonly statements: Map<string, StatementSync>;
}

/**
 * The database as one process sees it: that process can be killed before, in the middle of and after every transaction,
 * and a transaction that it leaves open is rolled back.
 *
 * @param onCommit hears of each commit, with the tables that it wrote to
 */
export function openFragileDatabase(
  { real, statements }: SurvivingDatabase,
  life: Life,
  onCommit: (tables: ReadonlySet<string>) => void,
): DatabaseSync {
  let tables = new Set<string>();
  life.whenEnded(() => {
    if (real.isTransaction) real.exec("ROLLBACK");
  });

  function exec(sql: string): void {
    if (!life.isAlive) return;
    if (sql.startsWith("BEGIN")) {
      if (!life.pass("begin")) return;
      tables = new Set();
    }
    if (sql === "COMMIT" && !life.pass("before commit")) return;
    real.exec(sql);
    if (sql === "COMMIT") {
      onCommit(tables);
      life.pass("after commit");
    }
  }

  function prepare(sql: string): object {
    const statement = statements.get(sql) ?? real.prepare(sql);
    statements.set(sql, statement);
    const table = /^(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) (\w+)/.exec(sql)?.[1];
    return {
      all: (...values: SQLInputValue[]) => (life.isAlive ? statement.all(...values) : []),
      get: (...values: SQLInputValue[]) => (life.isAlive ? statement.get(...values) : undefined),
      run: (...values: SQLInputValue[]) => {
        if (table === undefined) throw new Error(`the simulator does not know what this writes to: ${sql}`);
        if (!life.pass("write")) return { changes: 0, lastInsertRowid: 0 };
        tables.add(table);
        return statement.run(...values);
      },
    };
  }

  const seen = {
    exec,
    prepare,
    get isTransaction() {
      return life.isAlive && real.isTransaction;
    },
    // It survives: the next process opens it again.
    close() {},
    serialize() {
      throw new Error("the simulated disk is never full");
    },
  };
  return seen as unknown as DatabaseSync;
}
