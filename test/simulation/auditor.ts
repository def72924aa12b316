import type { DatabaseSync } from "node:sqlite";
import type { Notice } from "../../src/core/notice.ts";
import type { CommittedNotice } from "./trace.ts";

interface Audit {
  readonly notices: readonly CommittedNotice[];
  readonly settled: readonly number[];
}

const NOTHING: Audit = { notices: [], settled: [] };

/** Reads the database itself, so that the trace says what was stored and not what somebody believed to store. */
export class Auditor {
  readonly #newer;
  readonly #all;
  readonly #attempted;
  #lastId = 0;
  #owed = new Set<number>();

  constructor(database: DatabaseSync) {
    this.#newer = database.prepare("SELECT id, channel, notice FROM notice WHERE id > ? ORDER BY id");
    this.#all = database.prepare("SELECT id FROM notice ORDER BY id");
    this.#attempted = database.prepare("SELECT id FROM notice WHERE attempt <> 0 ORDER BY id");
  }

  /** What became owed, and what is owed no longer, since the audit before. @param tables those written to */
  audit(tables: ReadonlySet<string>): Audit {
    if (!tables.has("notice")) return NOTHING;
    const notices = this.#newer.all(this.#lastId).map(({ id, channel, notice }) => ({
      id: Number(id),
      channel: String(channel),
      notice: JSON.parse(String(notice)) as Notice,
    }));
    this.#lastId = notices.at(-1)?.id ?? this.#lastId;
    const owed = new Set(this.owed());
    const settled = [...this.#owed].filter((id) => !owed.has(id));
    this.#owed = owed;
    return { notices, settled };
  }

  owed(): number[] {
    return this.#all.all().map(({ id }) => Number(id));
  }

  /** Owed notices of which an attempt was begun that has not clearly failed. */
  attempted(): number[] {
    return this.#attempted.all().map(({ id }) => Number(id));
  }
}
