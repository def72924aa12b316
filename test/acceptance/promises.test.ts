import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describe, expect } from "vitest";
import { FAULTS } from "../stand-ins/bot-api.ts";
import { alert, recovery, SOON } from "./support/collector.ts";
import { BIN, type Environment, type Program } from "./support/program.ts";
import { type Scene, test } from "./support/scene.ts";
import { type LocalServer, startTcp } from "./support/servers.ts";

interface Stage {
  readonly scene: Scene;
  /** A dependency, up at first. */
  readonly db: LocalServer;
  readonly env: Environment;
}

async function stage(scene: Scene): Promise<Stage> {
  const db = await scene.host(startTcp());
  return {
    scene,
    db,
    env: { WATCHDOG_DEPS: `db=tcp://127.0.0.1:${db.port}`, WATCHDOG_STATE_DIR: scene.path("state") },
  };
}

const undelivered = (body: Record<string, unknown>) => body.undelivered as { count: number; oldestAt: string | null };
/** A message arrives a moment before the watchdog knows. */
const settled = (program: Program) => program.answers("/api/status", (body) => undelivered(body).count === 0);

/** Starts a watchdog that tells of the fault. */
async function runIntoFault({ scene, db, env }: Stage): Promise<Program> {
  const program = await scene.run(env);
  await program.ticks(1);
  await db.goAway();
  await scene.told.expect(SOON, alert("dep:db"));
  await settled(program);
  return program;
}

const SCENARIOS: readonly { readonly name: string; readonly play: (stage: Stage) => Promise<void> }[] = [
  {
    name: "the channel refuses connections during the fault: the alert arrives afterwards",
    async play({ scene, db, env }) {
      const program = await scene.run(env);
      await scene.bot.goAway();
      await db.goAway();
      await program.logged("channel cannot deliver");
      await program.ticks(5);
      await scene.bot.comeBack();
      await scene.told.expect(SOON, alert("dep:db"));
    },
  },
  {
    name: "the channel answers 500 during the fault: the alert arrives afterwards",
    async play({ scene, db, env }) {
      const program = await scene.run(env);
      scene.bot.always(FAULTS.internalError);
      await db.goAway();
      await program.logged("channel cannot deliver");
      await program.ticks(5);
      scene.bot.always(undefined);
      await scene.told.expect(SOON, alert("dep:db"));
    },
  },
  {
    name: "recovery during the outage: it arrives afterwards",
    async play(stage) {
      const { scene, db } = stage;
      const program = await runIntoFault(stage);
      await scene.bot.goAway();
      await db.comeBack();
      await program.logged("channel cannot deliver");
      await program.ticks(5);
      await scene.bot.comeBack();
      await scene.told.expect(SOON, recovery("dep:db", "it was: dependency db does not answer"));
    },
  },
  {
    name: "restarted during the fault: no duplicate",
    async play(stage) {
      await (await runIntoFault(stage)).stop();
      await (await stage.scene.run(stage.env)).ticks(5);
    },
  },
  {
    name: "recovered while the watcher was stopped: it is told",
    async play(stage) {
      await (await runIntoFault(stage)).stop();
      await stage.db.comeBack();
      await stage.scene.run(stage.env);
      await stage.scene.told.expect(SOON, recovery("dep:db"));
    },
  },
  {
    name: "killed -9 and restarted during the fault: no duplicate",
    async play(stage) {
      await (await runIntoFault(stage)).kill();
      await (await stage.scene.run(stage.env)).ticks(5);
    },
  },
];

// That nothing else was told, and no message too many, is checked at the end of every scene.
describe.concurrent("the six scenarios", () => {
  test.for(SCENARIOS)("$name", async ({ play }, { scene }) => play(await stage(scene)));
});

describe.concurrent("what could not be told is seen", () => {
  test("in /api/status and /healthz while it lasts; in the log when it begins and when it ends", async ({ scene }) => {
    scene.bot.always(FAULTS.internalError);
    const program = await scene.run({ WATCHDOG_DEPS: "db=tcp://127.0.0.1:1,api=tcp://127.0.0.1:1" });
    await program.logged("decision", { key: "dep:api" });
    await program.answers("/healthz", ({ status }) => status === "cannot alert");
    while (scene.bot.requests.length < 3) await program.ticks(1);

    const why = "Telegram said 500: Internal Server Error";
    const { status, body } = await program.get("/healthz");
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: "cannot alert", why: `telegram: ${why} (2 undelivered)` });
    const shown = (await program.get("/api/status")).body;
    const { time } = await program.logged("decision");
    expect(shown.undelivered).toMatchObject({ count: 2, why, oldest: [{ key: "dep:db" }, { key: "dep:api" }] });
    const oldestAt = Date.parse(undelivered(shown).oldestAt ?? "");
    expect(Math.abs(oldestAt - Date.parse(String(time)))).toBeLessThan(2_000);

    scene.bot.always(undefined);
    await scene.told.expect(SOON, alert("dep:db"), alert("dep:api"));
    await program.logged("channel delivers again");
    expect(await program.get("/healthz")).toMatchObject({ body: { status: "ok" } });
    expect((await program.get("/api/status")).body.undelivered).toMatchObject({ count: 0, oldestAt: null, why: null });
    const said = program.log.filter(({ msg }) => String(msg).startsWith("channel "));
    expect(said.map(({ level, msg, error }) => ({ level, msg, error }))).toEqual([
      { level: "warn", msg: "channel cannot deliver", error: why },
      { level: "info", msg: "channel delivers again", error: undefined },
    ]);
  });

  test("a channel that was away before a restart is said to be away after it", async ({ scene }) => {
    const { db, env } = await stage(scene);
    await Promise.all([scene.bot.goAway(), db.goAway()]);
    const first = await scene.run(env);
    await first.logged("channel cannot deliver");
    await first.kill();
    const second = await scene.run(env);
    await second.answers("/healthz", ({ status, why }) => status === "cannot alert" && /\(1 und/.test(String(why)));
    await scene.bot.comeBack();
    await scene.told.expect(SOON, alert("dep:db"));
  });
});

