import { setImmediate } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { Agent } from "undici";
import { describe, expect, onTestFinished, test } from "vitest";
import { explainFailure, failureCode } from "../../src/http/explain-failure.ts";
import { BrokenAnswer, type Exchange, request } from "../../src/http/request.ts";
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
} from "./faulty-servers.ts";

const HUGE = 1_000_000_000;
const CHUNKED = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

function agent(connect: Agent.Options["connect"] = {}): Agent {
  const dispatcher = new Agent({ connect });
  onTestFinished(() => dispatcher.destroy());
  return dispatcher;
}

function deadlineAfter(delayMs: number): AbortSignal {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error("the deadline")), delayMs);
  onTestFinished(() => clearTimeout(timer));
  return controller.signal;
}

function get(port: number, more: Partial<Exchange> = {}, url = `http://127.0.0.1:${port}/`, dispatcher = agent()) {
  return request(dispatcher, new URL(url), {
    method: "GET",
    maxBytes: HUGE,
    deadline: deadlineAfter(10_000),
    ...more,
  });
}

function failureOf(exchange: Promise<unknown>): Promise<unknown> {
  return exchange.then(
    () => expect.unreachable("it must fail"),
    (thrown: unknown) => thrown,
  );
}

describe("an exchange", () => {
  test("yields status, headers and body", async () => {
    const server = await serve((socket) => socket.end(answer("héllo", "HTTP/1.1 418 Teapot\r\nx-kind: pot")));
    const { status, headers, body } = await get(server.port);
    expect([status, headers["x-kind"], body.toString()]).toEqual([418, "pot", "héllo"]);
  });

  test("skips an interim answer", async () => {
    const server = await serve((socket) => socket.end(`HTTP/1.1 103 Early Hints\r\n\r\n${answer("done")}`));
    expect((await get(server.port)).status).toBe(200);
  });

  test("sends method, path, query, headers and body", async () => {
    const server = await serve((socket, { text }) => socket.end(answer(text)));
    const more = { method: "POST", body: "payload", headers: { "x-extra": "1" } } as const;
    const sent = (await get(server.port, more, `http://127.0.0.1:${server.port}/a?b=c`)).body.toString();
    expect(sent).toMatch(/^POST \/a\?b=c HTTP\/1.1\r\n/);
    expect(sent).toContain("x-extra: 1\r\n");
    expect(sent).toContain("accept-encoding: identity\r\n");
    expect(sent).toMatch(/payload$/);
  });

  test.each([
    { name: "name and password", userinfo: "ann:s%40cret", expected: "ann:s@cret" },
    { name: "a name alone", userinfo: "ann", expected: "ann:" },
    { name: "a password alone", userinfo: ":pw", expected: ":pw" },
    { name: "a lone percent sign", userinfo: "ann:100%", expected: "ann:100%" },
  ])("sends the credentials of a URL as Basic authentication: $name", async ({ userinfo, expected }) => {
    const server = await serve((socket, { text }) => socket.end(answer(text)));
    const { body } = await get(server.port, {}, `http://${userinfo}@127.0.0.1:${server.port}/`);
    const [, encoded = ""] = /authorization: Basic (\S+)/.exec(body.toString()) ?? [];
    expect(Buffer.from(encoded, "base64").toString()).toBe(expected);
  });

  test("does not follow a redirect", async () => {
    const elsewhere = await serve((socket) => socket.end(answer("")));
    const location = `http://127.0.0.1:${elsewhere.port}/`;
    const server = await serve((socket) => socket.end(answer("", `HTTP/1.1 302 Found\r\nlocation: ${location}`)));
    expect((await get(server.port)).status).toBe(302);
    expect(elsewhere.connections()).toBe(0);
  });

  test("does not decompress: a gzip bomb stays as small as it came", async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const server = await serve((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`);
      socket.end(bomb);
    });
    expect((await get(server.port)).body).toHaveLength(bomb.length);
  });

  test("keeps nothing of a body that is discarded, and reads it to its end", async () => {
    const server = await serve((socket) => socket.write(answer("x".repeat(1_000_000))));
    const dispatcher = agent();
    expect((await get(server.port, { discardBody: true }, undefined, dispatcher)).body).toHaveLength(0);
    await setImmediate(); // undici frees a connection a turn of the event loop after the answer.
    await get(server.port, { discardBody: true }, undefined, dispatcher);
    expect(server.connections()).toBe(1);
  });

  test("goes on over the same connection, time and again, and leaves no listener on a long-lived deadline", async () => {
    const server = await serve((socket) => socket.write(answer("")));
    const dispatcher = agent();
    const deadline = deadlineAfter(10_000);
    let listeners = 0;
    const { addEventListener, removeEventListener } = deadline;
    deadline.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners += 1;
      return addEventListener.apply(deadline, args);
    };
    deadline.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners -= 1;
      return removeEventListener.apply(deadline, args);
    };
    for (let n = 0; n < 50; n += 1) {
      await get(server.port, { deadline }, undefined, dispatcher);
      await setImmediate();
    }
    expect([server.connections(), listeners]).toEqual([1, 0]);
  });
});

describe("a deadline ends it, wherever it is", () => {
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
    {
      name: "chunks without end",
      behave: (socket) => {
        socket.write(CHUNKED);
        flood(socket, Buffer.from(`10000\r\n${"x".repeat(0x10000)}\r\n`));
      },
    },
    { name: "interim answers without end", behave: (socket) => drip(socket, "HTTP/1.1 102 Processing\r\n\r\n") },
  ];
  test.each(behaviours)("$name", async ({ behave }) => {
    const server = await serve(behave);
    const thrown = await failureOf(get(server.port, { deadline: deadlineAfter(60), discardBody: true }));
    expect(thrown).toEqual(new Error("the deadline"));
    await server.quiet();
  });

  test("a TLS handshake that never ends", async () => {
    const server = await serve();
    const url = `https://127.0.0.1:${server.port}/`;
    const thrown = await failureOf(get(server.port, { deadline: deadlineAfter(60) }, url));
    expect(thrown).toEqual(new Error("the deadline"));
  });

  test("a name lookup that never ends", async () => {
    const dispatcher = agent({ lookup: hungLookup });
    const thrown = await failureOf(get(1, { deadline: deadlineAfter(60) }, "http://a.test/", dispatcher));
    expect(thrown).toEqual(new Error("the deadline"));
  });

  test("before it began: nothing is sent", async () => {
    const server = await serve((socket) => socket.end(answer("")));
    const thrown = await failureOf(get(server.port, { deadline: AbortSignal.abort("stopped") }));
    expect([thrown, server.connections()]).toEqual(["stopped", 0]);
  });

  test("while it waits for its connection: nothing is sent once that stands", async () => {
    const server = await serve((socket) => socket.end(answer("")));
    let found = (): void => {};
    const dispatcher = agent({
      lookup: (_host, _options, done) => {
        found = () => done(null, [{ address: "127.0.0.1", family: 4 }]);
      },
    });
    const url = `http://a.test:${server.port}/`;
    await failureOf(get(0, { deadline: deadlineAfter(30) }, url, dispatcher));
    found();
    await dispatcher.close();
    expect(server.requests()).toBe(0);
  });
});

describe("too much", () => {
  test("ends an endless body", async () => {
    const server = await serve((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      flood(socket, Buffer.alloc(65_536));
    });
    const thrown = await failureOf(get(server.port, { maxBytes: 1_000_000 }));
    expect(thrown).toMatchObject({ message: "the answer is longer than 1000000 bytes" });
    await server.quiet();
  });

  test.each([
    { name: "exactly the limit is taken", bytes: 1_000, taken: true },
    { name: "one byte more is not", bytes: 1_001, taken: false },
  ])("$name", async ({ bytes, taken }) => {
    const server = await serve((socket) => socket.end(answer("x".repeat(bytes))));
    const outcome = await get(server.port, { maxBytes: 1_000 }).then(
      () => true,
      () => false,
    );
    expect(outcome).toBe(taken);
  });
});

describe("a failure before the status line says where", () => {
  test("refused", async () => {
    const thrown = await failureOf(get(await closedPort()));
    expect(explainFailure(thrown)).toBe("connection refused");
  });

  const behaviours: { name: string; behave: Behaviour; expected: string }[] = [
    { name: "reset", behave: (socket) => socket.resetAndDestroy(), expected: "connection reset" },
    { name: "closed", behave: (socket) => socket.end(), expected: "connection closed" },
    { name: "half a header", behave: (socket) => socket.end("HTTP/1.1 200 OK\r\ncont"), expected: "connection closed" },
    {
      name: "not HTTP",
      behave: (socket) => socket.end("SSH-2.0-OpenSSH_9.6\r\n"),
      expected: "the answer is not HTTP",
    },
    {
      name: "headers without end",
      behave: (socket) => {
        socket.write("HTTP/1.1 200 OK\r\n");
        flood(socket, Buffer.from(`x-a: ${"x".repeat(1_000)}\r\n`));
      },
      expected: "answer with too long headers",
    },
  ];
  test.each(behaviours)("$name", async ({ behave, expected }) => {
    const server = await serve(behave);
    const thrown = await failureOf(get(server.port));
    expect(thrown).not.toBeInstanceOf(BrokenAnswer);
    expect(explainFailure(thrown)).toBe(expected);
  });

  test("a certificate that nobody vouches for", async () => {
    const server = await serveTls("localhost", (socket) => socket.end(answer("")));
    const thrown = await failureOf(get(0, {}, `https://127.0.0.1:${server.port}/`));
    expect(failureCode(thrown)).toBe("DEPTH_ZERO_SELF_SIGNED_CERT");
  });

  test("a certificate for another host", async () => {
    const server = await serveTls("elsewhere", (socket) => socket.end(answer("")));
    const dispatcher = agent({ ca: readTls("elsewhere.cert") });
    const thrown = await failureOf(get(0, {}, `https://127.0.0.1:${server.port}/`, dispatcher));
    expect(failureCode(thrown)).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  });
});

describe("an answer that breaks off", () => {
  const behaviours: { name: string; behave: Behaviour }[] = [
    { name: "short of its length", behave: (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf") },
    { name: "in the middle of a chunk", behave: (socket) => socket.end(`${CHUNKED}9\r\nhalf`) },
    { name: "without the last chunk", behave: (socket) => socket.end(`${CHUNKED}4\r\nhalf\r\n`) },
    {
      name: "by a reset",
      behave: (socket) => {
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf");
        setTimeout(() => socket.resetAndDestroy(), 20);
      },
    },
  ];
  test.each(behaviours)("$name", async ({ behave }) => {
    const server = await serve(behave);
    const thrown = await failureOf(get(server.port));
    expect(thrown).toBeInstanceOf(BrokenAnswer);
    expect(explainFailure(thrown)).toMatch(/^the answer broke off: connection (closed|reset)$/);
  });
});
