import type { DatabaseSync } from "node:sqlite";
import type { Timeline } from "../clock.ts";
import type { AlertState } from "../core/alerts.ts";
import type { Head, HeadChanges } from "../core/head.ts";
import type { Notice, OwedNotice } from "../core/notice.ts";
import type { Silence } from "../core/silence.ts";
import { cleanText } from "../core/text.ts";
import type { Instant } from "../core/time.ts";
import { parseJson, readAlertState, readHead, readNotice, readTimeline } from "./read-back.ts";
import { ResilientDatabase, type Run } from "./resilient-database.ts";

/** Everything that one tick changes. It becomes true as a whole or not at all. */
export interface TickChanges {
  readonly set: readonly AlertState[];
  readonly forget: readonly string[];
  readonly memories: ReadonlyMap<string, unknown>;
  readonly notices: readonly Notice[];
  /** The channels that the notices are owed to: the same for all, or by notice. */
  readonly channels: readonly string[] | ((notice: Notice) => readonly string[]);
}

/** How an attempt to tell stands; kept before it is made, so that a crash in the middle is known for what it is. */
const UNDERWAY = 2;
const UNANSWERED = 1;

/**
 * Alert states, source memories and owed notices in one SQLite database. Its methods never throw: when the database
 * cannot be written or read any more (disk full, read-only, damaged), everything goes on in memory and `onTrouble` hears
 * of it once.
 */
export class Store {
  readonly #database: ResilientDatabase;
  readonly #onTrouble: (error: string) => void;

  constructor(database: DatabaseSync, onTrouble: (error: string) => void) {
    this.#database = new ResilientDatabase(database, onTrouble);
    this.#onTrouble = onTrouble;
  }

  /** Whether what is owed is lost when this process ends. */
  get isInMemory(): boolean {
    return this.#database.isInMemory;
  }

