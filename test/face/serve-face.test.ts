import { type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { Health } from "../../src/face/assess-health.ts";
import { type FaceParts, serveFace } from "../../src/face/serve-face.ts";

const HEALTHY: Health = { healthy: true, status: "ok", why: "the last tick completed 3 s ago" };
const STALLED: Health = { healthy: false, status: "stalled", why: "the last tick completed 300 s ago" };

async function serve(more: Partial<FaceParts> = {}) {
  const face = await serveFace({
    listen: { host: "127.0.0.1", port: 0 },
    health: () => HEALTHY,
    status: () => ({ signals: ["ä"] }),
    ...more,
  });
  onTestFinished(() => face.close());
  return face;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function ask(port: number, method: string, path: string, body = ""): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: "127.0.0.1", port, method, path, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const { statusCode: status, headers } = response;
        resolve({ status, headers, body: Buffer.concat(chunks).toString() });
      });
    });
    asking.on("error", reject);
    asking.end(body);
  });
}

test.each<[name: string, health: Health, status: number]>([
  ["healthy", HEALTHY, 200],
  ["disabled", { healthy: true, status: "disabled", why: "switched off" }, 200],
  ["cannot alert", { healthy: true, status: "cannot alert", why: "telegram: refused" }, 200],
  ["stalled", STALLED, 503],
  ["starting", { healthy: false, status: "starting", why: "no tick yet" }, 503],
])("/healthz, %s", async (_name, health, status) => {
  const { port } = await serve({ health: () => health });
  const answer = await ask(port, "GET", "/healthz");
  expect(answer.status).toBe(status);
  expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(answer.headers["cache-control"]).toBe("no-store");
  expect(JSON.parse(answer.body)).toEqual(health);
});

test("/healthz is asked anew each time, and takes a query", async () => {
  let health = HEALTHY;
  const { port } = await serve({ health: () => health });
  expect((await ask(port, "GET", "/healthz?x=1")).status).toBe(200);
  health = STALLED;
  expect((await ask(port, "GET", "/healthz?x=1")).status).toBe(503);
});

test("/api/status holds the health and the status, also when not healthy", async () => {
  const { port } = await serve({ health: () => STALLED });
  const { status, body } = await ask(port, "GET", "/api/status");
  expect(status).toBe(200);
  expect(JSON.parse(body)).toEqual({ health: STALLED, signals: ["ä"] });
});

test.each(["/healthz", "/api/status", "/nowhere"])("HEAD %s answers like GET, without a body", async (path) => {
  const { port } = await serve();
  const [head, get] = [await ask(port, "HEAD", path), await ask(port, "GET", path)];
  expect(head.body).toBe("");
  expect(head.status).toBe(get.status);
  expect(head.headers["content-length"]).toBe(get.headers["content-length"]);
});

test.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])("%s is not allowed, wherever", async (method) => {
  const { port } = await serve();
  for (const path of ["/healthz", "/api/status", "/nowhere"]) {
    const answer = await ask(port, method, path, method === "TRACE" ? "" : "x".repeat(100_000));
    expect({ status: answer.status, allow: answer.headers.allow }).toEqual({ status: 405, allow: "GET, HEAD" });
    expect(JSON.parse(answer.body)).toEqual({ error: "only GET and HEAD" });
  }
});

test.each(["/", "/healthz/", "/health", "/api", "/api/status/x", "//healthz", "/%2e%2e/etc/passwd"])(
  "%s is not there",
  async (path) => {
    const { port } = await serve();
    const { status, body } = await ask(port, "GET", path);
    expect(status).toBe(404);
    expect(JSON.parse(body)).toEqual({ error: "expected /healthz or /api/status" });
  },
);

test("a fault of our own is an answer, and the next one is as ever", async () => {
  const { port } = await serve({
    status: () => {
      throw new RangeError("Invalid time value");
    },
  });
  const { status, body } = await ask(port, "GET", "/api/status");
  expect({ status, body: JSON.parse(body) }).toEqual({
    status: 500,
    body: { error: "internal fault: Invalid time value" },
  });
  expect((await ask(port, "GET", "/healthz")).status).toBe(200);
});

test("nonsense is refused and harms nobody", async () => {
  const { port } = await serve();
  const socket = connect(port, "127.0.0.1", () => socket.end("\x16\x03\x01 this is not HTTP\r\n\r\n"));
  const chunks: string[] = [];
  for await (const chunk of socket) chunks.push(String(chunk));
  expect(chunks.join("")).toMatch(/^HTTP\/1\.1 400 /);
  expect((await ask(port, "GET", "/healthz")).status).toBe(200);
});

test("a port that is taken is said", async () => {
  const { port } = await serve();
  await expect(serve({ listen: { host: "127.0.0.1", port } })).rejects.toMatchObject({ code: "EADDRINUSE" });
});

test("an address that is not ours is said", async () => {
  await expect(serve({ listen: { host: "192.0.2.1", port: 0 } })).rejects.toMatchObject({ code: "EADDRNOTAVAIL" });
});

test("closing waits for no client", async () => {
  const face = await serve();
  const idle = connect(face.port, "127.0.0.1");
  await new Promise((resolve) => idle.once("connect", resolve));
  idle.on("error", () => {});
  await face.close();
  await expect(ask(face.port, "GET", "/healthz")).rejects.toMatchObject({ code: "ECONNREFUSED" });
});
