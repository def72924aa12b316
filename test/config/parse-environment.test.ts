import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Environment, parseEnvironment } from "../../src/config/parse-environment.ts";

const FILES: Readonly<Record<string, string>> = {
  "/run/secrets/token": "  123456:ABC-def\n",
  "/run/secrets/broken-token": "not-a-token-but-secret\n",
  "/etc/interval": "\ufeff7\r\n",
  "/etc/bad-interval": "soon",
  "/etc/empty": " \n",
};

function readFile(path: string): string {
  const text = FILES[path];
  if (text === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
  return text;
}

const parse = (env: Environment) => parseEnvironment(env, readFile);
const problemsOf = (env: Environment) => parse(env).problems;

test("an empty environment is a good one", () => expect(problemsOf({})).toEqual([]));

test("what others are called is nobody's business", () => {
  expect(problemsOf({ PATH: "/bin", watchdog_interval_s: "x", MY_WATCHDOG_X: "1", WATCHDOG: "1" })).toEqual([]);
});

describe("X_FILE: a file whose trimmed content is the value", () => {
  test("a good one", () => {
    const { values, problems } = parse({
      WATCHDOG_TG_BOT_TOKEN_FILE: "/run/secrets/token",
      WATCHDOG_TG_CHAT_ID: "42",
      WATCHDOG_INTERVAL_S_FILE: " /etc/interval ",
    });
    expect(problems).toEqual([]);
    expect(values.WATCHDOG_TG_BOT_TOKEN).toBe("123456:ABC-def");
    expect(values.WATCHDOG_INTERVAL_S).toBe(7_000);
  });

  test.each<[name: string, env: Environment, problem: string]>([
    [
      "missing",
      { WATCHDOG_INTERVAL_S_FILE: "/etc/none" },
      'WATCHDOG_INTERVAL_S_FILE="/etc/none": expected the path of a readable file (ENOENT)',
    ],
    [
      "empty",
      { WATCHDOG_INTERVAL_S_FILE: "/etc/empty" },
      'WATCHDOG_INTERVAL_S_FILE="/etc/empty": expected a file that is not empty',
    ],
    [
      "with a bad value",
      { WATCHDOG_INTERVAL_S_FILE: "/etc/bad-interval" },
      'WATCHDOG_INTERVAL_S="soon": expected seconds, a number from 0.05 to 86400',
    ],
    [
      "beside the variable itself",
      { WATCHDOG_INTERVAL_S_FILE: "/etc/interval", WATCHDOG_INTERVAL_S: "5" },
      'WATCHDOG_INTERVAL_S and WATCHDOG_INTERVAL_S_FILE="/etc/interval": expected only one of the two',
    ],
  ])("%s", (_name, env, problem) => {
    const { values, problems } = parse(env);
    expect(problems).toEqual([problem]);
    expect(values.WATCHDOG_INTERVAL_S).toBe(30_000);
  });

  test("given, but empty: unset", () => {
    expect(parse({ WATCHDOG_INTERVAL_S_FILE: " ", WATCHDOG_INTERVAL_S: "5" })).toMatchObject({
      values: { WATCHDOG_INTERVAL_S: 5_000 },
      problems: [],
    });
  });

  test("whatever the reader throws is a problem", () => {
    const throwing = () => {
      throw "a string";
    };
    expect(parseEnvironment({ WATCHDOG_STATE_DIR_FILE: "/x" }, throwing).problems).toEqual([
      'WATCHDOG_STATE_DIR_FILE="/x": expected the path of a readable file (unreadable)',
    ]);
  });
});

describe("unknown names", () => {
  test.each<[given: string, nearest: string]>([
    ["WATCHDOG_INTERVAL", "WATCHDOG_INTERVAL_S"],
    ["WATCHDOG_INTERVALS", "WATCHDOG_INTERVAL_S"],
    ["WATCHDOG_TG_TOKEN", "WATCHDOG_TG_BOT_TOKEN"],
    ["WATCHDOG_TG_CHATID", "WATCHDOG_TG_CHAT_ID"],
    ["WATCHDOG_TG_BOT_TOKEN_FIEL", "WATCHDOG_TG_BOT_TOKEN_FILE"],
    ["WATCHDOG_DEPENDENCIES", "WATCHDOG_DEPS"],
    ["WATCHDOG_DOCKER_SOCKET", "WATCHDOG_DOCKER_SOCK"],
    ["WATCHDOG_MEM_PERCENT", "WATCHDOG_MEM_PCT"],
    ["WATCHDOG_Enabled", "WATCHDOG_ENABLED"],
    ["WATCHDOG_LOGLEVEL", "WATCHDOG_LOG_LEVEL"],
  ])("%s: did you mean %s?", (given, nearest) => {
    expect(problemsOf({ [given]: "x" })).toEqual([`${given}: expected a known variable; did you mean ${nearest}?`]);
  });

  test("their value is not shown: it may be a secret", () => {
    expect(problemsOf({ WATCHDOG_TG_TOKEN: "hunter2" }).join()).not.toContain("hunter2");
  });

  test("empty means unset", () => expect(problemsOf({ WATCHDOG_INTERVAL: "", WATCHDOG_X: " " })).toEqual([]));
});

describe("Telegram's two belong together", () => {
  test.each<[name: string, env: Environment, problems: string[]]>([
    ["both", { WATCHDOG_TG_BOT_TOKEN: "1:a", WATCHDOG_TG_CHAT_ID: "1" }, []],
    [
      "the token alone",
      { WATCHDOG_TG_BOT_TOKEN: "1:a" },
      ["WATCHDOG_TG_CHAT_ID is unset: expected a chat id beside WATCHDOG_TG_BOT_TOKEN"],
    ],
    [
      "the chat alone",
      { WATCHDOG_TG_CHAT_ID: "1" },
      ["WATCHDOG_TG_BOT_TOKEN is unset: expected a bot token beside WATCHDOG_TG_CHAT_ID"],
    ],
    ["the token in a file", { WATCHDOG_TG_BOT_TOKEN_FILE: "/run/secrets/token", WATCHDOG_TG_CHAT_ID: "1" }, []],
    [
      "commands without either",
      { WATCHDOG_TG_COMMANDS: "true" },
      ["WATCHDOG_TG_COMMANDS=true: expected WATCHDOG_TG_BOT_TOKEN and WATCHDOG_TG_CHAT_ID beside it"],
    ],
    [
      "a missing file is one problem, not two",
      { WATCHDOG_TG_BOT_TOKEN_FILE: "/none", WATCHDOG_TG_CHAT_ID: "1" },
      ['WATCHDOG_TG_BOT_TOKEN_FILE="/none": expected the path of a readable file (ENOENT)'],
    ],
  ])("%s", (_name, env, problems) => expect(problemsOf(env)).toEqual(problems));
});

describe("where Docker is", () => {
  const HOST = "WATCHDOG_DOCKER_HOST";
  const CERTS = "WATCHDOG_DOCKER_CERT_PATH";
  const NEEDS_TLS = `${CERTS}: expected tcp:// or https:// in ${HOST} beside it`;
  test.each<[name: string, env: Environment, problems: string[]]>([
    ["by its socket", { WATCHDOG_DOCKER_SOCK: "/d.sock" }, []],
    ["by its host", { [HOST]: "tcp://docker:2375" }, []],
    ["with certificates", { [HOST]: "tcp://docker:2376", [CERTS]: "/certs" }, []],
    [
      "by both",
      { WATCHDOG_DOCKER_SOCK: "/d.sock", [HOST]: "unix:///d.sock" },
      ["WATCHDOG_DOCKER_SOCK and WATCHDOG_DOCKER_HOST: expected only one of the two"],
    ],
    [
      "off and on",
      { WATCHDOG_DOCKER_SOCK: "off", [HOST]: "tcp://docker:2375" },
      ["WATCHDOG_DOCKER_SOCK and WATCHDOG_DOCKER_HOST: expected only one of the two"],
    ],
    ["certificates for nothing", { [CERTS]: "/certs" }, [NEEDS_TLS]],
    ["certificates for a socket", { [HOST]: "unix:///d.sock", [CERTS]: "/certs" }, [NEEDS_TLS]],
    ["certificates for http", { [HOST]: "http://docker", [CERTS]: "/certs" }, [NEEDS_TLS]],
    ["Docker's own variables are not read", { DOCKER_HOST: "ssh://x", DOCKER_CERT_PATH: "/nowhere" }, []],
  ])("%s", (_name, env, problems) => expect(problemsOf(env)).toEqual(problems));

  test("over ssh: it is said what to do instead, and nobody's name is shown", () => {
    expect(problemsOf({ [HOST]: "ssh://root@host" })).toEqual([
      expect.stringMatching(
        /^WATCHDOG_DOCKER_HOST="ssh:..\(hidden\)@host": expected unix:.* ssh -L, or put a socket proxy/,
      ),
    ]);
  });
});

test("all problems are told at once, in the order of the table", () => {
  const env = {
    WATCHDOG_ZZZ: "1",
    WATCHDOG_MEM_PCT: "lots",
    WATCHDOG_INTERVAL_S: "0",
    WATCHDOG_TG_BOT_TOKEN: "secret",
    WATCHDOG_DEPS: "x",
    WATCHDOG_AAA: "1",
  };
  expect(problemsOf(env).map((problem) => problem.split(/[=: ]/, 1)[0])).toEqual([
    "WATCHDOG_TG_BOT_TOKEN",
    "WATCHDOG_INTERVAL_S",
    "WATCHDOG_MEM_PCT",
    "WATCHDOG_DEPS",
    "WATCHDOG_AAA",
    "WATCHDOG_ZZZ",
    "WATCHDOG_TG_CHAT_ID",
  ]);
});

describe("secrets are never shown", () => {
  test.each<[name: string, env: Environment, secret: string]>([
    ["a bad token", { WATCHDOG_TG_BOT_TOKEN: "hunter2", WATCHDOG_TG_CHAT_ID: "1" }, "hunter2"],
    [
      "a bad token from a file",
      { WATCHDOG_TG_BOT_TOKEN_FILE: "/run/secrets/broken-token", WATCHDOG_TG_CHAT_ID: "1" },
      "but-secret",
    ],
    [
      "token and chat exchanged",
      { WATCHDOG_TG_BOT_TOKEN: "-100123", WATCHDOG_TG_CHAT_ID: "123456:hunter2" },
      "hunter2",
    ],
    [
      "the token where its file belongs",
      { WATCHDOG_TG_BOT_TOKEN_FILE: "123456:hunter2", WATCHDOG_TG_CHAT_ID: "1" },
      "hunter2",
    ],
    ["a token in a URL", { WATCHDOG_TG_API_ROOT: "ftp://x/bot123456:hunter2/getMe" }, "hunter2"],
    ["a password in a URL", { WATCHDOG_DEPS: "db=tcp://user:hunter2@db" }, "hunter2"],
    ["a password with a slash", { WATCHDOG_METRICS_URL: "http://user:ab/hunter2@x/m" }, "hunter2"],
    ["a password with an at", { WATCHDOG_METRICS_URL: "ftp://user:ab@hunter2@x/m" }, "hunter2"],
    ["a password with a space", { WATCHDOG_METRICS_URL: "ftp://user:ab hunter2@x/m" }, "hunter2"],
    [
      "a password beyond what is shown",
      { WATCHDOG_DEPS: `a=http://${"x".repeat(150)}:p${"hunter2".repeat(30)}@h,b` },
      "hunter2",
    ],
    ["a key in a query", { WATCHDOG_METRICS_URL: "ftp://x/m?key=hunter2&a=b" }, "hunter2"],
  ])("%s", (_name, env, secret) => {
    const problems = problemsOf(env);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join("\n")).not.toContain(secret);
  });

  test("what is no secret stays readable", () => {
    expect(problemsOf({ WATCHDOG_LISTEN: "127.0.0.1:99999" })[0]).toContain('"127.0.0.1:99999"');
    expect(problemsOf({ WATCHDOG_CONTAINERS: "web-?, a b" })[0]).toContain('"web-?, a b"');
    expect(problemsOf({ WATCHDOG_DEPS: "db=tcp://user:pw@db" })[0]).toContain('"db=tcp://(hidden)@db"');
  });
});

test("a problem is one line, however long and wild the value", () => {
  const anyValue = fc.oneof(
    fc.string({ unit: "binary", maxLength: 400 }),
    fc.constantFrom("a\nb", "\r", "x".repeat(10_000)),
  );
  fc.assert(
    fc.property(anyValue, (value) => {
      for (const problem of problemsOf({
        WATCHDOG_INTERVAL_S: value,
        WATCHDOG_DEPS: value,
        WATCHDOG_STATE_DIR_FILE: value,
      })) {
        expect(problem).not.toMatch(/[\r\n]/);
        expect(problem.length).toBeLessThan(1_500);
      }
    }),
    { numRuns: 40 },
  );
});