describe.concurrent("restarts are not news", () => {
  test("twenty of them, stopped and killed, with an incident open: no message", async ({ scene }) => {
    const own = await stage(scene);
    await (await runIntoFault(own)).kill();
    for (let restart = 0; restart < 20; restart += 1) {
      const program = await scene.run(own.env);
      // Some die before their first tick, some after it.
      if (restart % 3 > 0) await program.answers("/api/status", ({ lastTickAt }) => lastTickAt !== null);
      await (restart % 2 === 0 ? program.kill() : program.stop());
    }
    expect(scene.told.unchecked).toBe(0);
    await own.db.comeBack();
    await scene.run(own.env);
    await scene.told.expect(SOON, recovery("dep:db"));
  });

  test("a fault that began while the watchdog was away is told", async ({ scene }) => {
    const { db, env } = await stage(scene);
    const first = await scene.run(env);
    await first.ticks(1);
    await first.stop();
    await db.goAway();
    await scene.run(env);
    await scene.told.expect(SOON, alert("dep:db"));
  });

  test("another incident of what recovered and broke again while it was away is not", async ({ scene }) => {
    const own = await stage(scene);
    await (await runIntoFault(own)).stop();
    await own.db.comeBack();
    await own.db.goAway();
    await (await scene.run(own.env)).ticks(5);
  });

  test("a chat that has migrated is remembered by a watchdog that was killed", async ({ scene }) => {
    const own = await stage(scene);
    scene.bot.migrate("-1009999999999");
    await (await runIntoFault(own)).kill();
    const before = scene.bot.requests.length;
    await own.db.comeBack();
    await scene.run(own.env);
    const { message } = await scene.told.expect(SOON, recovery("dep:db"));
    expect(message.chatId).toBe("-1009999999999");
    expect(scene.bot.requests.length - before).toBe(1);
  });
});

const DOWN = { WATCHDOG_DEPS: "db=tcp://127.0.0.1:1" };

describe.concurrent("state that cannot be used is said, kept, and no reason to stop", () => {
  interface Damage {
    readonly name: string;
    readonly damage: (path: string) => void;
    readonly why: RegExp;
  }
  const DAMAGES: readonly Damage[] = [
    {
      name: "damaged in its middle",
      damage: (path) => writeFileSync(path, readFileSync(path).fill(0xa5, 4_096, statSync(path).size - 1_024)),
      why: /cannot be read \(.+\): set aside as /,
    },
    {
      name: "of a newer version",
      damage(path) {
        const database = new DatabaseSync(path);
        database.exec("PRAGMA user_version = 99");
        database.close();
      },
      why: /written by a newer version: schema 99, this one knows \d+\): set aside as /,
    },
  ];

  test.for(DAMAGES)("a database $name: set aside whole, and another begun", async ({ damage, why }, { scene }) => {
    const env = { ...DOWN, WATCHDOG_STATE_DIR: scene.path("state") };
    const first = await scene.run(env);
    await scene.told.expect(SOON, alert("dep:db"));
    await settled(first);
    await first.stop();
    damage(scene.path("state/watchdog.db"));
    const content = readFileSync(scene.path("state/watchdog.db"));

    const second = await scene.run(env);
    const line = await second.logged("state");
    expect(line).toMatchObject({ level: "warn", problem: expect.stringMatching(why) });
    const [aside = "none"] = readdirSync(scene.path("state")).filter((name) => /unreadable-\d+$/.test(name));
    expect(line.problem).toContain(aside);
    expect(readFileSync(scene.path(`state/${aside}`)).equals(content)).toBe(true);
    // It knows nothing any more, so it tells what is wrong.
    await scene.told.expect(SOON, alert("dep:db"));
    await settled(second);
    await second.kill();

    const third = await scene.run(env);
    await third.ticks(3);
    expect(third.log.filter(({ msg }) => msg === "state")).toEqual([]);
  });

  test("rows that cannot be read back are said, and cost no other row", async ({ scene }) => {
    const env = {
      WATCHDOG_DEPS: "db=tcp://127.0.0.1:1,api=tcp://127.0.0.1:1",
      WATCHDOG_STATE_DIR: scene.path("state"),
    };
    await scene.bot.goAway();
    const first = await scene.run(env);
    await first.answers("/api/status", (body) => undelivered(body).count === 2);
    await first.stop();
    const database = new DatabaseSync(scene.path("state/watchdog.db"));
    database.exec(`UPDATE notice SET notice = '{"key":' WHERE notice ->> 'key' = 'dep:db';
      INSERT INTO alert VALUES ('dep:x', 'null')`);
    database.close();
    await scene.bot.comeBack();

    const second = await scene.run(env);
    await scene.told.expect(SOON, alert("dep:api"));
    await second.ticks(3);
    const problems = second.log.filter(({ msg }) => msg === "state").map(({ problem }) => problem);
    expect(problems).toEqual([
      "the stored alert dep:x cannot be read back and is left out",
      'a notice owed to telegram cannot be read back and is dropped: {"key":',
    ]);
    scene.incomplete = true;
  });

  test("a directory that is a file", async ({ scene }) => {
    writeFileSync(scene.path("file"), "somebody's");
    const program = await scene.run({ ...DOWN, WATCHDOG_STATE_DIR: scene.path("file") });
    const { problem } = await program.logged("state");
    expect(problem).toMatch(/file cannot be used \(.*EEXIST.*\): state is kept in memory only$/);
    await scene.told.expect(SOON, alert("dep:db"));
    await program.stop();
    expect(readFileSync(scene.path("file"), "utf8")).toBe("somebody's");
  });
});

