import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GenericContainer, Wait } from "testcontainers";
import { Collector } from "../../acceptance/support/collector.ts";
import { type BotApi, startBotApi } from "../../stand-ins/bot-api.ts";
import { type ComposeProject, compose } from "./compose.ts";
import { docker, engineEnvironment, inspect } from "./engine.ts";
import { importBusybox, importNode } from "./stand-in-images.ts";

const ROOT = join(import.meta.dirname, "../../..");
export const SHIPPED = join(ROOT, "docker-compose.yml");
export const HARDENED = join(ROOT, "docker-compose.hardened.yml");

const TOKEN = "424242:from-the-env-file";
const CHAT_ID = "4242";

/** What `docker inspect` says of a container. */
export interface ContainerState {
  readonly Id: string;
  readonly Config: { readonly User: string; readonly StopSignal: string };
  readonly State: {
    readonly Status: string;
    readonly ExitCode: number;
    readonly OOMKilled: boolean;
    readonly Health?: { readonly Status: string; readonly Log: readonly { readonly Output: string }[] };
  };
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly CapDrop: readonly string[];
    readonly CapAdd: readonly string[] | null;
    readonly SecurityOpt: readonly string[];
    readonly Privileged: boolean;
    readonly Memory: number;
    readonly PidsLimit: number;
    readonly Tmpfs?: Readonly<Record<string, string>> | null;
  };
  readonly Mounts: readonly { readonly Destination: string; readonly RW: boolean; readonly Type: string }[];
}

/**
 * Everything that the image is tried among: a stand-in for its base, containers that can be broken, and a Bot API. All its
 * names begin with one prefix, so that it can share an engine.
 */
export class Stage {
  readonly prefix = `wdi${randomBytes(3).toString("hex")}`;
  readonly base = `${this.prefix}-node`;
  readonly busybox = `${this.prefix}-busybox`;
  readonly image = `${this.prefix}-image`;
  readonly #folder = mkdtempSync(join(tmpdir(), "watchdog-compose-"));
  /** What differs from a user's stack: the image's name, the network that the Bot API listens in, how often health is asked. */
  readonly override = this.write(
    "test.yml",
    `
services: { watchdog: { image: ${this.image}, healthcheck: { interval: 1s } } }
networks: { default: { external: true, name: ${this.prefix} } }
`,
  );
  /** The shipped stack, beside a .env of two lines. */
  readonly stack: ComposeProject = {
    name: this.prefix,
    files: [SHIPPED, this.override],
    envFile: this.write(".env", `WATCHDOG_TG_BOT_TOKEN=${TOKEN}\nWATCHDOG_TG_CHAT_ID=${CHAT_ID}\n`),
  };
  #environment: Readonly<Record<string, string>> = {};
  #botApi: BotApi | undefined;
  #people: Collector | undefined;

  /** Builds the image by the shipped Dockerfile and starts what stands around it. */
  async setUp(): Promise<void> {
    Object.assign(process.env, engineEnvironment());
    await Promise.all([importNode(this.base), importBusybox(this.busybox)]);
    await compose(this.stack, "build", "--build-arg", `NODE_IMAGE=${this.base}`);
    await docker("network", "create", this.prefix);
    const gateway = await docker("network", "inspect", "--format", "{{(index .IPAM.Config 0).Gateway}}", this.prefix);
    // Nothing but the containers of this network can reach it there.
    this.#botApi = await startBotApi({ token: TOKEN, chatId: CHAT_ID, host: gateway });
    this.#people = new Collector(this.#botApi);
    this.#environment = {
      WATCHDOG_TG_API_ROOT: `http://${gateway}:${new URL(this.#botApi.url).port}`,
      WATCHDOG_INTERVAL_S: "0.5",
      WATCHDOG_STOP_GRACE_S: "1",
      WATCHDOG_MEM_PCT: "100",
      // Other tests use the same engine.
      WATCHDOG_CONTAINERS: `${this.prefix}-*`,
    };
    await Promise.all([
      ...["api", "db", "web"].map((what) => this.#startNeighbour(what, (container) => container)),
      this.#startNeighbour("sick", (container) =>
        container
          .withHealthCheck({ test: ["CMD-SHELL", "test ! -e /tmp/sick"], interval: 300, timeout: 2_000, retries: 1 })
          .withWaitStrategy(Wait.forHealthCheck()),
      ),
    ]);
  }

  async tearDown(): Promise<void> {
    await this.down(this.stack).catch(() => {});
    await this.#botApi?.close();
    const leftovers = await docker("ps", "--all", "--quiet", "--filter", `name=${this.prefix}`);
    if (leftovers !== "") await docker("rm", "--force", "--volumes", ...leftovers.split("\n"));
    await docker("network", "rm", this.prefix).catch(() => {});
    for (const image of [this.image, this.base, this.busybox]) await docker("rmi", "--force", image).catch(() => {});
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get botApi(): BotApi {
    if (this.#botApi === undefined) throw new Error("setUp has not been called");
    return this.#botApi;
  }

  /** What people receive. */
  get people(): Collector {
    if (this.#people === undefined) throw new Error("setUp has not been called");
    return this.#people;
  }

  /** The name of a neighbour: a container that people might run beside the watchdog. */
  name(what: string): string {
    return `${this.prefix}-${what}`;
  }

  /** A file beside the stack's .env; returns its path. */
  write(name: string, text: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** Starts the watchdog and returns its container's id. */
  async up(project: ComposeProject, ...options: readonly string[]): Promise<string> {
    const environment = { ...this.#environment, ...project.environment };
    await compose({ ...project, environment }, "up", "-d", "--no-build", ...options);
    return (await compose(project, "ps", "-q", "watchdog")).trim();
  }

  async down(project: ComposeProject): Promise<void> {
    await compose(project, "down", "--volumes", "--timeout", "1");
  }

  async isHealthy(id: string): Promise<boolean> {
    return (await inspect<ContainerState>(id)).State.Health?.Status === "healthy";
  }

  async #startNeighbour(what: string, build: (container: GenericContainer) => GenericContainer): Promise<void> {
    const container = new GenericContainer(this.busybox).withName(this.name(what)).withCommand(["sleep", "3600"]);
    await build(container).start();
  }
}
