import { hostToken } from "../../core/host-token.ts";
import type { Reading } from "../../core/reading.ts";
import { type Evaluation, kindOf, type Links, type Signal } from "../../core/signal.ts";
import type { Snapshot } from "./snapshot.ts";
import { DOCKER } from "./tokens.ts";

type NamedLinks = readonly (readonly [name: string, links: Links])[];

/** How the containers that must exist hung together when they were there last. Plain JSON data. */
export interface LinkMemory {
  readonly links?: NamedLinks;
}

const OF_A_CONTAINER = new Set(["container", "container_restarts"]);

/** Signals that were linked before, with the links they were given: the same with the same are the same object again. */
export type Linked = WeakMap<Signal, { readonly links: Links; readonly linked: Signal }>;

/**
 * Says of each signal what it stands for and what it needs. One that must exist and does not stands for what it stood for.
 *
 * @param required names of containers that must exist
 * @param before saves work and changes nothing
 */
export function linkSignals<Memory extends object>(
  evaluation: Evaluation<Memory>,
  reading: Reading<Snapshot>,
  { links: remembered = [] }: LinkMemory,
  required: readonly string[],
  before: Linked = new WeakMap(),
): Evaluation<Memory & LinkMemory> {
  const seen = reading.ok ? (reading.value.links ?? []) : [];
  const known = new Map([...required.map((name) => [name, linksOfName(name)] as const), ...remembered, ...seen]);
  const isRequired = new Set(required);
  const links = [...known].filter(([name]) => isRequired.has(name));
  const link = <Linked extends Links & { readonly key: string }>(linked: Linked): Linked => {
    const { key } = linked;
    if (key === "docker_down") return { ...linked, standsFor: [DOCKER] };
    const kind = kindOf(key);
    const found = OF_A_CONTAINER.has(kind) ? known.get(key.slice(kind.length + 1)) : undefined;
    return found === undefined ? linked : { ...linked, ...found };
  };
  const linkAgain = (signal: Signal): Signal => {
    const last = before.get(signal);
    if (last !== undefined && known.get(signal.key.slice("container:".length)) === last.links) return last.linked;
    const linked = link(signal);
    const links = signal.key.startsWith("container:") ? known.get(signal.key.slice("container:".length)) : undefined;
    if (links !== undefined) before.set(signal, { links, linked });
    return linked;
  };
  return {
    ...evaluation,
    signals: evaluation.signals.map(linkAgain),
    ...(evaluation.suspects && { suspects: evaluation.suspects.map(link) }),
    memory: { ...evaluation.memory, ...(links.length > 0 && { links }) },
  };
}

function linksOfName(name: string): Links {
  return { standsFor: [hostToken(name)], needs: [DOCKER] };
}
