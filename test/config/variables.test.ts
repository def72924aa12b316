import { describe, expect, test } from "vitest";
import { parseEnvironment } from "../../src/config/parse-environment.ts";
import { VARIABLES, type VariableName } from "../../src/config/variables.ts";

/** What a variable may not stand without. */
const NEEDS: Partial<Record<VariableName, Readonly<Record<string, string>>>> = {
  WATCHDOG_DOCKER_CERT_PATH: { WATCHDOG_DOCKER_HOST: "tcp://docker.example" },
  WATCHDOG_WEBHOOK_SECRET: { WATCHDOG_WEBHOOK_URL: "https://hooks.example/" },
  WATCHDOG_TG_COMMANDS: { WATCHDOG_TG_BOT_TOKEN: "123456:ABC-def", WATCHDOG_TG_CHAT_ID: "-100123" },
  WATCHDOG_ROUTES: {
    WATCHDOG_TG_BOT_TOKEN: "123456:ABC-def",
    WATCHDOG_TG_CHAT_ID: "-100123",
    WATCHDOG_WEBHOOK_URL: "https://hooks.example/",
  },
};

/** The value of `name`, and the problems, when it alone is given (and what it may not stand without). */
function parse(name: VariableName, text: string | undefined): { value: unknown; problems: readonly string[] } {
  const beside: Partial<Record<VariableName, string>> = {
    WATCHDOG_TG_BOT_TOKEN: "123456:ABC-def",
    WATCHDOG_TG_CHAT_ID: "-100123",
  };
  const env = { ...(name in beside ? beside : {}), ...NEEDS[name], [name]: text };
  const { values, problems } = parseEnvironment(env, () => expect.unreachable("no file is named"));
  return { value: values[name], problems };
}

interface Row {
  readonly unset: unknown;
  readonly good: readonly (readonly [text: string, value: unknown])[];
  readonly bad: readonly string[];
  readonly expected: string;
}

const YEAR = 31_536_000;
const anyDuration = {
  bad: ["-1", "soon", "5s", "1e3", "31536001", "Infinity", "NaN", "5."],
  expected: `seconds, a number from 0 to ${YEAR}`,
};
const someDuration = {
  ...anyDuration,
  bad: [...anyDuration.bad, "0", "0.04"],
  expected: `seconds, a number from 0.05 to ${YEAR}`,
};
const seconds = (s: number) => [
  ["0.5", 500] as const,
  [".25", 250] as const,
  ["1.1", 1_100] as const,
  [String(s), s * 1_000] as const,
];
const ticks = {
  good: [
    ["1", 1],
    ["1000", 1_000],
  ],
  bad: ["0", "-1", "1.5", "1001", "two"],
  expected: "a whole number from 1 to 1000",
} as const;
const count = {
  good: [
    ["0", 0],
    ["1000000000", 1e9],
  ],
  bad: ["-1", "0.5", "1000000001", "many"],
  expected: "a whole number from 0 to 1000000000",
} as const;
const percent = {
  good: [
    ["1", 1],
    ["99.5", 99.5],
    ["100", 100],
  ],
  bad: ["0", "101", "90%", "-5"],
  expected: "a percentage from 1 to 100",
} as const;
const usd = {
  unset: undefined,
  good: [
    ["0", 0],
    ["4.5", 4.5],
  ],
  bad: ["-1", "$5", "1000000001"],
  expected: "US dollars, a number from 0 to 1000000000",
} as const;
const flag = {
  good: [
    ["true", true],
    ["1", true],
    ["YES", true],
    ["on", true],
    ["false", false],
    ["0", false],
    ["No", false],
    ["off", false],
  ],
  bad: ["maybe", "2", "disabled"],
  expected: "true or false",
} as const;
const url = (text: string) => [text, new URL(text)] as const;
const httpUrl = {
  bad: ["orchestrator:8080", "/metrics", "ftp://x/", "http://"],
  expected: "a URL that begins with http:// or https://",
};
const limits = {
  bad: ["review", "review=", "=5", "review=-1", "review=1h", "review=1,review=2", ","],
  expected: "a comma-separated list like review=3600,deploy=900 (seconds)",
};
const minutes = (entries: Record<string, number>) =>
  new Map(Object.entries(entries).map(([name, min]) => [name, min * 60_000]));

