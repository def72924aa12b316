import { hostToken } from "../../core/host-token.ts";
import type { Reading } from "../../core/reading.ts";
import { type Evaluation, kindOf, type Links } from "../../core/signal.ts";
import type { Snapshot } from "./snapshot.ts";
import { DOCKER } from "./tokens.ts";

type NamedLinks = readonly (readonly [name: string, links: Links])[];

/** How the containers that must exist hung together when they were there last. Plain JSON data. */
export interface LinkMemory {
  readonly links?: NamedLinks;
}

const OF_A_CONTAINER = new Set(["container", "container_restarts"]);

/**
 * Says of each signal what it stands for and what it needs. One that must exist and does not stands for what it stood for.
 *
 * @param required names of containers that must exist
 */
export function linkSignals<Memory extends object>(
  evaluation: Evaluation<Memory>,
  reading: Reading<Snapshot>,
  { links: remembered = [] }: LinkMemory,
  required: readonly string[],
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
  return {
    signals: evaluation.signals.map(link),
    holds: evaluation.holds,
    ...(evaluation.suspects && { suspects: evaluation.suspects.map(link) }),
    memory: { ...evaluation.memory, ...(links.length > 0 && { links }) },
  };
}

function linksOfName(name: string): Links {
  return { standsFor: [hostToken(name)], needs: [DOCKER] };
}
