import { once } from "node:events";
import { connect, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { Worker } from "node:worker_threads";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { EN } from "../../../src/core/texts/index.ts";
import { createSharedLookup, type SharedLookup } from "../../../src/http/shared-lookup.ts";
import { createProber, type Prober, type ProberOptions } from "../../../src/sources/dependencies/collect.ts";
import { pingTcp } from "../../../src/sources/dependencies/ping.ts";
import {
  answer,
  type Behaviour,
  closedPort,
  drip,
  flood,
  hungLookup,
  readTls,
  serve,
  serveTls,
} from "../../http/faulty-servers.ts";

const NEVER = new AbortController().signal;
const UP = { up: true, ms: expect.any(Number) };

const HUNG_NAMES = createSharedLookup(100, hungLookup);

function namesThatFail(code: string): SharedLookup {
  return createSharedLookup(1, (_host, _options, done) => done(Object.assign(new Error("raw"), { code }), []));
}

function proberOf(url: string, timeoutMs = 10_000, options?: ProberOptions): Prober {
  const prober = createProber({ name: "it", url: new URL(url) }, timeoutMs, EN, options);
  onTestFinished(() => prober.close());
  return prober;
}

function probe(url: string, timeoutMs?: number, options?: ProberOptions) {
  return proberOf(url, timeoutMs, options).probe(NEVER);
}

/** A listening port whose queue of connections is full: the kernel drops what comes, as a dead host would. */
async function blackHole(): Promise<number> {
  const worker = new Worker(
    `const { parentPort } = require("node:worker_threads");
     const server = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
     });`,
    { eval: true },
  );
  onTestFinished(async () => {
    await worker.terminate();
  });
  const [port] = (await once(worker, "message")) as [number];
  for (let n = 0; n < 2; n += 1) {
    const filler = connect(port, "127.0.0.1").on("error", () => {});
    onTestFinished(() => {
      filler.destroy();
    });
    await once(filler, "connect");
  }
  return port;
}

describe("HTTP: what answers is up", () => {
  test.each([
    { name: "200", head: "HTTP/1.1 200 OK" },
    { name: "204", head: "HTTP/1.1 204 No Content" },
    { name: "a body in another encoding", head: "HTTP/1.1 200 OK\r\ncontent-encoding: br" },
    { name: "a redirect", head: "HTTP/1.1 302 Found\r\nlocation: http://192.0.2.1/" },
    { name: "HTTP/1.0", head: "HTTP/1.0 200 OK" },
  ])("$name", async ({ head }) => {
    const server = await serve((socket) => socket.end(answer("", head)));
    expect(await probe(`http://127.0.0.1:${server.port}/`)).toEqual(UP);
    expect(server.requests()).toBe(1);
  });

  test("a gzip bomb, which is not unpacked", async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    const server = await serve((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`);
      socket.end(bomb);
    });
    expect(await probe(`http://127.0.0.1:${server.port}/`)).toEqual(UP);
  });

  test("TLS with a trusted certificate", async () => {
    const server = await serveTls("localhost", (socket) => socket.end(answer("")));
    expect(await probe(`https://127.0.0.1:${server.port}/`, 10_000, { ca: readTls("localhost.cert") })).toEqual(UP);
  });
});

describe("HTTP: what does not answer well is down, and says why", () => {
  const behaviours: { name: string; behave: Behaviour; expected: object }[] = [
    {
      name: "404",
      behave: (socket) => socket.end(answer("", "HTTP/1.1 404 Not Found")),
      expected: { error: "answered 404", status: 404 },
    },
    {
      name: "500",
      behave: (socket) => socket.end(answer("oops", "HTTP/1.1 500 Oops")),
      expected: { error: "answered 500", status: 500 },
    },
    { name: "reset", behave: (socket) => socket.resetAndDestroy(), expected: { error: "connection reset" } },
    { name: "closed", behave: (socket) => socket.destroy(), expected: { error: "connection closed" } },
    {
      name: "cut short",
      behave: (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"),
      expected: { error: "the answer broke off: connection closed" },
    },
    { name: "not HTTP", behave: (socket) => socket.end("+PONG\r\n"), expected: { error: "the answer is not HTTP" } },
    {
      name: "an endless body",
      behave: (socket) => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        flood(socket, Buffer.alloc(1_048_576));
      },
      expected: { error: "the answer is longer than 16777216 bytes" },
    },
  ];
  test.each(behaviours)("$name", async ({ behave, expected }) => {
    const server = await serve(behave);
    expect(await probe(`http://127.0.0.1:${server.port}/`)).toEqual({ up: false, ...expected });
    expect(server.requests()).toBe(1);
    await server.quiet();
  });

  test("refused", async () => {
    const url = `http://127.0.0.1:${await closedPort()}/`;
    expect(await probe(url)).toEqual({ up: false, error: "connection refused" });
  });

  test("a host that does not exist", async () => {
    const outcome = await probe("http://nowhere.test/", 10_000, { names: namesThatFail("ENOTFOUND") });
    expect(outcome).toEqual({ up: false, error: "host name not found" });
  });

  test("a self-signed certificate", async () => {
    const server = await serveTls("localhost", (socket) => socket.end(answer("")));
    const outcome = await probe(`https://127.0.0.1:${server.port}/`);
    expect(outcome).toEqual({
      up: false,
      error: expect.stringMatching(/^self-signed certificate .*NODE_EXTRA_CA_CERTS/),
    });
  });

  test("a certificate for another host name", async () => {
    const server = await serveTls("elsewhere", (socket) => socket.end(answer("")));
    const outcome = await probe(`https://127.0.0.1:${server.port}/`, 10_000, { ca: readTls("elsewhere.cert") });
    expect(outcome).toEqual({ up: false, error: "certificate is for another host name" });
  });

  test("plain HTTP where TLS was meant", async () => {
    const server = await serve((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const outcome = await probe(`https://127.0.0.1:${server.port}/`);
    expect(outcome).toEqual({ up: false, error: expect.stringMatching(/^no TLS is spoken there/) });
  });
});

describe("the total deadline ends a ping, as an outcome, and its connection", () => {
  const behaviours: { name: string; behave: Behaviour }[] = [
    { name: "accepted and never answered", behave: () => {} },
    {
      name: "a header byte at a time",
      behave: (socket) => {
        socket.write("HTTP/1.1 200 OK\r\nx-long: ");
        drip(socket, "x");
      },
    },
    {
      name: "a body byte at a time",
      behave: (socket) => {
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
        drip(socket, "x");
      },
    },
  ];
  test.each(behaviours)("$name", async ({ behave }) => {
    const server = await serve(behave);
    const outcome = await probe(`http://127.0.0.1:${server.port}/`, 60);
    expect(outcome).toEqual({ up: false, error: "timed out after 0.06 s" });
    await server.quiet();
  });

  test("a TLS handshake that never ends", async () => {
    const server = await serve();
    const outcome = await probe(`https://127.0.0.1:${server.port}/`, 60);
    expect(outcome).toEqual({ up: false, error: "timed out after 0.06 s" });
    await server.quiet();
  });

  test.each(["http", "tcp"])("a host that swallows what is sent to it (%s)", async (scheme) => {
    const url = `${scheme}://127.0.0.1:${await blackHole()}`;
    expect(await probe(url, 60)).toEqual({ up: false, error: "timed out after 0.06 s" });
  });

  test.each(["http", "https", "tcp"])("a name lookup that never ends (%s)", async (scheme) => {
    const outcome = await probe(`${scheme}://a.test:1`, 60, { names: HUNG_NAMES });
    expect(outcome).toEqual({ up: false, error: "timed out after 0.06 s" });
  });
});

describe("HTTP: the connection", () => {
  test("is kept from ping to ping", async () => {
    const server = await serve((socket) => socket.write(answer("x".repeat(100_000))));
    const prober = proberOf(`http://127.0.0.1:${server.port}/`);
    for (let n = 0; n < 5; n += 1) expect(await prober.probe(NEVER)).toEqual(UP);
    expect(server.connections()).toBe(1);
  });

  const stale: { name: string; behave: Behaviour }[] = [
    { name: "closes", behave: (socket, { nth }) => (nth === 1 ? socket.write(answer("")) : socket.destroy()) },
    { name: "resets", behave: (socket, { nth }) => (nth === 1 ? socket.write(answer("")) : socket.resetAndDestroy()) },
  ];
  test.each(stale)("that the server $name just as it is used again is no failure", async ({ behave }) => {
    const server = await serve(behave);
    const prober = proberOf(`http://127.0.0.1:${server.port}/`);
    for (let n = 1; n <= 3; n += 1) {
      expect(await prober.probe(NEVER)).toEqual(UP);
      expect(server.connections()).toBe(n);
    }
  });

  test("is tried anew once only", async () => {
    let broken = false;
    const server = await serve((socket) => (broken ? socket.destroy() : socket.write(answer(""))));
    const prober = proberOf(`http://127.0.0.1:${server.port}/`);
    await prober.probe(NEVER);
    broken = true;
    expect(await prober.probe(NEVER)).toEqual({ up: false, error: "connection closed" });
    expect([server.connections(), server.requests()]).toEqual([2, 3]);
  });

  test("that breaks in the middle of an answer is a failure, old or new", async () => {
    const half = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf";
    const server = await serve((socket, { nth }) => (nth === 1 ? socket.write(answer("")) : socket.end(half)));
    const prober = proberOf(`http://127.0.0.1:${server.port}/`);
    await prober.probe(NEVER);
    expect(await prober.probe(NEVER)).toEqual({ up: false, error: "the answer broke off: connection closed" });
    expect(server.requests()).toBe(2);
  });

  test("is found again after every fault", async () => {
    let behave: Behaviour = () => {};
    const server = await serve((socket, asked) => behave(socket, asked));
    const prober = proberOf(`http://127.0.0.1:${server.port}/`, 60);
    const well: Behaviour = (socket) => socket.write(answer(""));
    const faults: Behaviour[] = [() => {}, (socket) => drip(socket, "x"), (socket) => socket.resetAndDestroy()];
    for (const fault of faults) {
      behave = fault;
      expect(await prober.probe(NEVER)).toMatchObject({ up: false });
      behave = well;
      expect(await prober.probe(NEVER)).toEqual(UP);
    }
  });
});

describe("TCP", () => {
  test("what takes a connection is up, and is let go at once", async () => {
    const server = await serve();
    expect(await probe(`tcp://127.0.0.1:${server.port}`)).toEqual(UP);
    await server.quiet();
    expect(server.requests()).toBe(0);
  });

  test.skipIf(!networkInterfaces().lo?.some(({ address }) => address === "::1"))("an IPv6 address", async () => {
    const server = createServer().listen(0, "::1");
    onTestFinished(() => {
      server.close();
    });
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    expect(await probe(`tcp://[::1]:${port}`)).toEqual(UP);
  });

  test("refused", async () => {
    const outcome = await probe(`tcp://127.0.0.1:${await closedPort()}`);
    expect(outcome).toEqual({ up: false, error: "connection refused" });
  });

  test("a connection to itself is not an answer", async () => {
    const port = await closedPort();
    const connecting = pingTcp({ host: "127.0.0.1", localAddress: "127.0.0.1", port, localPort: port }, NEVER);
    await expect(connecting).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});

describe("nothing is learned, so nothing is said of the dependency", () => {
  test.each(["http", "tcp"])("when the watchdog gives up (%s)", async (scheme) => {
    const stop = new AbortController();
    const probing = proberOf(`${scheme}://a.test:1`, 10_000, { names: HUNG_NAMES }).probe(stop.signal);
    stop.abort(new Error("stopping"));
    await expect(probing).rejects.toThrow("stopping");
  });

  test("when it had given up before", async () => {
    await expect(proberOf("tcp://a.test:1").probe(AbortSignal.abort("over"))).rejects.toBe("over");
  });

  test.each(["http", "tcp"])("when its host name waits behind others that find no answer (%s)", async (scheme) => {
    const names = createSharedLookup(1, hungLookup);
    const other = probe(`${scheme}://other.test:1`, 60, { names });
    await expect(probe(`${scheme}://a.test:1`, 60, { names })).rejects.toThrow("not asked: too many other host names");
    expect(await other).toMatchObject({ up: false });
  });

  test.each(["http", "tcp"])("when this process has no file left (%s)", async (scheme) => {
    const names = namesThatFail("EMFILE");
    await expect(probe(`${scheme}://a.test:1`, 10_000, { names })).rejects.toMatchObject({ code: "EMFILE" });
  });
});
