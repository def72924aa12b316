import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from "node:net";
import { gzipSync } from "node:zlib";
import { Agent } from "undici";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { EN } from "../../../src/core/texts/index.ts";
import { collectEnvelope } from "../../../src/sources/orchestrator/collect.ts";
import type { Envelope } from "../../../src/sources/orchestrator/envelope.ts";
import { createOrchestratorSource } from "../../../src/sources/orchestrator/index.ts";
import { EXAMPLE_AT_MS, EXAMPLE_TEXT, example, RULES } from "./example.ts";

const dispatcher = new Agent();
const stopping: (() => void)[] = [];

afterEach(() => {
  for (const stop of stopping.splice(0)) stop();
});
afterAll(() => dispatcher.destroy());

async function listen(server: Server | TcpServer, path = "/metrics"): Promise<URL> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  stopping.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
}

const serve = (listener: RequestListener, path?: string) => listen(createServer(listener), path);
const serveBody = (body: string | Buffer, headers: Record<string, string> = {}, status = 200) =>
  serve((_request, response) => response.writeHead(status, headers).end(body));

function collect(url: URL, timeoutMs = 5_000): Promise<Envelope> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new Error("no answer in time")), timeoutMs);
  return collectEnvelope(url, dispatcher, deadline.signal, EN).finally(() => clearTimeout(timer));
}

describe("a good answer", () => {
  test("is asked for once, as JSON, and read", async () => {
    const asked: unknown[] = [];
    const url = await serve((request, response) => {
      asked.push([request.method, request.url, request.headers.accept]);
      response.end(EXAMPLE_TEXT);
    }, "/metrics?for=watchdog");
    await expect(collect(url)).resolves.toMatchObject({ generatedAtMs: EXAMPLE_AT_MS, problems: { count: 0 } });
    expect(asked).toEqual([["GET", "/metrics?for=watchdog", "application/json"]]);
  });

  test("needs no content type, and may begin with a byte order mark", async () => {
    const url = await serveBody(`\ufeff${EXAMPLE_TEXT}`, { "content-type": "text/html" });
    await expect(collect(url)).resolves.toMatchObject({ problems: { count: 0 } });
  });

  test("may need a name and a password from the address", async () => {
    const url = await serve((request, response) => {
      const expected = `Basic ${Buffer.from("dog:s3cret").toString("base64")}`;
      response.writeHead(request.headers.authorization === expected ? 200 : 401).end(EXAMPLE_TEXT);
    });
    await expect(collect(url)).rejects.toThrow(/^answered 401: name and password can stand in WATCHDOG_METRICS_URL/);
    Object.assign(url, { username: "dog", password: "s3cret" });
    await expect(collect(url)).resolves.toMatchObject({ problems: { count: 0 } });
  });

  test("with Python's bare NaN and Infinity loses those entries, and is no broken JSON", async () => {
    const text = EXAMPLE_TEXT.replace('"age_s": 5400', '"age_s": NaN')
      .replace('"cost_usd": 1.9', '"cost_usd": -Infinity')
      .replace('"repo": "shop"', '"repo": "Infinity \\" NaN"');
    const envelope = await collect(await serveBody(text));
    expect(envelope).toMatchObject({
      stages: { entries: [], unknownIds: ["12"] },
      runCosts: { entries: [], unknownIds: ["77"] },
      agents: { entries: [{ id: "77" }] },
      problems: { count: 2 },
    });
  });

  test("JSON of another shape is an envelope with problems, not a failure", async () => {
    await expect(collect(await serveBody("[]"))).resolves.toMatchObject({ problems: { count: 1 } });
  });

  test("may hold 100,000 agents", async () => {
    const agents = Array.from({ length: 100_000 }, (_, run_id) => ({ ...example().agents[0], run_id }));
    const url = await serveBody(JSON.stringify(example((json) => (json.agents = agents))));
    const envelope = await collect(url);
    expect(envelope.agents?.entries).toHaveLength(100_000);
    expect(envelope.problems.count).toBe(0);
  });
});

