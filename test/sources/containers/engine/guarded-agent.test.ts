import { type RequestOptions, request } from "node:http";
import { inspect } from "node:util";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GuardedAgent, isReadOnly, MAX_SOCKETS } from "../../../../src/sources/containers/engine/guarded-agent.ts";
import { FAULTS, idOf, type StandInEngine, startDockerEngine } from "../../../stand-ins/docker-engine.ts";

const ID = idOf(1);

describe("what only reads", () => {
  test.each([
    ["GET", "/_ping"],
    ["HEAD", "/_ping"],
    ["HEAD", "/v1.41/_ping"],
    ["GET", "/version"],
    ["GET", "/info"],
    ["GET", "/events?since=1&until=2"],
    ["GET", "/containers/json?all=true"],
    ["GET", "/v1.44/containers/json"],
    ["GET", `/containers/${ID}/json`],
    ["GET", `/containers/${ID.slice(0, 12)}/json`],
    ["GET", `/v1.52/containers/${ID}/stats?stream=false`],
    ["GET", "/volumes"],
    ["GET", "/system/df"],
  ])("%s %s is let through", (method, path) => expect(isReadOnly(method, path)).toBe(true));
});

const REFUSED: readonly (readonly [why: string, method: string, path: string])[] = [
  ["starts a container", "POST", `/containers/${ID}/start`],
  ["stops a container", "POST", `/containers/${ID}/stop`],
  ["removes a container", "DELETE", `/containers/${ID}`],
  ["removes what may be read", "DELETE", `/containers/${ID}/json`],
  ["writes where GET reads", "POST", "/containers/json"],
  ["writes where GET reads", "PUT", `/containers/${ID}/json`],
  ["is no method of ours", "OPTIONS", "/version"],
  ["is no method of ours", "PATCH", "/info"],
  ["is HEAD elsewhere than /_ping", "HEAD", "/version"],
  ["is HEAD elsewhere than /_ping", "HEAD", "/containers/json"],
  ["writes to standard input, though it is a GET", "GET", `/containers/${ID}/attach/ws?stdin=1`],
  ["attaches", "POST", `/containers/${ID}/attach`],
  ["reads files", "GET", `/containers/${ID}/archive?path=/etc/shadow`],
  ["reads files' facts", "HEAD", `/containers/${ID}/archive?path=/etc/shadow`],
  ["reads logs", "GET", `/containers/${ID}/logs?stdout=1`],
  ["reads the whole file system", "GET", `/containers/${ID}/export`],
  ["reads processes", "GET", `/containers/${ID}/top`],
  ["reads changes", "GET", `/containers/${ID}/changes`],
  ["lists images", "GET", "/images/json"],
  ["reads an image", "GET", "/images/api/get"],
  ["reads secrets", "GET", "/secrets"],
  ["reads configs", "GET", "/configs"],
  ["reads one volume", "GET", "/volumes/data"],
  ["opens a session", "POST", "/session"],
  ["climbs up", "GET", "/containers/../images/json"],
  ["climbs up from an id", "GET", `/containers/${ID}/../${ID}/export`],
  ["climbs up, encoded", "GET", `/containers/%2e%2e/${ID}/json`],
  ["hides slashes", "GET", `/containers/${ID}%2flogs/json`],
  ["hides slashes in the whole", "GET", "/containers%2fjson"],
  ["hides the end", "GET", `/containers/${ID}/logs%3f/json`],
  ["doubles slashes", "GET", "//containers/json"],
  ["doubles slashes inside", "GET", `/containers//${ID}/json`],
  ["ends with a slash", "GET", "/containers/json/"],
  ["names a container instead of its id", "GET", "/containers/api/json"],
  ["has a short id", "GET", `/containers/${ID.slice(0, 11)}/json`],
  ["has a long id", "GET", `/containers/${ID}0/json`],
  ["has an id in capitals", "GET", `/containers/${ID.toUpperCase()}/json`],
  ["has an id that is none", "GET", `/containers/${"g".repeat(12)}/json`],
  ["has a foreign version prefix", "GET", "/v2.0/containers/json"],
  ["has a version prefix of another form", "GET", "/v1.41a/containers/json"],
  ["has two version prefixes", "GET", "/v1.41/v1.41/containers/json"],
  ["is a whole URL", "GET", "http://docker/containers/json"],
  ["lacks the slash", "GET", "containers/json"],
  ["has a fragment", "GET", "/version#/containers"],
  ["has a line break behind", "GET", "/version\n"],
  ["smuggles a second request", "GET", `/version HTTP/1.1\r\nHost: x\r\n\r\nPOST /containers/${ID}/stop`],
  ["is empty", "GET", ""],
  ["is the root", "GET", "/"],
];

describe("what is refused", () => {
  test.each(REFUSED)("what %s: %s %s", (_why, method, path) => expect(isReadOnly(method, path)).toBe(false));

  test("any other method", () => {
    fc.assert(
      fc.property(fc.string(), (method) => {
        fc.pre(method !== "GET" && method !== "HEAD");
        expect(isReadOnly(method, "/containers/json")).toBe(false);
      }),
    );
  });

  test("any longer path", () => {
    const tail = fc.string({ minLength: 1 }).filter((text) => !text.startsWith("?"));
    fc.assert(
      fc.property(tail, (text) => {
        expect(isReadOnly("GET", `/containers/json${text}`)).toBe(false);
      }),
    );
  });
});

