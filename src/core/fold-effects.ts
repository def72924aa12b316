import type { Telling } from "./merge-owed.ts";
import type { Cause } from "./notice.ts";

/** Alerts whose cause was told before them: they are told together, without it. */
export interface Apart {
  readonly kind: "apart";
  readonly cause: Cause;
  readonly effects: readonly Telling[];
}

type Home =
  | { readonly is: "own" }
  | { readonly is: "under"; readonly key: string }
  | { readonly is: "apart"; readonly cause: Cause };

const OWN: Home = { is: "own" };

/**
 * Folds alerts under the alert that they follow from, where that is owed too; those whose cause was told before stand apart with
 * each other. One whose cause is over by now, or of which there is more to tell, is told on its own.
 *
 * @param groups the tellings of each key, in their order
 * @returns the same groups without what was folded, and at the end what stands apart
 */
export function foldEffects(groups: readonly (readonly Telling[])[]): (readonly (Telling | Apart)[])[] {
  if (!groups.some((tellings) => causeOf(tellings) !== undefined)) return [...groups];
  const byKey = new Map(groups.flatMap((tellings) => (tellings[0] ? [[tellings[0].last.key, tellings] as const] : [])));
  const folded = new Map<string, Telling[]>();
  const apart = new Map<string, Telling[]>();
  const causes = new Map<string, Cause>();
  const kept = groups.filter((tellings) => {
    const [effect] = tellings;
    const home = findHome(tellings, byKey);
    if (effect === undefined || home.is === "own") return true;
    if (home.is === "under") append(folded, home.key, effect);
    else {
      causes.set(home.cause.key, home.cause);
      append(apart, home.cause.key, effect);
    }
    return false;
  });
  const led = kept.map((tellings) => {
    const last = tellings.at(-1);
    const effects = last && folded.get(last.last.key);
    return last === undefined || effects === undefined ? tellings : [...tellings.slice(0, -1), { ...last, effects }];
  });
  const alone = [...causes.values()].map((cause): Apart[] => [
    { kind: "apart", cause, effects: apart.get(cause.key) ?? [] },
  ]);
  return [...led, ...alone];
}

function append(lists: Map<string, Telling[]>, key: string, telling: Telling): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [telling]);
  else list.push(telling);
}

/** What the only telling of a key follows from; `undefined` where it is not a single alert that follows from something. */
function causeOf(tellings: readonly Telling[]): Cause | undefined {
  const [only] = tellings;
  return tellings.length === 1 && only?.kind === "alert" ? only.first.cause : undefined;
}

/** Follows causes that are effects themselves; where they go round in a circle, each is told on its own. */
function findHome(tellings: readonly Telling[], byKey: ReadonlyMap<string, readonly Telling[]>): Home {
  const seen = new Set<readonly Telling[]>();
  let effect = tellings;
  for (;;) {
    const cause = causeOf(effect);
    if (cause === undefined) return effect === tellings ? OWN : { is: "under", key: effect[0]?.last.key ?? "" };
    if (seen.has(effect)) return OWN;
    seen.add(effect);
    const led = byKey.get(cause.key);
    if (led === undefined) return { is: "apart", cause };
    const last = led.at(-1);
    if (last?.kind !== "alert" && last?.kind !== "realert")
      return effect === tellings ? OWN : { is: "under", key: effect[0]?.last.key ?? "" };
    effect = led;
  }
}
