import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");

describe("the bundle", () => {
  const out = mkdtempSync(join(tmpdir(), "watchdog-bundle-"));
  const file = join(out, "watchdog.mjs");
  let text: string;
  /** Runs it apart from the checkout, as the image does. */
  const watchdog = (args: readonly string[], env: Record<string, string> = {}) =>
    run(process.execPath, [file, ...args], { cwd: "/", env: { WATCHDOG_DOCKER_SOCK: "off", ...env } });

  beforeAll(async () => {
    await run(process.execPath, [join(ROOT, "scripts/bundle.ts"), out]);
    text = readFileSync(file, "utf8");
  });
  afterAll(() => rmSync(out, { recursive: true }));

  test("knows its version without a package.json beside it", async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
    expect((await watchdog(["--version"])).stdout.trim()).toBe(version);
  });

  test("makes a pass with what it holds: host, a dependency that is down, and one line for people", async () => {
    const pass = watchdog(["check"], { WATCHDOG_MEM_PCT: "100", WATCHDOG_DEPS: "db=tcp://127.0.0.1:1" });
    await expect(pass).rejects.toMatchObject({ code: 2, stdout: expect.stringContaining("dep:db") });
  });

  test("can write for people: pino-pretty is in it", async () => {
    const { stdout } = await run("timeout", ["--preserve-status", "1", process.execPath, file], {
      env: { WATCHDOG_ENABLED: "false", WATCHDOG_LOG_FORMAT: "pretty", WATCHDOG_LISTEN: "off" },
    });
    expect(stdout).toContain("WARN: disabled by WATCHDOG_ENABLED=false");
  });

  test("holds no path of the machine that built it", () => {
    expect(text).not.toContain(ROOT);
    expect(text).not.toContain(process.execPath);
  });

  test("is plain ASCII, so that V8 keeps it in one byte a character", () => {
    expect(text).not.toMatch(/\P{ASCII}/u);
  });

  test("leaves out what is never used", () => {
    for (const package_ of ["ssh2", "@grpc/grpc-js", "protobufjs", "node-fetch", "whatwg-url"]) {
      expect(text, package_).not.toContain(`node_modules/${package_}/`);
    }
  });

  test("comes with the licence of every package in it", () => {
    const licences = readFileSync(join(out, "third-party-licenses.txt"), "utf8");
    const inside = new Set([...text.matchAll(/node_modules\/((?:@[^/"]+\/)?[^/"]+)\//g)].map(([, name]) => name));
    expect([...inside]).toEqual(expect.arrayContaining(["dockerode", "pino", "telegraf", "undici"]));
    for (const name of inside) expect(licences).toContain(`\n${name} `);
  });
});
