import type { ChannelMemory } from "../channels/channel.ts";
import { createChannels } from "../channels/index.ts";
import { createSystemClock } from "../clock.ts";
import { loadSettings } from "../config/load-settings.ts";
import type { Settings } from "../config/settings.ts";
import { assessHealth } from "../face/assess-health.ts";
import { describeStatus } from "../face/describe-status.ts";
import { type Face, type FaceParts, serveFace } from "../face/serve-face.ts";
import { explainFailure } from "../http/explain-failure.ts";
import { createLog, type Log } from "../log.ts";
import { Deliverer } from "../outbox/deliverer.ts";
import { createSources } from "../sources/index.ts";
import { openDatabase, StateDirInUse } from "../store/open-database.ts";
import { Store } from "../store/store.ts";
import { Watchdog } from "../watchdog.ts";
import { type CommandContext, EXIT } from "./command.ts";

/** Of the five seconds that a clean stop may take, what sending may have. */
const STOP_SENDING_MS = 3_500;
const SHOWN_UNDELIVERED = 100;

/** Watches until it is told to stop. */
export async function run(context: CommandContext): Promise<number> {
  const { settings, problems } = loadSettings(context.env);
  if (problems.length > 0 && settings.enabled) {
    for (const problem of problems) context.complain(problem);
    return EXIT.badConfiguration;
  }
  const log = await createLog(settings.log.level, settings.log.format);
  try {
    return settings.enabled ? await watch(context, settings, log) : await idle(context, settings, log);
  } finally {
    log.flush();
  }
}

/** The kill switch is thrown: alive and healthy, asks nobody, tells nobody. */
async function idle(context: CommandContext, settings: Settings, log: Log): Promise<number> {
  log.logger.warn({ version: context.version }, "disabled by WATCHDOG_ENABLED=false: watching nothing");
  const health = () =>
    assessHealth({ enabled: false, now: 0, lastTickAt: undefined, intervalMs: settings.intervalMs, channels: [] });
  const nothing = { signals: [], alerting: [], sources: [], channels: [], owed: [] };
  const status = () => ({ version: context.version, enabled: false, ...describeStatus(nothing, String) });
  const face = await openFace(settings, { health, status }, log);
  await untilStopped(context.stopping);
  await face?.close();
  return EXIT.ok;
}

async function watch(context: CommandContext, settings: Settings, log: Log): Promise<number> {
  const { logger } = log;
  let opened: ReturnType<typeof openDatabase>;
  try {
    opened = openDatabase(settings.stateDir, (problem) => logger.warn({ problem }, "state"));
  } catch (error) {
    if (!(error instanceof StateDirInUse)) throw error;
    context.complain(error.message);
    return EXIT.failed;
  }
  const store = new Store(opened.database, (problem) => logger.error({ problem }, "state"));
  const { clock, timeline } = createSystemClock(store.timeline(), store.latestInstant());
  store.rememberTimeline(timeline);

  const channels = createChannels(settings, log.writeNotice, (name) => recallChannel(store, name));
  const names = channels.map((channel) => channel.name);
  const [heir] = names;
  const adopted = heir === undefined ? 0 : store.adoptNotices(names, heir);
  if (adopted > 0) logger.warn({ notices: adopted, channel: heir }, "took over what a former channel was owed");
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const timeoutMs = settings.httpTimeoutMs;
  const deliverers = channels.map(
    (channel) => new Deliverer({ channel, notices: store, clock, log: logger, random: Math.random, zone, timeoutMs }),
  );
  const sources = createSources(settings);
  const kickAll = () => {
    for (const deliverer of deliverers) deliverer.kick();
  };
  const watchdog = new Watchdog({
    sources: sources.all,
    store,
    channels: names,
    onOwed: kickAll,
    clock,
    log: logger,
    intervalMs: settings.intervalMs,
    cooldownMs: settings.cooldownMs,
  });

  const toIso = (at: number) => new Date(at + clock.wallNow() - clock.now()).toISOString();
  const health = () =>
    assessHealth({
      enabled: true,
      now: clock.now(),
      lastTickAt: watchdog.lastTickAt,
      intervalMs: settings.intervalMs,
      channels: deliverers.map((deliverer) => deliverer.status()),
    });
  const status = () => ({
    version: context.version,
    enabled: true,
    intervalS: settings.intervalMs / 1_000,
    lastTickAt: watchdog.lastTickAt === undefined ? null : toIso(watchdog.lastTickAt),
    ...describeStatus(
      {
        signals: watchdog.signals(),
        alerting: watchdog.alertStates(),
        sources: watchdog.sources(),
        channels: deliverers.map((deliverer) => deliverer.status()),
        owed: names.flatMap((channel) =>
          store.owed(channel, SHOWN_UNDELIVERED).map((notice) => ({ ...notice, channel })),
        ),
      },
      toIso,
    ),
  });
  const face = await openFace(settings, { health, status }, log);
  logger.info(
    {
      version: context.version,
      intervalS: settings.intervalMs / 1_000,
      sources: sources.all.map((source) => source.name),
      channels: names,
      state: settings.stateDir ?? "memory only",
    },
    "watching",
  );
  watchdog.start();
  kickAll(); // What is owed from before a restart waits for no tick.
  await untilStopped(context.stopping);
  logger.info({}, "stopping");
  await Promise.all([watchdog.stop(), face?.close()]);
  await Promise.all(deliverers.map((deliverer) => deliverer.stop(STOP_SENDING_MS)));
  await Promise.allSettled([sources.close(), ...channels.map((channel) => channel.close?.())]);
  const undelivered = deliverers.reduce((sum, deliverer) => sum + deliverer.status().undelivered, 0);
  if (undelivered > 0 && settings.stateDir === undefined) {
    logger.error({ undelivered }, "stopped with notices that no channel accepted; WATCHDOG_STATE_DIR would keep them");
  }
  store.close();
  opened.release();
  return EXIT.ok;
}

function recallChannel(store: Store, name: string): ChannelMemory {
  const stored = store.memory(`channel/${name}`);
  return typeof stored === "object" && stored !== null ? (stored as ChannelMemory) : {};
}

/** The face is a convenience: where it cannot be opened, the watchdog says so and watches on. */
async function openFace(
  settings: Settings,
  parts: Omit<FaceParts, "listen">,
  { logger }: Log,
): Promise<Face | undefined> {
  if (settings.listen === undefined) return undefined;
  const { host, port } = settings.listen;
  try {
    const face = await serveFace({ ...parts, listen: settings.listen });
    logger.info({ host, port: face.port }, "face listens");
    return face;
  } catch (error) {
    const why = `${explainFailure(error)}; health checks cannot see this watchdog`;
    logger.error({ WATCHDOG_LISTEN: `${host}:${port}`, why }, "the face cannot listen");
    return undefined;
  }
}

function untilStopped(stopping: AbortSignal): Promise<void> {
  // An idle process must not end because nothing is left to do.
  const keepAlive = setInterval(() => {}, 1 << 30);
  return new Promise((resolve) => {
    const stop = () => {
      clearInterval(keepAlive);
      resolve();
    };
    if (stopping.aborted) stop();
    else stopping.addEventListener("abort", stop, { once: true });
  });
}
