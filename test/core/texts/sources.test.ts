import { describe, expect, test } from "vitest";
import type { Texts } from "../../../src/core/texts/index.ts";
import { LANGUAGES, type Reading } from "./read-texts.ts";

/** What to call each function of a catalogue with, table by table; one that is left out does not compile. */
type Calls<Area> = {
  readonly [Name in keyof Area as Area[Name] extends string ? never : Name]: Area[Name] extends (
    ...args: infer Args
  ) => string
    ? readonly Args[]
    : Calls<Area[Name]>;
};

/** 1 has words of its own ("once"): it stands in the table of plurals. */
const COUNTS: readonly [number][] = [[2], [5], [21]];
const AMOUNTS: readonly [number, string][] = [
  [1, "1"],
  [2, "2"],
  [5, "5"],
  [1_234, "1,234"],
];
const NAME: readonly [string][] = [["api"]];
const COMMANDS: readonly [string][] = [["`docker stats`"]];
const TWO_COMMANDS: readonly [string, string][] = [["`docker stats`", "`ps aux | head`"]];
const ENDED: readonly [string, string?][] = [["api"], ["api", "X 137"]];

const CONTAINERS: Calls<Texts["containers"]> = {
  docker: { silent: [["/run/x.sock"]], answers: [["/run/x.sock"]], unanswered: [["refused"]] },
  is: {
    running: NAME,
    healthy: NAME,
    finished: NAME,
    unhealthy: NAME,
    notHealthyYet: [["api", "7 min"]],
    paused: NAME,
    restarting: ENDED,
    exited: ENDED,
    dead: NAME,
    notStarted: [["api", "no port"]],
    crashed: [["api", "X 139"]],
    notBack: [["api", "7 min"]],
    notBackYet: NAME,
    stopped: NAME,
    starting: NAME,
    missing: NAME,
  },
  exit: { code: [[3]], codeThatMeans: [[137, "oom"]], signal: [[31]] },
  startFailure: {},
  details: {
    ranFor: [["7 min"]],
    healthFailed: COUNTS,
    says: [["refused"]],
    image: [["shop/api:1.2"]],
    ended: [["X 1"]],
    endedLast: [["X 1"]],
    endedBefore: [["X 1, 2"]],
    removedAgo: [["7 min"]],
  },
  restartPolicy: {
    is: [["always"]],
    restarted: COUNTS.map(([count]) => ["always", count]),
    startsAgain: [["always", 4]],
    startsAgainOf: [["on-failure", 4, 5]],
    staysDown: [["no"]],
    givenUp: COUNTS.map(([count]) => ["on-failure", count]),
  },
  restarts: {
    none: [["api", "10 min"]],
    some: COUNTS.map(([count]) => ["api", count, "10 min"]),
    loop: COUNTS.map(([count]) => ["api", count, "10 min"]),
  },
  oom: { killed: NAME, lostProcess: NAME, times: COUNTS },
  memory: { full: NAME, fine: NAME, use: [["480 MiB", "512 MiB"]], next: COMMANDS },
  cpu: { full: NAME, fine: NAME, has: [...AMOUNTS, [0.5, "0.5"]], next: COMMANDS },
  volumes: {
    orphaned: COUNTS,
    oldest: [["a, b"]],
    oldestAndMore: [["a, b, c", 2]],
    next: [["docker system df -v", "docker volume rm"]],
  },
  label: {
    is: NAME,
    unusable: [["watchdog.severity", "low", "this"]],
    unknownRoute: [["watchdog.route", "dba", "db"]],
    seconds: [[0, 604_800]],
    wholeNumber: [[1, 1_000]],
    percentage: [[1, 100]],
    either: [["true", "false"]],
  },
  next: { startAnew: COMMANDS, startOrForget: COMMANDS },
  redeploy: {
    what: [
      ["api", undefined, undefined],
      ["api", undefined, "b:2"],
      ["api", "b:1", "b:2"],
    ],
    healthy: [["api", "7 min"]],
    running: [["api", "7 min"]],
    removed: NAME,
  },
};

