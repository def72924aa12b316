import { known, type Reading, unknown } from "../../core/reading.ts";
import type { Engine } from "./engine/engine.ts";
import { MAX_SOCKETS } from "./engine/guarded-agent.ts";
import { type ListedContainer, parseInspect } from "./parse.ts";
import type { ContainerDetails } from "./snapshot.ts";

export interface InspectionParts {
  readonly engine: Pick<Engine, "inspect">;
  readonly clock: { now(): number };
  /** Whether the output of a failing health check may be quoted; absent: no. */
  readonly evidence?: boolean;
}

/** What `inspect` said of a container, and of which state it said so. */
export interface Inspected {
  /** See {@link listedAs}. */
  readonly listedAs: string;
  readonly details: Reading<ContainerDetails>;
}

/** What was asked just now, by id. */
export type Inspections = ReadonlyMap<string, Inspected | "gone">;

/**
 * Inspects over a few connections at once. Never rejects: one that cannot be inspected, or not in time, is a failed reading.
 *
 * @param before what was found the last time
 * @param endAt no inspection begins later, by the clock of `parts`
 */
export async function inspectAll(
  due: readonly ListedContainer[],
  before: ReadonlyMap<string, Inspected>,
  { engine, clock, evidence }: InspectionParts,
  endAt: number,
  deadline: AbortSignal,
): Promise<Inspections> {
  const results = new Map<string, Inspected | "gone">();
  // Those that failed last time come last: a few containers that hang must not cost the others their turn.
  const queue = due.toSorted((a, b) => failed(before, a) - failed(before, b)).values();
  const work = async (): Promise<void> => {
    for (const entry of queue) {
      const details =
        clock.now() < endAt && !deadline.aborted
          ? await inspect(engine, entry.id, evidence)
          : unknown("not inspected: Docker answers too slowly");
      results.set(entry.id, details === "gone" ? details : { listedAs: inspectedAs(entry, details), details });
    }
  };
  await Promise.all(Array.from({ length: MAX_SOCKETS }, work));
  return results;
}

function failed(before: ReadonlyMap<string, Inspected>, entry: ListedContainer): number {
  return before.get(entry.id)?.details.ok === false ? 1 : 0;
}

async function inspect(
  engine: InspectionParts["engine"],
  id: string,
  evidence: boolean | undefined,
): Promise<Reading<ContainerDetails> | "gone"> {
  try {
    const json = await engine.inspect(id);
    if (json === undefined) return "gone";
    const details = parseInspect(json, evidence);
    return details === undefined ? unknown("inspect does not have the expected shape") : known(details);
  } catch (thrown) {
    return unknown((thrown as Error).message);
  }
}

/** All that the list tells of how a container is, but for its age. */
export function listedAs({ state, health, exitCode }: Pick<ListedContainer, "state" | "health" | "exitCode">): string {
  return `${state} ${health === "unhealthy"} ${exitCode}`;
}

/** As what it will be listed, if nothing changes: Docker's list is behind for a moment after an end. */
function inspectedAs(entry: ListedContainer, details: Reading<ContainerDetails>): string {
  return listedAs(details.ok && isOver(details.value) && details.value.state !== entry.state ? details.value : entry);
}

/** Whether its last run has ended, and no other has begun. */
export function isOver({ state }: ContainerDetails): boolean {
  return state === "exited" || state === "restarting";
}
