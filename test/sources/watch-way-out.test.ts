import { afterEach, describe, expect, test } from "vitest";
import { EN } from "../../src/core/texts/index.ts";
import { createSharedLookup } from "../../src/http/shared-lookup.ts";
import { createDependencySources } from "../../src/sources/dependencies/index.ts";
import type { AnySource } from "../../src/sources/source.ts";
import { watchWayOut } from "../../src/sources/watch-way-out.ts";
import { answer, hungLookup, serve } from "../http/faulty-servers.ts";

const NEVER = new AbortController().signal;
const toClose: AnySource[] = [];

afterEach(async () => {
  await Promise.all(toClose.splice(0).map((source) => source.close?.()));
});

function settings(dependencies: readonly string[], probes: readonly string[]) {
  const targets = dependencies.map((url, index) => ({ name: `d${index}`, url: new URL(url) }));
  return {
    dependencies: { targets, timeoutMs: 300, downTicks: 2 },
    onlineProbes: probes.map((url) => new URL(url)),
  };
}

/** Every source that has to do with it, the network's first. Names outside find no answer. */
function sourcesOf(dependencies: readonly string[], probes: readonly string[]): AnySource[] {
  const all = settings(dependencies, probes);
  const network = watchWayOut(all, EN);
  const names = createSharedLookup(1_000, hungLookup);
  const sources = createDependencySources(all.dependencies, EN, { names, ...(network && { wayOut: network.wayOut }) });
  const watched = [...(network ? [network.source] : []), ...sources];
  toClose.push(...watched);
  return watched;
}

const collectAll = (sources: readonly AnySource[]) =>
  Promise.all(sources.map((source) => source.collect(NEVER).catch((thrown: Error) => thrown.message)));

describe("nobody looks", () => {
  test.each([
    ["without a probe", ["https://a.example", "https://b.example"], []],
    ["with a probe alone: it may be the probe", [], ["https://p.example"]],
    ["where all dependencies are on this host", ["http://api:80", "tcp://10.0.0.7:1"], ["https://p.example"]],
  ])("%s", (_name, dependencies, probes) => expect(watchWayOut(settings(dependencies, probes), EN)).toBeUndefined());
});

test.each([
  ["a dependency outside and a probe", ["https://a.example"], ["https://p.example"]],
  ["two probes", [], ["https://p.example", "tcp://9.9.9.9:53"]],
])("somebody looks with %s", (_name, dependencies, probes) => {
  const network = watchWayOut(settings(dependencies, probes), EN);
  toClose.push(...(network ? [network.source] : []));
  expect(network?.source.name).toBe("network");
});

describe("two dependencies outside do not answer", () => {
  const outside = ["http://a.example/", "tcp://b.example:1"];
  const down = { up: false, error: "timed out after 0.3 s" };

  test("a probe does: both are down", async () => {
    const probe = await serve((socket) => socket.end(answer("", "HTTP/1.1 503 Busy")));
    const sources = sourcesOf(outside, [`http://127.0.0.1:${probe.port}/`]);
    expect(await collectAll(sources)).toEqual([true, down, down]);
  });

  test("no probe does either: offline, and both unknown", async () => {
    const sources = sourcesOf(outside, ["tcp://127.0.0.1:1"]);
    const held = "not judged: nothing outside answers, this host is offline";
    expect(await collectAll(sources)).toEqual([false, held, held]);
  });

  test("one on this host is judged all the same", async () => {
    const sources = sourcesOf([...outside, "tcp://127.0.0.1:1"], ["tcp://127.0.0.1:1"]);
    expect((await collectAll(sources)).at(-1)).toEqual({ up: false, error: "connection refused" });
  });
});
