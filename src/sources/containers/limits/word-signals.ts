import { formatBytes } from "../../../core/bytes.ts";
import type { Measure, Severity, Signal } from "../../../core/signal.ts";
import { formatNumber } from "../../../core/text.ts";
import type { Instant } from "../../../core/time.ts";
import { type ContainerTexts, reference } from "../track/judge.ts";
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
  { containers: { memory: texts }, units }: ContainerTexts,
): Signal {
  const { name } = container;
  const written = (bytes: number) => formatBytes(bytes, "mebibyte", units);
  return {
    key: `container_mem:${name}`,
    severity: severityOf(container),
    nature: "level",
    active,
    what: active ? texts.full(name) : texts.fine(name),
    measure,
    details: [texts.use(written(usedBytes), written(limitBytes))],
    next: texts.next(`\`docker stats ${reference(container)}\``),
  };
}

/** @param since when its CPU began to be used up */
export function cpuSignal(
  container: SampledContainer,
  { cpus }: Use,
  active: boolean,
  measure: Measure,
  since: Instant | null,
  { containers: { cpu: texts }, units }: ContainerTexts,
): Signal {
  const { name } = container;
  return {
    key: `container_cpu:${name}`,
    severity: severityOf(container),
    nature: "level",
    active,
    what: active ? texts.full(name) : texts.fine(name),
    measure,
    details: cpus === undefined ? [] : [texts.has(cpus, formatNumber(cpus, units))],
    next: texts.next(`\`docker top ${reference(container)}\``),
    ...(active && since !== null && { since }),
  };
}