  alerts(): AlertState[] {
    return this.#database.read("SELECT key, state FROM alert").flatMap(({ key, state }) => {
      const alert = readAlertState(state);
      if (alert === undefined) this.#onTrouble(`the stored alert ${String(key)} cannot be read back and is left out`);
      return alert ?? [];
    });
  }

  /** What `owner` (a source, a channel) stored last, or `undefined`. */
  memory(owner: string): unknown {
    const [row] = this.#database.read("SELECT value FROM memory WHERE owner = ?", owner);
    if (row === undefined) return undefined;
    const value = parseJson(row.value);
    if (value === undefined) this.#onTrouble(`the stored memory of ${owner} cannot be read back and is left out`);
    return value;
  }

  remember(owner: string, value: unknown): void {
    const json = this.#toJson(owner, value);
    if (json !== undefined) this.#database.write((run) => putMemory(run, owner, json));
  }

  timeline(): Timeline | undefined {
    return readTimeline(this.memory(TIMELINE));
  }

  /** The latest Instant stored anywhere; 0 in an empty database. */
  latestInstant(): Instant {
    const [row] = this.#database.read(
      `SELECT max(at) AS at FROM (
         SELECT state ->> 'lastAlertAt' AS at FROM alert WHERE json_valid(state)
         UNION ALL SELECT notice ->> 'at' FROM notice WHERE json_valid(notice)
         UNION ALL SELECT value ->> '$' FROM memory WHERE owner = 'alive' AND json_valid(value)
       ) WHERE typeof(at) IN ('integer', 'real')`,
    );
    return Number(row?.at ?? 0);
  }

  rememberTimeline(timeline: Timeline): void {
    this.remember(TIMELINE, timeline);
  }

  /** Commits a tick in one transaction. */
  commit(changes: TickChanges): void {
    const memories = [...changes.memories].flatMap(([owner, value]) => {
      const json = this.#toJson(owner, value);
      return json === undefined ? [] : [[owner, json] as const];
    });
    this.#database.write((run) => {
      for (const state of changes.set) {
        run("INSERT OR REPLACE INTO alert (key, state) VALUES (?, ?)", state.key, JSON.stringify(state));
      }
      for (const key of changes.forget) run("DELETE FROM alert WHERE key = ?", key);
      for (const [owner, json] of memories) putMemory(run, owner, json);
      for (const notice of changes.notices) {
        const json = JSON.stringify(notice);
        const channels = typeof changes.channels === "function" ? changes.channels(notice) : changes.channels;
        const audience = JSON.stringify(channels);
        const sql = "INSERT INTO notice (channel, key, notice, audience) VALUES (?, ?, ?, ?)";
        for (const channel of channels) run(sql, channel, notice.key, json, audience);
      }
    });
  }

  /**
   * The oldest notices that `channel` has not accepted, `limit` of them and whatever came later for the same keys, in the
   * order of deciding: what is told of a key is then all that there is to tell of it.
   */
  owed(channel: string, limit: number): OwedNotice[] {
    const sql = `SELECT id, notice, attempt FROM notice WHERE channel = ? AND key IN
      (SELECT key FROM notice WHERE channel = ? ORDER BY id LIMIT ?) ORDER BY id`;
    const unreadable: number[] = [];
    const notices = this.#database.read(sql, channel, channel, limit).flatMap((row) => {
      const id = Number(row.id);
      const notice = readNotice(row.notice);
      if (notice !== undefined) return { ...notice, id, maybeTold: row.attempt !== 0 };
      unreadable.push(id);
      this.#onTrouble(
        `a notice owed to ${channel} cannot be read back and is dropped: ${cleanText(String(row.notice))}`,
      );
      return [];
    });
    if (unreadable.length > 0) this.settle(unreadable);
    return notices;
  }

  /** How many notices `channel` is owed, and since when the oldest one. */
  backlog(channel: string): { readonly count: number; readonly oldestAt: Instant | undefined } {
    const [row] = this.#database.read(
      "SELECT count(*) AS count, min(CASE WHEN json_valid(notice) THEN notice ->> 'at' END) AS oldest FROM notice WHERE channel = ?",
      channel,
    );
    return {
      count: Number(row?.count ?? 0),
      oldestAt: row?.oldest == null ? undefined : Number(row.oldest),
    };
  }

  /** To be called before an attempt: from here on, a crash leaves these notices "maybe told". */
  beginAttempt(ids: readonly number[]): void {
    // One that is under way already was cut short by a crash: it stays unanswered, however this one ends.
    this.#eachId("UPDATE notice SET attempt = (attempt <> 0) | ? WHERE id = ?", ids, UNDERWAY);
  }

  /** The attempt failed. Unless it may have arrived, it leaves no trace. */
  failAttempt(ids: readonly number[], arrived: "no" | "maybe"): void {
    const left = arrived === "maybe" ? UNANSWERED : 0;
    this.#eachId("UPDATE notice SET attempt = (attempt & 1) | ? WHERE id = ?", ids, left);
  }

  /** The channel accepted these notices: they are told. What that means for its heads becomes true with it. */
  settle(ids: readonly number[], channel = "", heads: HeadChanges = { set: [], forget: [] }): void {
    this.#database.write((run) => {
      for (const id of ids) run("DELETE FROM notice WHERE id = ?", id);
      putHeads(run, channel, heads);
    });
  }

  /** The messages of `channel` that raised what goes on or is not over for long, see Head. */
  heads(channel: string): Head[] {
    return this.#database.read("SELECT ref, head FROM head WHERE channel = ?", channel).flatMap(({ ref, head }) => {
      const read = readHead(head);
      if (read !== undefined) return read;
      this.#onTrouble(`the stored message ${String(ref)} cannot be read back and is left out`);
      this.changeHeads(channel, { set: [], forget: [String(ref)] });
      return [];
    });
  }

  changeHeads(channel: string, changes: HeadChanges): void {
    this.#database.write((run) => putHeads(run, channel, changes));
  }

  /**
   * Gives what is owed to channels that are not configured any more to `heir`: a change of configuration loses nothing.
   * What a channel that is still there was to be told as well is not told by the heir again.
   *
   * @returns how many notices the heir took over
   */
  adoptNotices(channels: readonly string[], heir: string): number {
    let adopted = 0;
    const configured = JSON.stringify(channels);
    this.#database.write((run) => {
      run(DROP_HEARD, configured, configured);
      run(DROP_TWINS, configured, configured);
      adopted = run(ADOPT, heir, heir, configured);
      run(FORGET_GONE, configured);
      run("DELETE FROM head WHERE channel NOT IN (SELECT value FROM json_each(?))", configured);
    });
    return adopted;
  }

  /** The silences that have not ended at `now`. Another process may have added them. */
  silences(now: Instant): Silence[] {
    const rows = this.#database.read("SELECT glob, until, why FROM silence WHERE until > ? ORDER BY glob", now);
    return rows.map(({ glob, until, why }) => ({
      keyGlob: String(glob),
      until: Number(until),
      why: String(why),
    }));
  }

  /** Adds a silence, or replaces the one of the same glob. Silences that have ended are dropped on this occasion. */
  addSilence({ keyGlob, until, why }: Silence, now: Instant): void {
    this.#database.write((run) => {
      run("DELETE FROM silence WHERE until <= ?", now);
      run("INSERT OR REPLACE INTO silence (glob, until, why) VALUES (?, ?, ?)", keyGlob, until, why);
    });
  }

  /** @returns whether there was such a silence */
  endSilence(keyGlob: string): boolean {
    let ended = false;
    this.#database.write((run) => {
      ended = run("DELETE FROM silence WHERE glob = ?", keyGlob) > 0;
    });
    return ended;
  }

  close(): void {
    this.#database.close();
  }

  #eachId(sql: string, ids: readonly number[], ...before: number[]): void {
    this.#database.write((run) => {
      for (const id of ids) run(sql, ...before, id);
    });
  }

  /** A memory that is not plain data is its owner's fault; it must not keep others from being stored. */
  #toJson(owner: string, value: unknown): string | undefined {
    let json: string | undefined;
    try {
      json = JSON.stringify(value);
    } catch {
      // A circle, a BigInt.
    }
    if (json === undefined) this.#onTrouble(`the memory of ${owner} is not plain data and cannot be stored`);
    return json;
  }
}

