import { hostToken } from "../../src/core/host-token.ts";
import type { Links } from "../../src/core/signal.ts";
import { EN } from "../../src/core/texts/index.ts";
import { type EventFacts, NO_FACTS } from "../../src/sources/containers/events/event-facts.ts";
import type { ObservedContainer, Snapshot } from "../../src/sources/containers/snapshot.ts";
import { type Envelope, parseEnvelope } from "../../src/sources/orchestrator/envelope.ts";
import { DETAILS, observed } from "../sources/containers/observed.ts";
import { idOf } from "../stand-ins/docker-engine.ts";

const GIB = 2 ** 30;

export const memory = (usedPct: number) => ({
  totalBytes: 16 * GIB,
  availableBytes: 16 * GIB * (1 - usedPct / 100),
});

export const disk = (freeGib: number) => ({ usedBytes: (100 - freeGib) * GIB, availableBytes: freeGib * GIB });

export const ANSWERS = { up: true, ms: 3 } as const;
export const refuses = (error: string) => ({ up: false, error }) as const;

/** An envelope in which nothing is wrong, but for what is said. */
export function envelope(atMs: number, queue: { queued?: number; failed?: number } = {}): Envelope {
  const counts = { queued: 3, running: 1, done: 10, failed: 2, ...queue };
  const json = { schema_version: 1, generated_at: new Date(atMs).toISOString(), queue: { counts, retries: 0 } };
  return parseEnvelope(json, EN.orchestrator.schema);
}

type Change = NonNullable<Parameters<typeof observed>[0]>;

const STACK: readonly (readonly [name: string, links: Links])[] = [
  ["db", { standsFor: [hostToken("db"), "service:shop/db"] }],
  ["api", { standsFor: [hostToken("api")], needs: ["service:shop/db"] }],
  ["web", { needs: [hostToken("api")] }],
];

const UP_SINCE = Date.UTC(2026, 5, 9, 22);

/** The shop's containers, well but for the changes; `undefined`: it is gone. */
export function shop(
  takenAt: number,
  changes: Readonly<Record<string, Change | undefined>> = {},
  events: Partial<EventFacts> = {},
): Snapshot {
  const containers = STACK.flatMap(([name], index): ObservedContainer[] => {
    if (name in changes && changes[name] === undefined) return [];
    const { details, ...change } = changes[name] ?? {};
    const image = name === "db" ? "postgres:18" : `shop/${name}:1.2`;
    const health = name === "db" ? {} : { health: "healthy" as const };
    const base = {
      id: idOf(index + 1),
      name,
      service: `shop/${name}/1`,
      image,
      createdAt: UP_SINCE,
      ...health,
      ...change,
    };
    return [observed({ ...base, ...(details && { details: { ...DETAILS, startedAt: UP_SINCE, ...details } }) })];
  });
  const links = STACK.map(([name, own]) => [name, own] as const);
  return { takenAt, containers, links, leftOut: [], unsure: [], incomplete: false, events: { ...NO_FACTS, ...events } };
}
