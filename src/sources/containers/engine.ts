import Docker from "dockerode";
import type { ContainersSettings } from "../../config/settings.ts";
import { cleanText } from "../../core/text.ts";
import { explainSocketFailure } from "./explain-socket-failure.ts";
import { GuardedAgent } from "./guarded-agent.ts";

/** A list of some 5,000 containers, or one container with absurdly many labels. */
const MAX_ANSWER_BYTES = 16 * 1_024 * 1_024;

/** The few questions that the watchdog asks Docker. Each rejects with an Error that names the socket and the mend. */
export interface Engine {
  /** All containers, stopped ones too: JSON whose shape nobody has checked yet. */
  list(): Promise<unknown>;
  /** One container, or `undefined` where it does not exist (any more). JSON whose shape nobody has checked yet. */
  inspect(id: string): Promise<unknown>;
  version(): Promise<unknown>;
  /** Closes every connection; what is under way rejects. It may be asked again afterwards. */
  disconnect(): void;
}

type EngineSettings = Pick<ContainersSettings, "socketPath" | "timeoutMs">;

export function createEngine({ socketPath, timeoutMs }: EngineSettings): Engine {
  const agent = new GuardedAgent(socketPath, { timeoutMs, maxBytes: MAX_ANSWER_BYTES });
  let client: Docker | undefined;
  const ask = async (question: (docker: Docker) => Promise<unknown>): Promise<unknown> => {
    client ??= createClient(socketPath, agent);
    try {
      return await question(client);
    } catch (thrown) {
      if (statusOf(thrown) === 404) return undefined;
      throw new Error(explainSocketFailure(thrown, socketPath));
    }
  };
  return {
    list: () => ask((docker) => docker.listContainers({ all: true })),
    inspect: (id) => ask((docker) => docker.getContainer(id).inspect()),
    version: () => ask((docker) => docker.version()),
    disconnect: () => agent.destroy(),
  };
}

/** What `doctor` tells of an engine that answers. */
export interface EngineVersion {
  readonly engineVersion: string;
  readonly apiVersion: string;
}

/** Asks the engine who it is, once. Rejects with an Error that names the socket and what mends it. */
export async function pingEngine(settings: EngineSettings): Promise<EngineVersion> {
  const engine = createEngine(settings);
  try {
    const { Version, ApiVersion } = ((await engine.version()) ?? {}) as { Version?: unknown; ApiVersion?: unknown };
    if (typeof Version !== "string" || typeof ApiVersion !== "string") throw new Error(notDocker(settings.socketPath));
    return { engineVersion: cleanText(Version, 60), apiVersion: cleanText(ApiVersion, 20) };
  } finally {
    engine.disconnect();
  }
}

export function notDocker(socketPath: string): string {
  return `what answers at ${cleanText(socketPath)} is not Docker: set WATCHDOG_DOCKER_SOCK to Docker's socket`;
}

/** The environment may say more than we do (DOCKER_HOST, DOCKER_CERT_PATH); everything that could matter is said here. */
function createClient(socketPath: string, agent: GuardedAgent): Docker {
  const options = { socketPath, agent, host: undefined, protocol: "http", timeout: undefined, version: undefined };
  try {
    return new Docker(options as Docker.DockerOptions);
  } catch (thrown) {
    // It reads those variables even so, and throws on values that it cannot use.
    const why = thrown instanceof Error ? cleanText(thrown.message) : "";
    throw new Error(`unset DOCKER_HOST and DOCKER_CERT_PATH, which the watchdog does not use: ${why}`);
  }
}

function statusOf(thrown: unknown): unknown {
  return (thrown as { statusCode?: unknown } | null)?.statusCode;
}
