import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Agent } from "undici";
import { describe, expect, onTestFinished, test } from "vitest";
import { Heartbeat, type Pulse } from "../../src/proof-of-life/heartbeat.ts";
import { SimulatedClock, settle } from "../stand-ins/simulated-clock.ts";

const UUID = "0e4a6a2c-secret-uuid";
const OK: Pulse = { status: "ok", undelivered: 0 };

interface Ping {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

type Answer = (response: ServerResponse, nth: number) => void;

const ok: Answer = (response) => response.end("OK");

/** A server for heartbeats, and a heartbeat with it. Time passes only when told to; I/O takes the time it takes. */
async function start(answer: Answer = ok, query = "") {
  const pings: Ping[] = [];
  let waiting: { count: number; resolve: () => void } | undefined;
  const server = createServer(async (request: IncomingMessage, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    pings.push({ method: request.method ?? "", path: request.url ?? "", body: JSON.parse(body) });
    answer(response, pings.length);
    if (waiting !== undefined && pings.length >= waiting.count) waiting.resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const dispatcher = new Agent({ pipelining: 0 });
  onTestFinished(async () => {
    await dispatcher.destroy();
    server.closeAllConnections();
    server.close();
  });
  const clock = new SimulatedClock();
  const lines: string[] = [];
  const write = (level: string) => (facts: object, msg: string) =>
    lines.push(`${level} ${msg} ${JSON.stringify(facts)}`);
  const log = { info: write("info"), warn: write("warn") };
  const url = new URL(`http://127.0.0.1:${port}/ping/${UUID}${query}`);
  const heartbeat = new Heartbeat({ url, dispatcher, clock, log, timeoutMs: 5_000 });
  /** Resolves once so many pings have come. */
  const received = async (count: number) => {
    if (pings.length < count) await new Promise<void>((resolve) => (waiting = { count, resolve }));
  };
  return { heartbeat, pings, received, clock, lines, server };
}

/** Resolves once the answer to a ping has arrived: its deadline is no longer waited for. */
async function answered({ clock }: { clock: SimulatedClock }): Promise<void> {
  while (clock.pendingTimers > 0) await settle();
}

/** Beats and lets a second pass, until the condition holds. */
async function beatUntil({ heartbeat, clock }: Awaited<ReturnType<typeof start>>, isSo: () => boolean) {
  for (let beats = 0; !isSo(); beats++) {
    if (beats > 2_000) expect.unreachable("it never came so far");
    heartbeat.beat(OK);
    await clock.advance(1_000);
  }
}

test("a ping is a POST of what the watchdog says of itself, to the URL that belongs to it", async () => {
  const { heartbeat, pings, received, clock } = await start(ok, "?create=1");
  heartbeat.beat({ status: "starting" });
  await received(1);
  await clock.advance(1_000);
  heartbeat.beat({ status: "fail", why: "nothing can be read" });
  await received(2);
  expect(pings).toEqual([
    { method: "POST", path: `/ping/${UUID}/start?create=1`, body: { status: "starting" } },
    { method: "POST", path: `/ping/${UUID}/fail?create=1`, body: { status: "fail", why: "nothing can be read" } },
  ]);
});

test("one at a time, and the newest news only: a server that hangs holds up nothing", async () => {
  const { heartbeat, pings, received, clock } = await start((response, nth) => nth > 1 && response.end());
  for (let tick = 1; tick <= 4; tick++) heartbeat.beat({ ...OK, tick });
  await received(1);
  await clock.advance(4_900);
  expect(pings).toHaveLength(1);
  await clock.advance(100);
  await received(2);
  expect(pings.map(({ body }) => (body as { tick: number }).tick)).toEqual([1, 4]);
});

test("ticks that follow each other fast are one ping a second", async () => {
  const world = await start();
  const { heartbeat, pings, received, clock } = world;
  heartbeat.beat(OK);
  await received(1);
  await answered(world);
  for (let tick = 1; tick <= 19; tick++) {
    heartbeat.beat({ ...OK, tick });
    await clock.advance(50);
  }
  expect(pings).toHaveLength(1);
  await clock.advance(50);
  await received(2);
  expect(pings[1]?.body).toEqual({ ...OK, tick: 19 });
});

describe("a server that fails", () => {
  test("is logged when that begins and when it is over, without the secret in the URL", async () => {
    let status = 500;
    const world = await start((response) => {
      response.statusCode = status;
      response.end(`no such check ${UUID}`);
    });
    const { pings, lines } = world;
    await beatUntil(world, () => pings.length >= 3 && lines.length > 0);
    expect(lines).toEqual([
      'warn the heartbeat is not heard {"error":"answered 500","mend":"check WATCHDOG_HEARTBEAT_URL"}',
    ]);
    status = 200;
    await beatUntil(world, () => lines.length > 1);
    expect(lines.slice(1)).toEqual(["info the heartbeat is heard again {}"]);
    expect(lines.join()).not.toContain(UUID);
  });

  test("that is away costs a line, and each tick tries again", async () => {
    const world = await start();
    world.server.close();
    await beatUntil(world, () => world.lines.length > 0);
    await beatUntil(world, () => world.clock.now() % 60_000 === 0);
    expect(world.lines).toEqual([expect.stringContaining('"error":"connection refused"')]);
  });

  test("that says too many is left alone for as long as it says, and that is no failure", async () => {
    const world = await start((response, nth) => {
      response.writeHead(nth === 1 ? 429 : 200, { "retry-after": "30" }).end();
    });
    const { heartbeat, pings, received, clock, lines } = world;
    heartbeat.beat(OK);
    await received(1);
    await answered(world);
    heartbeat.beat(OK);
    await clock.advance(29_900);
    expect(pings).toHaveLength(1);
    await clock.advance(100);
    await received(2);
    expect(lines).toEqual([]);
  });
});

describe("how it does", () => {
  test("when it was heard last, and why it is not heard now, without the secret", async () => {
    let status = 200;
    const world = await start((response) => {
      response.statusCode = status;
      response.end();
    });
    const { heartbeat, clock, received } = world;
    expect(heartbeat.status()).toEqual({ heardAt: undefined, error: undefined });
    heartbeat.beat(OK);
    await received(1);
    await answered(world);
    const heardAt = clock.now();
    expect(heartbeat.status()).toEqual({ heardAt, error: undefined });
    status = 404;
    await beatUntil(world, () => heartbeat.status().error !== undefined);
    expect(heartbeat.status()).toMatchObject({ error: "answered 404" });
    status = 200;
    await beatUntil(world, () => heartbeat.status().error === undefined);
    expect(heartbeat.status().heardAt).toBeGreaterThan(heardAt);
  });
});

describe("the end", () => {
  test("is the last ping, whatever is still under way", async () => {
    const { heartbeat, pings, received } = await start((response, nth) => nth > 1 && response.end());
    heartbeat.beat(OK);
    await received(1);
    await heartbeat.stop({ status: "stopping" }, 2_000);
    heartbeat.beat(OK);
    expect(pings.slice(1)).toEqual([{ method: "POST", path: `/ping/${UUID}`, body: { status: "stopping" } }]);
  });

  test("takes no longer than it may, where the server hangs", async () => {
    const { heartbeat, received, clock, lines } = await start(() => {});
    const stopped = heartbeat.stop({ status: "stopping" }, 2_000);
    await received(1);
    await clock.advance(2_000);
    await stopped;
    expect(lines).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});
