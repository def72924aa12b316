import type { ChannelMemory } from "../channels/channel.ts";
import { createChannels } from "../channels/index.ts";
import { createSystemClock } from "../clock.ts";
import type { Settings } from "../config/settings.ts";
import { assessHealth, type Health } from "../face/assess-health.ts";
import { describeStatus } from "../face/describe-status.ts";
import type { Log } from "../log.ts";
import { Deliverer } from "../outbox/deliverer.ts";
import { createSources } from "../sources/index.ts";
import { openDatabase } from "../store/open-database.ts";
import { Store } from "../store/store.ts";
import { Watchdog } from "../watchdog.ts";

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
 * @throws StateDirInUse when another watchdog runs on the same state directory
 */
export function assembleWatchdog(settings: Settings, { logger, writeNotice }: Log): Assembly {
  const opened = openDatabase(settings.stateDir, (problem) => logger.warn({ problem }, "state"));
  const store = new Store(opened.database, (problem) => logger.error({ problem }, "state"));
  const { clock, timeline } = createSystemClock(store.timeline(), store.latestInstant());
  store.rememberTimeline(timeline);

  const channels = createChannels(settings, writeNotice, (name) => recallChannel(store, name));
  const names = channels.map((channel) => channel.name);
  const [heir] = names;
  const adopted = heir === undefined ? 0 : store.adoptNotices(names, heir);
  if (adopted > 0) logger.warn({ notices: adopted, channel: heir }, "took over what a former channel was owed");
  const shared = {
    notices: store,
    clock,
    log: logger,
    random: Math.random,
    zone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
    timeoutMs: settings.httpTimeoutMs,
  };
  const deliverers = channels.map((channel) => new Deliverer({ ...shared, channel }));
  const kickAll = () => {
    for (const deliverer of deliverers) deliverer.kick();
  };

  const sources = createSources(settings);
  const { intervalMs, cooldownMs } = settings;
  const watchdog = new Watchdog({
    sources: sources.all,
    store,
    channels: names,
    onOwed: kickAll,
    clock,
    log: logger,
    intervalMs,
    cooldownMs,
  });
  const deliveries = () => deliverers.map((deliverer) => deliverer.status());
  const toIso = (at: number) => new Date(at + clock.wallNow() - clock.now()).toISOString();

  return {
    start() {
      logger.info({ sources: sources.all.map((source) => source.name), channels: names }, "watching");
      watchdog.start();
      kickAll(); // What is owed from before a restart waits for no tick.
    },
    async stop() {
      await watchdog.stop();
      await Promise.all(deliverers.map((deliverer) => deliverer.stop(STOP_SENDING_MS)));
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
    }),
  };
}

function recallChannel(store: Store, name: string): ChannelMemory {
  const stored = store.memory(`channel/${name}`);
  return typeof stored === "object" && stored !== null ? (stored as ChannelMemory) : {};
}
