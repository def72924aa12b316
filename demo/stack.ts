import { idOf, type StandInContainer, startDockerEngine } from "../test/stand-ins/docker-engine.ts";

/** A compose stack of three: web needs api, and api needs db. Only played, so that nothing of anybody's own is touched. */
export interface Stack {
  /** Where its Docker answers. */
  readonly socketPath: string;
  /** db is killed for memory, and those that need it fall ill. */
  breakDown(): void;
  /** All is well again. */
  mend(): void;
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;
const DB = container(1, "db");
const API = container(2, "api", "db");
const WEB = container(3, "web", "api");

export async function startStack(): Promise<Stack> {
  const engine = await startDockerEngine([DB, API, WEB]);
  return {
    socketPath: engine.socketPath,
    breakDown() {
      const endedAt = new Date().toISOString();
      const killed = { state: "exited", status: "Exited (137) 1 second ago", exitCode: 137, oomKilled: true };
      const ill = { status: "Up 3 days (unhealthy)", health: "unhealthy" };
      engine.containers = [
        { ...DB, ...killed, finishedAt: endedAt },
        { ...API, ...ill },
        { ...WEB, ...ill },
      ];
      engine.emit({ action: "oom", id: DB.id, name: DB.name });
      // While db is on its way down; what falls ill only after an end was told is told after it, as a reply.
      for (const { id, name } of [API, WEB]) engine.emit({ action: "health_status: unhealthy", id, name });
      engine.emit({ action: "die", id: DB.id, name: DB.name, attributes: { exitCode: "137" } });
    },
    mend() {
      engine.containers = [{ ...DB, startedAt: new Date().toISOString() }, API, WEB];
      engine.emit({ action: "start", id: DB.id, name: DB.name });
    },
    close: () => engine.close(),
  };
}

function container(number: number, service: string, needs?: string): StandInContainer {
  return {
    id: idOf(number),
    name: service,
    image: `shop/${service}:1.2`,
    health: "healthy",
    startedAt: new Date(Date.now() - 3 * DAY_MS).toISOString(),
    status: "Up 3 days (healthy)",
    labels: {
      "com.docker.compose.project": "shop",
      "com.docker.compose.service": service,
      "com.docker.compose.container-number": "1",
      ...(needs !== undefined && { "com.docker.compose.depends_on": `${needs}:service_healthy:false` }),
    },
  };
}
