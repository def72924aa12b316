import { setTimeout as sleep } from "node:timers/promises";
import { type BotApi, startBotApi } from "../test/stand-ins/bot-api.ts";
import { minimalListener, start, watchdogFromBundle, watchdogFromCheckout } from "./processes.ts";
import { RealContainers } from "./real-containers.ts";
import { median, percentile, table } from "./statistics.ts";

/** From the `FinishedAt` of a container to the arrival of the message, in milliseconds. */
export interface CrashTimes {
  readonly crashes: number;
  readonly watchdog: TellingTimes;
  readonly listener: TellingTimes;
  /** Of the medians, watchdog ÷ listener. */
  readonly ratio: number;
}

interface TellingTimes {
  readonly firstMs: number;
  readonly medianMs: number;
  readonly p95Ms: number;
}

const TOKEN = "1:bench";
const CHAT_ID = "-100";
/** The watchdog keeps to Telegram's pace, 20 a minute: what waits for that would be no time of ours. */
const PAUSE_MS = 3_050;
/** Crashes are not to fall in step with anything that runs at an interval. */
const JITTER_MS = 150;
const LONGEST_MS = 10_000;

/**
 * Crashes on a real engine, told by the watchdog and by a minimal listener at the same time. The containers end by
 * themselves, and no client of Docker runs meanwhile.
 *
 * @param socketPath of the engine
 */
export async function measureCrash(socketPath: string, quick: boolean): Promise<CrashTimes> {
  const count = quick ? 10 : 30;
  const bot = await startBotApi({ token: TOKEN, chatId: CHAT_ID });
  const containers = new RealContainers();
  const environment = {
    WATCHDOG_DOCKER_SOCK: socketPath,
    WATCHDOG_CONTAINERS: containers.glob,
    WATCHDOG_MEM_PCT: "100",
    WATCHDOG_LISTEN: "off",
    WATCHDOG_LOG_LEVEL: "error",
    WATCHDOG_TG_BOT_TOKEN: TOKEN,
    WATCHDOG_TG_CHAT_ID: CHAT_ID,
    WATCHDOG_TG_API_ROOT: bot.url,
  };
  const watchdogs = [watchdogFromBundle, watchdogFromCheckout].map((program) => program(environment));
  const watchdog = watchdogs.find((program) => program !== undefined);
  if (watchdog === undefined) throw new Error("there is always the checkout");
  try {
    await containers.growTo(count);
    const running = [watchdog, minimalListener(environment)].map(start);
    try {
      await sleep(5_000);
      const times: { watchdog: number; listener: number }[] = [];
      for (let index = 0; index < count; index += 1) {
        await sleep(PAUSE_MS + Math.random() * JITTER_MS);
        times.push(await crashOne(containers, index, bot));
      }
      const listener = summarize(times.map((time) => time.listener));
      const summary = summarize(times.map((time) => time.watchdog));
      return { crashes: count, watchdog: summary, listener, ratio: summary.medianMs / listener.medianMs };
    } finally {
      await Promise.all(running.map((process) => process.stop()));
    }
  } finally {
    await containers.remove();
    await bot.close();
  }
}

async function crashOne(containers: RealContainers, index: number, bot: BotApi) {
  const name = containers.name(index);
  const seen = bot.messages.length;
  const told = () => bot.messages.slice(seen).filter(({ text }) => new RegExp(`\\b${name}\\b`).test(text));
  const fromListener = () => told().find(({ text }) => text.startsWith("listener:"));
  const fromWatchdog = () => told().find(({ text }) => text.startsWith("🔴"));
  containers.crash(index);
  const endAt = Date.now() + LONGEST_MS;
  while (fromListener() === undefined || fromWatchdog() === undefined) {
    if (Date.now() > endAt) throw new Error(`${name} crashed and was not told within ${LONGEST_MS / 1_000} s`);
    await sleep(100);
  }
  const finishedAt = await containers.finishedAt(index);
  const since = (message: { at: number } | undefined) => (message?.at ?? Number.NaN) - finishedAt;
  return { watchdog: since(fromWatchdog()), listener: since(fromListener()) };
}

/** The first is the slowest: nothing is compiled, and no connection stands. */
function summarize(times: readonly number[]): TellingTimes {
  const [firstMs = Number.NaN] = times;
  return { firstMs, medianMs: median(times), p95Ms: percentile(times, 0.95) };
}

export function describeCrash({ crashes, watchdog, listener, ratio }: CrashTimes): string {
  const row = (name: string, { medianMs, p95Ms, firstMs }: TellingTimes, share: string) => [
    ...[name, String(crashes), medianMs.toFixed(0), p95Ms.toFixed(0), firstMs.toFixed(0), share],
  ];
  return table(
    ["from crash to message", "crashes", "median, ms", "p95, ms", "the first, ms", "median, of the listener's"],
    [row("minimal listener", listener, "1.00"), row("watchdog", watchdog, ratio.toFixed(2))],
  );
}
