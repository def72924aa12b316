import { describe, expect } from "vitest";
import { type BotApi, FAULTS } from "../stand-ins/bot-api.ts";
import { alert, between, passed, recovery, SOON } from "./support/collector.ts";
import { stage } from "./support/orchestrator.ts";
import { CHAT_ID, test } from "./support/scene.ts";
import { startTcp } from "./support/servers.ts";

interface Way {
  readonly how: string;
  readonly begin: (bot: BotApi) => unknown;
  readonly end: (bot: BotApi) => unknown;
  /** What the log says of it. */
  readonly error: RegExp;
  /** Whether a message may have arrived, so that the next attempt may be a repeat. */
  readonly ambiguous?: true;
}

const always = (fault: Parameters<BotApi["always"]>[0]) => ({
  begin: (bot: BotApi) => bot.always(fault),
  end: (bot: BotApi) => bot.always(undefined),
});

const WAYS: readonly Way[] = [
  { how: "refuses connections", begin: (bot) => bot.goAway(), end: (bot) => bot.comeBack(), error: /refused/ },
  { how: "answers 500", ...always(FAULTS.internalError), error: /500: Internal Server Error/ },
  { how: "answers 502 with a page", ...always(FAULTS.badGateway), error: /502, text\/html/ },
  { how: "answers 429", ...always(FAULTS.tooManyRequests(1)), error: /429: Too Many Requests/ },
  { how: "answers 200 with nothing", ...always(FAULTS.empty), error: /empty/ },
  { how: "hangs", ...always(FAULTS.hang), error: /no complete answer/, ambiguous: true },
  { how: "drips", ...always({ kind: "drip", everyMs: 1_000 }), error: /no complete answer/, ambiguous: true },
  { how: "resets the connection", ...always(FAULTS.reset), error: /reset|closed/, ambiguous: true },
];

const REPEAT = "possibly a repeat";

