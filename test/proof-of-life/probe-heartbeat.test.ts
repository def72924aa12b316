import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { probeHeartbeat } from "../../src/proof-of-life/probe-heartbeat.ts";

const UUID = "0e4a6a2c-secret-uuid";

/** @param status what the server answers; `undefined`: nothing */
async function startServer(status: number | undefined) {
  const pings: string[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    pings.push(`${request.method} ${request.url} ${body}`);
    if (status !== undefined) response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { pings, server, url: new URL(`http://127.0.0.1:${port}/${UUID}`) };
}

test("one ping, as each tick sends it, marked as a test", async () => {
  const { url, pings } = await startServer(200);
  expect(await probeHeartbeat(url, 1_000)).toEqual({ ok: true, text: "heard" });
  expect(pings).toEqual([`POST /${UUID} {"status":"ok","test":true}`]);
});

test.each<[name: string, status: number | undefined, found: object]>([
  ["a check that is not there", 404, { ok: false, text: "not heard: answered 404" }],
  ["a server that hangs", undefined, { ok: false, text: "not heard: timed out after 0.2 s" }],
  ["a server that wants fewer", 429, { ok: true, text: "the server answers, and wants fewer pings (429)" }],
])("%s", async (_name, status, found) => {
  const { url } = await startServer(status);
  expect(await probeHeartbeat(url, 200)).toMatchObject(found);
});

test("nobody there: what was found does not show the URL", async () => {
  const { url, server } = await startServer(200);
  await new Promise((resolve) => server.close(resolve));
  const finding = await probeHeartbeat(url, 1_000);
  expect(finding).toEqual({
    ok: false,
    text: "not heard: connection refused",
    mend: "check WATCHDOG_HEARTBEAT_URL",
  });
});