const ORCHESTRATOR: Calls<Texts["orchestrator"]> = {
  down: {},
  stale: { stands: [["2026-06-10T09:36:02Z"]] },
  schema: {
    is: COUNTS,
    more: [[7]],
    problem: [["agents[3].pid", "this", "that"]],
    expected: { version: [[1]], label: [[1_000]], id: [[200]], oneOf: [["open, closed"]] },
    found: {},
  },
  stage: { stuck: [["review", "ORCH-7"]], over: [["review", "ORCH-7"]], ofTask: [["12"]] },
  backlog: { is: AMOUNTS, slots: [[2, 4]] },
  retries: { is: AMOUNTS },
  breaker: {},
  failedJobs: { is: AMOUNTS.map(([jobs, amount]) => [jobs, amount, "10", "99"]) },
  agent: {
    name: [["developer", "77"]],
    nameless: [["77"]],
    hung: NAME,
    works: NAME,
    runningFor: [["7 min"]],
    runningForOnCpu: [["7 min", "3 s"]],
    hungNextOnHost: [["`ps -p 1`", "`kill 1`"]],
    overrun: NAME,
    inTime: NAME,
  },
  cost: { run: [["77"]], runOver: [["77"]], tokens: AMOUNTS },
  worker: { silent: [["w1"]], over: [["w1"]], lastState: [["ready"]] },
  instance: { stuck: [["i1", "booting"]], over: [["i1", "booting"]] },
  details: { task: [["12"]], repo: [["shop"]], pid: [[4_242]] },
  refusal: {
    answered: [["this"]],
    encoding: [["gzip"]],
    brokenJson: [["Unexpected end"]],
    redirect: [[302]],
    redirectTo: [[302, "http://b/metrics"]],
    unauthorized: [[401, "http://name:password@host/metrics"]],
    otherStatus: [[500]],
  },
};

const HOST: Calls<Texts["host"]> = {
  memory: { use: [["15 GiB", "16 GiB", "1 GiB"]], next: TWO_COMMANDS },
  disk: { full: [["/data"]], fine: [["/data"]], use: [["98 GiB", "2 GiB"]], next: TWO_COMMANDS, othersHang: [[2]] },
  fill: {
    memory: [["5 h"]],
    memoryNext: TWO_COMMANDS,
    disk: [["/data", "5 h"]],
    diskFilled: [["/data"]],
    diskCalm: [["/data"]],
    diskNext: TWO_COMMANDS,
    pace: [["1.2 GiB", "2 h", "14 GiB"]],
  },
};

const DEPENDENCIES: Calls<Texts["dependencies"]> = {
  up: [["db"]],
  silent: [["db"]],
  answers: [["db", 503]],
  answered: [[503]],
  timedOut: [["0.5"]],
  next: [["`nc -zv db 5432`"]],
  othersHang: [[256]],
};

const NETWORK: Calls<Texts["network"]> = {
  probe: [["9.9.9.9:53"]],
  nobody: [["api, cdn"]],
  next: [["`ip route`", "`ping 1.1.1.1`", "`resolvectl`"]],
};

const AT: readonly [string][] = [["tcp://engine:2375"]];
const FAILURES: Calls<Texts["failures"]> = {
  codes: {},
  brokeOff: [["closed"]],
  tooLong: [[1_000]],
  noAnswerWithin: [["5 s"]],
  notCompleteWithin: [[5]],
  host: {
    badMemory: [[0, 7]],
    noSize: [["/data"]],
    escapes: [["/host/data", "/host"]],
    missing: [["/data"]],
    missingAt: [["/data", "/host/data"]],
    forbidden: [["/data", "/host/data"]],
    unmeasured: [["/data"]],
  },
  engine: {
    docker: [["tcp://engine:2375", "why"]],
    notDocker: AT,
    notDockerSocket: AT,
    directory: [["/run/x.sock", "or that"]],
    noSocket: [["/run/x.sock", "or that"]],
    missing: [["/run/x.sock", "volumes: [/a]", "or that"]],
    forbidden: AT,
    forbiddenToUs: [["/run/x.sock", 999]],
    nobodyListens: AT,
    pathTooLong: AT,
    certificates: [["tcp://engine:2376", "no ca.pem"]],
    wantsTls: AT,
    refused: AT,
    notFound: [["tcp://engine:2375", "why"]],
    expired: AT,
    notYetValid: AT,
    otherNames: [["tcp://engine:2376", "DNS:a, DNS:b"]],
    untrusted: AT,
    otherCa: [["tcp://engine:2376", "/certs"]],
    noTls: AT,
    wantsOurs: AT,
    refusesOurs: AT,
    tooOld: [["1.44", "1.41"]],
    tooNew: [["1.41", "1.44"]],
    answered: [[502]],
    answeredWith: [[500, "oops"]],
    byProxy: [["X 403", "GET /_ping"]],
  },
};

const CALLS = {
  containers: CONTAINERS,
  orchestrator: ORCHESTRATOR,
  host: HOST,
  dependencies: DEPENDENCIES,
  network: NETWORK,
  failures: FAILURES,
};

