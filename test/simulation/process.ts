import type { DatabaseSync } from "node:sqlite";
import { EN } from "../../src/core/texts/index.ts";
import type { AnySource } from "../../src/sources/source.ts";
import type { Alterations } from "./alterations.ts";
import type { Life } from "./life.ts";
import type { Machine } from "./machine.ts";
import type { Random } from "./random.ts";
import type { Scenario } from "./scenario.ts";
import type { ScriptedChannel } from "./scripted-channel.ts";
import type { ScriptedSource } from "./scripted-source.ts";
import type { Happening } from "./trace.ts";

/** Of the five seconds that a clean stop may take, what sending may have; as in `assembleWatchdog`. */
const STOP_SENDING_MS = 3_500;

export interface ProcessParts {
  readonly scenario: Scenario;
  readonly alterations: Alterations;
  readonly life: Life;
  readonly machine: Machine;
  readonly random: Random;
  readonly database: DatabaseSync;
  readonly rebooted: boolean;
  readonly sources: readonly ScriptedSource[];
  readonly channels: readonly ScriptedChannel[];
  readonly nextAttempt: () => number;
  readonly record: (happening: Happening) => void;
}

/** A process as people have it. */
export interface Running {
  stop(): Promise<void>;
  /** Somebody takes care of the nth incident that it knows of. */
  acknowledge(nth: number): void;
}

/** Starts one process: the real store, deliverers and tick, put together as `assembleWatchdog` does. */
export function startProcess(parts: ProcessParts): Running {
  const { scenario, alterations, life, machine, record } = parts;
  const say = (happening: Happening) => {
    if (life.isAlive) record(happening);
  };
  const fault = (what: string) => say({ kind: "fault", what });
  const store = alterations.store(parts.database, fault);
  const { owed } = store;
  store.owed = (channel, limit) => owed.call(store, channel, Math.min(limit, scenario.chunk));
  const clock = alterations.clock(machine.startClock(life, store));
  say({ kind: "started", sources: parts.sources.map(({ plan }) => plan.name), rebooted: parts.rebooted });
  const log = {
    debug: () => {},
    info: () => {},
    warn: ({ error }: { error?: unknown }) => {
      if (String(error).startsWith("internal fault")) fault(String(error));
    },
    error: (facts: object, message: string) => fault(`${message}: ${JSON.stringify(facts)}`),
  };
  const channels = parts.channels.map((channel) => channel.connect(life, parts.nextAttempt));
  const deliverers = channels.flatMap((channel) =>
    alterations.deliverers({
      texts: EN,
      channel: alterations.channel(channel),
      notices: store,
      clock,
      log,
      random: parts.random.next,
      zone: "UTC",
      timeoutMs: scenario.timeoutMs,
    }),
  );
  const kickAll = () => {
    for (const deliverer of deliverers) deliverer.kick();
  };
  const metronome: AnySource = {
    name: "metronome",
    deadlineMs: 1_000,
    initial: null,
    collect: async () => say({ kind: "tick" }),
    evaluate: () => ({ signals: [], holds: [], memory: null }),
  };
  const sources = parts.sources.map((source) => alterations.source(source.connect(life, say), store));
  const watchdog = alterations.watchdog({
    texts: EN,
    sources: [metronome, ...sources],
    store,
    channels: channels.map(({ name }) => name),
    onOwed: kickAll,
    clock,
    log,
    intervalMs: scenario.intervalMs,
    cooldownMs: scenario.cooldownMs,
  });
  watchdog.start();
  kickAll();
  return {
    async stop() {
      await watchdog.stop();
      await Promise.all(deliverers.map((deliverer) => deliverer.stop(STOP_SENDING_MS)));
      life.end("stopped");
    },
    acknowledge(nth) {
      const key = watchdog.alertStates()[nth]?.key;
      if (key === undefined || !life.isAlive) return;
      // Whoever is killed just now has acked or not, and the trace could not say which.
      const { isImmortal } = life;
      life.isImmortal = true;
      if (watchdog.acknowledge(key, { by: "Ann", at: clock.now() })) say({ kind: "acked", key });
      life.isImmortal = isImmortal;
    },
  };
}
