import type { QuietHours } from "../core/quiet-hours.ts";
import { type Routing, routeNames } from "../core/routes.ts";
import type { Language } from "../core/texts/index.ts";
import { addressOf, type EngineAddress } from "./engine-address.ts";
import type { DependencyTarget, ListenAddress } from "./kinds.ts";
import { findUnknownKinds, resolveRoutes } from "./routing.ts";
import type { Values } from "./variables.ts";

export interface OrchestratorSettings {
  readonly metricsUrl: URL;
  readonly timeoutMs: number;
  readonly downTicks: number;
  readonly staleMs: number;
  readonly stageStuckMs: number;
  readonly stageLimitsMs: ReadonlyMap<string, number>;
  readonly queueMax: number;
  readonly retriesMax: number;
  readonly agentHungMs: number;
  readonly agentMaxMs: number;
  readonly costRunUsd: number | undefined;
  readonly costTotalUsd: number | undefined;
  readonly workerSilentMs: number;
  readonly instanceLimitsMs: ReadonlyMap<string, number>;
}

export interface ContainersSettings {
  /** Where Docker answers. */
  readonly address: EngineAddress;
  readonly timeoutMs: number;
  readonly intervalMs: number;
  /** Names and globs; never empty. */
  readonly names: readonly string[];
  /** Failed readings in a row before `docker_down`. */
  readonly engineDownTicks: number;
  readonly downTicks: number;
  readonly stopGraceMs: number;
  readonly restartsMax: number;
  readonly restartsWindowMs: number;
  /** How much of its own limit a container may use, in percent; absent: not watched. */
  readonly memPct?: number | undefined;
  readonly cpuPct?: number | undefined;
  /** More volumes than this that no container uses are told; absent: not watched. */
  readonly orphanedVolumesMax?: number | undefined;
  /** What a container's label may name as its route; absent: not known, any. */
  readonly routeNames?: readonly string[];
  /** Whether the output of a failing health check may be quoted; absent: no. */
  readonly evidence?: boolean;
}

export interface HostSettings {
  readonly timeoutMs: number;
  readonly memPct: number;
  readonly diskPaths: readonly string[];
  readonly diskCritEnabled: boolean;
  readonly diskCritPct: number;
  /** Where the host's root directory is mounted. */
  readonly rootPath: string;
  /**
   * What will be used up within this time is warned of. 0: never, but the course is followed for the digest; `undefined`:
   * neither.
   */
  readonly forecastMs: number | undefined;
}

export interface DependenciesSettings {
  readonly targets: readonly DependencyTarget[];
  readonly timeoutMs: number;
  readonly downTicks: number;
}

export interface TelegramSettings {
  readonly botToken: string;
  readonly chatId: string;
  readonly threadId: number | undefined;
  readonly apiRoot: URL;
}

export interface WebhookSettings {
  /** Its path and query may be a secret: people are shown its origin only. */
  readonly url: URL;
  readonly secret: string | undefined;
}

export interface CommandsSettings {
  /** Who may ask, by user id; empty: everybody in the chat, and nobody in a channel. */
  readonly users: readonly number[];
}

/** What the watchdog is to do, whatever said so. A part that is `undefined` is switched off. */
export interface Settings {
  readonly enabled: boolean;
  readonly intervalMs: number;
  readonly cooldownMs: number;
  /** Total deadline of one request, body included. */
  readonly httpTimeoutMs: number;
  readonly orchestrator: OrchestratorSettings | undefined;
  readonly containers: ContainersSettings | undefined;
  readonly host: HostSettings;
  readonly dependencies: DependenciesSettings;
  readonly telegram: TelegramSettings | undefined;
  readonly webhook: WebhookSettings | undefined;
  /** Further chats of the same bot that routes name, by the name of their channel. */
  readonly chats: ReadonlyMap<string, TelegramSettings>;
  readonly routing: Routing;
  /** What people should know of the routes though it is no reason not to start, one line each. */
  readonly routeWarnings: readonly string[];
  /** Commands in the chat of `telegram`. */
  readonly commands: CommandsSettings | undefined;
  /** In which everything is told to people. */
  readonly language: Language;
  /** An IANA time zone name, for all times that people read; `undefined`: the system's, which costs 8 MB to learn. */
  readonly zone: string | undefined;
  /** When warnings make no sound. */
  readonly quietHours: QuietHours | undefined;
  /** What answers as long as there is a way out of this host; empty: nobody looks. */
  readonly onlineProbes: readonly URL[];
  /** Pinged after each tick; its path is a secret. */
  readonly heartbeatUrl: URL | undefined;
  readonly startNotice: boolean;
  /** When the daily digest is told, in minutes after midnight on a wall in `zone`. */
  readonly digestMinute: number | undefined;
  readonly stateDir: string | undefined;
  readonly listen: ListenAddress | undefined;
  readonly log: { readonly level: string; readonly format: "json" | "pretty" };
}

/** One failed reading is often a daemon that restarts: "docker.sock did not answer for 2 ticks in a row". */
const ENGINE_DOWN_TICKS = 2;

export const DEFAULT_DOCKER_SOCK = "/var/run/docker.sock";

