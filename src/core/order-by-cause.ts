import { Causes } from "./causes.ts";
import type { SignalView } from "./overview.ts";

/** What is active, each root cause before what follows from it; else in the order given. */
export function orderByCause(views: readonly SignalView[]): SignalView[] {
  const causes = new Causes(
    views.map(({ status, ...view }) => ({
      since: 0,
      ...view,
      is: status === "active" ? ("new" as const) : ("quiet" as const),
    })),
  );
  const active = views.filter(({ status }) => status === "active");
  const rootOf = ({ key }: SignalView): string => {
    const standing = causes.standingOf(key);
    return standing.is === "effect" ? standing.cause.key : key;
  };
  const families = Map.groupBy(active, rootOf);
  return [...families].flatMap(([root, family]) => [
    ...family.filter(({ key }) => key === root),
    ...family.filter(({ key }) => key !== root),
  ]);
}
