import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { promisify } from "node:util";

/** The socket of the Docker engine to test against; `undefined`: there is none, and what needs one is skipped. */
export const ENGINE_SOCKET = process.env.TEST_DOCKER_SOCK || undefined;

const run = promisify(execFile);

function socket(): string {
  if (ENGINE_SOCKET === undefined) throw new Error("TEST_DOCKER_SOCK is unset");
  return ENGINE_SOCKET;
}

/** The group that may open the engine's socket. */
export function socketGroup(): number {
  return statSync(socket()).gid;
}

/** For whatever finds its engine by the environment. */
export function engineEnvironment(): Record<string, string> {
  return { DOCKER_HOST: `unix://${socket()}`, TESTCONTAINERS_RYUK_DISABLED: "true" };
}

/** Runs the docker client; resolves to its trimmed stdout, rejects with its stderr. */
export async function docker(...args: readonly string[]): Promise<string> {
  const { stdout } = await run("docker", args, { env: { ...process.env, ...engineEnvironment() } });
  return stdout.trim();
}

/** What `docker inspect` says of one object. */
export async function inspect<T>(name: string): Promise<T> {
  const [found] = JSON.parse(await docker("inspect", name)) as T[];
  if (found === undefined) throw new Error(`docker knows no ${name}`);
  return found;
}
