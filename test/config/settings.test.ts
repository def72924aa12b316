import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { loadSettings } from "../../src/config/load-settings.ts";
import { type Environment, parseEnvironment } from "../../src/config/parse-environment.ts";
import { DEFAULT_DOCKER_SOCK, settingsFrom } from "../../src/config/settings.ts";

function settings(env: Environment = {}, existing: readonly string[] = []) {
  const { values, problems } = parseEnvironment(env, () => "");
  expect(problems).toEqual([]);
  return settingsFrom(values, (path) => existing.includes(path));
}

describe("what is switched off is undefined", () => {
  test("with nothing configured only the host is watched, and the console told", () => {
    const { orchestrator, containers, dependencies, telegram, commands, stateDir, host, enabled } = settings();
    expect({ orchestrator, containers, telegram, commands, stateDir }).toEqual({});
    expect(dependencies.targets).toEqual([]);
    expect(host.diskPaths).toEqual(["/"]);
    expect(enabled).toBe(true);
  });

  test.each<[name: string, env: Environment, existing: string[], socketPath: string | undefined]>([
    ["Docker's own, where it exists", {}, [DEFAULT_DOCKER_SOCK], DEFAULT_DOCKER_SOCK],
    ["none, where it does not", {}, [], undefined],
    ["none, where it is switched off", { WATCHDOG_DOCKER_SOCK: "off" }, [DEFAULT_DOCKER_SOCK], undefined],
    ["the one that is named, whether or not it exists", { WATCHDOG_DOCKER_SOCK: "/x.sock" }, [], "/x.sock"],
  ])("the socket: %s", (_name, env, existing, socketPath) => {
    expect(settings(env, existing).containers?.address).toEqual(socketPath && { socketPath });
  });

  test("quiet hours; without a time zone it is the system's", () => {
    expect(settings()).toMatchObject({ quietHours: undefined, zone: undefined });
    const given = settings({ WATCHDOG_QUIET_HOURS: "22:00-07:00", WATCHDOG_TZ: "Asia/Tokyo" });
    expect(given).toMatchObject({ quietHours: { fromMinute: 1_320, toMinute: 420 }, zone: "Asia/Tokyo" });
  });

  test("trends: followed for a digest, warned of only where that is wanted", () => {
    expect(settings().host.forecastMs).toBeUndefined();
    expect(settings({ WATCHDOG_DIGEST_AT: "08:00" }).host.forecastMs).toBe(0);
  });

  test("proof of life", () => {
    const { heartbeatUrl, digestMinute, onlineProbes, startNotice } = settings();
    expect({ heartbeatUrl, digestMinute, onlineProbes, startNotice }).toEqual({ onlineProbes: [], startNotice: true });
  });

  test("the face", () => expect(settings({ WATCHDOG_LISTEN: "off" }).listen).toBeUndefined());
});

