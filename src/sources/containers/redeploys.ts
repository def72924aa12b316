import type { Reading } from "../../core/reading.ts";
import { type Evaluation, kindOf, type Suspect } from "../../core/signal.ts";
import type { AreaTexts } from "../../core/texts/index.ts";
import { type Instant, SECOND_MS } from "../../core/time.ts";
import type { Memory } from "./signals.ts";
import type { ObservedContainer, Snapshot, WallTimeMs } from "./snapshot.ts";
import { linksOfService } from "./tokens.ts";
import { wordRedeploy } from "./word-redeploys.ts";

/** The container that a service of Compose was up in last. Plain JSON data. */
export interface Deployed {
  readonly id: string;
  readonly name: string;
  readonly image: string | null;
  /** Since when it is gone or does not run; `null`: it runs. */
  readonly goneAt: Instant | null;
  /** Its fault, or that of what takes its place, was told: then its end is told, too. */
  readonly told: boolean;
}

/** By project, service and number. */
type Services = readonly (readonly [service: string, deployed: Deployed])[];

export interface RedeployMemory {
  readonly deployed?: Services;
}

/** A service that came back as another container. */
export interface Redeploy {
  /** Project, service and number. */
  readonly service: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly isHealthy: boolean;
  /** How long it was away, in milliseconds. */
  readonly afterMs: number;
}

export interface RedeployRules {
  readonly intervalMs: number;
  readonly stopGraceMs: number;
  /** Containers that must exist: of these, others say that they are gone. */
  readonly required: readonly string[];
  readonly texts: AreaTexts<"containers">;
}

/** One that has no health check and runs for so long is up. */
const SETTLED_MS = 10 * SECOND_MS;
const MAX_SERVICES = 2_000;

interface Moment {
  readonly snapshot: Snapshot;
  readonly now: Instant;
  readonly lastReadAt: Instant | null;
  readonly rules: RedeployRules;
}

/**
 * Remarks that a service came back as another container, once it is up: within the grace of its stop, and unless people heard of
 * a fault meanwhile. One that was removed on purpose is suspected for as long, as one that was stopped is.
 */
export function noteRedeploys<M extends Memory>(
  evaluation: Evaluation<M>,
  reading: Reading<Snapshot>,
  memory: Memory & RedeployMemory,
  now: Instant,
  rules: RedeployRules,
): Evaluation<M & RedeployMemory> {
  const { deployed: before = [] } = memory;
  const keep = (deployed: Services) => ({ ...evaluation.memory, ...(deployed.length > 0 && { deployed }) });
  if (!reading.ok || reading.value.incomplete) return { ...evaluation, memory: keep(before) };
  const moment = { snapshot: reading.value, now, lastReadAt: memory.readAt, rules };
  const last = new Map(before);
  const told = new Set(
    evaluation.signals.flatMap(({ key, active }) => (active && kindOf(key) === "container" ? [key] : [])),
  );
  const after = new Map<string, Deployed>();
  const redeploys: Redeploy[] = [];
  const suspects: Suspect[] = [];

  const { containers: observed, partial } = reading.value;
  for (const [service, containers] of byService(observed)) {
    const isTold = containers.some(({ name }) => told.has(`container:${name}`));
    const one = last.get(service);
    if (partial && !containers.some(({ id }) => id === one?.id)) {
      if (one !== undefined) after.set(service, isTold ? { ...one, told: true } : one);
      continue;
    }
    const { deployed, redeploy } = advance(service, one, containers, isTold, moment);
    after.set(service, deployed);
    if (redeploy !== undefined) redeploys.push(redeploy);
  }
  for (const [service, one] of before) {
    if (partial) after.set(service, after.get(service) ?? one);
    if (after.has(service)) continue;
    const goneAt = one.goneAt ?? endOf(one, undefined, moment);
    if (now - goneAt >= rules.stopGraceMs) continue;
    after.set(service, one.goneAt === null ? { ...one, goneAt } : one);
    if (!one.told && wasRemoved(one, moment)) suspects.push(suspectOf(service, one.name, before, rules));
  }
  const kept = [...after].slice(0, MAX_SERVICES);
  return {
    ...evaluation,
    ...(suspects.length > 0 && {
      holds: [...evaluation.holds, ...suspects.map(({ key }) => key)],
      suspects: [...(evaluation.suspects ?? []), ...suspects],
    }),
    ...(redeploys.length > 0 && {
      remarks: redeploys.map((redeploy) => wordRedeploy(redeploy, isAmbiguous(redeploy.service, kept), rules.texts)),
    }),
    memory: keep(kept),
  };
}

