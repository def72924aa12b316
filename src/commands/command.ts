import type { Environment } from "../config/parse-environment.ts";

/** What a command gets of the process. Nothing below main.ts touches `process` itself. */
export interface CommandContext {
  readonly env: Environment;
  /** The options that were given, without dashes. */
  readonly options: ReadonlySet<string>;
  /** What stands behind the command's name. */
  readonly words: readonly string[];
  readonly version: string;
  /** For people and programs that read the command's result. */
  print(line: string): void;
  /** For problems: stderr. */
  complain(line: string): void;
  /** Aborts on SIGTERM and SIGINT. */
  readonly stopping: AbortSignal;
}

/** Runs to the end and resolves to the exit code. */
export type Command = (context: CommandContext) => Promise<number>;

/** Exit codes: sysexits.h's EX_USAGE and EX_CONFIG, else the contract's. */
export const EXIT = { ok: 0, failed: 1, usage: 64, badConfiguration: 78 } as const;
