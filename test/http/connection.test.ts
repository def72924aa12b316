import { expect, onTestFinished, test } from "vitest";
import { type Connection, createConnection, type SocketOptions } from "../../src/http/connection.ts";
import { request } from "../../src/http/request.ts";
import { answer, hungLookup, serve } from "./faulty-servers.ts";

const SLOW = new AbortController().signal;

function connectionTo(port: number, options?: SocketOptions, scheme = "http"): Connection & { get(): Promise<number> } {
  const origin = `${scheme}://127.0.0.1:${port}`;
  const connection = createConnection(options?.lookup === undefined ? origin : `http://a.test:${port}`, options);
  onTestFinished(() => connection.close());
  const exchange = { method: "GET", maxBytes: 1_000, deadline: SLOW } as const;
  return Object.assign(connection, {
    get: async () => (await request(connection.dispatcher, new URL(origin), exchange)).status,
  });
}

test("is opened when it is needed, kept, and renewed after twenty requests", async () => {
  const server = await serve((socket) => socket.write(answer("")));
  const connection = connectionTo(server.port);
  expect(server.connections()).toBe(0);
  for (let n = 0; n < 20; n += 1) await connection.get();
  expect(server.connections()).toBe(1);
  for (let n = 0; n < 20; n += 1) await connection.get();
  expect(server.connections()).toBe(2);
});

test("is opened again when the server has closed it", async () => {
  const server = await serve((socket) => socket.write(answer("")));
  const connection = connectionTo(server.port);
  await connection.get();
  server.cut();
  await expect.poll(() => connection.get().catch(() => "closed")).toBe(200);
  expect(server.connections()).toBe(2);
});

test.each([
  { name: "a TLS handshake", scheme: "https", options: {} },
  { name: "a name lookup", scheme: "http", options: { lookup: hungLookup } },
])("an attempt to connect can be stopped in the middle of $name, and tried again", async ({ scheme, options }) => {
  const server = await serve();
  const connection = connectionTo(server.port, options, scheme);
  for (let n = 1; n <= 3; n += 1) {
    const asking = connection.get();
    // The attempt begins as the request is dispatched.
    connection.stopConnecting();
    await expect(asking).rejects.toThrow("connecting took too long");
    await server.quiet();
  }
});

test("stopping leaves an open connection alone", async () => {
  const server = await serve((socket) => socket.write(answer("")));
  const connection = connectionTo(server.port);
  await connection.get();
  connection.stopConnecting();
  await connection.get();
  expect(server.connections()).toBe(1);
});

test("closing ends what is under way", async () => {
  const server = await serve();
  const connection = connectionTo(server.port);
  const asking = connection.get();
  await expect.poll(() => server.requests()).toBe(1);
  await connection.close();
  await expect(asking).rejects.toThrow();
  await server.quiet();
});