/** Every text of a table and of those in it, each function called as `calls` says. */
function readTable(path: string, table: object, calls: object): Reading[] {
  return Object.entries(table).flatMap(([name, value]: [string, unknown]): Reading[] => {
    const here = `${path}.${name}`;
    const given = (calls as Readonly<Record<string, unknown>>)[name];
    if (typeof value === "string") return [{ name: here, text: value, args: [] }];
    if (typeof value !== "function") return readTable(here, value as object, given as object);
    return ((given ?? []) as readonly (readonly unknown[])[]).map((args) => ({
      name: `${here}(${args.join(", ")})`,
      text: value(...args),
      args: args.filter((arg, index) => arg !== undefined && !isCountBeforeAmount(args, index)).map(String),
    }));
  });
}

/** A number that only picks the form of a word; how it is written comes beside it. */
function isCountBeforeAmount(args: readonly unknown[], index: number): boolean {
  return typeof args[index] === "number" && AMOUNTS_WRITTEN.has(`${args[index]} ${args[index + 1]}`);
}

const AMOUNTS_WRITTEN = new Set([...AMOUNTS, [0.5, "0.5"]].map((pair) => pair.join(" ")));

const readingsOf = (texts: Texts): Reading[] =>
  Object.entries(CALLS).flatMap(([area, calls]) => readTable(area, texts[area as keyof typeof CALLS], calls));

describe.each(LANGUAGES)("%s", (_language, texts) => {
  test.each(readingsOf(texts))("$name is one line that holds what it was given", ({ text, args }) => {
    expect(text).not.toBe("");
    expect(text).not.toMatch(/\s{2}|[\r\n]|undefined|NaN|\[object|[🔴🔁🟢#]|^\s|\s$/u);
    for (const arg of args) expect(text).toContain(arg);
  });
});

/** What is the same in every language: words of systems, and what is next to nothing but values. */
const SHARED = /\.(hangup|pid|code|signal|image)\b/;

describe.each(LANGUAGES.slice(1))("%s is no English", (language, texts) => {
  const english = new Map(readingsOf(LANGUAGES[0]?.[1] ?? texts).map(({ name, text }) => [name, text]));
  const own = readingsOf(texts).filter(({ name }) => !SHARED.test(name));
  test.each(own)("$name", ({ name, text }) => {
    expect(text).not.toBe(english.get(name));
    if (language === "ru") expect(text).toMatch(/[а-яё]/iu);
    // A typographic apostrophe, and a space before what stands high.
    if (language === "fr") expect(text).not.toMatch(/'|[^\s][;?!](\s|$)/u);
  });
});

describe("counts", () => {
  const [[, en], [, ru], [, fr]] = LANGUAGES as [(typeof LANGUAGES)[0], (typeof LANGUAGES)[0], (typeof LANGUAGES)[0]];
  test.each<[text: string, expected: string]>([
    [en.containers.details.healthFailed(1), "its health check has failed once"],
    [en.containers.restartPolicy.givenUp("on-failure", 1), "restart policy on-failure: Docker has given up after once"],
    [en.containers.volumes.orphaned(1), "1 Docker volume is used by no container"],
    [en.orchestrator.schema.is(1), "the orchestrator's envelope has 1 problem"],
    [ru.containers.details.healthFailed(1), "проверка здоровья не прошла 1 раз"],
    [ru.containers.details.healthFailed(3), "проверка здоровья не прошла 3 раза подряд"],
    [ru.containers.restarts.loop("api", 5, "10 мин"), "контейнер api перезапускается снова и снова: 5 раз за 10 мин"],
    [ru.containers.restarts.some("api", 22, "10 мин"), "контейнер api перезапускался 22 раза за 10 мин"],
    [
      ru.containers.restartPolicy.givenUp("on-failure", 1),
      "политика перезапуска on-failure: Docker сдался после 1 попытки",
    ],
    [ru.containers.volumes.orphaned(21), "21 том Docker не используется ни одним контейнером"],
    [ru.containers.volumes.orphaned(11), "11 томов Docker не используются ни одним контейнером"],
    [ru.orchestrator.backlog.is(53, "53"), "в очереди 53 задания"],
    [ru.orchestrator.retries.is(21, "21"), "в очереди 21 повторная попытка"],
    [ru.orchestrator.failedJobs.is(1, "1", "10", "11"), "1 задание завершилось ошибкой (10 → 11)"],
    [ru.orchestrator.cost.tokens(120_000, "120 000"), "120 000 токенов"],
    [ru.orchestrator.schema.is(2), "в данных оркестратора 2 ошибки"],
    [fr.containers.details.healthFailed(1), "son contrôle de santé a échoué 1 fois"],
    [fr.containers.volumes.orphaned(2), "2 volumes Docker ne sont utilisés par aucun conteneur"],
    [fr.orchestrator.failedJobs.is(1, "1", "10", "11"), "1 job a échoué (10 → 11)"],
    [fr.orchestrator.failedJobs.is(5, "5", "10", "15"), "5 jobs ont échoué (10 → 15)"],
  ])("%s", (text, expected) => expect(text).toBe(expected));
});
