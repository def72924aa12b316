import { once } from "node:events";
import { closeSync, existsSync, openSync, symlinkSync } from "node:fs";
import { connect } from "node:net";
import { describe, expect } from "vitest";
import { FAULTS } from "../stand-ins/bot-api.ts";
import { alert, SOON } from "./support/collector.ts";
import { BEHAVIOURS, stage } from "./support/orchestrator.ts";
import { BIN } from "./support/program.ts";
import { test } from "./support/scene.ts";
import { startTcp } from "./support/servers.ts";

const DOWN = { WATCHDOG_DEPS: "db=tcp://127.0.0.1:1" };

describe.concurrent("a clean stop", () => {
  test.for(["SIGTERM", "SIGINT"] as const)("%s: exit 0 within five seconds", async (signal, { scene }) => {
    const program = await scene.run();
    await program.ticks(1);
    await program.stop(signal);
    expect(program.stderr).toBe("");
  });

  test("in the middle of its start", async ({ scene }) => {
    const program = scene.spawn(["run"]);
    await program.logged("starting");
    await program.stop();
  });

  test("while a message hangs, and every source with it", async ({ scene }) => {
    scene.incomplete = true;
    const orchestrator = await scene.orchestrator();
    const hung = await scene.host(startTcp());
    orchestrator.behave(BEHAVIOURS.hang);
    scene.bot.always(FAULTS.hang);
    const program = await scene.run({
      WATCHDOG_HTTP_TIMEOUT_S: "60",
      WATCHDOG_METRICS_URL: orchestrator.url,
      WATCHDOG_DEPS: `db=tcp://127.0.0.1:1,hung=http://127.0.0.1:${hung.port}`,
    });
    await program.logged("decision");
    await program.stop();
  });

  test("twice asked is asked once", async ({ scene }) => {
    const program = await scene.run();
    program.child.kill("SIGTERM");
    await program.stop("SIGINT");
  });

  test("what was decided is sent before it ends", async ({ scene }) => {
    const program = await scene.run({ ...DOWN, WATCHDOG_DEP_DOWN_TICKS: "1" });
    await program.logged("decision");
    await program.stop();
    await scene.told.expect(SOON, alert("dep:db"));
  });
});