/** While somebody is, time goes by. */
export function isNobodyAway({ deployed = [] }: RedeployMemory): boolean {
  return deployed.every(([, { goneAt }]) => goneAt === null);
}

function byService(containers: readonly ObservedContainer[]): Map<string, ObservedContainer[]> {
  const grouped = new Map<string, ObservedContainer[]>();
  for (const container of containers) {
    const { service } = container;
    if (service === undefined) continue;
    const others = grouped.get(service);
    if (others === undefined) grouped.set(service, [container]);
    else others.push(container);
  }
  return grouped;
}

/** @param containers those of the service that are there; while it is replaced, the old and the new */
function advance(
  service: string,
  last: Deployed | undefined,
  containers: readonly ObservedContainer[],
  isTold: boolean,
  moment: Moment,
): { readonly deployed: Deployed; readonly redeploy?: Redeploy } {
  const { now, snapshot, rules } = moment;
  const current = containers.find(({ id }) => id === last?.id);
  const next = containers.find(({ id, state }) => id !== last?.id && state === "running") ?? containers[0];
  if (last === undefined) return { deployed: deployedAs(next, isTold) };
  if (current?.state === "running") {
    const isSame = last.goneAt === null && last.told === isTold && last.name === current.name;
    const image = current.image ?? last.image;
    return { deployed: isSame && last.image === image ? last : { ...deployedAs(current, isTold), image } };
  }
  const told = isTold || last.told;
  const goneAt = last.goneAt ?? endOf(last, current, moment);
  const isSame = goneAt === last.goneAt && told === last.told;
  const deployed = isSame ? last : { ...last, goneAt, told };
  if (next === undefined || next === current || !isUp(next, rules)) return { deployed };
  const { image, health, options, details } = next;
  const startedAt = details?.ok ? details.value.startedAt : undefined;
  const isHealthy = health === "healthy";
  // Without a health check it was up when it was started.
  const upAt = isHealthy || startedAt === undefined ? now : instantOf(startedAt, snapshot.takenAt, now);
  const afterMs = Math.max(0, upAt - goneAt);
  const isQuiet = !told && afterMs < (options.stopGraceMs ?? rules.stopGraceMs);
  const redeploy = { service, from: last.image, to: image ?? null, isHealthy, afterMs };
  return { deployed: deployedAs(next, isTold), ...(isQuiet && { redeploy }) };
}

function deployedAs(container: ObservedContainer | undefined, told: boolean): Deployed {
  const { id = "", name = "", image = null } = container ?? {};
  return { id, name, image, goneAt: null, told };
}

function isUp({ state, health, leastAgeMs = 0 }: ObservedContainer, { intervalMs }: RedeployRules): boolean {
  if (state !== "running") return false;
  return health === "healthy" || (health === "none" && leastAgeMs >= Math.min(SETTLED_MS, 2 * intervalMs));
}

/** When it ended, as far as anybody saw it; else when it was seen last. */
function endOf(last: Deployed, current: ObservedContainer | undefined, moment: Moment): Instant {
  const { snapshot, now, lastReadAt } = moment;
  const finishedAt = current?.details?.ok ? current.details.value.finishedAt : undefined;
  const endedAt = finishedAt ?? removedAt(last.name, snapshot);
  const earliest = lastReadAt ?? now;
  // What ended before it was seen running last was another run, or another container of that name.
  return endedAt === undefined ? earliest : Math.max(earliest, instantOf(endedAt, snapshot.takenAt, now));
}

function wasRemoved({ name, goneAt }: Deployed, { snapshot, now, rules }: Moment): boolean {
  const at = removedAt(name, snapshot);
  if (at === undefined || rules.required.includes(name) || snapshot.leftOut.includes(name)) return false;
  return snapshot.takenAt - at < rules.stopGraceMs && (goneAt === null || now - goneAt < rules.stopGraceMs);
}

function removedAt(name: string, { events }: Snapshot): WallTimeMs | undefined {
  return events.removals.find(([removed]) => removed === name)?.[1];
}

function instantOf(at: WallTimeMs, takenAt: WallTimeMs, now: Instant): Instant {
  return now - Math.max(0, takenAt - at);
}

function suspectOf(service: string, name: string, all: Services, { texts }: RedeployRules): Suspect {
  const links = linksOfService(service, name, isAmbiguous(service, all));
  return { key: `container:${name}`, severity: "critical", what: texts.containers.redeploy.removed(name), ...links };
}

/** Whether a service of that name is in another project, too. */
function isAmbiguous(service: string, all: Services): boolean {
  const [project, name] = service.split("/");
  return all.some(([other]) => {
    const [otherProject, otherName] = other.split("/");
    return otherName === name && otherProject !== project;
  });
}
