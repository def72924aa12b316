import type { Reading } from "../../core/reading.ts";
import type { Links } from "../../core/signal.ts";
import type { EventFacts } from "./events/event-facts.ts";
import type { ContainerOptions } from "./labels.ts";
import type { Health } from "./status-text.ts";

/** Docker's states; `unknown` is one that we do not know, or none. */
export type ContainerState =
  | "created"
  | "running"
  | "paused"
  | "restarting"
  | "removing"
  | "exited"
  | "dead"
  | "unknown";

/** Wall clock of Docker's host, in epoch milliseconds. To be compared only with others of the same snapshot. */
export type WallTimeMs = number;

export type StartFailure =
  | "portTaken"
  | "notMounted"
  | "noNetwork"
  | "commandNotFound"
  | "notExecutable"
  /** Docker told why, in words that we do not know. */
  | "other";

/** What is kept of `inspect`. */
export interface ContainerDetails {
  readonly state: ContainerState;
  readonly health: Health;
  /** How often in a row the health check has failed, where that is told. */
  readonly failingStreak: number | undefined;
  /** What the last failing health probe wrote, shortened and without secrets; absent unless it may be quoted. */
  readonly probeOutput?: string;
  /** How long after a start a failing health check says nothing, in milliseconds. */
  readonly startPeriodMs: number;
  readonly exitCode: number;
  /** The last start and the last end; `undefined` where there was none. */
  readonly startedAt: WallTimeMs | undefined;
  readonly finishedAt: WallTimeMs | undefined;
  /** Restarts by the restart policy since the last start by hand. */
  readonly restartCount: number;
  /** Whether the run that ended last (on newer engines also: the one that is on) lost a process for want of memory. */
  readonly oomKilled: boolean;
  /** "no", "always", "unless-stopped", "on-failure"; `undefined` where it is not told. */
  readonly restartPolicy: string | undefined;
  /** How often "on-failure" tries at most; `undefined`: without end. */
  readonly restartLimit: number | undefined;
  /** Why Docker could not start it, as far as its words tell. */
  readonly startFailure: StartFailure | undefined;
}

/** One watched container as it was read. Plain data. */
export interface ObservedContainer {
  readonly id: string;
  /** Unique in a snapshot. Cleaned. */
  readonly name: string;
  /** Project, service and number, where Compose made it: what it is, whatever it is called. */
  readonly service: string | undefined;
  /** What its labels say. */
  readonly options: ContainerOptions;
  readonly image: string | undefined;
  readonly createdAt: WallTimeMs | undefined;
  readonly state: ContainerState;
  readonly health: Health;
  readonly exitCode: number | undefined;
  /** How long the state has lasted at least, in milliseconds, as far as the list tells. */
  readonly leastAgeMs: number | undefined;
  /** `undefined`: not asked for, since all is plainly well. A failed reading: asked for, and not got. */
  readonly details: Reading<ContainerDetails> | undefined;
}

/** What one collection found. Plain data. */
export interface Snapshot {
  readonly takenAt: WallTimeMs;
  readonly containers: readonly ObservedContainer[];
  /** Nothing but these was read: of all others, and of Docker, the snapshot says nothing. */
  readonly partial?: true;
  /** How the containers hang together, by name. */
  readonly links?: readonly (readonly [name: string, links: Links])[];
  /** Names of containers that exist and are not watched: left out by their label, or the watchdog's own. */
  readonly leftOut: readonly string[];
  /** Names of which this reading says nothing: their container went while it was being read. */
  readonly unsure: readonly string[];
  /** Whether the list holds entries that cannot be told apart, so that nothing may be concluded from an absence. */
  readonly incomplete: boolean;
  /** What Docker told by itself since the reading before. */
  readonly events: EventFacts;
}