describe.concurrent("the world around the process", () => {
  test("stdout that nobody reads any more does not end it", async ({ scene }) => {
    scene.incomplete = true;
    const program = await scene.run({ ...DOWN, WATCHDOG_LOG_LEVEL: "trace" });
    program.child.stdout?.destroy();
    await scene.told.expect(SOON, alert("dep:db"));
    await program.stop();
  });

  test("stdout that somebody holds and does not read holds up neither ticks nor the stop", async ({ scene }) => {
    scene.incomplete = true;
    const orchestrator = await scene.orchestrator();
    const program = await scene.run({ WATCHDOG_METRICS_URL: orchestrator.url });
    scene.bot.always(FAULTS.internalError);
    program.child.stdout?.pause();
    // Some 600 kB of decisions: more than the kernel keeps for a reader.
    orchestrator.report({ stages: Array.from({ length: 3_000 }, (_, index) => stage(index, 9_000)) });
    await orchestrator.ticks(5);
    const port = /"port":(\d+)/.exec(program.stdout)?.[1];
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    program.child.kill("SIGTERM");
    const exited = once(program.child, "exit", { signal: AbortSignal.timeout(5_000) });
    expect(await exited).toEqual([0, null]);
    program.child.stdout?.resume();
  });

  test.skipIf(!existsSync("/dev/full"))(
    "stdout on a disk that is full: it is told and stopped as ever",
    async ({ scene }) => {
      scene.incomplete = true;
      const stdout = openSync("/dev/full", "w");
      const program = scene.spawn(["run"], { ...DOWN, WATCHDOG_LOG_LEVEL: "trace" }, { stdout });
      closeSync(stdout);
      await scene.told.expect(SOON, alert("dep:db"));
      await program.stop();
    },
  );

  test("stderr as well", async ({ scene }) => {
    const program = await scene.run(DOWN);
    program.child.stderr?.destroy();
    await scene.told.expect(SOON, alert("dep:db"));
  });

  test("a port that is in use: said, and watched on", async ({ scene }) => {
    const taken = await scene.host(startTcp());
    const program = await scene.run({ ...DOWN, WATCHDOG_LISTEN: `127.0.0.1:${taken.port}` });
    const line = await program.logged("the face cannot listen");
    expect(line).toMatchObject({ level: "error", WATCHDOG_LISTEN: `127.0.0.1:${taken.port}` });
    expect(line.why).toMatch(/in use/);
    await scene.told.expect(SOON, alert("dep:db"));
  });

  test("it runs from any directory and through symbolic links, absolute and relative", async ({ scene }) => {
    symlinkSync(BIN, scene.path("absolute"));
    symlinkSync("./absolute", scene.path("relative"));
    const cwd = scene.directory;
    for (const command of [[scene.path("absolute")], ["./relative"]]) {
      const outcome = await scene.command(["--version"], {}, { command, cwd });
      expect(outcome).toMatchObject({ code: 0, stderr: "", stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    }
    const program = await scene.run(DOWN, { command: ["./relative"], cwd });
    await scene.told.expect(SOON, alert("dep:db"));
    await program.stop();
  });

  test("options of a Node that was meant for another program do not matter", async ({ scene }) => {
    await scene.run({ ...DOWN, NODE_ENV: "production", DEBUG: "*", DOCKER_HOST: "tcp://127.0.0.1:1" });
    await scene.told.expect(SOON, alert("dep:db"));
  });

  test("run is the default command", async ({ scene }) => {
    const program = scene.spawn([], DOWN);
    await program.logged("watching");
    await scene.told.expect(SOON, alert("dep:db"));
  });
});

describe.concurrent("the log", () => {
  test("is one JSON object a line, and has every decision", async ({ scene }) => {
    const program = await scene.run(DOWN);
    const decision = await program.logged("decision", { key: "dep:db", action: "alert" });
    expect(decision).toMatchObject({ level: "info", severity: "critical" });
    await scene.told.expect(SOON, alert("dep:db"));
    await program.stop();
    for (const line of program.log) {
      expect(line).toMatchObject({ msg: expect.any(String), level: expect.any(String), time: expect.any(String) });
    }
    expect(program.stdout.endsWith("\n")).toBe(true);
  });

  test("pretty is for people: bare text, no escape codes", async ({ scene }) => {
    const program = scene.spawn(["run"], {
      ...DOWN,
      WATCHDOG_LOG_FORMAT: "pretty",
      WATCHDOG_TG_BOT_TOKEN: "",
      WATCHDOG_TG_CHAT_ID: "",
    });
    scene.incomplete = true;
    while (!program.stdout.includes("#dep_db")) await once(program.child.stdout ?? program.child, "data");
    await program.stop();
    expect(program.stdout).toMatch(/\n🔴 dependency db does not answer\n/u);
    expect(program.stdout).not.toContain("\u001B");
  });

  test("a level leaves out what is below it", async ({ scene }) => {
    const program = scene.spawn(["run"], { ...DOWN, WATCHDOG_LOG_LEVEL: "error" });
    scene.incomplete = true;
    await scene.told.expect(SOON, alert("dep:db"));
    await program.stop();
    expect(program.stdout).toBe("");
  });
});

describe.concurrent("its own face", () => {
  test("is read-only: GET and HEAD of two paths", async ({ scene }) => {
    const program = await scene.run(DOWN);
    await scene.told.expect(SOON, alert("dep:db"));
    const root = `http://127.0.0.1:${await program.port()}`;
    const methods = ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"];
    for (const method of methods) {
      for (const path of ["/healthz", "/api/status", "/"]) {
        expect((await fetch(root + path, { method })).status, `${method} ${path}`).toBe(405);
      }
    }
    expect((await fetch(`${root}/nowhere`)).status).toBe(404);
    const head = await fetch(`${root}/healthz`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expect(await program.get("/healthz")).toMatchObject({ status: 200, body: { healthy: true, status: "ok" } });
    expect((await program.get("/api/status")).body).toMatchObject({
      enabled: true,
      signals: expect.arrayContaining([
        expect.objectContaining({ key: "dep:db", active: true, alerting: true, since: expect.any(String) }),
        expect.objectContaining({ key: "host_mem", active: false, alerting: false }),
      ]),
      sources: { host: { ok: true }, dependencies: { ok: true, parts: { db: { ok: true } } } },
      undelivered: { count: 0 },
    });
  });

  test("a client that says nothing is let go, and holds up no stop", async ({ scene }) => {
    const program = await scene.run();
    const socket = connect(await program.port(), "127.0.0.1");
    await once(socket, "connect");
    socket.on("error", () => {});
    await program.stop();
    socket.destroy();
  });
});
