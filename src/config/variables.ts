import { LANGUAGES } from "../core/texts/index.ts";
import { routes, webhookSecret } from "./channel-kinds.ts";
import { dockerHost } from "./docker-host.ts";
import {
  absolutePath,
  absolutePathOrOff,
  botToken,
  chatId,
  count,
  dependencyTargets,
  durationMs,
  flag,
  httpUrl,
  type Kind,
  limitsMs,
  listenAddress,
  listOf,
  nameOrGlob,
  oneOf,
  percent,
  usd,
  userId,
} from "./kinds.ts";
import { probeTargets } from "./probe-kinds.ts";
import { hoursMs, quietHours, timeOfDay, timeZone } from "./time-kinds.ts";

/** One environment variable: everything that the parser, `.env.example` and the README need to know of it. */
export interface Variable<T, Default extends string | undefined = string | undefined> {
  readonly kind: Kind<T>;
  /** The default, written as a user would write it; `undefined` where unset has a meaning of its own. */
  readonly fallback: Default;
  /** What it means; one line of Markdown. Says what unset means where there is no default. */
  readonly meaning: string;
  /** A secret's value is never shown. */
  readonly secret?: true;
  /** A line for `.env.example` where the default would not show how to write it. */
  readonly example?: string;
}

function variable<T>(
  kind: Kind<T>,
  fallback: string,
  meaning: string,
  more?: { example?: string },
): Variable<T, string> {
  return { kind, fallback, meaning, ...more };
}

function optional<T>(kind: Kind<T>, meaning: string, more: { example: string; secret?: true }): Variable<T, undefined> {
  return { kind, fallback: undefined, meaning, ...more };
}

const YEAR_S = 31_536_000;
const anyDuration = durationMs(0, YEAR_S);
const positiveDuration = durationMs(0.05, YEAR_S);
const anyCount = count(0, 1_000_000_000);
const tickCount = count(1, 1_000);

