import { loadSettings } from "../config/load-settings.ts";
import type { Settings } from "../config/settings.ts";
import { assessHealth } from "../face/assess-health.ts";
import { type Face, type FaceParts, serveFace } from "../face/serve-face.ts";
import { explainFailure } from "../http/explain-failure.ts";
import { loadTexts } from "../load-texts.ts";
import { createLog, type Log } from "../log.ts";
import { StateDirInUse } from "../store/open-database.ts";
import { loadLife } from "./assemble-life.ts";
import { type Assembly, assembleWatchdog } from "./assemble-watchdog.ts";
import { type CommandContext, EXIT } from "./command.ts";

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
    await log.close();
  }
}

/** The kill switch is thrown: alive and healthy, asks nobody, tells nobody. */
async function idle({ version, stopping }: CommandContext, settings: Settings, log: Log): Promise<number> {
  log.logger.warn({ version }, "disabled by WATCHDOG_ENABLED=false: watching nothing");
  const { intervalMs } = settings;
  const health = () => assessHealth({ enabled: false, now: 0, lastTickAt: undefined, intervalMs, channels: [] });
  const status = () => ({ version, enabled: false, signals: [], sources: {}, undelivered: { count: 0 } });
  const face = await openFace(settings, { health, status }, log);
  await untilStopped(stopping);
  await face?.close();
  return EXIT.ok;
}

async function watch(context: CommandContext, settings: Settings, log: Log): Promise<number> {
  const { version, stopping } = context;
  let assembly: Assembly;
  try {
    // Without commands nothing of this is even loaded.
    const chat = settings.commands && settings.telegram ? await import("../chat/index.ts") : undefined;
    const texts = await loadTexts(settings.language);
    assembly = await assembleWatchdog(settings, texts, log, chat, await loadLife(settings, version));
  } catch (error) {
    if (!(error instanceof StateDirInUse)) throw error;
    context.complain(error.message);
    return EXIT.failed;
  }
  log.logger.info({ version, intervalS: settings.intervalMs / 1_000, stateDir: settings.stateDir }, "starting");
  const status = () => ({ version, enabled: true, ...assembly.status() });
  const face = await openFace(settings, { health: assembly.health, status }, log);
  assembly.start();
  await untilStopped(stopping);
  log.logger.info({}, "stopping");
  await face?.close();
  await assembly.stop();
  return EXIT.ok;
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
