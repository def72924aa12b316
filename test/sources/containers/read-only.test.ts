import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { diagnoseEngine } from "../../../src/commands/diagnose-engine.ts";
import { passOnce } from "../../../src/commands/pass-once.ts";
import type { EngineAddress } from "../../../src/config/engine-address.ts";
import { loadSettings } from "../../../src/config/load-settings.ts";
import type { ContainersSettings } from "../../../src/config/settings.ts";
import { EN } from "../../../src/core/texts/index.ts";
import { createContainersSources } from "../../../src/sources/containers/create-sources.ts";
import { createEngine } from "../../../src/sources/containers/engine/engine.ts";
import type { AnySource } from "../../../src/sources/source.ts";
import {
  FAULTS,
  type Fault,
  idOf,
  only,
  type StandInContainer,
  type StandInEngine,
  startDockerEngine,
} from "../../stand-ins/docker-engine.ts";

/** The contract's list, written down once more and apart from the guard, so that both must be wrong to let something through. */
const ALLOWED = new Map([
  ["ping", /^(?:GET|HEAD) (?:\/v1\.\d+)?\/_ping$/],
  ["version", /^GET (?:\/v1\.\d+)?\/version$/],
  ["info", /^GET (?:\/v1\.\d+)?\/info$/],
  ["events", /^GET (?:\/v1\.\d+)?\/events\?[^#\s]*$/],
  ["list", /^GET (?:\/v1\.\d+)?\/containers\/json\?all=true$/],
  ["inspect", /^GET (?:\/v1\.\d+)?\/containers\/[0-9a-f]{12,64}\/json$/],
  ["stats", /^GET (?:\/v1\.\d+)?\/containers\/[0-9a-f]{12,64}\/stats\?[^#\s]*$/],
  ["volumes", /^GET (?:\/v1\.\d+)?\/volumes(?:\?[^#\s]*)?$/],
  ["df", /^GET (?:\/v1\.\d+)?\/system\/df(?:\?[^#\s]*)?$/],
]);
const kindOf = (line: string) => [...ALLOWED].find(([, pattern]) => pattern.test(line))?.[0];

const CONTAINERS: readonly StandInContainer[] = [
  { id: idOf(1), name: "api", state: "exited", status: "Exited (1) 2 seconds ago", exitCode: 1 },
  { id: idOf(2), name: "db", status: "Up 3 days (unhealthy)", health: "unhealthy" },
  { id: idOf(3), name: "created", state: "created", status: "Created", error: "port is already allocated" },
  { id: idOf(4), name: "loop", status: "Up 1 second", restartCount: 9, restartPolicy: "always" },
  { id: idOf(5), name: "well" },
];
/** What an engine that was taken over might call a container, to have the watchdog ask for more than it means to. */
const HOSTILE_IDS = [
  "../../images/json",
  `${idOf(1)}/../../exec`,
  `${idOf(1)}/stop`,
  `${idOf(1)}?x=`,
  `${idOf(1)}#`,
  `${idOf(1)} HTTP/1.1\r\nHost: x\r\n\r\nPOST /containers/${idOf(1)}/stop`,
  "%2e%2e/%2e%2e",
  "__proto__",
  "",
  null,
  7,
];

/** Those that only a deadline ends; theirs is short. */
const ENDLESS = new Set(["hangs", "drips", "onlyContinues"]);

/** Whatever can go wrong with an answer. */
const MISHAPS: Readonly<Record<string, Fault>> = {
  ...FAULTS,
  redirects: (request, response) => {
    response.writeHead(307, { location: `http://${request.headers.host}/containers/${idOf(1)}/stop` }).end();
    return true;
  },
  isGoneMeanwhile: only(/[0-9a-f]{64}/, (_request, response) => {
    response.writeHead(404).end('{"message":"No such container"}');
    return true;
  }),
  wantsAPassword: (_request, response) => {
    response.writeHead(401, { "www-authenticate": "Basic" }).end();
    return true;
  },
  isBusy: (_request, response) => {
    response.writeHead(503, { "retry-after": "0" }).end();
    return true;
  },
  refusesEveryVersion: (_request, response) => {
    const message = "client version 1.44 is too old. Minimum supported API version is 1.99, please upgrade";
    response.writeHead(400).end(JSON.stringify({ message }));
    return true;
  },
  listsHostileIds: only(/containers\/json/, (_request, response) => {
    const entries = HOSTILE_IDS.map((Id) => ({
      Id,
      Names: ["/x"],
      State: "exited",
      Status: "Exited (1) 1 second ago",
    }));
    response.end(JSON.stringify(entries));
    return true;
  }),
  tellsHostileEvents: only(/events/, (_request, response) => {
    response.writeHead(200);
    for (const ID of HOSTILE_IDS) {
      response.write(
        `${JSON.stringify({ Type: "container", Action: "die", Actor: { ID }, time: Date.now() / 1_000 })}\n`,
      );
    }
    return true;
  }),
};

function settingsFor(address: EngineAddress, timeoutMs: number): ContainersSettings {
  const env = {
    WATCHDOG_DOCKER_SOCK: "/d.sock",
    WATCHDOG_CONTAINER_MEM_PCT: "90",
    WATCHDOG_CONTAINER_CPU_PCT: "90",
    WATCHDOG_VOLUMES_ORPHANED_MAX: "1",
    WATCHDOG_EVIDENCE: "true",
  };
  const { settings, problems } = loadSettings(env);
  if (settings.containers === undefined || problems.length > 0) throw new Error(problems.join());
  return { ...settings.containers, address, timeoutMs };
}

describe.each(["a socket", "TCP"])("whatever happens, over %s", (way) => {
  let standIn: StandInEngine;
  let address: EngineAddress;
  /** Everything that was asked, by all who ask. */
  let asked: string[];
  const bodies: string[] = [];

  beforeEach(async () => {
    standIn = await startDockerEngine(CONTAINERS, way === "TCP" ? "tcp" : undefined);
    address =
      way === "TCP" ? { host: "127.0.0.1", port: standIn.port, tls: undefined } : { socketPath: standIn.socketPath };
    asked = [];
  });
  afterEach(() => standIn.close());

  function take(): void {
    asked.push(...standIn.requests);
    standIn.clear();
  }

  /** Records what must not come along with a question, too. */
  function watched(fault: Fault | undefined): Fault {
    return (request, response) => {
      const { upgrade, "transfer-encoding": coding, "content-length": length, expect: expected } = request.headers;
      if (upgrade ?? coding ?? length ?? expected) bodies.push(`${request.method} ${request.url}`);
      request.on("data", (chunk) => bodies.push(String(chunk)));
      return fault?.(request, response) === true;
    };
  }

  async function collect(source: AnySource): Promise<void> {
    await source.collect(new AbortController().signal).catch(() => undefined);
  }

  /** One life of all that asks: sources with events, doctor, and one that comes back. */
  async function live(fault: Fault | undefined, timeoutMs: number): Promise<void> {
    standIn.fault = watched(fault);
    const settings = settingsFor(address, timeoutMs);
    const sources = createContainersSources(settings, EN);
    const following = sources.map((source) => source.follow?.(() => undefined));
    for (const source of sources) await collect(source);
    standIn.emitText("}{\n");
    standIn.cutEvents();
    standIn.cutIdle();
    for (const source of sources) await collect(source);
    await diagnoseEngine(settings);
    // An engine that is back, and another than before.
    standIn.fault = watched(undefined);
    standIn.api = { min: 44, max: 52 };
    for (const source of sources) await collect(source);
    standIn.api = { min: 12, max: 41 };
    for (const source of sources) await collect(source);
    standIn.api = undefined;
    for (const one of following) one?.stop();
    for (const source of sources) await source.close?.();
    take();
  }

  test.each(["well", ...Object.keys(MISHAPS)])("%s", async (name) => {
    await live(MISHAPS[name], ENDLESS.has(name) ? 250 : 5_000);
    expect(asked.filter((line) => kindOf(line) === undefined)).toEqual([]);
    expect(bodies).toEqual([]);
    expect(asked.length).toBeGreaterThan(10);
  });

  test("all that may be asked and is used was asked: the test above sees every path", async () => {
    await live(undefined, 5_000);
    expect(new Set(asked.map(kindOf))).toEqual(
      new Set(["ping", "version", "info", "events", "list", "inspect", "stats", "volumes"]),
    );
  });

  test("one pass, as check and doctor make it", async () => {
    const { settings } = loadSettings({ WATCHDOG_DOCKER_SOCK: "/d.sock", WATCHDOG_DISK_PATHS: "/" });
    for (const fault of [undefined, FAULTS.fails, FAULTS.truncates, MISHAPS.redirects]) {
      standIn.fault = watched(fault);
      await passOnce({ ...settings, containers: settingsFor(address, 5_000) }, EN);
      take();
    }
    expect(asked.filter((line) => kindOf(line) === undefined)).toEqual([]);
    expect(asked.length).toBeGreaterThan(5);
  });

  test("what asks for more is refused before a byte is sent", async () => {
    const engine = createEngine(settingsFor(address, 5_000));
    for (const id of HOSTILE_IDS) {
      await expect(engine.inspect(id as string)).rejects.toThrow();
      await expect(engine.stats(id as string)).rejects.toThrow();
    }
    engine.disconnect();
    take();
    expect(new Set(asked.map(kindOf))).toEqual(new Set(["ping"]));
  });

  test("an order that somebody would build in is not sent, be it through dockerode's own door", async () => {
    const engine = createEngine(settingsFor(address, 5_000));
    await engine.list();
    take();
    const { createModem } = await import("../../../src/sources/containers/engine/modem.ts");
    const { ask } = await import("../../../src/sources/containers/engine/ask.ts");
    const { GuardedAgent } = await import("../../../src/sources/containers/engine/guarded-agent.ts");
    const { default: Docker } = await import("dockerode");
    const agent = new GuardedAgent(address, { timeoutMs: 5_000, maxBytes: 10_000 });
    const docker = new Docker({ modem: createModem((method, path) => ask(agent, method, path)) } as object);
    const container = docker.getContainer(idOf(1));
    for (const order of [
      () => container.stop(),
      () => container.remove(),
      () => container.logs({ stdout: true, follow: false }),
      () => container.getArchive({ path: "/etc/shadow" }),
      () => docker.listImages(),
      () => docker.createContainer({ Image: "x" }),
      () => docker.pruneVolumes(),
    ]) {
      await expect(order()).rejects.toThrow("the read-only guard refused");
    }
    take();
    expect(asked.slice(2)).toEqual([]);
    agent.destroy();
    engine.disconnect();
  });
});

describe("nobody else opens a connection to Docker", () => {
  const SRC = join(import.meta.dirname, "../../../src");
  const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const importsOf = (file: string) =>
    [
      ...readFileSync(join(SRC, file), "utf8").matchAll(/^import (?!type )[^;]*?from "([^"]+)"|import\("([^"]+)"\)/gm),
    ].map(([, name, dynamic]) => name ?? dynamic ?? "");
  const importersOf = (pattern: RegExp, among = files) =>
    among.filter((file) => importsOf(file).some((name) => pattern.test(name))).sort();
  const ofContainers = files.filter((file) => file.startsWith("sources/containers/"));

  test("the test sees imports", () => {
    expect(files.length).toBeGreaterThan(80);
    expect(importsOf("sources/containers/events/events.ts")).toContain("../engine/guarded-agent.ts");
  });

  test.each([
    ["opens sockets", /^node:(net|tls|http2|dgram)$/, ["engine/open-connection.ts"]],
    ["opens the connection", /open-connection\.ts$/, ["engine/explain-engine-failure.ts", "engine/guarded-agent.ts"]],
    ["makes requests", /^node:https?$|^undici$/, ["engine/ask.ts", "engine/guarded-agent.ts", "events/events.ts"]],
    ["starts processes", /^node:(child_process|worker_threads|cluster)$/, []],
  ])("of the containers source, who %s", (_name, pattern, expected) => {
    expect(importersOf(pattern, ofContainers)).toEqual(expected.map((file) => `sources/containers/${file}`));
  });

  test("requests are made with the guarded agent only", () => {
    for (const file of ["engine/ask.ts", "events/events.ts"]) {
      const text = readFileSync(join(SRC, "sources/containers", file), "utf8");
      const requests = text.match(/\brequest\(\{[^}]*\}/g) ?? [];
      expect(requests).toHaveLength(1);
      for (const made of requests) expect(made).toMatch(/\bagent\b.*\bsocketPath\b/s);
    }
    // What it takes from the module that could do both is neither `request` nor `get`.
    const guard = readFileSync(join(SRC, "sources/containers/engine/guarded-agent.ts"), "utf8");
    expect(guard).toMatch(
      /^import \{ Agent, type ClientRequest, type IncomingMessage, type RequestOptions \} from "node:http";$/m,
    );
  });

  test("dockerode is spoken to in one place, and docker-modem in none", () => {
    expect(importersOf(/^dockerode$/)).toEqual(["sources/containers/engine/engine.ts"]);
    expect(importersOf(/^docker-modem$/)).toEqual([]);
  });

  test("no other part of the program asks by a socket's path", () => {
    const elsewhere = files.filter((file) => !file.startsWith("sources/containers/"));
    const asking = elsewhere.filter((file) =>
      /\b(request|connect|get)\(\{[^}]*socketPath/s.test(readFileSync(join(SRC, file), "utf8")),
    );
    expect(asking).toEqual([]);
  });
});
