import Docker from "dockerode";
import { type EngineAddress, writeAddress } from "../../../config/engine-address.ts";
import type { ContainersSettings } from "../../../config/settings.ts";
import { cleanText } from "../../../core/text.ts";
import { Failure } from "../../../http/failure.ts";
import { ListReader } from "../list-reader.ts";
import type { Listing } from "../parse.ts";
import { ApiVersion } from "./api-version.ts";
import { type Answer, ask, StaleConnection } from "./ask.ts";
import { explainEngineFailure } from "./explain-engine-failure.ts";
import { GuardedAgent, NoAnswerInTime } from "./guarded-agent.ts";
import { createModem } from "./modem.ts";

/** A list of some 5,000 containers, or one container with absurdly many labels. */
const MAX_ANSWER_BYTES = 16 * 1_024 * 1_024;
/** A question about events that are over is answered at once, or by something that never ends an answer. */
const EVENTS_ANSWER_MS = 1_000;
/** Told its version anew, an engine may be replaced once more while it is asked; then it is enough. */
const MOST_ATTEMPTS = 3;

/** The few questions that the watchdog asks Docker. Each rejects with an Error that names the engine and the mend. */
export interface Engine {
  /** All containers, stopped ones too: JSON whose shape nobody has checked yet. */
  list(): Promise<unknown>;
  /** The same, read; what is as in the answer before is the same object. `undefined`: it is no list. */
  listing(): Promise<Listing | undefined>;
  /** One container, or `undefined` where it does not exist (any more). JSON whose shape nobody has checked yet. */
  inspect(id: string): Promise<unknown>;
  version(): Promise<unknown>;
  /** What the engine's host is, or `undefined` where the engine does not say. JSON whose shape nobody has checked yet. */
  info(): Promise<unknown>;
  /** What a container uses, or `undefined` where it does not exist. JSON whose shape nobody has checked yet. */
  stats(id: string): Promise<unknown>;
  /** The volumes that no container uses, be it stopped. JSON whose shape nobody has checked yet. */
  danglingVolumes(): Promise<unknown>;
  /** Whether its list tells of health, as far as it has answered: Podman's does not. */
  listsHealth(): boolean;
  /** What stands before each path in the version that both know: "/v1.41", or nothing. Rejects where nobody answers. */
  versionPrefix(): Promise<string>;
  /** The engine refused that version, or may be another one: it is settled anew when it is needed. */
  forgetVersion(): void;
  /** The status with which it answers when it is asked for its events; `undefined`: no answer that ends. */
  eventsStatus(): Promise<number | undefined>;
  /** Keeps one idle connection for the next time, and closes those beyond. */
  rest(): void;
  /** Closes every connection; what is under way rejects. It may be asked again afterwards. */
  disconnect(): void;
}

export type EngineSettings = Pick<ContainersSettings, "address" | "timeoutMs">;

