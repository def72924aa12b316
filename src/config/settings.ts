import type { DependencyTarget, ListenAddress } from "./kinds.ts";
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
  readonly socketPath: string;
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
}

export interface HostSettings {
  readonly timeoutMs: number;
  readonly memPct: number;
  readonly diskPaths: readonly string[];
  readonly diskCritEnabled: boolean;
  readonly diskCritPct: number;
  /** Where the host's root directory is mounted. */
  readonly rootPath: string;
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
  const socketPath = values.WATCHDOG_DOCKER_SOCK ?? (exists(DEFAULT_DOCKER_SOCK) ? DEFAULT_DOCKER_SOCK : "off");
  const botToken = values.WATCHDOG_TG_BOT_TOKEN;
  const chatId = values.WATCHDOG_TG_CHAT_ID;
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
      socketPath === "off"
        ? undefined
        : {
            socketPath,
            timeoutMs,
            intervalMs,
            names: values.WATCHDOG_CONTAINERS,
            engineDownTicks: ENGINE_DOWN_TICKS,
            downTicks: values.WATCHDOG_CONTAINER_DOWN_TICKS,
            stopGraceMs: values.WATCHDOG_STOP_GRACE_S,
            restartsMax: values.WATCHDOG_RESTARTS_MAX,
            restartsWindowMs: values.WATCHDOG_RESTARTS_WINDOW_S,
          },
    host: {
      timeoutMs,
      memPct: values.WATCHDOG_MEM_PCT,
      diskPaths: values.WATCHDOG_DISK_PATHS,
      diskCritEnabled: values.WATCHDOG_DISK_CRIT_ENABLED,
      diskCritPct: values.WATCHDOG_DISK_CRIT_PCT,
      rootPath: values.WATCHDOG_HOST_ROOT,
    },
    dependencies: {
      targets: values.WATCHDOG_DEPS ?? [],
      timeoutMs,
      downTicks: values.WATCHDOG_DEP_DOWN_TICKS,
    },
    telegram:
      botToken === undefined || chatId === undefined
        ? undefined
        : { botToken, chatId, threadId: values.WATCHDOG_TG_THREAD_ID, apiRoot: values.WATCHDOG_TG_API_ROOT },
    stateDir: values.WATCHDOG_STATE_DIR,
    listen: values.WATCHDOG_LISTEN === "off" ? undefined : values.WATCHDOG_LISTEN,
    log: { level: values.WATCHDOG_LOG_LEVEL, format: values.WATCHDOG_LOG_FORMAT },
  };
}
