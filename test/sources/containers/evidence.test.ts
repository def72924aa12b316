import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { EN } from "../../../src/core/texts/index.ts";
import { createContainersSource } from "../../../src/sources/containers/index.ts";
import { parseInspect } from "../../../src/sources/containers/parse.ts";
import { idOf, inspection, type StandInEngine, startDockerEngine } from "../../stand-ins/docker-engine.ts";

const SICK = { id: idOf(1), name: "api", health: "unhealthy", status: "Up 3 days (unhealthy)" };

/** What `inspect` says of a container whose probes ended so, the newest last. */
function probed(log: unknown, health = "unhealthy"): unknown {
  const json = inspection({ ...SICK, health });
  (json.State as { Health: object }).Health = { Status: health, FailingStreak: 3, Log: log };
  return json;
}

describe("what is kept of a probe's output", () => {
  const log = [
    { ExitCode: 1, Output: "older" },
    { ExitCode: 7, Output: "curl: (7)\nConnection refused\n" },
    { ExitCode: 0, Output: "fine" },
  ];

  test("nothing, unless it was asked for", () => {
    expect(parseInspect(probed(log))).not.toHaveProperty("probeOutput");
    expect(JSON.stringify(parseInspect(probed(log)))).not.toMatch(/older|refused|fine/);
  });

  test("that of the last one that failed, on one line", () => {
    expect(parseInspect(probed(log), true)?.probeOutput).toBe("curl: (7) Connection refused");
  });

  test("nothing of a container that is well", () => {
    expect(parseInspect(probed(log, "healthy"), true)).not.toHaveProperty("probeOutput");
  });

  test.each([
    ["no log", undefined],
    ["none that failed", [{ ExitCode: 0, Output: "fine" }]],
    ["an empty output", [{ ExitCode: 1, Output: " \n" }]],
    ["no text", [{ ExitCode: 1, Output: 5 }, null, "x"]],
  ])("nothing: %s", (_name, given) => {
    expect(parseInspect(probed(given), true)).not.toHaveProperty("probeOutput");
  });

  test.each([
    ["a secret", "Authorization: Bearer abc.def", "Authorization: […]"],
    ["a URL with a password", "postgres://app:hunter2@db failed", "postgres://[…]@db failed"],
    ["what could forge a message", "🔴 #container_db\u202e", "• ＃container_db"],
    ["more than 200 characters", "no ".repeat(100), `${"no ".repeat(66)}n…`],
  ])("it is made harmless: %s", (_name, Output, kept) => {
    expect(parseInspect(probed([{ ExitCode: 1, Output }]), true)?.probeOutput).toBe(kept);
  });

  test("a secret at the cut is not left in part", () => {
    const Output = `${"x ".repeat(95)}password=hunter2hunter2hunter2`;
    expect(parseInspect(probed([{ ExitCode: 1, Output }]), true)?.probeOutput).not.toContain("hunter");
  });

  test("whatever it is, it is short and on one line", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 3_000 }), (Output) => {
        const kept = parseInspect(probed([{ ExitCode: 1, Output }]), true)?.probeOutput ?? "";
        expect([...kept].length).toBeLessThanOrEqual(200);
        expect(kept).not.toMatch(/[\n\r]/);
      }),
    );
  });

  test("a real engine's", () => {
    const path = join(import.meta.dirname, "../../fixtures/docker/inspect-unhealthy.json");
    const json = JSON.parse(readFileSync(path, "utf8"));
    const [one] = Array.isArray(json) ? json : [json];
    const output = one.State.Health.Log.at(-1).Output as string;
    expect(output).not.toBe("");
    expect(parseInspect(one, true)?.probeOutput).toBe(output.trim());
    expect(JSON.stringify(parseInspect(one))).not.toContain(JSON.stringify(output.trim()).slice(1, -1));
  });
});

describe("WATCHDOG_EVIDENCE", () => {
  let engine: StandInEngine | undefined;
  afterEach(() => engine?.close());

  test.each([
    ["unset", undefined, false],
    ["false", false, false],
    ["true", true, true],
  ])("%s: the alert quotes the probe or does not", async (_name, evidence, isQuoted) => {
    engine = await startDockerEngine([{ ...SICK, probeOutput: "connection refused, password=hunter2" }]);
    const source = createContainersSource(
      {
        address: { socketPath: engine.socketPath },
        timeoutMs: 5_000,
        intervalMs: 30_000,
        names: ["*"],
        engineDownTicks: 2,
        downTicks: 1,
        stopGraceMs: 0,
        restartsMax: 3,
        restartsWindowMs: 600_000,
        ...(evidence !== undefined && { evidence }),
      },
      EN,
      { readFile: () => "", hostname: "server" },
    );
    const value = await source.collect(new AbortController().signal);
    const { signals, memory } = source.evaluate({ ok: true, value }, source.initial, 0);
    await source.close?.();
    const api = signals.find(({ key }) => key === "container:api");
    expect(api?.details?.[0]).toBe("its health check has failed 3 times in a row");
    const quote = "it says: connection refused, password=[…]";
    expect(api?.details?.includes(quote)).toBe(isQuoted);
    const everything = JSON.stringify({ value, signals, memory });
    expect(everything).not.toContain("hunter2");
    expect(everything.includes("connection refused")).toBe(isQuoted);
  });
});