/** Longer than any answer takes on a busy machine, and as short as a test should wait. */
const PATIENT_MS = 10_000;
const HASTY_MS = 100;

describe("the agent", () => {
  let engine: StandInEngine;
  let agent: GuardedAgent;

  beforeEach(async () => {
    engine = await startDockerEngine();
    agent = agentWith(PATIENT_MS);
  });
  afterEach(async () => {
    agent.destroy();
    await engine.close();
  });

  function agentWith(timeoutMs: number): GuardedAgent {
    return new GuardedAgent(engine, { timeoutMs, maxBytes: 10_000 });
  }

  function ask(options: RequestOptions): Promise<string> {
    return new Promise((resolve, reject) => {
      const asked = request({ agent, socketPath: engine.socketPath, ...options });
      asked.on("error", reject);
      asked.on("response", async (response) => {
        let body = "";
        response.on("data", (chunk) => {
          body += chunk;
        });
        response.on("end", () => resolve(body));
      });
      asked.end();
    });
  }

  test.each(REFUSED)("sends not a byte of what %s: %s %s", async (_why, method, path) => {
    await expect(ask({ method, path })).rejects.toThrow();
    expect(engine.requests).toEqual([]);
    expect(engine.connections()).toBe(0);
  });

  test("refuses synchronously, where the request is made", () => {
    const stop = (): unknown =>
      request({ agent, socketPath: engine.socketPath, method: "POST", path: `/containers/${ID}/stop` });
    expect(stop).toThrow(`the read-only guard refused POST /containers/${ID}/stop`);
  });

  test("lets a question through and takes its connection again", async () => {
    expect(await ask({ path: "/_ping" })).toBe("OK");
    expect(await ask({ path: "/containers/json?all=true" })).toBe("[]");
    expect(engine.requests).toEqual(["GET /_ping", "GET /containers/json?all=true"]);
    expect(engine.connections()).toBe(1);
  });

  test("counts the bytes of each answer, not of the connection", async () => {
    for (let times = 0; times < 100; times++) expect(await ask({ path: "/_ping" })).toBe("OK");
    expect(engine.connections()).toBe(1);
  });

  test("refuses another socket than its own, and TCP", async () => {
    await expect(ask({ path: "/version", socketPath: "/elsewhere.sock" })).rejects.toThrow("speaks to");
    await expect(ask({ path: "/version", socketPath: undefined, port: 1 })).rejects.toThrow("speaks to");
  });

  test.each(["upgrade", "transfer-encoding", "content-length", "expect"])("refuses a %s header", async (name) => {
    await expect(ask({ path: "/version", headers: { [name]: "1" } })).rejects.toThrow("refused");
    expect(engine.requests).toEqual([]);
  });

  test.each(["method", "path"] as const)("does not let the %s be changed after it was checked", (name) => {
    const asked = request({ agent, socketPath: engine.socketPath, path: "/version" });
    asked.on("error", () => undefined);
    expect(() => {
      asked[name] = "POST";
    }).toThrow(TypeError);
    asked.destroy();
  });

  test("opens a few connections at most, and lets the rest wait", async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask({ path: "/_ping" })));
    expect(answers).toEqual(Array.from({ length: 40 }, () => "OK"));
    expect(engine.connections()).toBeLessThanOrEqual(MAX_SOCKETS);
  });

  test.each([
    ["neverEnds", "the answer is longer than 10000 bytes"],
    ["onlyContinues", "the answer is longer than 10000 bytes"],
    ["truncates", "the answer broke off before it was complete"],
    ["truncatesChunks", "the answer broke off before it was complete"],
    ["upgrades", "the answer broke off before it was complete"],
    ["hangsUp", "socket hang up"],
  ] as const)("an engine that %s is an error: %s", async (fault, message) => {
    engine.fault = FAULTS[fault];
    await expect(ask({ path: "/containers/json" })).rejects.toThrow(message);
    engine.fault = undefined;
    expect(await ask({ path: "/_ping" })).toBe("OK");
  });

  test.each(["hangs", "drips"] as const)("an engine that %s is an error once the deadline passes", async (fault) => {
    engine.fault = FAULTS[fault];
    const hasty = agentWith(HASTY_MS);
    await expect(ask({ agent: hasty, path: "/_ping" })).rejects.toThrow("no complete answer within 0.1 s");
  });

  test("the deadline runs while a request waits for a connection", async () => {
    engine.fault = FAULTS.hangs;
    const hasty = agentWith(HASTY_MS);
    const asked = await Promise.allSettled(
      Array.from({ length: MAX_SOCKETS + 1 }, () => ask({ agent: hasty, path: "/_ping" })),
    );
    expect(asked.map(({ status }) => status)).toEqual(Array.from({ length: MAX_SOCKETS + 1 }, () => "rejected"));
  });

  test("shows no sockets to whoever inspects it", async () => {
    await ask({ path: "/_ping" });
    expect(inspect({ agent }, { depth: null, showHidden: true })).toBe("{ agent: GuardedAgent {} }");
  });
});