/** Every variable, in the order in which people read them. The one source of the parser, `.env.example` and the README. */
export const VARIABLES = {
  WATCHDOG_TG_BOT_TOKEN: optional(
    botToken,
    "the watchdog's own bot, from @BotFather; unset: alerts go to the console",
    {
      example: "123456:replace-me",
      secret: true,
    },
  ),
  WATCHDOG_TG_CHAT_ID: optional(chatId, "the chat that is told; unset: alerts go to the console", {
    example: "-1001234567890",
  }),
  WATCHDOG_TG_THREAD_ID: optional(count(1, 2_147_483_647), "the topic in that chat; unset: none", { example: "4" }),
  WATCHDOG_TG_API_ROOT: variable(httpUrl, "https://api.telegram.org", "a self-hosted Bot API server"),
  WATCHDOG_TG_COMMANDS: variable(
    flag,
    "false",
    "`true`: people may ask and answer in the chat (`/status`, `/ack`, `/silence` …, buttons on alerts)",
  ),
  WATCHDOG_TG_USERS: optional(
    listOf(userId),
    "who may, as Telegram user ids; unset: everybody in the chat (in a channel: nobody)",
    {
      example: "123456789,987654321",
    },
  ),
  WATCHDOG_QUIET_HOURS: optional(
    quietHours,
    "in these hours of `WATCHDOG_TZ` warnings make no sound, criticals do; unset: none",
    { example: "22:00-07:00" },
  ),
  WATCHDOG_LANG: variable(oneOf(LANGUAGES), "en", "the language of all that people are told: `en`, `ru` or `fr`"),
  WATCHDOG_TZ: optional(timeZone, "the time zone of all times that people read; unset: the system's", {
    example: "Europe/Berlin",
  }),
  WATCHDOG_WEBHOOK_URL: optional(
    httpUrl,
    "each message is posted there as JSON, beside Telegram or instead of it; unset: none",
    { example: "https://example.org/hooks/replace-me", secret: true },
  ),
  WATCHDOG_WEBHOOK_SECRET: optional(
    webhookSecret,
    "signs what is posted, by the Standard Webhooks; unset: not signed",
    { example: "whsec_cmVwbGFjZS1tZS13aXRoLTI0LXJhbmRvbS1ieXRlcw==", secret: true },
  ),
  WATCHDOG_ROUTES: optional(
    routes,
    "which keys and severities go to which chat, topic or webhook; unset: all goes everywhere",
    { example: "container:db*=telegram:-100123/45,critical=telegram+webhook,*@warning=webhook" },
  ),
  WATCHDOG_ENABLED: variable(flag, "true", "`false`: inert but alive; asks nobody, tells nobody, stays healthy"),
  WATCHDOG_INTERVAL_S: variable(durationMs(0.05, 86_400), "30", "one tick this often"),
  WATCHDOG_COOLDOWN_S: variable(anyDuration, "3600", "what is still wrong is told again after this; `0` never"),
  WATCHDOG_HTTP_TIMEOUT_S: variable(durationMs(0.05, 600), "5", "total deadline of one request, body included"),
  WATCHDOG_METRICS_URL: optional(httpUrl, "the orchestrator's `/metrics` envelope; unset: not watched", {
    example: "http://orchestrator:8080/metrics",
  }),
  WATCHDOG_ORCH_DOWN_TICKS: variable(tickCount, "3", "failures in a row before `orch_down`"),
  WATCHDOG_ORCH_STALE_S: variable(positiveDuration, "300", "an envelope that has not advanced for this long is stale"),
  WATCHDOG_STAGE_STUCK_S: variable(anyDuration, "7200", "a stage older than this is stuck"),
  WATCHDOG_STAGE_LIMITS: optional(limitsMs, "the same for single stages; unset: none differs", {
    example: "review=3600,deploy=900",
  }),
  WATCHDOG_QUEUE_MAX: variable(anyCount, "50", "more queued jobs than this are a backlog"),
  WATCHDOG_RETRIES_MAX: variable(anyCount, "20", "more queue retries than this are told"),
  WATCHDOG_AGENT_HUNG_S: variable(
    positiveDuration,
    "600",
    "an agent whose CPU ticks stand still for this long is hung",
  ),
  WATCHDOG_AGENT_MAX_S: variable(anyDuration, "7200", "an agent that runs longer than this"),
  WATCHDOG_COST_RUN_USD: optional(usd, "cost ceiling of one run; unset: off", { example: "5" }),
  WATCHDOG_COST_TOTAL_USD: optional(usd, "cost ceiling of all runs; unset: off", { example: "200" }),
  WATCHDOG_WORKER_SILENT_S: variable(anyDuration, "300", "a worker whose last heartbeat is older than this is silent"),
  WATCHDOG_INSTANCE_LIMITS: variable(
    limitsMs,
    "provisioning=1800,booting=7200,installing=3600,starting=1800,terminating=1800",
    "longest stay of an instance in a state; states not named have no limit",
  ),
  WATCHDOG_DOCKER_SOCK: optional(
    absolutePathOrOff,
    "Docker's socket; `off`: containers are not watched; unset: `/var/run/docker.sock` if it exists",
    { example: "/var/run/docker.sock" },
  ),
  WATCHDOG_DOCKER_HOST: optional(
    dockerHost,
    "where Docker answers, instead of `WATCHDOG_DOCKER_SOCK`: `unix:///…`, `tcp://…` or `https://…`; unset: that socket",
    { example: "tcp://docker.example:2376" },
  ),
  WATCHDOG_DOCKER_CERT_PATH: optional(
    absolutePath,
    "a directory with `ca.pem`, `cert.pem`, `key.pem` (Docker's `DOCKER_CERT_PATH`): `tcp://` speaks TLS; unset: in the clear",
    { example: "/run/secrets/docker" },
  ),
  WATCHDOG_DOCKER_TLS_VERIFY: variable(
    flag,
    "true",
    "`false`: whoever answers is taken for Docker, whatever the certificate",
  ),
  WATCHDOG_CONTAINERS: variable(
    listOf(nameOrGlob),
    "*",
    "names or globs; a name without a glob that does not exist is an alert",
  ),
  WATCHDOG_CONTAINER_DOWN_TICKS: variable(
    tickCount,
    "1",
    "ticks in a row before `container:<name>`; `starting` counts as down 5 min after the start period",
  ),
  WATCHDOG_STOP_GRACE_S: variable(
    anyDuration,
    "120",
    "how long a deliberate stop (ordered at most 60 s before) may last before it alerts",
  ),
  WATCHDOG_RESTARTS_MAX: variable(tickCount, "3", "this many restarts within the window are a loop"),
  WATCHDOG_RESTARTS_WINDOW_S: variable(positiveDuration, "600", "the window of a restart loop"),
  WATCHDOG_CONTAINER_MEM_PCT: optional(
    percent,
    "a container's memory without caches, of its own limit; clears below 5 points less; unset: off",
    { example: "90" },
  ),
  WATCHDOG_CONTAINER_CPU_PCT: optional(
    percent,
    "a container's CPU, of its own limit or else of all the host has, in 3 samples in a row; unset: off",
    { example: "90" },
  ),
  WATCHDOG_VOLUMES_ORPHANED_MAX: optional(
    anyCount,
    "more volumes than this that no container uses are told, looked for once an hour; unset: off",
    { example: "0" },
  ),
  WATCHDOG_EVIDENCE: variable(
    flag,
    "false",
    "`true`: quotes the output of a failing health check, shortened and without what looks like a secret",
  ),
  WATCHDOG_MEM_PCT: variable(percent, "90", "host memory in use; clears below 5 points less"),
  WATCHDOG_DISK_PATHS: variable(listOf(absolutePath), "/", "paths whose file systems are measured"),
  WATCHDOG_DISK_CRIT_ENABLED: variable(
    flag,
    "false",
    "the opt-in disk ceiling (the orchestrator has an alert of its own)",
  ),
  WATCHDOG_DISK_CRIT_PCT: variable(percent, "97", "the disk ceiling; clears below 1 point less"),
  WATCHDOG_HOST_ROOT: variable(
    absolutePath,
    "/",
    "where the host's root is mounted; disk paths are measured below it (the shipped compose file says `/host`)",
  ),
  WATCHDOG_FORECAST_H: optional(
    hoursMs(0.5, 336),
    "a disk or memory that will be full within so many hours at its present pace is a warning; unset: off",
    { example: "24" },
  ),
  WATCHDOG_DEPS: optional(dependencyTargets, "dependencies to ping; unset: none", {
    example: "api=http://api:8080/health,db=tcp://db:5432",
  }),
  WATCHDOG_DEP_DOWN_TICKS: variable(tickCount, "2", "failures in a row before `dep:<name>`"),
  WATCHDOG_ONLINE_PROBE: optional(
    probeTargets,
    "if these and all dependencies outside do not answer, that is told as `offline`, once; unset: off",
    { example: "https://one.one.one.one/,tcp://9.9.9.9:53" },
  ),
  WATCHDOG_STATE_DIR: optional(
    absolutePath,
    "where alert state and undelivered alerts survive a restart; unset: memory only",
    { example: "/var/lib/watchdog" },
  ),
  WATCHDOG_HEARTBEAT_URL: optional(
    httpUrl,
    "pinged after each tick, so that somebody else (Healthchecks.io …) notices when the whole host is gone; unset: off",
    { example: "https://hc-ping.com/replace-me", secret: true },
  ),
  WATCHDOG_START_NOTICE: variable(
    flag,
    "true",
    "with a state directory, half a minute after a start: what is watched and what is not, without a sound",
  ),
  WATCHDOG_DIGEST_AT: optional(
    timeOfDay,
    "a daily digest at this time in `WATCHDOG_TZ`, without a sound; unset: none",
    { example: "08:00" },
  ),
  WATCHDOG_LISTEN: variable(listenAddress, "127.0.0.1:9469", "the watchdog's own read-only HTTP face; `off`: none"),
  WATCHDOG_LOG_LEVEL: variable(
    oneOf(["trace", "debug", "info", "warn", "error", "fatal"]),
    "info",
    "the least level that is logged",
  ),
  WATCHDOG_LOG_FORMAT: variable(oneOf(["json", "pretty"]), "json", "`pretty` is for people"),
} as const;

export type VariableName = keyof typeof VARIABLES;

/** The parsed value of each variable. */
export type Values = {
  readonly [Name in VariableName]: (typeof VARIABLES)[Name] extends Variable<infer T, infer Default>
    ? Default extends string
      ? T
      : T | undefined
    : never;
};
