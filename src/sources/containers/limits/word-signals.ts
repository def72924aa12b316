import type { Measure, Severity, Signal } from "../../../core/signal.ts";
import { formatNumber } from "../../../core/text.ts";
import type { Instant } from "../../../core/time.ts";
import { reference } from "../judge.ts";
import type { MemoryUse } from "./parse-usage.ts";
import type { SampledContainer, Use } from "./sample.ts";

/** A container near its limit still works: a warning, unless its label says otherwise. */
function severityOf({ options }: SampledContainer): Severity {
  return options.severity ?? "warning";
}

export function memorySignal(
  container: SampledContainer,
  { usedBytes, limitBytes }: MemoryUse,
  active: boolean,
  measure: Measure,
): Signal {
  const { name } = container;
  return {
    key: `container_mem:${name}`,
    severity: severityOf(container),
    nature: "level",
    active,
    what: active ? `container ${name} has almost used up its memory` : `container ${name} has memory left`,
    measure,
    details: [`${formatBytes(usedBytes)} of ${formatBytes(limitBytes)}, without caches; beyond that it is killed`],
    next: `docker stats ${reference(container)}: raise its memory limit, or find what grows`,
  };
}

/** @param since when its CPU began to be used up */
export function cpuSignal(
  container: SampledContainer,
  { cpus }: Use,
  active: boolean,
  measure: Measure,
  since: Instant | null,
): Signal {
  const { name } = container;
  const has = cpus === undefined ? [] : [`of ${formatNumber(cpus)} ${cpus === 1 ? "CPU" : "CPUs"} that it may use`];
  return {
    key: `container_cpu:${name}`,
    severity: severityOf(container),
    nature: "level",
    active,
    what: active ? `container ${name} keeps using almost all of its CPU` : `container ${name} has CPU left`,
    measure,
    details: has,
    next: `docker top ${reference(container)}: see what it does, or raise its CPU limit`,
    ...(active && since !== null && { since }),
  };
}

function formatBytes(bytes: number): string {
  return bytes < 2 ** 30 ? `${formatNumber(bytes / 2 ** 20)} MiB` : `${formatNumber(bytes / 2 ** 30)} GiB`;
}
