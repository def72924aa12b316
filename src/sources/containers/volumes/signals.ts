import type { Reading } from "../../../core/reading.ts";
import type { Evaluation, Signal } from "../../../core/signal.ts";
import type { OrphanedVolume } from "./parse-volumes.ts";

const KEY = "volumes_orphaned";
const NAMED = 3;

/** @param max more than this many are told */
export function evaluateVolumes(reading: Reading<readonly OrphanedVolume[]>, max: number): Evaluation<null> {
  if (!reading.ok) return { signals: [], holds: [KEY], memory: null };
  const volumes = reading.value;
  const count = volumes.length;
  const signal: Signal = {
    key: KEY,
    severity: "warning",
    nature: "level",
    active: count > max,
    what: wordCount(count),
    measure: { value: count, limit: max, unit: "count" },
    ...(count > 0 && { details: [wordNames(volumes)] }),
    // Not `prune`: whether what is in them is needed, only its owner knows.
    next: "docker system df -v shows how large they are; docker volume rm those that nobody needs",
  };
  return { signals: [signal], holds: [], memory: null };
}

function wordCount(count: number): string {
  if (count === 0) return "every Docker volume is used by a container";
  return count === 1 ? "1 Docker volume is used by no container" : `${count} Docker volumes are used by no container`;
}

function wordNames(volumes: readonly OrphanedVolume[]): string {
  const names = volumes.slice(0, NAMED).map(({ name }) => (/^[0-9a-f]{64}$/.test(name) ? name.slice(0, 12) : name));
  const more = volumes.length - names.length;
  return `the oldest: ${names.join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
}
