import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Timeline } from "../clock.ts";
import type { AlertState } from "../core/alerts.ts";
import type { Notice, OwedNotice } from "../core/notice.ts";
import type { Silence } from "../core/silence.ts";
import type { Instant } from "../core/time.ts";
import { copyToMemory } from "./open-database.ts";

/** Everything that one tick changes. It becomes true as a whole or not at all. */
export interface TickChanges {
  readonly set: readonly AlertState[];
  readonly forget: readonly string[];
  readonly memories: ReadonlyMap<string, unknown>;
  /** Owed to each of `channels`. */
  readonly notices: readonly Notice[];
  readonly channels: readonly string[];
}

/** How an attempt to tell stands; kept before it is made, so that a crash in the middle is known for what it is. */
const UNDERWAY = 2;
const UNANSWERED = 1;

/**
 * Alert states, source memories and owed notices in one SQLite database. Its methods never throw: when the database
 * cannot be written any more (disk full, read-only), everything goes on in memory and `onTrouble` hears of it once.
 */
export class Store {
  #database: DatabaseSync;
  #statements = new Map<string, StatementSync>();
  readonly #onTrouble: (error: string) => void;

  constructor(database: DatabaseSync, onTrouble: (error: string) => void) {
    this.#database = database;
    this.#onTrouble = onTrouble;
  }

  alerts(): AlertState[] {
    return this.#readJson<AlertState>("SELECT key AS owner, state AS json FROM alert").map(([, state]) => state);
  }

  /** What `owner` (a source, a channel) stored last, or `undefined`. */
  memory(owner: string): unknown {
    return this.#readJson("SELECT owner, value AS json FROM memory WHERE owner = ?", owner)[0]?.[1];
  }

  remember(owner: string, value: unknown): void {
    this.#write(() => this.#putMemory(owner, value));
  }

  timeline(): Timeline | undefined {
    return this.memory(TIMELINE) as Timeline | undefined;
  }