function putHeads(run: Run, channel: string, { set, forget }: HeadChanges): void {
  const sql = "INSERT OR REPLACE INTO head (channel, ref, head) VALUES (?, ?, ?)";
  for (const head of set) run(sql, channel, head.ref, JSON.stringify(head));
  for (const ref of forget) run("DELETE FROM head WHERE channel = ? AND ref = ?", channel, ref);
}

function putMemory(run: Run, owner: string, json: string): void {
  run("INSERT OR REPLACE INTO memory (owner, value) VALUES (?, ?)", owner, json);
}

const TIMELINE = "timeline";

/** Of what channels that are gone are owed: what one that is there was told, or is owed itself. */
const DROP_HEARD = `DELETE FROM notice
  WHERE channel NOT IN (SELECT value FROM json_each(?)) AND json_valid(audience) AND EXISTS
    (SELECT 1 FROM json_each(audience) AS member WHERE member.value IN (SELECT value FROM json_each(?)))`;
/** Of what several channels that are gone are owed alike: all but one. */
const DROP_TWINS = `DELETE FROM notice
  WHERE channel NOT IN (SELECT value FROM json_each(?)) AND EXISTS
    (SELECT 1 FROM notice AS twin WHERE twin.key = notice.key AND twin.notice = notice.notice
      AND twin.channel < notice.channel AND twin.channel NOT IN (SELECT value FROM json_each(?)))`;
const ADOPT = `UPDATE notice SET channel = ?, audience = json_array(?)
  WHERE channel NOT IN (SELECT value FROM json_each(?))`;
/** A channel that is gone may come back: by then it was not told what was dropped or adopted meanwhile. */
const FORGET_GONE = `UPDATE notice SET audience =
  (SELECT json_group_array(value) FROM json_each(audience) WHERE value IN (SELECT value FROM json_each(?)))
  WHERE json_valid(audience)`;