/** @param exists whether a path exists: the default socket is watched only if it does */
export function settingsFrom(values: Values, exists: (path: string) => boolean): Settings {
  const timeoutMs = values.WATCHDOG_HTTP_TIMEOUT_S;
  const intervalMs = values.WATCHDOG_INTERVAL_S;
  const metricsUrl = values.WATCHDOG_METRICS_URL;
  const address = engineAddress(values, exists);
  const botToken = values.WATCHDOG_TG_BOT_TOKEN;
  const chatId = values.WATCHDOG_TG_CHAT_ID;
  const telegram =
    botToken === undefined || chatId === undefined
      ? undefined
      : { botToken, chatId, threadId: values.WATCHDOG_TG_THREAD_ID, apiRoot: values.WATCHDOG_TG_API_ROOT };
  const webhookUrl = values.WATCHDOG_WEBHOOK_URL;
  const webhook = webhookUrl && { url: webhookUrl, secret: values.WATCHDOG_WEBHOOK_SECRET };
  const written = values.WATCHDOG_ROUTES ?? [];
  const { routing, chats } = resolveRoutes(written, { telegram, webhook });
  return {
    enabled: values.WATCHDOG_ENABLED,
    intervalMs,
    cooldownMs: values.WATCHDOG_COOLDOWN_S,
    httpTimeoutMs: timeoutMs,
    orchestrator: metricsUrl && {
      metricsUrl,
      timeoutMs,
      downTicks: values.WATCHDOG_ORCH_DOWN_TICKS,
      staleMs: values.WATCHDOG_ORCH_STALE_S,
      stageStuckMs: values.WATCHDOG_STAGE_STUCK_S,
      stageLimitsMs: values.WATCHDOG_STAGE_LIMITS ?? new Map(),
      queueMax: values.WATCHDOG_QUEUE_MAX,
      retriesMax: values.WATCHDOG_RETRIES_MAX,
      agentHungMs: values.WATCHDOG_AGENT_HUNG_S,
      agentMaxMs: values.WATCHDOG_AGENT_MAX_S,
      costRunUsd: values.WATCHDOG_COST_RUN_USD,
      costTotalUsd: values.WATCHDOG_COST_TOTAL_USD,
      workerSilentMs: values.WATCHDOG_WORKER_SILENT_S,
      instanceLimitsMs: values.WATCHDOG_INSTANCE_LIMITS,
    },
    containers:
      address === undefined
        ? undefined
        : {
            address,
            timeoutMs,
            intervalMs,
            names: values.WATCHDOG_CONTAINERS,
            engineDownTicks: ENGINE_DOWN_TICKS,
            downTicks: values.WATCHDOG_CONTAINER_DOWN_TICKS,
            stopGraceMs: values.WATCHDOG_STOP_GRACE_S,
            restartsMax: values.WATCHDOG_RESTARTS_MAX,
            restartsWindowMs: values.WATCHDOG_RESTARTS_WINDOW_S,
            memPct: values.WATCHDOG_CONTAINER_MEM_PCT,
            cpuPct: values.WATCHDOG_CONTAINER_CPU_PCT,
            orphanedVolumesMax: values.WATCHDOG_VOLUMES_ORPHANED_MAX,
            evidence: values.WATCHDOG_EVIDENCE,
            routeNames: routeNames(routing),
          },
    host: {
      timeoutMs,
      memPct: values.WATCHDOG_MEM_PCT,
      diskPaths: values.WATCHDOG_DISK_PATHS,
      diskCritEnabled: values.WATCHDOG_DISK_CRIT_ENABLED,
      diskCritPct: values.WATCHDOG_DISK_CRIT_PCT,
      rootPath: values.WATCHDOG_HOST_ROOT,
      forecastMs: values.WATCHDOG_FORECAST_H ?? (values.WATCHDOG_DIGEST_AT === undefined ? undefined : 0),
    },
    dependencies: {
      targets: values.WATCHDOG_DEPS ?? [],
      timeoutMs,
      downTicks: values.WATCHDOG_DEP_DOWN_TICKS,
    },
    telegram,
    webhook,
    chats,
    routing,
    routeWarnings: findUnknownKinds(written),
    commands: values.WATCHDOG_TG_COMMANDS ? { users: values.WATCHDOG_TG_USERS ?? [] } : undefined,
    language: values.WATCHDOG_LANG,
    zone: values.WATCHDOG_TZ,
    quietHours: values.WATCHDOG_QUIET_HOURS,
    onlineProbes: values.WATCHDOG_ONLINE_PROBE ?? [],
    heartbeatUrl: values.WATCHDOG_HEARTBEAT_URL,
    startNotice: values.WATCHDOG_START_NOTICE,
    digestMinute: values.WATCHDOG_DIGEST_AT,
    stateDir: values.WATCHDOG_STATE_DIR,
    listen: values.WATCHDOG_LISTEN === "off" ? undefined : values.WATCHDOG_LISTEN,
    log: { level: values.WATCHDOG_LOG_LEVEL, format: values.WATCHDOG_LOG_FORMAT },
  };
}

function engineAddress(values: Values, exists: (path: string) => boolean): EngineAddress | undefined {
  const { WATCHDOG_DOCKER_HOST: host, WATCHDOG_DOCKER_SOCK: socketPath } = values;
  const tls = { certPath: values.WATCHDOG_DOCKER_CERT_PATH, verify: values.WATCHDOG_DOCKER_TLS_VERIFY };
  if (host !== undefined) return addressOf(host, tls);
  if (socketPath === "off") return undefined;
  if (socketPath !== undefined) return { socketPath };
  return exists(DEFAULT_DOCKER_SOCK) ? { socketPath: DEFAULT_DOCKER_SOCK } : undefined;
}
