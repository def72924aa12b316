import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { optionsOfImage, variablesOfImage } from "../../../scripts/image-options.ts";

export const BIN = fileURLToPath(new URL("../../../bin/watchdog", import.meta.url));

/** Halves what a start costs, of which there are some two hundred. */
const COMPILE_CACHE = fileURLToPath(new URL("../../../node_modules/.cache/acceptance", import.meta.url));

/** `TEST_BUNDLE` names the folder of a bundle: then it is tested as the image runs it, instead of the sources. */
const { TEST_BUNDLE } = process.env;
const PROGRAM: readonly string[] =
  TEST_BUNDLE === undefined ? [BIN] : [process.execPath, ...optionsOfImage(), resolve(TEST_BUNDLE, "watchdog.cjs")];
const VARIABLES = TEST_BUNDLE === undefined ? { NODE_COMPILE_CACHE: COMPILE_CACHE } : variablesOfImage();

export type Environment = Readonly<Record<string, string>>;

export interface SpawnOptions {
  /** Instead of the program under test, as another way to call it. */
  readonly command?: readonly string[];
  readonly cwd?: string;
  /** A file descriptor to write to instead of to the test. */
  readonly stdout?: number;
}

/** One line that the program logged. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A program that ended by itself. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Of the contract: what a clean stop may take. */
const STOP_MS = 5_000;

/** What it may take more where other tests have the machine; the simulation holds it to the time itself. */
const BUSY_MS = 10_000;

/** One moment is shown some milliseconds earlier or later each time: it is turned into wall time when it is asked for. */
const SAME_TICK_MS = 30;

/** The whole program, as a child process with an environment of its own. */
export class Program {
  readonly child: ChildProcess;
  /** Resolves once it has ended and all that it wrote was read. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  stdout = "";
  stderr = "";
  readonly #watchers = new Set<() => void>();

  constructor(args: readonly string[], env: Environment, { command = PROGRAM, cwd = "/", stdout }: SpawnOptions = {}) {
    const [file = BIN, ...before] = command;
    this.child = spawn(file, [...before, ...args], {
      // Nothing of the environment that the tests run in, least of all its WATCHDOG_* and NODE_OPTIONS.
      env: { PATH: process.env.PATH, ...VARIABLES, ...env },
      cwd,
      stdio: ["ignore", stdout ?? "pipe", "pipe"],
    });
    const { child } = this;
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.#changed();
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.#changed();
    });
    this.ended = new Promise((settle, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => {
        settle({ code, signal });
        this.#changed();
      });
    });
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** What was logged so far; throws where a line is not one JSON object. */
  get log(): LogLine[] {
    const lines = this.stdout.split("\n");
    // The last piece is empty, or a line that is not complete yet.
    return lines.slice(0, -1).map((line) => {
      const value: unknown = JSON.parse(line);
      if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`no object: ${line}`);
      return value as LogLine;
    });
  }

  /** The decisions so far, as "alert dep:db". */
  get decisions(): string[] {
    return this.log.filter((line) => line.msg === "decision").map(({ action, key }) => `${action} ${key}`);
  }

  /** Resolves to the first line that has this `msg` and these fields. */
  logged(msg: string, fields: LogLine = {}, withinS = 40): Promise<LogLine> {
    const wanted = Object.entries({ msg, ...fields });
    const find = () => this.log.find((line) => wanted.every(([name, value]) => line[name] === value));
    return this.#eventually(find, `a log line ${JSON.stringify({ msg, ...fields })}`, withinS);
  }

  /** The port of its face, once that listens. */
  async port(): Promise<number> {
    return Number((await this.logged("face listens")).port);
  }

  async get(path: string): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
    const url = `http://127.0.0.1:${await this.port()}${path}`;
    // A connection that was idle may be closed just as it is used again.
    const response = await fetch(url).catch(() => fetch(url));
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  /** Resolves once `isSo` says yes to what the path answers. */
  async answers(path: string, isSo: (body: Record<string, unknown>) => boolean, withinS = 40): Promise<void> {
    const endAt = Date.now() + withinS * 1_000;
    let body: Record<string, unknown> = {};
    while (Date.now() < endAt) {
      body = (await this.get(path)).body;
      if (isSo(body)) return;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    throw this.#failure(`${path} did not come to say what was expected, but ${JSON.stringify(body)}`);
  }

  /** Resolves once `count` ticks have completed that began after this call. */
  async ticks(count: number): Promise<void> {
    const tickAtOf = (body: Record<string, unknown>) => Date.parse(String(body.lastTickAt ?? "1970-01-01"));
    for (let seen = 0; seen <= count; seen++) {
      const before = tickAtOf((await this.get("/api/status")).body);
      await this.answers("/api/status", (body) => tickAtOf(body) - before > SAME_TICK_MS);
    }
  }

  /** Asks it to stop, which it must do within the contract's five seconds and with exit code 0. */
  async stop(signal: "SIGTERM" | "SIGINT" = "SIGTERM"): Promise<void> {
    if (!this.running) return;
    const askedAt = Date.now();
    const tooLong = setTimeout(() => this.child.kill("SIGKILL"), STOP_MS + 2 * BUSY_MS);
    this.child.kill(signal);
    const { code } = await this.ended;
    clearTimeout(tooLong);
    const tookMs = Date.now() - askedAt;
    if (code !== 0 || tookMs > STOP_MS + BUSY_MS) throw this.#failure(`stopped with ${code} after ${tookMs} ms`);
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }

  async outcome(withinS = 60): Promise<Outcome> {
    const tooLong = setTimeout(() => this.child.kill("SIGKILL"), withinS * 1_000);
    const { code, signal } = await this.ended;
    clearTimeout(tooLong);
    if (signal === "SIGKILL") throw this.#failure(`did not end within ${withinS} s`);
    return { code, stdout: this.stdout, stderr: this.stderr };
  }

  async #eventually<T>(find: () => T | undefined, what: string, withinS: number): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const check = () => {
      try {
        const found = find();
        if (found !== undefined) resolve(found);
        else if (!this.running) reject(this.#failure(`it ended without ${what}`));
      } catch (error) {
        reject(error);
      }
    };
    const timer = setTimeout(() => reject(this.#failure(`${withinS} s without ${what}`)), withinS * 1_000);
    this.#watchers.add(check);
    check();
    return promise.finally(() => {
      clearTimeout(timer);
      this.#watchers.delete(check);
    });
  }

  #changed(): void {
    for (const check of this.#watchers) check();
  }

  #failure(what: string): Error {
    return new Error(`${what}\n\nstdout:\n${this.stdout}\nstderr:\n${this.stderr}`);
  }
}