  /** The latest Instant stored anywhere; 0 in an empty database. */
  latestInstant(): Instant {
    const row = this.#prepare(
      `SELECT max(at) AS at FROM (
         SELECT max(state ->> 'lastAlertAt') AS at FROM alert UNION ALL SELECT max(notice ->> 'at') FROM notice)`,
    ).get();
    return Number(row?.at ?? 0);
  }

  rememberTimeline(timeline: Timeline): void {
    this.remember(TIMELINE, timeline);
  }

  /** Commits a tick in one transaction. */
  commit(changes: TickChanges): void {
    this.#write(() => {
      for (const state of changes.set) {
        this.#prepare("INSERT OR REPLACE INTO alert (key, state) VALUES (?, ?)").run(state.key, JSON.stringify(state));
      }
      for (const key of changes.forget) this.#prepare("DELETE FROM alert WHERE key = ?").run(key);
      for (const [owner, value] of changes.memories) this.#putMemory(owner, value);
      for (const notice of changes.notices) {
        const json = JSON.stringify(notice);
        for (const channel of changes.channels) {
          this.#prepare("INSERT INTO notice (channel, notice) VALUES (?, ?)").run(channel, json);
        }
      }
    });
  }

  /** The oldest notices that `channel` has not accepted, at most `limit`, in the order of deciding. */
  owed(channel: string, limit: number): OwedNotice[] {
    const rows = this.#prepare("SELECT id, notice, attempt FROM notice WHERE channel = ? ORDER BY id LIMIT ?").all(
      channel,
      limit,
    );
    return rows.map((row) => ({
      ...(JSON.parse(String(row.notice)) as Notice),
      id: Number(row.id),
      maybeTold: row.attempt !== 0,
    }));
  }

  /** How many notices `channel` is owed, and since when the oldest one. */
  backlog(channel: string): { readonly count: number; readonly oldestAt: Instant | undefined } {
    const row = this.#prepare(
      "SELECT count(*) AS count, min(notice ->> 'at') AS oldest FROM notice WHERE channel = ?",
    ).get(channel);
    return {
      count: Number(row?.count ?? 0),
      oldestAt: row?.oldest == null ? undefined : Number(row.oldest),
    };
  }

  /** To be called before an attempt: from here on, a crash leaves these notices "maybe told". */
  beginAttempt(ids: readonly number[]): void {
    this.#eachId("UPDATE notice SET attempt = attempt | ? WHERE id = ?", ids, UNDERWAY);
  }

  /** The attempt failed. Unless it may have arrived, it leaves no trace. */
  failAttempt(ids: readonly number[], arrived: "no" | "maybe"): void {
    const left = arrived === "maybe" ? UNANSWERED : 0;
    this.#eachId("UPDATE notice SET attempt = (attempt & 1) | ? WHERE id = ?", ids, left);
  }

  /** The channel accepted these notices: they are told. */
  settle(ids: readonly number[]): void {
    this.#eachId("DELETE FROM notice WHERE id = ?", ids);
  }

  /**
   * Gives what is owed to channels that are not configured any more to `heir`: a change of configuration loses nothing.
   *
   * @returns how many notices that were
   */
  adoptNotices(channels: readonly string[], heir: string): number {
    let adopted = 0;
    this.#write(() => {
      const sql = "UPDATE notice SET channel = ? WHERE channel NOT IN (SELECT value FROM json_each(?))";
      adopted = Number(this.#prepare(sql).run(heir, JSON.stringify(channels)).changes);
    });
    return adopted;
  }

  /** The silences that have not ended at `now`. Another process may have added them. */
  silences(now: Instant): Silence[] {
    const rows = this.#prepare("SELECT glob, until, why FROM silence WHERE until > ? ORDER BY glob").all(now);
    return rows.map(({ glob, until, why }) => ({
      keyGlob: String(glob),
      until: Number(until),
      why: String(why),
    }));
  }

  /** Adds a silence, or replaces the one of the same glob. Silences that have ended are dropped on this occasion. */
  addSilence({ keyGlob, until, why }: Silence, now: Instant): void {
    this.#write(() => {
      this.#prepare("DELETE FROM silence WHERE until <= ?").run(now);
      this.#prepare("INSERT OR REPLACE INTO silence (glob, until, why) VALUES (?, ?, ?)").run(keyGlob, until, why);
    });
  }

  /** @returns whether there was such a silence */
  endSilence(keyGlob: string): boolean {
    let ended = false;
    this.#write(() => {
      ended = Number(this.#prepare("DELETE FROM silence WHERE glob = ?").run(keyGlob).changes) > 0;
    });
    return ended;
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #eachId(sql: string, ids: readonly number[], ...before: number[]): void {
    this.#write(() => {
      for (const id of ids) this.#prepare(sql).run(...before, id);
    });
  }

  #putMemory(owner: string, value: unknown): void {
    this.#prepare("INSERT OR REPLACE INTO memory (owner, value) VALUES (?, ?)").run(owner, JSON.stringify(value));
  }

  #readJson<T>(sql: string, ...parameters: string[]): [string, T][] {
    const rows: [string, T][] = [];
    for (const row of this.#prepare(sql).all(...parameters)) {
      try {
        rows.push([String(row.owner), JSON.parse(String(row.json)) as T]);
      } catch {
        this.#onTrouble(`the stored state of ${String(row.owner)} cannot be read back and is left out`);
      }
    }
    return rows;
  }

  /** Runs `change` in a transaction; where the database refuses, once more on a copy of it in memory. */
  #write(change: () => void): void {
    try {
      this.#transact(change);
    } catch (error) {
      this.#onTrouble(
        `state cannot be written (${error instanceof Error ? error.message : String(error)}); going on in memory only`,
      );
      const broken = this.#database;
      this.#database = copyToMemory(broken);
      this.#statements.clear();
      this.#transact(change);
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

const TIMELINE = "timeline";
