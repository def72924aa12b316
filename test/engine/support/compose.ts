import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ENGINE_SOCKET, engineEnvironment, socketGroup } from "./engine.ts";

const run = promisify(execFile);

export interface ComposeProject {
  /** Unique: it begins the name of every container, volume and network. */
  readonly name: string;
  readonly files: readonly string[];
  /** Default: whatever `.env` lies beside the first file. */
  readonly envFile?: string;
  /** What the shell has set; goes before the env file. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs docker-compose as a user does; resolves to its stdout, rejects with its stderr. */
export async function compose(project: ComposeProject, ...args: readonly string[]): Promise<string> {
  const files = project.files.flatMap((file) => ["--file", file]);
  const envFile = project.envFile === undefined ? [] : ["--env-file", project.envFile];
  // A WATCHDOG_* of whoever runs the tests is not the test's.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("WATCHDOG_"));
  const { stdout } = await run("docker-compose", ["--project-name", project.name, ...files, ...envFile, ...args], {
    env: {
      ...Object.fromEntries(inherited),
      ...engineEnvironment(),
      DOCKER_SOCK: ENGINE_SOCKET,
      DOCKER_GID: String(socketGroup()),
      ...project.environment,
    },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}
