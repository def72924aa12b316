import { readdirSync } from "node:fs";
import { createChannels } from "../../src/channels/index.ts";
import type { Clock } from "../../src/clock.ts";
import { loadSettings } from "../../src/config/load-settings.ts";
import { EN } from "../../src/core/texts/index.ts";
import { Deliverer } from "../../src/outbox/deliverer.ts";
import { createSources } from "../../src/sources/index.ts";
import { openDatabase } from "../../src/store/open-database.ts";
import { Store } from "../../src/store/store.ts";
import { Watchdog } from "../../src/watchdog.ts";

const INTERVAL_MS = 30_000;

/** What this process holds open. */
export interface Held {
  readonly descriptors: number;
  /** Sockets, servers and the like, and timers. */
  readonly handles: number;
  readonly timers: number;
  /** Of the process, and of what all ticks share. */
  readonly listeners: number;
}

/** The real tick, sources, store and outbox, one tick after the other as fast as they go: between two of them half a minute passes. */
export interface TroubledWatchdog {
  tick(): Promise<void>;
  /** How many messages were told. */
  readonly messages: number;
  stop(): Promise<void>;
}

export async function startTroubledWatchdog(
  environment: Readonly<Record<string, string>>,
  stateDir?: string,
): Promise<TroubledWatchdog> {
  const { settings, problems } = loadSettings({ ...environment, WATCHDOG_INTERVAL_S: String(INTERVAL_MS / 1_000) });
  if (problems.length > 0) throw new Error(problems.join("\n"));
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const { database, release } = openDatabase(stateDir, () => {});
  const store = new Store(database, () => {});
  const clock = createLeapingClock();
  let messages = 0;
  const told = () => {
    messages += 1;
  };
  const channels = await createChannels(settings, told, () => ({}));
  const shared = { texts: EN, notices: store, clock, log, random: Math.random, zone: "UTC", timeoutMs: 1_000 };
  const deliverers = channels.map((channel) => new Deliverer({ ...shared, channel }));
  const sources = createSources(settings, EN);
  const watchdog = new Watchdog({
    ...{ sources: sources.all, texts: EN, store, clock, log },
    channels: channels.map(({ name }) => name),
    onOwed: () => {
      for (const deliverer of deliverers) deliverer.kick();
    },
    intervalMs: INTERVAL_MS,
    cooldownMs: settings.cooldownMs,
  });
  watchdog.start();
  return {
    async tick() {
      clock.leap(INTERVAL_MS);
      await watchdog.tickNow();
    },
    get messages() {
      return messages;
    },
    async stop() {
      await watchdog.stop();
      await Promise.all(deliverers.map((deliverer) => deliverer.stop(100)));
      await Promise.all([sources.close(), ...channels.map((channel) => channel.close?.())]);
      database.close();
      release();
    },
  };
}

/** The machine's own, put forward between two ticks: what waits for an answer waits as long as ever. */
function createLeapingClock(): Clock & { leap(ms: number): void } {
  let aheadMs = 0;
  const now = () => Math.round(Date.now() + aheadMs);
  return {
    now,
    wallNow: now,
    after(delayMs, run) {
      const timer = setTimeout(run, Math.min(delayMs, 2 ** 31 - 1));
      return () => clearTimeout(timer);
    },
    leap(ms) {
      aheadMs += ms;
    },
  };
}

export function countHeld(): Held {
  const resources = process.getActiveResourcesInfo();
  const timers = resources.filter((name) => name === "Timeout" || name === "Immediate").length;
  const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  const descriptors = readdirSync("/proc/self/fd").length;
  return { descriptors, handles: resources.length - timers, timers, listeners };
}
