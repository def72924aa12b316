import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, vi } from "vitest";
import { type BotApi, startBotApi } from "../../stand-ins/bot-api.ts";
import { type StandInContainer, type StandInEngine, startDockerEngine } from "../../stand-ins/docker-engine.ts";
import { foldedOf, hashtagOf, parseBlocks } from "./blocks.ts";
import { Collector } from "./collector.ts";
import { type Orchestrator, startOrchestrator } from "./orchestrator.ts";
import { type Environment, type Outcome, Program, type SpawnOptions } from "./program.ts";
import { onFreePort } from "./servers.ts";

/** The part behind the colon must be seen nowhere. */
const SECRET = "AAE-this_Secret-must-never-be-seen1";
export const TOKEN = `987654321:${SECRET}`;
export const CHAT_ID = "-1001234567890";

/** A stage for one scenario: the servers around a watchdog, and the watchdogs on it. */
export class Scene {
  /** Its own, empty, and gone with it. */
  readonly directory = mkdtempSync(join(tmpdir(), "watchdog-"));
  readonly bot: BotApi;
  readonly told: Collector;
  /** Set by scenarios in which not everything that was decided can be told or seen. */
  incomplete = false;
  readonly #programs: Program[] = [];
  readonly #guests: { close(): Promise<void> }[] = [];

  constructor(bot: BotApi) {
    this.bot = bot;
    this.told = new Collector(bot);
  }

  /** Small intervals, nothing watched but what a scenario names, and the stand-in of Telegram. */
  get environment(): Environment {
    return {
      HOME: this.directory,
      WATCHDOG_INTERVAL_S: "0.2",
      WATCHDOG_HTTP_TIMEOUT_S: "2",
      WATCHDOG_DOCKER_SOCK: "off",
      WATCHDOG_MEM_PCT: "100",
      WATCHDOG_LISTEN: "127.0.0.1:0",
      WATCHDOG_START_NOTICE: "false",
      WATCHDOG_TG_BOT_TOKEN: TOKEN,
      WATCHDOG_TG_CHAT_ID: CHAT_ID,
      WATCHDOG_TG_API_ROOT: this.bot.url,
    };
  }

  /** Starts `watchdog run` and waits until it watches. */
  async run(env: Environment = {}, options: SpawnOptions = {}): Promise<Program> {
    const program = this.spawn(["run"], env, options);
    await program.logged("watching");
    return program;
  }

  /** Runs a command to its end. */
  command(args: readonly string[], env: Environment = {}, options: SpawnOptions = {}): Promise<Outcome> {
    return this.spawn(args, env, options).outcome();
  }

  spawn(args: readonly string[], env: Environment = {}, options: SpawnOptions = {}): Program {
    const program = new Program(args, { ...this.environment, ...env }, options);
    this.#programs.push(program);
    return program;
  }

  orchestrator(): Promise<Orchestrator> {
    return this.host(startOrchestrator());
  }

  docker(...containers: readonly StandInContainer[]): Promise<StandInEngine> {
    return this.host(startDockerEngine(containers));
  }

  /** A server that goes away with the scene. */
  async host<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> {
    const server = await starting;
    this.#guests.push(server);
    return server;
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  /** Stops everything, and checks what must be so in every scenario. */
  async end(failed: boolean): Promise<void> {
    const running = this.#programs.filter((program) => program.running);
    try {
      if (failed) return;
      for (const program of running) await this.#settle(program);
      await Promise.all(running.map((program) => program.stop()));
      this.told.checkNothingElse();
      if (!this.incomplete) this.#checkEveryDecisionWasTold();
      this.#checkSecrecy();
    } finally {
      await Promise.all(running.map((program) => (program.running ? program.kill() : undefined)));
      await Promise.allSettled([this.bot, ...this.#guests].map((server) => server.close()));
      rmSync(this.directory, { recursive: true, force: true });
    }
  }

  /** Two more ticks, and what they owe was told: a message too many has come then. */
  async #settle(program: Program): Promise<void> {
    if (this.incomplete || !program.stdout.includes('"msg":"face listens"')) return;
    if ((await program.get("/healthz")).body.status === "disabled") return;
    await program.ticks(2);
    await program.answers("/api/status", ({ undelivered }) => (undelivered as { count: number }).count === 0);
  }

  #checkEveryDecisionWasTold(): void {
    const decided = this.#programs.flatMap((program) => (isJson(program) ? program.decisions : []));
    const due = new Set(decided.map((decision) => hashtagOf(decision.slice(decision.indexOf(" ") + 1))));
    const told = new Set(
      this.bot.messages.flatMap(({ text }) => {
        const message = parseBlocks(text);
        return [...message.blocks, ...foldedOf(message)].map(({ hashtag }) => hashtag);
      }),
    );
    const differing = [...due.symmetricDifference(told)];
    if (differing.length > 0) throw new Error(`decided but not told, or told but not decided: ${differing.join(" ")}`);
  }

  /** The token may stand in the requests to Telegram, and nowhere else. */
  #checkSecrecy(): void {
    const seen: [string, string][] = [
      ...this.#programs.flatMap(({ stdout, stderr }): [string, string][] => [
        ["stdout", stdout],
        ["stderr", stderr],
      ]),
      ...this.bot.messages.map(({ payload }): [string, string] => ["a message", JSON.stringify(payload)]),
      ...filesBelow(this.directory).map((path): [string, string] => [path, readFileSync(path, "latin1")]),
    ];
    for (const [where, text] of seen) {
      if (text.includes(SECRET)) throw new Error(`the bot token stands in ${where}`);
    }
  }
}

function isJson(program: Program): boolean {
  return program.stdout.startsWith("{");
}

/** Regular files; those named "secret…" are the scenario's own. */
function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => !name.startsWith("secret"))
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile());
}

// Two cores may be shared by many: nothing here is about speed, and only what fails waits so long.
vi.setConfig({ testTimeout: 240_000 });

/** A test with a scene of its own. */
export const test = base.extend("scene", async ({ task }, { onCleanup }) => {
  const scene = new Scene(await onFreePort((port) => startBotApi({ token: TOKEN, chatId: CHAT_ID, port })));
  onCleanup(() => scene.end(task.result?.state === "fail" || task.result?.errors !== undefined));
  return scene;
});
