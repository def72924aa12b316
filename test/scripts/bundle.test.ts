import { execFile, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { optionsOfImage } from "../../scripts/image-options.ts";
import { CERTIFICATE_PATH, startHttp, startHttps } from "../acceptance/support/servers.ts";
import { startBotApi } from "../stand-ins/bot-api.ts";
import { idOf, startDockerEngine } from "../stand-ins/docker-engine.ts";

const run = promisify(execFile);
const TOKEN = "123456789:AAbbccddeeffgghhiijjkkllmmnnooppqqr";
const ROOT = join(import.meta.dirname, "../..");

describe("the bundle", () => {
  const out = mkdtempSync(join(tmpdir(), "watchdog-bundle-"));
  const file = join(out, "watchdog.cjs");
  let text: string;
  /** Runs it apart from the checkout, as the image does. */
  const watchdog = (args: readonly string[], env: Record<string, string> = {}) =>
    run(process.execPath, [file, ...args], { cwd: "/", env: { WATCHDOG_DOCKER_SOCK: "off", ...env } });

  /** Starts it under the options of its launcher; it tells the Bot API at that address. */
  const startTelling = (botUrl: string, env: Record<string, string>) =>
    spawn(process.execPath, [...optionsOfImage(), file], {
      env: {
        WATCHDOG_MEM_PCT: "100",
        WATCHDOG_TG_BOT_TOKEN: TOKEN,
        WATCHDOG_TG_CHAT_ID: "-1001",
        WATCHDOG_TG_API_ROOT: botUrl,
        WATCHDOG_LISTEN: "off",
        ...env,
      },
      stdio: "ignore",
    });

  beforeAll(async () => {
    await run(process.execPath, [join(ROOT, "scripts/bundle.ts"), out]);
    text = readFileSync(join(out, "program.js"), "utf8");
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

  test("asks over HTTP, HTTPS and docker.sock, and tells Telegram, under the options of its launcher", async () => {
    expect(optionsOfImage()).toContain("--optimize-for-size");
    const answer: RequestListener = (_request, response) => response.end("ok");
    const [http, https, docker, bot] = await Promise.all([
      startHttp(answer),
      startHttps(answer),
      startDockerEngine([{ id: idOf(1), name: "api", state: "paused", status: "Up 3 days (Paused)" }]),
      startBotApi({ token: TOKEN, chatId: "-1001" }),
    ]);
    const child = startTelling(bot.url, {
      NODE_EXTRA_CA_CERTS: CERTIFICATE_PATH,
      WATCHDOG_DOCKER_SOCK: docker.socketPath,
      WATCHDOG_DEPS: `plain=http://127.0.0.1:${http.port},safe=https://localhost:${https.port}`,
    });
    try {
      await bot.received(1, 40_000);
      expect(bot.messages[0]?.text).toContain("#container_api");
      expect(bot.messages[0]?.text).not.toContain("#dep_");
      expect([http.connections, https.connections]).toEqual([1, 1]);
    } finally {
      child.kill("SIGKILL");
      await Promise.all([http, https, docker, bot].map((server) => server.close()));
    }
  });

  test("lives through the largest envelope that it reads, everything in which is to be told", async () => {
    const limit = await run(process.execPath, [...optionsOfImage(), "-p", "v8.getHeapStatistics().heap_size_limit"]);
    const mostBytes = Number(limit.stdout) / 32;
    const overdue = (id: number) => ({
      run_id: id,
      task_id: id,
      agent: "developer",
      pid: 4,
      runtime_s: 99_999,
      cpu_ticks: 5,
    });
    const textOf = (count: number) => {
      const agents = Array.from({ length: count }, (_, index) => overdue(index));
      return JSON.stringify({ schema_version: 1, generated_at: new Date().toISOString(), agents });
    };
    const perAgent = (textOf(20_000).length - textOf(10_000).length) / 10_000;
    const [orchestrator, bot] = await Promise.all([
      startHttp((_request, response) => response.end(textOf(Math.floor((0.97 * mostBytes) / perAgent)))),
      startBotApi({ token: TOKEN, chatId: "-1001" }),
    ]);
    const child = startTelling(bot.url, {
      WATCHDOG_INTERVAL_S: "1",
      WATCHDOG_DOCKER_SOCK: "off",
      WATCHDOG_METRICS_URL: `http://127.0.0.1:${orchestrator.port}/metrics`,
    });
    try {
      await bot.received(3, 60_000);
      expect(bot.messages[0]?.text).toContain("runs too long");
      expect(child.exitCode ?? child.signalCode).toBeNull();
    } finally {
      child.kill("SIGKILL");
      await Promise.all([orchestrator, bot].map((server) => server.close()));
    }
  });

  test("understands what Telegram refuses", async () => {
    const bot = await startBotApi({ token: "987654321:zz", chatId: "-1001" });
    try {
      const env = { WATCHDOG_TG_BOT_TOKEN: TOKEN, WATCHDOG_TG_CHAT_ID: "-1001", WATCHDOG_TG_API_ROOT: bot.url };
      const doctor = watchdog(["doctor"], { ...env, WATCHDOG_LISTEN: "off" });
      await expect(doctor).rejects.toMatchObject({
        stdout: expect.stringContaining("Telegram said 401: Unauthorized"),
      });
    } finally {
      await bot.close();
    }
  });

  test("loads what it does not need yet when it needs it", async () => {
    const list = 'process.on("exit", () => console.error(process.moduleLoadList.join(" ")))';
    const preload = join(out, "list-modules.cjs");
    writeFileSync(preload, list);
    const { stderr } = await run(process.execPath, ["--require", preload, file, "check"], {
      env: { WATCHDOG_DOCKER_SOCK: "off", WATCHDOG_MEM_PCT: "100" },
    });
    const loaded = stderr.split(" ");
    expect(loaded).toContain("http");
    const late = ["tls", "crypto", "http2", "zlib", "perf_hooks", "internal/util/diff", "internal/deps/undici/undici"];
    expect(late.filter((name) => loaded.includes(name))).toEqual([]);
  });

  test("takes the code that was compiled with it, under the options of its launcher alone", async () => {
    const script = `
      const { readFileSync } = require("node:fs");
      const { Script } = require("node:vm");
      const [source, cachedData] = process.argv.slice(1).map((path) => readFileSync(path));
      console.log(new Script(source.toString(), { cachedData }).cachedDataRejected);
    `;
    const files = [join(out, "program.js"), join(out, `program.${process.arch}.cache`)];
    const rejected = async (...options: string[]) =>
      (await run(process.execPath, [...options, "--eval", script, ...files])).stdout.trim();
    expect(await rejected(...optionsOfImage())).toBe("false");
    expect(await rejected()).toBe("true");
  });

  test("runs without that code, and with what is none", async () => {
    const cache = join(out, `program.${process.arch}.cache`);
    const whole = readFileSync(cache);
    try {
      for (const bytes of [Buffer.alloc(0), Buffer.from("no code"), whole.subarray(0, whole.length / 2)]) {
        writeFileSync(cache, bytes);
        const { stdout } = await run(process.execPath, [...optionsOfImage(), file, "--version"]);
        expect(stdout).toMatch(/^\d+\.\d+\.\d+$/m);
      }
      rmSync(cache);
      expect((await watchdog(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+$/m);
    } finally {
      writeFileSync(cache, whole);
    }
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
