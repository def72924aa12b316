import type { ChannelMemory } from "../channels/channel.ts";
import { createChannels, type TelegramExtras } from "../channels/index.ts";
import type { Chat } from "../chat/index.ts";
import { createSystemClock } from "../clock.ts";
import type { Settings } from "../config/settings.ts";
import type { Texts } from "../core/texts/index.ts";
import { assessHealth, type Health } from "../face/assess-health.ts";
import { describeStatus } from "../face/describe-status.ts";
import type { Log } from "../log.ts";
import { Deliverer } from "../outbox/deliverer.ts";
import { Remarker } from "../outbox/remarker.ts";
import type { ProofOfLife } from "../proof-of-life/index.ts";
import { keepIncidents } from "../proof-of-life/keep-incidents.ts";
import { createSources } from "../sources/index.ts";
import { openDatabase } from "../store/open-database.ts";
import { Store } from "../store/store.ts";
import { ALIVE, Watchdog } from "../watchdog.ts";
import { assembleChat, type ChatModule, describeChat } from "./assemble-chat.ts";
import { describeHeartbeat, type LifeModule, startLife } from "./assemble-life.ts";

/** Of the five seconds that a clean stop may take, what sending may have. */
const STOP_SENDING_MS = 3_500;
const STOP_CLOSING_MS = 300;
const SHOWN_UNDELIVERED = 100;

/** The watchdog with all its parts. */
export interface Assembly {
  start(): void;
  /** Stops ticking, sends what can be sent within a few seconds, and stores the rest. Never throws. */
  stop(): Promise<void>;
  health(): Health;
  /** What `/api/status` shows. */
  status(): object;
}

/**
 * Puts the parts together as the settings say; nothing runs until `start`.
 *
 * @param texts in which everything is told to people
 * @param chatModule the commands in the chat, where they are switched on
 * @param lifeModule the heartbeat and what is told without an alert, where any of it is wanted
 * @throws StateDirInUse when another watchdog runs on the same state directory
 */
export async function assembleWatchdog(
  settings: Settings,
  texts: Texts,
  { logger, writeNotice }: Log,
  chatModule?: ChatModule,
  lifeModule?: LifeModule,
): Promise<Assembly> {
  const opened = openDatabase(settings.stateDir, (problem) => logger.warn({ problem }, "state"));
  const store = new Store(opened.database, (problem) => logger.error({ problem }, "state"));
  const { clock, timeline } = createSystemClock(store.timeline(), store.latestInstant());
  store.rememberTimeline(timeline);
  const aliveAt = store.memory(ALIVE);

  let chat: Chat | undefined;
  const extras: TelegramExtras = { keyboardFor: (message) => chat?.keyboardFor(message) };
  const channels = await createChannels(settings, writeNotice, (name) => recallChannel(store, name), extras);
  const names = channels.map((channel) => channel.name);
  const [heir] = names;
  const adopted = heir === undefined ? 0 : store.adoptNotices(names, heir);
  if (adopted > 0) logger.warn({ notices: adopted, channel: heir }, "took over what a former channel was owed");
  const shared = {
    notices: store,
    clock,
    log: logger,
    random: Math.random,
    zone: settings.zone,
    texts,
    quietHours: settings.quietHours,
    timeoutMs: settings.httpTimeoutMs,
  };
  const deliverers = channels.map((channel) => new Deliverer({ ...shared, channel }));
  const kickAll = () => {
    for (const deliverer of deliverers) deliverer.kick();
  };

  for (const warning of settings.routeWarnings) logger.warn({ warning }, "configuration");

  const sources = createSources(settings, texts, (problem) => logger.warn({ problem }, "sources"));
  const { intervalMs, cooldownMs } = settings;
  // What only routes name hears of what is routed there, and of nothing else.
  const informed = deliverers.filter(({ channel }) => settings.routing.fallback.includes(channel));
  const remarker = new Remarker({ deliverers: informed, clock, andMore: texts.messages.andMore });
  const incidents = keepIncidents(store);
  const watchdog = new Watchdog({
    sources: sources.all,
    texts,
    store: settings.digestMinute === undefined ? store : incidents,
    channels: names,
    routing: settings.routing,
    onOwed: kickAll,
    onRemarks: (remarks) => remarker.note(remarks),
    onTicked: () => life?.ticked(),
    clock,
    log: logger,
    intervalMs,
    cooldownMs,
  });
  let life: ProofOfLife | undefined;
  chat = assembleChat(chatModule, settings, { texts, watchdog, store, deliverers, clock, log: logger });
  const deliveries = () => deliverers.map((deliverer) => deliverer.status());
  const toIso = (at: number) => new Date(at + clock.wallNow() - clock.now()).toISOString();

  return {
    start() {
      logger.info({ sources: sources.all.map((source) => source.name), channels: names }, "watching");
      const facts = () => {
        const now = clock.now();
        return { now, sources: watchdog.sources(), signals: watchdog.signals(), channels: deliveries() };
      };
      life = startLife(lifeModule, {
        settings,
        texts,
        clock,
        log: logger,
        memory: store,
        keepsState: !store.isInMemory,
        aliveAt,
        deliverers: informed,
        incidents: incidents.incidents,
        alerting: () => watchdog.alertStates(),
        facts,
      });
      watchdog.start();
      chat?.start();
      kickAll(); // What is owed from before a restart waits for no tick.
    },
    async stop() {
      remarker.stop();
      const farewell = life?.stop(STOP_SENDING_MS);
      await Promise.all([watchdog.stop(), chat?.stop()]);
      await Promise.all([farewell, ...deliverers.map((deliverer) => deliverer.stop(STOP_SENDING_MS))]);
      const closed = Promise.allSettled([sources.close(), ...channels.map((channel) => channel.close?.())]);
      await Promise.race([closed, new Promise<void>((resolve) => clock.after(STOP_CLOSING_MS, resolve))]);
      const undelivered = deliveries().reduce((sum, delivery) => sum + delivery.undelivered, 0);
      if (undelivered > 0 && store.isInMemory) {
        logger.error({ undelivered }, "stopped before any channel accepted these; WATCHDOG_STATE_DIR would keep them");
      }
      store.close();
      opened.release();
    },
    health: () =>
      assessHealth({
        enabled: true,
        now: clock.now(),
        lastTickAt: watchdog.lastTickAt,
        intervalMs,
        channels: deliveries(),
      }),
    status: () => ({
      intervalS: intervalMs / 1_000,
      lastTickAt: watchdog.lastTickAt === undefined ? null : toIso(watchdog.lastTickAt),
      ...describeStatus(
        {
          now: clock.now(),
          signals: watchdog.signals(),
          alerting: watchdog.alertStates(),
          silences: store.silences(clock.now()),
          sources: watchdog.sources(),
          channels: deliveries(),
          owed: names.flatMap((channel) =>
            store
              .owed(channel, SHOWN_UNDELIVERED)
              .slice(0, SHOWN_UNDELIVERED)
              .map((notice) => ({ ...notice, channel })),
          ),
        },
        toIso,
      ),
      commands: describeChat(chat, toIso),
      heartbeat: describeHeartbeat(life, toIso),
    }),
  };
}

function recallChannel(store: Store, name: string): ChannelMemory {
  const stored = store.memory(`channel/${name}`);
  return typeof stored === "object" && stored !== null ? (stored as ChannelMemory) : {};
}
