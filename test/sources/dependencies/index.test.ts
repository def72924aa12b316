import { afterEach, describe, expect, test } from "vitest";
import type { DependenciesSettings } from "../../../src/config/settings.ts";
import { known } from "../../../src/core/reading.ts";
import { EN } from "../../../src/core/texts/index.ts";
import { createSharedLookup } from "../../../src/http/shared-lookup.ts";
import { createDependencySources } from "../../../src/sources/dependencies/index.ts";
import type { AnySource } from "../../../src/sources/source.ts";
import { answer, hungLookup, serve } from "../../http/faulty-servers.ts";

const NEVER = new AbortController().signal;
const toClose: AnySource[] = [];

afterEach(async () => {
  await Promise.all(toClose.splice(0).map((source) => source.close?.()));
});

function sourcesOf(urls: readonly string[], more: Partial<DependenciesSettings> = {}): AnySource[] {
  const targets = urls.map((url, index) => ({ name: `d${index}`, url: new URL(url) }));
  const settings = { targets, timeoutMs: 5_000, downTicks: 1, ...more };
  const sources = createDependencySources(settings, EN, { names: createSharedLookup(1_000, hungLookup) });
  toClose.push(...sources);
  return sources;
}

test("each dependency is a source of its own", async () => {
  const server = await serve((socket) => socket.end(answer("")));
  const sources = sourcesOf([`http://127.0.0.1:${server.port}/`, "tcp://a.test:1"], { timeoutMs: 1_000 });
  expect(sources.map((source) => source.name)).toEqual(["dependencies/d0", "dependencies/d1"]);
  expect(await Promise.all(sources.map((source) => source.collect(NEVER)))).toEqual([
    { up: true, ms: expect.any(Number) },
    { up: false, error: "timed out after 1 s" },
  ]);
});

test("the watchdog waits a little longer than a ping lasts: a ping that times out is a reading", () => {
  for (const source of sourcesOf(["tcp://a.test:1"])) expect(source.deadlineMs).toBeGreaterThan(5_000);
});

test("where there are many it waits until the last one has had its turn, too", () => {
  const [one, ...others] = [1, 256, 1_000].map(
    (count) => sourcesOf(Array(count).fill("tcp://a.test:1"))[0]?.deadlineMs ?? 0,
  );
  expect(others.map((deadlineMs) => deadlineMs - (one ?? 0))).toEqual([3 * 20, 15 * 20]);
});

test("credentials and query are sent, and shown nowhere", async () => {
  let asked = "";
  const server = await serve((socket, { text }) => {
    asked = text;
    socket.end(answer("", "HTTP/1.1 500 Oops"));
  });
  const [source] = sourcesOf([`http://ann:s3cret@127.0.0.1:${server.port}/health?token=t0ken`]);
  const outcome = await source?.collect(NEVER);
  const evaluation = source?.evaluate(known(outcome), source.initial, 0);
  expect(asked).toMatch(/^GET \/health\?token=t0ken /);
  expect(asked).toContain(`authorization: Basic ${Buffer.from("ann:s3cret").toString("base64")}\r\n`);
  expect(evaluation?.signals[0]?.details).toEqual([`http://127.0.0.1:${server.port}/health: answered 500`]);
  expect(JSON.stringify(evaluation)).not.toMatch(/ann|s3cret|t0ken/);
});

test("one that is up is the same object each time, however long it took and whatever was before", () => {
  const [source] = sourcesOf(["tcp://a.test:1"]);
  const seen = [
    source?.evaluate(known({ up: true, ms: 3 }), source.initial, 0),
    source?.evaluate(known({ up: true, ms: 900 }), { failuresInARow: 7, failingSince: 1 }, 60_000),
  ];
  expect(seen[0]).toBe(seen[1]);
  expect(seen[0]).toMatchObject({ signals: [{ key: "dep:d0", active: false }], holds: [], memory: source?.initial });
});

describe("256 pings at once", () => {
  test("that hang hold up no other below that bound", async () => {
    const hung = await serve();
    const well = await serve((socket) => socket.end(answer("")));
    const urls = Array.from({ length: 255 }, () => `http://127.0.0.1:${hung.port}/`);
    const sources = sourcesOf([...urls, `http://127.0.0.1:${well.port}/`]);
    const stop = new AbortController();
    const readings = sources.map((source) => source.collect(stop.signal).catch(String));
    expect(await readings.at(-1)).toMatchObject({ up: true });
    stop.abort("stopping");
    await Promise.all(readings);
    await hung.quiet();
  });

  test("that hang leave a further one unknown, not down", async () => {
    const hung = await serve();
    const urls = Array.from({ length: 257 }, () => `http://127.0.0.1:${hung.port}/`);
    const stop = new AbortController();
    const readings = sourcesOf(urls).map((source) => source.collect(stop.signal).catch(String));
    await expect.poll(() => hung.requests()).toBe(256);
    stop.abort("stopping");
    expect(await readings.at(-1)).toBe("Error: not asked: 256 other dependencies do not answer");
    await Promise.all(readings);
    expect(hung.requests()).toBe(256);
  });
});