const isRoot = process.getuid?.() === 0;
const canSwitchUser =
  isRoot && spawnSync("setpriv", ["--reuid=65534", "--clear-groups", BIN, "--version"]).status === 0;

describe.skipIf(!canSwitchUser).concurrent("a directory of another user (needs root)", () => {
  test("the state in it is left as it is, and the watchdog watches on from memory", async ({ scene }) => {
    spawnSync("chmod", ["755", scene.directory]);
    const env = { ...DOWN, WATCHDOG_STATE_DIR: scene.path("state") };
    const first = await scene.run(env);
    await scene.told.expect(SOON, alert("dep:db"));
    await settled(first);
    await first.stop();
    const content = readFileSync(scene.path("state/watchdog.db"));
    const names = readdirSync(scene.path("state"));

    const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", BIN];
    const second = await scene.run(env, { command: nobody });
    const { problem } = await second.logged("state");
    expect(problem).toMatch(
      /cannot be used \(.+; it belongs to user 0, .* user 65534: .*\): state is kept in memory only$/,
    );
    await scene.told.expect(SOON, alert("dep:db"));
    expect(readdirSync(scene.path("state"))).toEqual(names);
    expect(readFileSync(scene.path("state/watchdog.db")).equals(content)).toBe(true);
  });
});

const canMount = isRoot && spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "none", "/mnt"]).status === 0;
/** The program in a world of its own mounts. */
const mounted = (mount: string) => ["unshare", "--mount", "sh", "-c", `${mount} && exec '${BIN}' "$@"`, "sh"];

describe.skipIf(!canMount).concurrent("a disk that gives out (needs root)", () => {
  test("full while it watches: told from memory, and said once", async ({ scene }) => {
    const { db, env } = await stage(scene);
    const path = scene.path("state");
    mkdirSync(path);
    const program = await scene.run(env, { command: mounted(`mount -t tmpfs -o size=1m none '${path}'`) });
    await db.goAway();
    await scene.told.expect(SOON, alert("dep:db"));
    await settled(program);
    // Until nothing more fits.
    const { status } = spawnSync("dd", ["if=/dev/zero", `of=/proc/${program.child.pid}/root${path}/filler`, "bs=1k"]);
    expect(status).toBe(1);
    await db.comeBack();
    await scene.told.expect(SOON, recovery("dep:db"));
    await db.goAway();
    await scene.told.expect(SOON, alert("dep:db"));
    const said = program.log.filter(({ msg }) => msg === "state").map(({ problem }) => problem);
    expect(said).toEqual([expect.stringMatching(/^state cannot be written \(.*full.*\); going on in memory only$/)]);
  });

  test("read-only from the start: the same", async ({ scene }) => {
    const { db, env } = await stage(scene);
    const path = scene.path("state");
    const first = await scene.run(env);
    await first.ticks(1);
    await first.stop();
    const content = readFileSync(`${path}/watchdog.db`);
    const command = mounted(`mount --bind '${path}' '${path}' && mount -o remount,ro,bind '${path}'`);
    const program = await scene.run(env, { command });
    await db.goAway();
    await scene.told.expect(SOON, alert("dep:db"));
    const said = program.log.filter(({ msg }) => msg === "state").map(({ problem }) => problem);
    expect(said).toEqual([expect.stringMatching(/cannot be used \(.+\): state is kept in memory only$/)]);
    await program.stop();
    expect(readFileSync(`${path}/watchdog.db`).equals(content)).toBe(true);
  });
});
