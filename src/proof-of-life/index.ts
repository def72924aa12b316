import { Agent } from "undici";
import { explainFailure } from "../http/explain-failure.ts";
import { Heartbeat, type HeartbeatStatus } from "./heartbeat.ts";
import { Informer, type InformerParts } from "./informer.ts";
import { type LifeFacts, pulseOf } from "./pulse.ts";

export interface ProofOfLifeParts extends InformerParts {
  readonly facts: () => LifeFacts;
  readonly log: { info(facts: object, msg: string): void; warn(facts: object, msg: string): void };
}

/** How others know that the watchdog lives: a heartbeat for programs, a word at the start and a digest for people. */
export interface ProofOfLife {
  /** A tick has completed. Never throws, returns at once. */
  ticked(): void;
  /** `undefined` where none is sent. */
  heartbeat(): HeartbeatStatus | undefined;
  /** Says good-bye to the heartbeat's server; takes no longer than `graceMs`. Never rejects. */
  stop(graceMs: number): Promise<void>;
}

/** Tells the heartbeat's server that the watchdog starts; the rest begins with the first tick. */
export function startProofOfLife(parts: ProofOfLifeParts): ProofOfLife {
  const { settings, version, clock, log, facts } = parts;
  const { heartbeatUrl: url, httpTimeoutMs: timeoutMs } = settings;
  // A connection for each ping: one that is kept would be closed by the server between two of them.
  const dispatcher = new Agent({ pipelining: 0, connect: { timeout: timeoutMs } });
  const heartbeat = url && new Heartbeat({ url, dispatcher, clock, log, timeoutMs });
  const informer = new Informer(parts);
  heartbeat?.beat(pulseOf("starting", version, facts()));
  return {
    ticked() {
      try {
        heartbeat?.beat(pulseOf("ticked", version, facts()));
        informer.ticked(facts);
      } catch (thrown) {
        log.warn({ error: explainFailure(thrown) }, "the watchdog lives, but cannot show it");
      }
    },
    heartbeat: () => heartbeat?.status(),
    async stop(graceMs) {
      await heartbeat?.stop(pulseOf("stopping", version, facts()), graceMs);
      await dispatcher.destroy();
    },
  };
}