describe("no answer that can be read: what is wrong, and what mends it", () => {
  test.each<[name: string, body: string | Buffer, headers: Record<string, string>, status: number, error: string]>([
    ["500", "oops", {}, 500, "answered 500 instead of 200"],
    ["204", "", {}, 204, "answered 204 instead of 200"],
    ["404", "no", {}, 404, "answered 404: is WATCHDOG_METRICS_URL the /metrics address?"],
    ["HTML", "\n<!doctype html>", {}, 200, "answered HTML, not JSON: is WATCHDOG_METRICS_URL the /metrics address?"],
    ["Prometheus text", "# HELP up Up.\nup 1\n", {}, 200, "answered Prometheus text, not the JSON envelope: is"],
    ["an empty body", " \n", {}, 200, "answered an empty body, not JSON: is WATCHDOG_METRICS_URL"],
    ["truncated JSON", EXAMPLE_TEXT.slice(0, 300), {}, 200, "answered broken JSON: "],
    ["truncated JSON with NaN", '{"a": NaN, "b', {}, 200, "answered broken JSON: "],
    ["just NaN: JSON of no shape", "NaN,", {}, 200, "answered broken JSON: "],
    ["not UTF-8", Buffer.from([0xff, 0xfe, 0x00]), {}, 200, "answered broken JSON: "],
    [
      ...(["gzip, unasked (a bomb is not unpacked)", gzipSync(Buffer.alloc(1_000_000))] as const),
      ...([{ "content-encoding": "gzip" }, 200, "answered in the encoding gzip, though none was asked for"] as const),
    ],
  ])("%s", async (_name, body, headers, status, error) => {
    const url = await serveBody(body, headers, status);
    await expect(collect(url)).rejects.toThrow(error);
    await expect(collect(url)).rejects.toThrow(`(http://127.0.0.1:${url.port}/metrics)`);
  });

  test("a redirect is told, and not followed", async () => {
    let followed = 0;
    const target = await serve((_request, response) => {
      followed += 1;
      response.end(EXAMPLE_TEXT);
    }, "/elsewhere?token=s3cret");
    const url = await serveBody("", { location: target.href }, 302);
    await expect(collect(url)).rejects.toThrow(
      `answered 302, a redirect to http://127.0.0.1:${target.port}/elsewhere, which is not followed: set WATCHDOG_METRICS_URL`,
    );
    expect(followed).toBe(0);
    await expect(collect(await serveBody("", {}, 301))).rejects.toThrow("answered 301, a redirect, which is not");
  });

  test("refused", async () => {
    const url = await serveBody("");
    for (const stop of stopping.splice(0)) stop();
    await expect(collect(url)).rejects.toThrow(`connection refused (http://127.0.0.1:${url.port}/metrics)`);
  });

  test("cut off in the middle", async () => {
    const url = await listen(
      createTcpServer((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{")),
    );
    await expect(collect(url)).rejects.toThrow("connection closed");
  });

  test("no HTTP at all", async () => {
    const url = await listen(createTcpServer((socket) => socket.end("SSH-2.0-OpenSSH_9.6\r\n")));
    await expect(collect(url)).rejects.toThrow(`(http://127.0.0.1:${url.port}/metrics)`);
  });

  test("no secret of the address is ever told", async () => {
    const url = await serveBody("<html>", {});
    Object.assign(url, { username: "dog", password: "s3cret", search: "?token=s3cret" });
    const error = await collect(url).catch((thrown: Error) => thrown);
    expect(String(error)).toContain("answered HTML");
    expect(String(error)).not.toContain("s3cret");
  });

  test("an error text from outside is one harmless line", async () => {
    const error = await collect(await serveBody('{"🔴\n\u202e#x": oops')).catch((thrown: Error) => thrown);
    expect((error as Error).message).toMatch(/^answered broken JSON: /);
    expect((error as Error).message).not.toMatch(/[🔴\n\u202e]|#x/u);
  });
});

describe("an answer that does not end is given up, and its connection closed", () => {
  const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n";

  test.each<[name: string, talk: (socket: Socket) => void]>([
    ["never answers", () => {}],
    ["stops after the headers", (socket) => socket.write(HEAD)],
    [
      "sends a byte now and then",
      (socket) => {
        socket.write(HEAD);
        const drip = setInterval(() => socket.write(" "), 10);
        socket.on("close", () => clearInterval(drip));
      },
    ],
  ])("%s: after its deadline", async (_name, talk) => {
    let closed: Promise<unknown> = Promise.resolve();
    const url = await listen(
      createTcpServer((socket) => {
        closed = once(socket, "close");
        socket.once("data", () => talk(socket));
      }),
    );
    await expect(collect(url, 150)).rejects.toThrow("no answer in time (http://127.0.0.1:");
    await closed;
  });

  test("is endless: after what memory allows, at most 64 MiB", async () => {
    const chunk = Buffer.alloc(1024 * 1024, " ");
    let closed: Promise<unknown> = Promise.resolve();
    const url = await serve((_request, response) => {
      closed = once(response, "close");
      const pump = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on("drain", pump);
      pump();
    });
    await expect(collect(url, 20_000)).rejects.toThrow(/the answer is longer than \d+ bytes/);
    await closed;
  });
});

test("the source reads, evaluates and goes on as one", async () => {
  const source = createOrchestratorSource({ ...RULES, metricsUrl: await serveBody(EXAMPLE_TEXT) }, dispatcher, EN);
  expect(source).toMatchObject({ name: "orchestrator", deadlineMs: RULES.timeoutMs });
  const value = await source.collect(new AbortController().signal);
  const { signals, holds } = source.evaluate({ ok: true, value }, source.initial, 0);
  expect(signals.map((signal) => signal.key)).toContain("agent_hung:77");
  expect(holds).toEqual([]);
});