test("every value finds its place", () => {
  const all = settings({
    WATCHDOG_INTERVAL_S: "10",
    WATCHDOG_COOLDOWN_S: "20",
    WATCHDOG_HTTP_TIMEOUT_S: "3",
    WATCHDOG_TG_COMMANDS: "true",
    WATCHDOG_TG_USERS: "501",
    WATCHDOG_METRICS_URL: "http://o/m",
    WATCHDOG_ORCH_DOWN_TICKS: "4",
    WATCHDOG_ORCH_STALE_S: "5",
    WATCHDOG_STAGE_STUCK_S: "6",
    WATCHDOG_STAGE_LIMITS: "a=7",
    WATCHDOG_QUEUE_MAX: "8",
    WATCHDOG_RETRIES_MAX: "9",
    WATCHDOG_AGENT_HUNG_S: "11",
    WATCHDOG_AGENT_MAX_S: "12",
    WATCHDOG_COST_RUN_USD: "13",
    WATCHDOG_COST_TOTAL_USD: "14",
    WATCHDOG_WORKER_SILENT_S: "15",
    WATCHDOG_INSTANCE_LIMITS: "b=16",
    WATCHDOG_DOCKER_SOCK: "/d.sock",
    WATCHDOG_CONTAINERS: "c",
    WATCHDOG_CONTAINER_DOWN_TICKS: "17",
    WATCHDOG_STOP_GRACE_S: "18",
    WATCHDOG_RESTARTS_MAX: "19",
    WATCHDOG_RESTARTS_WINDOW_S: "21",
    WATCHDOG_CONTAINER_MEM_PCT: "61",
    WATCHDOG_CONTAINER_CPU_PCT: "62",
    WATCHDOG_VOLUMES_ORPHANED_MAX: "63",
    WATCHDOG_EVIDENCE: "true",
    WATCHDOG_MEM_PCT: "22",
    WATCHDOG_DISK_PATHS: "/d",
    WATCHDOG_DISK_CRIT_ENABLED: "true",
    WATCHDOG_DISK_CRIT_PCT: "23",
    WATCHDOG_HOST_ROOT: "/host",
    WATCHDOG_FORECAST_H: "2",
    WATCHDOG_ONLINE_PROBE: "http://p",
    WATCHDOG_HEARTBEAT_URL: "http://b",
    WATCHDOG_START_NOTICE: "false",
    WATCHDOG_DIGEST_AT: "00:28",
    WATCHDOG_DEPS: "e=http://e",
    WATCHDOG_DEP_DOWN_TICKS: "24",
    WATCHDOG_TG_BOT_TOKEN: "1:t",
    WATCHDOG_TG_CHAT_ID: "25",
    WATCHDOG_TG_THREAD_ID: "26",
    WATCHDOG_TG_API_ROOT: "http://t",
    WATCHDOG_STATE_DIR: "/s",
    WATCHDOG_LISTEN: "h:27",
    WATCHDOG_LOG_LEVEL: "warn",
    WATCHDOG_LOG_FORMAT: "pretty",
  });
  expect(all).toMatchObject({
    intervalMs: 10_000,
    cooldownMs: 20_000,
    httpTimeoutMs: 3_000,
    orchestrator: {
      metricsUrl: new URL("http://o/m"),
      timeoutMs: 3_000,
      downTicks: 4,
      staleMs: 5_000,
      stageStuckMs: 6_000,
      stageLimitsMs: new Map([["a", 7_000]]),
      queueMax: 8,
      retriesMax: 9,
      agentHungMs: 11_000,
      agentMaxMs: 12_000,
      costRunUsd: 13,
      costTotalUsd: 14,
      workerSilentMs: 15_000,
      instanceLimitsMs: new Map([["b", 16_000]]),
    },
    containers: {
      address: { socketPath: "/d.sock" },
      timeoutMs: 3_000,
      intervalMs: 10_000,
      names: ["c"],
      engineDownTicks: 2,
      downTicks: 17,
      stopGraceMs: 18_000,
      restartsMax: 19,
      restartsWindowMs: 21_000,
      memPct: 61,
      cpuPct: 62,
      orphanedVolumesMax: 63,
      evidence: true,
    },
    host: {
      timeoutMs: 3_000,
      memPct: 22,
      diskPaths: ["/d"],
      diskCritEnabled: true,
      diskCritPct: 23,
      rootPath: "/host",
      forecastMs: 7_200_000,
    },
    onlineProbes: [new URL("http://p")],
    heartbeatUrl: new URL("http://b"),
    startNotice: false,
    digestMinute: 28,
    dependencies: { targets: [{ name: "e", url: new URL("http://e") }], timeoutMs: 3_000, downTicks: 24 },
    telegram: { botToken: "1:t", chatId: "25", threadId: 26, apiRoot: new URL("http://t") },
    commands: { users: [501] },
    stateDir: "/s",
    listen: { host: "h", port: 27 },
    log: { level: "warn", format: "pretty" },
  });
});

describe("loadSettings", () => {
  test("reads real files", () => {
    const directory = mkdtempSync(join(tmpdir(), "watchdog-settings-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const path = join(directory, "interval");
    writeFileSync(path, "7\n");
    expect(loadSettings({ WATCHDOG_INTERVAL_S_FILE: path })).toMatchObject({
      settings: { intervalMs: 7_000 },
      problems: [],
    });
    expect(loadSettings({ WATCHDOG_INTERVAL_S_FILE: directory }).problems).toEqual([
      `WATCHDOG_INTERVAL_S_FILE=${JSON.stringify(directory)}: expected the path of a readable file (EISDIR)`,
    ]);
  });

  test("where the kill switch is thrown, bad values elsewhere leave settings that work", () => {
    const { settings, problems } = loadSettings({
      WATCHDOG_ENABLED: "false",
      WATCHDOG_LISTEN: "nonsense",
      WATCHDOG_LOG_LEVEL: "loud",
      WATCHDOG_TG_BOT_TOKEN: "x",
      WATCHDOG_NONE: "1",
    });
    expect(problems).toHaveLength(5);
    expect(settings).toMatchObject({
      enabled: false,
      listen: { host: "127.0.0.1", port: 9469 },
      log: { level: "info" },
      telegram: undefined,
    });
  });

  test("a kill switch that cannot be read is not thrown, and is a problem", () => {
    const { settings, problems } = loadSettings({ WATCHDOG_ENABLED: "flase" });
    expect(settings.enabled).toBe(true);
    expect(problems).toEqual(['WATCHDOG_ENABLED="flase": expected true or false']);
  });
});
