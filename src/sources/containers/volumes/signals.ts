import type { Reading } from "../../../core/reading.ts";
import type { Evaluation, Signal } from "../../../core/signal.ts";
import type { ContainerTexts } from "../track/judge.ts";
import type { OrphanedVolume } from "./parse-volumes.ts";

const KEY = "volumes_orphaned";
const NAMED = 3;

export interface VolumeRules {
  /** More than this many are told. */
  readonly max: number;
  readonly texts: ContainerTexts;
}

type VolumeTexts = ContainerTexts["containers"]["volumes"];

export function evaluateVolumes(
  reading: Reading<readonly OrphanedVolume[]>,
  { max, texts: { containers } }: VolumeRules,
): Evaluation<null> {
  if (!reading.ok) return { signals: [], holds: [KEY], memory: null };
  const volumes = reading.value;
  const count = volumes.length;
  const texts = containers.volumes;
  const signal: Signal = {
    key: KEY,
    severity: "warning",
    nature: "level",
    active: count > max,
    what: count === 0 ? texts.none : texts.orphaned(count),
    measure: { value: count, limit: max, unit: "count" },
    ...(count > 0 && { details: [wordNames(volumes, texts)] }),
    // Not `prune`: whether what is in them is needed, only its owner knows.
    next: texts.next("`docker system df -v`", "`docker volume rm`"),
  };
  return { signals: [signal], holds: [], memory: null };
}

function wordNames(volumes: readonly OrphanedVolume[], texts: VolumeTexts): string {
  const names = volumes.slice(0, NAMED).map(({ name }) => (/^[0-9a-f]{64}$/.test(name) ? name.slice(0, 12) : name));
  const more = volumes.length - names.length;
  return more > 0 ? texts.oldestAndMore(names.join(", "), more) : texts.oldest(names.join(", "));
}
