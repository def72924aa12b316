import { describe, expect, test } from "vitest";
import { known } from "../../src/core/reading.ts";
import type { Signal } from "../../src/core/signal.ts";
import { FR } from "../../src/core/texts/fr/index.ts";
import { EN, type Texts } from "../../src/core/texts/index.ts";
import { RU } from "../../src/core/texts/ru/index.ts";
import { explainFailureIn } from "../../src/http/explain-failure.ts";
import { BrokenAnswer } from "../../src/http/request.ts";
import { createEngine } from "../../src/sources/containers/engine/engine.ts";
import { evaluateLimits, INITIAL_LIMIT_MEMORY } from "../../src/sources/containers/limits/signals.ts";
import { evaluateDependency, INITIAL_MEMORY as NO_FAILURES } from "../../src/sources/dependencies/signals.ts";
import { measureDisk } from "../../src/sources/host/collect.ts";
import { evaluateMemory, INITIAL_MEMORY } from "../../src/sources/host/signals.ts";
import { parseEnvelope } from "../../src/sources/orchestrator/envelope.ts";
import { evaluateOrchestrator, INITIAL_MEMORY as NOTHING_KNOWN } from "../../src/sources/orchestrator/signals.ts";
import { observed, Play } from "./containers/observed.ts";
import { example, RULES } from "./orchestrator/example.ts";

const GIB = 2 ** 30;

/** What a signal says, line by line. */
function linesOf(signals: readonly Signal[] | undefined, key: string): (string | undefined)[] {
  const signal = signals?.find((one) => one.key === key);
  return [signal?.what, ...(signal?.details ?? []), signal?.next];
}

function containerLines(texts: Texts): (string | undefined)[] {
  const details = { finishedAt: Date.parse("2026-06-10T11:59:00Z"), startedAt: Date.parse("2026-06-10T11:58:00Z") };
  const oomKilled = observed({ state: "exited", exitCode: 137, details: { ...details, oomKilled: true } });
  return linesOf(new Play({ texts }).read([oomKilled]).last.signals, "container:api");
}

function hostLines(texts: Texts): (string | undefined)[] {
  const use = known({ totalBytes: 16 * GIB, availableBytes: 1.5 * GIB });
  return linesOf(evaluateMemory({ memPct: 90, texts }, use, INITIAL_MEMORY).signals, "host_mem");
}

function limitLines(texts: Texts): (string | undefined)[] {
  const memory = { usedBytes: 500 * 2 ** 20, limitBytes: 512 * 2 ** 20 };
  const use = known({ memory, cpu: undefined, hostCpus: 4, cpus: 2, isMemoryUnlimited: false });
  const containers = [{ id: "a".repeat(64), name: "api", options: {}, use }];
  const reading = known({ containers, incomplete: false, unsure: [] });
  const rules = { memPct: 90, cpuPct: undefined, texts };
  return linesOf(evaluateLimits(reading, INITIAL_LIMIT_MEMORY, 0, rules).signals, "container_mem:api");
}

function dependencyLines(texts: Texts): (string | undefined)[] {
  const outcome = known({ up: false, error: texts.dependencies.answered(503), status: 503 } as const);
  const shown = { name: "api", address: "http://api:80/" };
  return linesOf(evaluateDependency(shown, { downTicks: 1, texts }, outcome, NO_FAILURES, 0).signals, "dep:api");
}

function schemaLines(texts: Texts): (string | undefined)[] {
  const json = example((envelope) => {
    envelope.agents[0].pid = "x";
    envelope.stages = 7;
  });
  const envelope = known(parseEnvelope(json, texts.orchestrator.schema));
  return linesOf(evaluateOrchestrator({ ...RULES, texts }, envelope, NOTHING_KNOWN, 0).signals, "orch_schema");
}

describe("a signal and all that it says, in Russian", () => {
  test.each<[name: string, lines: (string | undefined)[], expected: string[]]>([
    [
      "a container",
      containerLines(RU),
      [
        "контейнер api завершился (код 137: не хватило памяти)",
        "до этого проработал 1 мин",
        "политика перезапуска always",
        "образ shop/api:1.2",
        "`docker logs --tail 100 api`",
      ],
    ],
    [
      "its limits",
      limitLines(RU),
      [
        "контейнер api почти исчерпал свою память",
        "500 МиБ из 512 МиБ, не считая кэшей; выше предела его убьют",
        "`docker stats api`: поднимите его предел памяти или найдите, что растёт",
      ],
    ],
    [
      "the host",
      hostLines(RU),
      [
        "память хоста почти исчерпана",
        "занято 14,5 ГиБ из 16 ГиБ, доступно 1,5 ГиБ",
        "посмотрите, кто её занимает: `docker stats --no-stream` или `ps aux --sort=-rss | head`",
      ],
    ],
    [
      "a dependency",
      dependencyLines(RU),
      [
        "зависимость api отвечает кодом 503",
        "http://api:80/: ответ 503",
        "проверьте, работает ли она и что в её логе; вручную: `curl -sv -m 5 -o /dev/null http://api:80/`",
      ],
    ],
    [
      "a schema",
      schemaLines(RU),
      [
        "в данных оркестратора 2 ошибки",
        "stages: ожидалось: список; получено: 7",
        'agents[0].pid: ожидалось: номер процесса; получено: "x"',
        "исправьте /metrics оркестратора или обновите watchdog; до тех пор названное здесь не под наблюдением",
      ],
    ],
  ])("%s", (_name, lines, expected) => expect(lines).toEqual(expected));
});