export function createEngine({ address, timeoutMs }: EngineSettings): Engine {
  const agent = new GuardedAgent(address, { timeoutMs, maxBytes: MAX_ANSWER_BYTES });
  let disconnections = 0;
  let isPodman = false;

  /** An idle connection may have been closed at the very moment in which it was taken again: that alone is no failure. */
  const send = async (method: string, path: string): Promise<Answer> => {
    const before = disconnections;
    try {
      return await ask(agent, method, path);
    } catch (thrown) {
      const isStale = thrown instanceof StaleConnection && disconnections === before;
      // The others are no better; and of a host that has gone silent nothing else would tell.
      if (isStale || thrown instanceof NoAnswerInTime) agent.closeIdle();
      if (!isStale) throw thrown instanceof StaleConnection ? thrown.cause : thrown;
      return ask(agent, method, path);
    }
  };

  const version = new ApiVersion(async () => {
    const { status, headers } = await send("GET", "/_ping");
    if (status >= 500) throw new Error(`answered ${status}`);
    const told = headers["api-version"];
    return typeof told === "string" ? told : undefined;
  });

  /** Sends a question in the version that is settled; where the engine refuses that, in another. */
  const dial = async (method: string, path: string): Promise<Answer> => {
    const before = disconnections;
    for (let attempt = 1; ; attempt++) {
      const prefix = await version.prefix();
      if (disconnections !== before) throw new Error("disconnected");
      try {
        const answer = await send(method, prefix + path);
        isPodman = answer.headers["libpod-api-version"] !== undefined;
        if (attempt === MOST_ATTEMPTS || !(await version.learn(answer, prefix, path))) return answer;
      } catch (thrown) {
        if (!(thrown instanceof NoAnswerInTime)) version.forget();
        throw thrown;
      }
    }
  };

  const docker = new Docker({ modem: createModem(dial) } as Docker.DockerOptions);
  const reader = new ListReader();
  const lister = new Docker({ modem: createModem(dial, (text) => reader.read(text)) } as Docker.DockerOptions);
  const answerTo = async (question: Promise<unknown>): Promise<unknown> => {
    try {
      return await question;
    } catch (thrown) {
      if ((thrown as { statusCode?: unknown } | null)?.statusCode === 404) return undefined;
      throw new Failure((texts) => explainEngineFailure(texts, thrown, address));
    }
  };
  return {
    list: () => answerTo(docker.listContainers({ all: true })),
    listing: () => answerTo(lister.listContainers({ all: true })) as Promise<Listing | undefined>,
    inspect: (id) => answerTo(docker.getContainer(id).inspect()),
    version: () => answerTo(docker.version()),
    info: () => answerTo(docker.info()),
    // The cheapest question: without `one-shot` an engine takes a second sample, a second later.
    stats: (id) => answerTo(docker.getContainer(id).stats({ stream: false, "one-shot": true })),
    danglingVolumes: () => answerTo(docker.listVolumes({ filters: JSON.stringify({ dangling: ["true"] }) })),
    listsHealth: () => !isPodman,
    versionPrefix: () => version.prefix(),
    forgetVersion: () => version.forget(),
    // Of a moment that is over, so that the answer ends.
    eventsStatus: () =>
      dial("GET", "/events?since=0.001&until=0.002").then(
        ({ status }) => status,
        () => undefined,
      ),
    rest: () => agent.closeIdle(1),
    disconnect() {
      disconnections += 1;
      agent.destroy();
    },
  };
}

/** What `doctor` tells of an engine that answers. */
export interface EngineVersion {
  /** "Docker" or "Podman". */
  readonly product: string;
  readonly engineVersion: string;
  readonly apiVersion: string;
  /** The version in which it is asked; `undefined`: none was settled. */
  readonly askedIn: string | undefined;
  /** The status with which it answers when it is asked for its events; `undefined`: no answer that ends. */
  readonly eventsStatus: number | undefined;
}

/** Asks the engine who it is, once. Rejects with an Error that names the engine and what mends it. */
export async function pingEngine(settings: EngineSettings): Promise<EngineVersion> {
  const engine = createEngine(settings);
  const hasty = createEngine({ ...settings, timeoutMs: Math.min(settings.timeoutMs, EVENTS_ANSWER_MS) });
  try {
    const { Version, ApiVersion: newest, Components } = ((await engine.version()) ?? {}) as Record<string, unknown>;
    if (typeof Version !== "string" || typeof newest !== "string") throw notDocker(settings.address);
    return {
      product: JSON.stringify(Components ?? "").includes('"Podman Engine"') ? "Podman" : "Docker",
      engineVersion: cleanText(Version, 60),
      apiVersion: cleanText(newest, 20),
      askedIn: (await engine.versionPrefix()).slice("/v".length) || undefined,
      eventsStatus: await hasty.eventsStatus(),
    };
  } finally {
    engine.disconnect();
    hasty.disconnect();
  }
}

export function notDocker(address: EngineAddress): Failure {
  const at = cleanText(writeAddress(address));
  return new Failure(({ engine }) => ("socketPath" in address ? engine.notDockerSocket(at) : engine.notDocker(at)));
}
