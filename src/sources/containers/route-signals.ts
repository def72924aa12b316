import { distance } from "fastest-levenshtein";
import type { Reading } from "../../core/reading.ts";
import { type Evaluation, kindOf } from "../../core/signal.ts";
import { cleanText } from "../../core/text.ts";
import type { Source } from "../source.ts";
import type { ContainerOptions } from "./labels.ts";

interface Labelled {
  readonly name: string;
  readonly options: ContainerOptions;
}

/** What is told of a container whoever it belongs to: a label that cannot be used. */
const NOT_ROUTED = "container_label";

/**
 * A source whose signals ask for the route that their container's label names. A name that is not known is told as a
 * problem of the label, and asks for nothing.
 *
 * @param routeNames what a label may name; empty: not known here, so any
 */
export function withRoutes<T extends { readonly containers: readonly Labelled[] }, Memory>(
  source: Source<T, Memory>,
  routeNames: readonly string[],
): Source<T, Memory> {
  return {
    ...source,
    evaluate: (reading, memory, now) => {
      const checked = checkRoutes(reading, routeNames);
      return askForRoutes(source.evaluate(checked, memory, now), checked);
    },
  };
}

function checkRoutes<T extends { readonly containers: readonly Labelled[] }>(
  reading: Reading<T>,
  routeNames: readonly string[],
): Reading<T> {
  const isUnknown = ({ options: { route } }: Labelled) => route !== undefined && !routeNames.includes(route);
  if (!reading.ok || routeNames.length === 0 || !reading.value.containers.some(isUnknown)) return reading;
  const containers = reading.value.containers.map((container) => {
    if (!isUnknown(container)) return container;
    const { route = "", ...options } = container.options;
    const [nearest = ""] = routeNames.toSorted((a, b) => distance(a, route) - distance(b, route));
    const problem = { label: "watchdog.route", value: cleanText(route, 40), nearest };
    return { ...container, options: { ...options, problems: [...(options.problems ?? []), problem] } };
  });
  return { ok: true, value: { ...reading.value, containers } };
}

function askForRoutes<Memory>(
  evaluation: Evaluation<Memory>,
  reading: Reading<{ readonly containers: readonly Labelled[] }>,
): Evaluation<Memory> {
  const routes = new Map(
    (reading.ok ? reading.value.containers : []).flatMap(({ name, options: { route } }) =>
      route === undefined ? [] : [[name, route]],
    ),
  );
  if (routes.size === 0) return evaluation;
  const signals = evaluation.signals.map((signal) => {
    const kind = kindOf(signal.key);
    const route = kind === NOT_ROUTED ? undefined : routes.get(signal.key.slice(kind.length + 1));
    return route === undefined ? signal : { ...signal, route };
  });
  return { ...evaluation, signals };
}