const TABLE: Readonly<Record<VariableName, Row>> = {
  WATCHDOG_TG_BOT_TOKEN: {
    unset: "123456:ABC-def",
    good: [
      ["1:x", "1:x"],
      ["123456:AAF-x_y", "123456:AAF-x_y"],
    ],
    bad: ["ABC", "123456", "123456:", "bot123456:ABC", "123456:A B"],
    expected: "a bot token from @BotFather, like 123456:ABC-def",
  },
  WATCHDOG_TG_CHAT_ID: {
    unset: "-100123",
    good: [
      ["42", "42"],
      ["-1001234567890", "-1001234567890"],
      ["@alerts", "@alerts"],
    ],
    bad: ["alerts", "@ab", "--5", "1.5", "t.me/alerts"],
    expected: "a chat id like -1001234567890, or @channelname",
  },
  WATCHDOG_TG_THREAD_ID: {
    unset: undefined,
    good: [["4", 4]],
    bad: ["0", "-1", "x", "2147483648"],
    expected: "a whole number from 1 to 2147483647",
  },
  WATCHDOG_TG_API_ROOT: {
    unset: new URL("https://api.telegram.org"),
    good: [url("http://127.0.0.1:8081")],
    ...httpUrl,
  },
  WATCHDOG_QUIET_HOURS: {
    unset: undefined,
    good: [["22:00-07:00", { fromMinute: 1_320, toMinute: 420 }]],
    bad: ["22:00", "22-7", "24:00-07:00", "07:00-07:00"],
    expected: "two different times of day like 22:00-07:00",
  },
  WATCHDOG_LANG: {
    unset: "en",
    good: [
      ["ru", "ru"],
      ["FR", "fr"],
    ],
    bad: ["de", "en-GB", "русский"],
    expected: "one of en, ru, fr",
  },
  WATCHDOG_TZ: {
    unset: undefined,
    good: [["Europe/Berlin", "Europe/Berlin"]],
    bad: ["Berlin", "Europe/Berln"],
    expected: "a time zone like Europe/Berlin or UTC",
  },
  WATCHDOG_TG_COMMANDS: { unset: false, ...flag },
  WATCHDOG_TG_USERS: {
    unset: undefined,
    good: [
      ["501", [501]],
      ["501, 7000000000", [501, 7_000_000_000]],
    ],
    bad: ["@ann", "-100", "0", "501,ann", "1e3", "9007199254740992"],
    expected: "a comma-separated list, each a Telegram user id, like 123456789",
  },
  WATCHDOG_WEBHOOK_URL: { unset: undefined, good: [url("https://hooks.example/a?token=b")], ...httpUrl },
  WATCHDOG_WEBHOOK_SECRET: {
    unset: undefined,
    good: [
      ["twenty-four characters!!", "twenty-four characters!!"],
      ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    ],
    bad: ["short", "twenty-three characters", "whsec_", "whsec_c2hvcnQ=", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa!w"],
    expected: "at least 24 characters, or whsec_ and 24 to 64 bytes in base64 (openssl rand -base64 32)",
  },
  WATCHDOG_ROUTES: {
    unset: undefined,
    good: [
      [
        "critical=webhook",
        [
          {
            text: "critical=webhook",
            matcher: { keyGlob: "*", severity: "critical" },
            receivers: [{ is: "webhook" }],
          },
        ],
      ],
    ],
    bad: ["critical", "critical=", "=telegram"],
    expected: "<what>=<receiver>, like critical=telegram",
  },
  WATCHDOG_ENABLED: { unset: true, ...flag },
  WATCHDOG_INTERVAL_S: {
    unset: 30_000,
    good: [["0.05", 50], ["86400", 86_400_000], ...seconds(60)],
    bad: ["0", "-30", "30s", "86401", "0.01"],
    expected: "seconds, a number from 0.05 to 86400",
  },
  WATCHDOG_COOLDOWN_S: { unset: 3_600_000, good: [["0", 0], ...seconds(60)], ...anyDuration },
  WATCHDOG_HTTP_TIMEOUT_S: {
    unset: 5_000,
    good: seconds(60),
    bad: ["0", "601", "x"],
    expected: "seconds, a number from 0.05 to 600",
  },
  WATCHDOG_METRICS_URL: {
    unset: undefined,
    good: [url("http://orchestrator:8080/metrics"), url("https://x/m?a=b")],
    ...httpUrl,
  },
  WATCHDOG_ORCH_DOWN_TICKS: { unset: 3, ...ticks },
  WATCHDOG_ORCH_STALE_S: { unset: 300_000, good: seconds(60), ...someDuration },
  WATCHDOG_STAGE_STUCK_S: { unset: 7_200_000, good: [["0", 0], ...seconds(60)], ...anyDuration },
  WATCHDOG_STAGE_LIMITS: {
    unset: undefined,
    good: [
      ["review=3600,deploy=900", minutes({ review: 60, deploy: 15 })],
      [" a b = 60 , ", minutes({ "a b": 1 })],
      ["__proto__=60", new Map([["__proto__", 60_000]])],
      ["a=1.1", new Map([["a", 1_100]])],
    ],
    ...limits,
  },
  WATCHDOG_QUEUE_MAX: { unset: 50, ...count },
  WATCHDOG_RETRIES_MAX: { unset: 20, ...count },
  WATCHDOG_AGENT_HUNG_S: { unset: 600_000, good: seconds(60), ...someDuration },
  WATCHDOG_AGENT_MAX_S: { unset: 7_200_000, good: [["0", 0], ...seconds(60)], ...anyDuration },
  WATCHDOG_COST_RUN_USD: usd,
  WATCHDOG_COST_TOTAL_USD: usd,
  WATCHDOG_WORKER_SILENT_S: { unset: 300_000, good: [["0", 0], ...seconds(60)], ...anyDuration },
  WATCHDOG_INSTANCE_LIMITS: {
    unset: minutes({ provisioning: 30, booting: 120, installing: 60, starting: 30, terminating: 30 }),
    good: [["booting=60", minutes({ booting: 1 })]],
    ...limits,
  },
  WATCHDOG_DOCKER_SOCK: {
    unset: undefined,
    good: [
      ["/run/docker.sock", "/run/docker.sock"],
      ["off", "off"],
      ["OFF", "off"],
    ],
    bad: ["docker.sock", "tcp://docker:2375", "./docker.sock"],
    expected: "an absolute path, or off",
  },
  WATCHDOG_DOCKER_HOST: {
    unset: undefined,
    good: [
      ["unix:///run/user/1000/docker.sock", { socketPath: "/run/user/1000/docker.sock" }],
      ["tcp://docker-proxy:2375", { scheme: "tcp", host: "docker-proxy", port: 2_375 }],
      ["tcp://10.0.0.2", { scheme: "tcp", host: "10.0.0.2", port: undefined }],
      ["TCP://docker:2375/", { scheme: "tcp", host: "docker", port: 2_375 }],
      ["tcp://[fd00::2]:2376", { scheme: "tcp", host: "fd00::2", port: 2_376 }],
      ["http://docker_proxy:2375", { scheme: "http", host: "docker_proxy", port: 2_375 }],
      ["https://docker.example", { scheme: "https", host: "docker.example", port: undefined }],
    ],
    bad: [
      "npipe:////./pipe/docker_engine",
      "fd://",
      "unix://docker.sock",
      "unix://",
      "/var/run/docker.sock",
      "docker:2375",
      "tcp://",
      "tcp://docker:0",
      "tcp://docker:65536",
      "ssh://host",
      "tcp://docker:2375/v1.41",
      "off",
    ],
    expected:
      "unix:///path, tcp://host:port or https://host:port without path or credentials (instead of ssh:// forward the socket yourself, with ssh -L, or put a socket proxy there)",
  },
  WATCHDOG_DOCKER_CERT_PATH: {
    unset: undefined,
    good: [["/run/secrets/docker", "/run/secrets/docker"]],
    bad: ["certs", "~/.docker"],
    expected: "an absolute path",
  },
  WATCHDOG_DOCKER_TLS_VERIFY: {
    unset: true,
    good: [
      ["0", false],
      ["1", true],
    ],
    bad: ["maybe"],
    expected: "true or false",
  },
  WATCHDOG_CONTAINERS: {
    unset: ["*"],
    good: [
      ["api", ["api"]],
      ["api, web-* ,db_?.1", ["api", "web-*", "db_?.1"]],
      ["api,api", ["api"]],
    ],
    bad: [",", "a b", "/api", "api;rm", "a,b c"],
    expected: "a comma-separated list, each a container name or a glob (* and ?)",
  },
  WATCHDOG_CONTAINER_DOWN_TICKS: { unset: 1, ...ticks },
  WATCHDOG_STOP_GRACE_S: { unset: 120_000, good: [["0", 0], ...seconds(60)], ...anyDuration },
  WATCHDOG_RESTARTS_MAX: { unset: 3, ...ticks },
  WATCHDOG_RESTARTS_WINDOW_S: { unset: 600_000, good: seconds(60), ...someDuration },
  WATCHDOG_CONTAINER_MEM_PCT: { unset: undefined, ...percent },
  WATCHDOG_CONTAINER_CPU_PCT: { unset: undefined, ...percent },
  WATCHDOG_VOLUMES_ORPHANED_MAX: { unset: undefined, ...count },
  WATCHDOG_EVIDENCE: { unset: false, ...flag },
  WATCHDOG_MEM_PCT: { unset: 90, ...percent },
  WATCHDOG_DISK_PATHS: {
    unset: ["/"],
    good: [
      ["/,/var/lib", ["/", "/var/lib"]],
      ["/data with space", ["/data with space"]],
    ],
    bad: ["data", "/,data", ","],
    expected: "a comma-separated list, each an absolute path",
  },
  WATCHDOG_DISK_CRIT_ENABLED: { unset: false, ...flag },
  WATCHDOG_DISK_CRIT_PCT: { unset: 97, ...percent },
  WATCHDOG_HOST_ROOT: { unset: "/", good: [["/host", "/host"]], bad: ["host", "./host"], expected: "an absolute path" },
  WATCHDOG_FORECAST_H: {
    unset: undefined,
    good: [
      ["24", 86_400_000],
      ["0.5", 1_800_000],
    ],
    bad: ["0", "0.4", "337", "1d", "-24"],
    expected: "hours, a number from 0.5 to 336",
  },
  WATCHDOG_ONLINE_PROBE: {
    unset: undefined,
    good: [
      ["https://one.example/, tcp://192.0.2.1:53", [new URL("https://one.example/"), new URL("tcp://192.0.2.1:53")]],
    ],
    bad: ["one.example", "tcp://192.0.2.1", "udp://192.0.2.1:53", ",", "name=https://one.example/"],
    expected: "a comma-separated list like https://one.example/,tcp://192.0.2.1:53",
  },
  WATCHDOG_HEARTBEAT_URL: { unset: undefined, good: [url("https://hc.example/uuid?a=b")], ...httpUrl },
  WATCHDOG_START_NOTICE: { unset: true, ...flag },
  WATCHDOG_DIGEST_AT: {
    unset: undefined,
    good: [
      ["08:00", 480],
      ["0:05", 5],
      ["23:59", 1_439],
    ],
    bad: ["24:00", "8", "08:60", "8am", "08:00-09:00"],
    expected: "a time of day like 08:00",
  },
  WATCHDOG_DEPS: {
    unset: undefined,
    good: [
      [
        "api=http://api:8080/health, db=tcp://db:5432",
        [
          { name: "api", url: new URL("http://api:8080/health") },
          { name: "db", url: new URL("tcp://db:5432") },
        ],
      ],
      ["v6=tcp://[::1]:6379/", [{ name: "v6", url: new URL("tcp://[::1]:6379/") }]],
    ],
    bad: [
      "api",
      "http://api",
      "=http://api",
      "a b=http://api",
      "db=tcp://db",
      "db=tcp://db:5432/path",
      "db=udp://db:53",
      "a=http://x,a=http://y",
      "a=http://x:99999",
    ],
    expected: "a comma-separated list like api=http://api:8080/health,db=tcp://db:5432, each name once",
  },
  WATCHDOG_DEP_DOWN_TICKS: { unset: 2, ...ticks },
  WATCHDOG_STATE_DIR: {
    unset: undefined,
    good: [["/var/lib/watchdog", "/var/lib/watchdog"]],
    bad: ["state", "~/state"],
    expected: "an absolute path",
  },
  WATCHDOG_LISTEN: {
    unset: { host: "127.0.0.1", port: 9469 },
    good: [
      ["0.0.0.0:80", { host: "0.0.0.0", port: 80 }],
      ["localhost:0", { host: "localhost", port: 0 }],
      ["[::1]:9469", { host: "::1", port: 9469 }],
      [":9469", { host: "0.0.0.0", port: 9469 }],
      ["off", "off"],
      ["Off", "off"],
    ],
    bad: ["9469", "127.0.0.1", "127.0.0.1:99999", "::1:9469", "http://127.0.0.1:9469", "no host:1"],
    expected: "host:port like 127.0.0.1:9469 or [::1]:9469, or off",
  },
  WATCHDOG_LOG_LEVEL: {
    unset: "info",
    good: [
      ["debug", "debug"],
      ["WARN", "warn"],
    ],
    bad: ["verbose", "silent"],
    expected: "one of trace, debug, info, warn, error, fatal",
  },
  WATCHDOG_LOG_FORMAT: {
    unset: "json",
    good: [
      ["pretty", "pretty"],
      ["JSON", "json"],
    ],
    bad: ["text"],
    expected: "one of json, pretty",
  },
};

const rows = Object.entries(TABLE) as [VariableName, Row][];

test("every variable stands in the table", () => {
  expect(Object.keys(TABLE).sort()).toEqual(Object.keys(VARIABLES).sort());
});

describe.each(rows)("%s", (name, { unset, good, bad, expected }) => {
  test.each([undefined, "", "  "])("unset as %j", (text) => {
    if (name === "WATCHDOG_TG_BOT_TOKEN" || name === "WATCHDOG_TG_CHAT_ID") return; // They only make sense together.
    expect(parse(name, text)).toEqual({ value: unset, problems: [] });
  });

  test.each(good)("good: %s", (text, value) => {
    expect(parse(name, text)).toEqual({ value, problems: [] });
    expect(parse(name, ` ${text}\n`)).toEqual({ value, problems: [] });
  });

  test.each(bad)("bad: %s", (text) => {
    const shown = "secret" in VARIABLES[name] ? "(hidden)" : JSON.stringify(text);
    const fallback = VARIABLES[name].fallback === undefined ? undefined : unset;
    expect(parse(name, text)).toEqual({ value: fallback, problems: [`${name}=${shown}: expected ${expected}`] });
  });
});

describe("what the documents are made of", () => {
  test.each(Object.entries(VARIABLES))(
    "%s: its default and its example are good values",
    (_name, { kind, fallback, ...more }) => {
      const example = "example" in more ? more.example : undefined;
      for (const text of [fallback, example]) if (text !== undefined) expect(kind.parse(text)).not.toBeUndefined();
    },
  );

  test.each(Object.entries(VARIABLES))("%s: its meaning is one line that fits a table", (_name, { meaning }) => {
    expect(meaning).not.toMatch(/[\n|]/);
    expect(meaning.length).toBeLessThan(130);
  });
});