describe.concurrent("what could not be told arrives afterwards, once", () => {
  test.for(WAYS)("Telegram $how", async ({ begin, end, error, ambiguous }, { scene }) => {
    const { bot } = scene;
    await begin(bot);
    const program = await scene.run({ WATCHDOG_DEPS: "db=tcp://127.0.0.1:1", WATCHDOG_HTTP_TIMEOUT_S: "0.5" });
    const { error: said } = await program.logged("channel cannot deliver", { channel: "telegram" });
    expect(said).toMatch(error);
    expect(await program.get("/healthz")).toMatchObject({ status: 200, body: { status: "cannot alert" } });
    const { undelivered } = (await program.get("/api/status")).body;
    expect(undelivered).toMatchObject({ count: 1, oldest: [{ channel: "telegram", key: "dep:db", action: "alert" }] });
    await end(bot);
    const { message } = await scene.told.expect(SOON, alert("dep:db"));
    expect(message.text.includes(REPEAT)).toBe(ambiguous === true);
    await program.logged("channel delivers again");
  });

  test("an answer that is lost: told again, and said to be possibly a repeat", async ({ scene }) => {
    scene.bot.script({ kind: "hang", accept: true });
    await scene.run({ WATCHDOG_DEPS: "db=tcp://127.0.0.1:1", WATCHDOG_HTTP_TIMEOUT_S: "0.5" });
    const first = await scene.told.expect(SOON, alert("dep:db"));
    expect(first.message.text).not.toContain(REPEAT);
    await scene.told.expect(SOON, alert("dep:db", REPEAT));
  });

  test("429: not asked again before the time that it demands", async ({ scene }) => {
    scene.bot.script(FAULTS.tooManyRequests(3));
    const program = await scene.run({ WATCHDOG_DEPS: "db=tcp://127.0.0.1:1" });
    await program.logged("channel cannot deliver");
    scene.told.mark();
    // The refusal came before it was logged, on a busy machine by a second; unasked, the pause is less than one.
    await scene.told.expect(between(2, 90), alert("dep:db"));
    expect(scene.bot.requests.filter((method) => method === "sendMessage")).toHaveLength(2);
  });

  test("what came and went while nobody could be told is one line; what stays is told as it is now", async ({
    scene,
  }) => {
    const orchestrator = await scene.orchestrator();
    const [db, api] = [await scene.host(startTcp()), await scene.host(startTcp())];
    const program = await scene.run({
      WATCHDOG_METRICS_URL: orchestrator.url,
      WATCHDOG_STAGE_STUCK_S: "3600",
      WATCHDOG_DEPS: `db=tcp://127.0.0.1:${db.port},api=tcp://127.0.0.1:${api.port}`,
    });
    await api.goAway();
    await scene.told.expect(SOON, alert("dep:api"));

    await scene.bot.goAway();
    await db.goAway();
    await program.logged("decision", { key: "dep:db", action: "alert" });
    orchestrator.report({ stages: [stage(12, 5_400)] });
    await Promise.all([db.comeBack(), api.comeBack()]);
    await program.logged("decision", { key: "dep:db", action: "recovery" });
    await program.logged("decision", { key: "dep:api", action: "recovery" });
    await program.logged("decision", { key: "stage_stuck:12", action: "alert" });
    await scene.bot.comeBack();
    const { blocks, headings } = await scene.told.expect(
      SOON,
      alert("stage_stuck:12"),
      recovery("dep:api"),
      passed("dep:db", "dependency db does not answer"),
    );
    expect(blocks[2]?.text).toMatch(
      /^🔴🟢 came and went: dependency db does not answer, \d\d:\d\d:\d\d to \d\d:\d\d:\d\d \(.+\) #dep_db$/,
    );
    expect(headings).toEqual(["1 problem, 1 resolved, 1 came and went"]);
  });

  test("a token that is refused: said once, with the mend, and tried again slowly", async ({ scene }) => {
    scene.incomplete = true;
    const program = await scene.run({
      WATCHDOG_DEPS: "db=tcp://127.0.0.1:1",
      WATCHDOG_TG_BOT_TOKEN: "111111:AAE-another_Secret-never-seen",
      WATCHDOG_COOLDOWN_S: "0.3",
    });
    const line = await program.logged("channel cannot deliver", { permanent: true });
    expect(line.error).toContain("check WATCHDOG_TG_BOT_TOKEN");
    await program.ticks(8);
    expect(scene.bot.requests).toEqual(["sendMessage"]);
    expect(program.log.filter(({ msg }) => msg === "channel cannot deliver")).toHaveLength(1);
    expect(program.stdout).not.toContain("another_Secret");
  });

  test("a group that became a supergroup is told at its new id, also after a restart", async ({ scene }) => {
    const db = await scene.host(startTcp());
    const env = { WATCHDOG_DEPS: `db=tcp://127.0.0.1:${db.port}`, WATCHDOG_STATE_DIR: scene.path("state") };
    await db.goAway();
    scene.bot.migrate("-1009999999999");
    const program = await scene.run(env);
    const first = await scene.told.expect(SOON, alert("dep:db"));
    expect(first.message.chatId).toBe("-1009999999999");
    const { warning } = await program.logged("channel accepted with a warning");
    expect(warning).toContain("set WATCHDOG_TG_CHAT_ID to that");
    await program.stop();
    await db.comeBack();
    const before = scene.bot.requests.length;
    await scene.run(env);
    await scene.told.expect(SOON, recovery("dep:db"));
    expect(scene.bot.requests.length - before).toBe(1);
    expect(warning).toContain(CHAT_ID);
  });

  test("a topic that is gone: told without it", async ({ scene }) => {
    const program = await scene.run({ WATCHDOG_DEPS: "db=tcp://127.0.0.1:1", WATCHDOG_TG_THREAD_ID: "4" });
    const { message } = await scene.told.expect(SOON, alert("dep:db"));
    expect(message.threadId).toBeUndefined();
    const { warning } = await program.logged("channel accepted with a warning");
    expect(warning).toContain("WATCHDOG_TG_THREAD_ID");
  });
});
