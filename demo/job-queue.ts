import { DatabaseSync } from "node:sqlite";

/** A job as somebody orders it. */
export interface NewJob {
  readonly workItemId: string;
  readonly repo: string;
  readonly stage: string;
  readonly agent: string;
  readonly workS: number;
  readonly fails: boolean;
}

export interface Job extends NewJob {
  readonly id: number;
  /** Epoch seconds. */
  readonly startedAt: number;
}

export interface QueueCounts {
  readonly queued: number;
  readonly running: number;
  readonly done: number;
  readonly failed: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS jobs (
    id INTEGER PRIMARY KEY, work_item_id TEXT NOT NULL, repo TEXT NOT NULL, stage TEXT NOT NULL, agent TEXT NOT NULL,
    work_s REAL NOT NULL, fails INTEGER NOT NULL, retries INTEGER NOT NULL DEFAULT 0, started_at REAL,
    state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')));
  CREATE TABLE IF NOT EXISTS runs (id INTEGER PRIMARY KEY, job_id INTEGER NOT NULL, tokens INTEGER NOT NULL DEFAULT 0);
  -- What was running when the orchestrator died is tried again.
  UPDATE jobs SET state = 'queued', retries = retries + 1 WHERE state = 'running';`;

/** A job queue that survives its process: one SQLite file. */
export class JobQueue {
  readonly #db: DatabaseSync;

  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    this.#db.exec("PRAGMA journal_mode = WAL");
    this.#db.exec(SCHEMA);
  }

  add(job: NewJob): void {
    this.#db
      .prepare("INSERT INTO jobs (work_item_id, repo, stage, agent, work_s, fails) VALUES (?, ?, ?, ?, ?, ?)")
      .run(job.workItemId, job.repo, job.stage, job.agent, job.workS, Number(job.fails));
  }

  /** Takes the oldest queued job, if there is one, and opens a run of it. */
  take(startedAt: number): { readonly job: Job; readonly runId: number } | undefined {
    const row = this.#db
      .prepare(
        `UPDATE jobs SET state = 'running', started_at = ?
         WHERE id = (SELECT min(id) FROM jobs WHERE state = 'queued')
         RETURNING id, work_item_id AS workItemId, repo, stage, agent, work_s AS workS, fails, started_at AS startedAt`,
      )
      .get(startedAt);
    if (row === undefined) return undefined;
    const job = { ...row, fails: row.fails === 1 } as unknown as Job;
    const { lastInsertRowid } = this.#db.prepare("INSERT INTO runs (job_id) VALUES (?)").run(job.id);
    return { job, runId: Number(lastInsertRowid) };
  }

  finish(jobId: number, state: "done" | "failed"): void {
    this.#db.prepare("UPDATE jobs SET state = ? WHERE id = ?").run(state, jobId);
  }

  addTokens(runId: number, tokens: number): void {
    this.#db.prepare("UPDATE runs SET tokens = tokens + ? WHERE id = ?").run(tokens, runId);
  }

  tokensOf(runId: number): number {
    return Number(this.#db.prepare("SELECT tokens FROM runs WHERE id = ?").get(runId)?.tokens ?? 0);
  }

  totalTokens(): number {
    return Number(this.#db.prepare("SELECT coalesce(sum(tokens), 0) AS tokens FROM runs").get()?.tokens);
  }

  counts(): QueueCounts {
    const rows = this.#db.prepare("SELECT state, count(*) AS count FROM jobs GROUP BY state").all();
    const counts = Object.fromEntries(rows.map(({ state, count }) => [String(state), Number(count)]));
    return { queued: 0, running: 0, done: 0, failed: 0, ...counts };
  }

  /** How often the jobs that are not finished had to be tried again. */
  retries(): number {
    const row = this.#db
      .prepare("SELECT coalesce(sum(retries), 0) AS retries FROM jobs WHERE state IN ('queued', 'running')")
      .get();
    return Number(row?.retries);
  }

  close(): void {
    this.#db.close();
  }
}
