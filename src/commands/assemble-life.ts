import type { Settings } from "../config/settings.ts";
import type { Instant } from "../core/time.ts";
import type { ProofOfLife, ProofOfLifeParts } from "../proof-of-life/index.ts";

/** How the watchdog shows that it lives. */
export interface LifeModule {
  readonly startProofOfLife: typeof import("../proof-of-life/index.ts").startProofOfLife;
  readonly version: string;
}

/** Where nobody wants to hear that it lives, nothing of this is even loaded. */
export async function loadLife(settings: Settings, version: string): Promise<LifeModule | undefined> {
  const { heartbeatUrl, digestMinute, startNotice, stateDir } = settings;
  if (heartbeatUrl === undefined && digestMinute === undefined && !(startNotice && stateDir !== undefined)) {
    return undefined;
  }
  return { startProofOfLife: (await import("../proof-of-life/index.ts")).startProofOfLife, version };
}

/** Starts it, at the start of the watchdog. */
export function startLife(life: LifeModule | undefined, parts: Omit<ProofOfLifeParts, "version">) {
  return life?.startProofOfLife({ ...parts, version: life.version });
}

/** How the heartbeat does, as JSON; `null` where none is sent. */
export function describeHeartbeat(life: ProofOfLife | undefined, toIso: (at: Instant) => string): object | null {
  const heartbeat = life?.heartbeat();
  if (heartbeat === undefined) return null;
  const { heardAt, error = null } = heartbeat;
  return { heardAt: heardAt === undefined ? null : toIso(heardAt), error };
}