describe("a signal and all that it says, in French", () => {
  test.each<[name: string, lines: (string | undefined)[], expected: string[]]>([
    [
      "a container",
      containerLines(FR),
      [
        "le conteneur api s’est arrêté (code 137 : mémoire épuisée)",
        "avant cela, il a tourné 1 min",
        "politique de redémarrage always",
        "image shop/api:1.2",
        "`docker logs --tail 100 api`",
      ],
    ],
    [
      "its limits",
      limitLines(FR),
      [
        "le conteneur api a presque épuisé sa mémoire",
        "500 Mio sur 512 Mio, hors caches ; au-delà, il est tué",
        "`docker stats api` : augmentez sa limite de mémoire, ou trouvez ce qui grossit",
      ],
    ],
    [
      "the host",
      hostLines(FR),
      [
        "la mémoire de l’hôte est presque épuisée",
        "14,5 Gio utilisés sur 16 Gio, 1,5 Gio disponibles",
        "voyez qui l’utilise : `docker stats --no-stream` ou `ps aux --sort=-rss | head`",
      ],
    ],
    [
      "a dependency",
      dependencyLines(FR),
      [
        "la dépendance api répond 503",
        "http://api:80/: réponse 503",
        "vérifiez qu’elle tourne et ce que dit son journal ; à la main : `curl -sv -m 5 -o /dev/null http://api:80/`",
      ],
    ],
  ])("%s", (_name, lines, expected) => expect(lines).toEqual(expected));
});

describe("why something failed", () => {
  const refused = Object.assign(new Error("raw"), { code: "ECONNREFUSED" });
  test.each<[name: string, thrown: unknown, en: string, ru: string, fr: string]>([
    ["a code", refused, "connection refused", "соединение отклонено", "connexion refusée"],
    [
      "an answer that broke off",
      new BrokenAnswer(refused),
      "the answer broke off: connection refused",
      "ответ оборвался: соединение отклонено",
      "la réponse s’est interrompue : connexion refusée",
    ],
    ["the system's own words", new Error("disk I/O error"), "disk I/O error", "disk I/O error", "disk I/O error"],
    ["nothing", undefined, "failed without saying why", "сбой без объяснения", "échec sans explication"],
  ])("%s", (_name, thrown, ...expected) => {
    expect([EN, RU, FR].map(({ failures }) => explainFailureIn(failures, thrown))).toEqual(expected);
  });

  /** What people read of it in each language, and what whoever catches it does. */
  async function failureOf(failing: Promise<unknown>): Promise<string[]> {
    const thrown = await failing.catch((error: unknown) => error);
    return [(thrown as Error).message, ...[RU, FR].map(({ failures }) => explainFailureIn(failures, thrown))];
  }

  test("an engine that is not there names itself and the mend, whoever words it and when", async () => {
    const engine = createEngine({ address: { socketPath: "/no/docker.sock" }, timeoutMs: 1_000 });
    const [en, ru, fr] = await failureOf(engine.list());
    engine.disconnect();
    expect(en).toMatch(
      /^there is no socket at \/no\/docker\.sock: mount it \(compose: .*:ro"\]\), or set WATCHDOG_DOCKER/,
    );
    expect(ru).toMatch(/^по пути \/no\/docker\.sock нет сокета: смонтируйте его \(compose: .*:ro"\]\) или укажите/);
    expect(fr).toMatch(/^il n’y a pas de socket à \/no\/docker\.sock : montez-le \(compose: .*:ro"\]\), ou indiquez/);
  });

  test("so does a disk", async () => {
    expect(await failureOf(measureDisk("/", "/no/such"))).toEqual([
      "/no/such does not exist: name existing paths in WATCHDOG_DISK_PATHS",
      "/no/such не существует: укажите в WATCHDOG_DISK_PATHS существующие пути",
      "/no/such n’existe pas : mettez des chemins existants dans WATCHDOG_DISK_PATHS",
    ]);
  });

  test("an engine that is down is told with it", () => {
    const play = new Play({ texts: RU }).fail("нет ответа за 5 с").fail("нет ответа за 5 с");
    expect(linesOf(play.last.signals, "docker_down")).toEqual([
      "Docker не отвечает по адресу /var/run/docker.sock",
      "нет ответа за 5 с",
      "что с контейнерами, неизвестно, пока он не ответит",
      "`systemctl status docker`",
    ]);
  });
});
