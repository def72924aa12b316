import { loadSettings } from "../../src/config/load-settings.ts";
import { renderPlain } from "../../src/core/message.ts";
import type { Language, Texts } from "../../src/core/texts/index.ts";
import { SECOND_MS } from "../../src/core/time.ts";
import { loadTexts } from "../../src/load-texts.ts";
import { Deliverer } from "../../src/outbox/deliverer.ts";
import { Remarker } from "../../src/outbox/remarker.ts";
import { createSources } from "../../src/sources/index.ts";
import type { AnySource } from "../../src/sources/source.ts";
import { openDatabase } from "../../src/store/open-database.ts";
import { Store } from "../../src/store/store.ts";
import { Watchdog } from "../../src/watchdog.ts";
import { EditingChannel } from "../stand-ins/scripted-channel.ts";
import { SimulatedClock } from "../stand-ins/simulated-clock.ts";

export const TICK = 30 * SECOND_MS;

/** What is watched in the transcripts. */
const ENV = {
  WATCHDOG_DOCKER_SOCK: "/var/run/docker.sock",
  WATCHDOG_METRICS_URL: "http://orchestrator:8080/metrics",
  WATCHDOG_DEPS: "db=tcp://db:5432,mail=https://mail.example.org/",
  WATCHDOG_ONLINE_PROBE: "https://one.one.one.one/,tcp://9.9.9.9:53",
  WATCHDOG_FORECAST_H: "24",
  WATCHDOG_TZ: "Europe/Berlin",
  WATCHDOG_DIGEST_AT: "08:00",
  WATCHDOG_START_NOTICE: "true",
};

/** A night in which the real program is told what its sources find: only reading and sending are played. */
export class Story {
  readonly clock = new SimulatedClock(Date.UTC(2026, 5, 10, 1, 0, 0));
  readonly channel = new EditingChannel(this.clock, { name: "telegram" });
  readonly store = new Store(openDatabase(undefined, fail).database, fail);
  readonly watchdog: Watchdog;
  readonly deliverer: Deliverer;
  readonly settings;
  readonly texts: Texts;
  /** What each source finds from now on, by its name; an Error: it cannot be read. */
  readonly finds: Record<string, unknown>;
  #texts = 0;
  #edits = 0;

  constructor(texts: Texts, language: Language, finds: Record<string, unknown>) {
    const { settings, problems } = loadSettings({ ...ENV, WATCHDOG_LANG: language });
    if (problems.length > 0) throw new Error(problems.join("\n"));
    const { clock, channel, store } = this;
    this.finds = finds;
    this.texts = texts;
    this.settings = settings;
    const log = { debug: () => {}, info: () => {}, warn: () => {}, error: fail };
    const shared = { texts, clock, log };
    const timing = { random: () => 0, zone: settings.zone, timeoutMs: settings.httpTimeoutMs };
    this.deliverer = new Deliverer({ ...shared, ...timing, channel, notices: store });
    const remarker = new Remarker({ deliverers: [this.deliverer], clock, andMore: texts.messages.andMore });
    this.watchdog = new Watchdog({
      ...shared,
      onRemarks: (remarks) => remarker.note(remarks),
      sources: createSources(settings, texts).all.map((source) => this.#played(source)),
      store,
      channels: [channel.name],
      onOwed: () => this.deliverer.kick(),
      intervalMs: TICK,
      cooldownMs: settings.cooldownMs,
    });
  }

  static async begin(language: Language, finds: Record<string, unknown>): Promise<Story> {
    const story = new Story(await loadTexts(language), language, finds);
    story.watchdog.start();
    await story.pass(SECOND_MS);
    return story;
  }

  /** So many ticks, the sources finding this; then the messages that people got meanwhile. */
  async ticks(count: number, finds: Record<string, unknown> = {}): Promise<string> {
    Object.assign(this.finds, finds);
    return this.pass(count * TICK);
  }

  async pass(ms: number): Promise<string> {
    await this.clock.advance(ms);
    return this.told();
  }

  /** What people got since this was last asked. */
  told(): string {
    const texts = this.channel.attempts.slice(this.#texts).map(({ message }) => renderPlain(message));
    this.#texts = this.channel.attempts.length;
    return texts.join("\n\n— — —\n\n");
  }

  /** What the message that was edited last says now. */
  edited(): string {
    const edit = this.channel.edits.slice(this.#edits).at(-1);
    this.#edits = this.channel.edits.length;
    return edit?.text ?? "";
  }

  #played(source: AnySource): AnySource {
    const { follow: _, close: __, ...rest } = source;
    return {
      ...rest,
      collect: async () => {
        const found = this.finds[source.name];
        if (found === undefined || found instanceof Error) throw found ?? new Error(`nobody plays ${source.name}`);
        return typeof found === "function" ? found() : found;
      },
    };
  }
}

function fail(...facts: unknown[]): never {
  throw new Error(facts.map((fact) => (typeof fact === "string" ? fact : JSON.stringify(fact))).join(" "));
}
