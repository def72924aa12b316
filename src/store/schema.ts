/**
 * The database's schema, as the steps that lead to it. A step that was released is never changed: a new version is a new
 * step at the end. `PRAGMA user_version` counts the steps that were taken.
 */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE alert (key TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE memory (owner TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE silence (glob TEXT PRIMARY KEY, until INTEGER NOT NULL, why TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE head (channel TEXT, ref TEXT, head TEXT NOT NULL, PRIMARY KEY (channel, ref)) STRICT, WITHOUT ROWID;
   CREATE TABLE notice (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     channel TEXT NOT NULL,
     key TEXT NOT NULL DEFAULT '',
     notice TEXT NOT NULL,
     attempt INTEGER NOT NULL DEFAULT 0,
     -- The names of all channels that were to be told the same, this one among them, as a JSON array.
     audience TEXT NOT NULL DEFAULT '[]'
   ) STRICT;
   CREATE INDEX notice_by_channel ON notice (channel, id);
   CREATE INDEX notice_by_key ON notice (channel, key, id);`,
];
