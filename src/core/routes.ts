import { matchesGlob } from "./glob.ts";
import type { Cause, Notice } from "./notice.ts";
import type { Severity } from "./signal.ts";
import type { MessagesTexts } from "./texts/en/messages.ts";

/** What a route is for: signals that ask for it by name (a container's label), or those of these keys and this severity. */
export type Matcher =
  | { readonly label: string }
  | { readonly keyGlob: string; readonly severity: Severity | undefined };

export interface Route {
  readonly matcher: Matcher;
  /** The names of channels; never empty. */
  readonly channels: readonly string[];
}

/** Who hears of what. Each channel that is named here exists. */
export interface Routing {
  /** The first that matches decides, as in Alertmanager. */
  readonly routes: readonly Route[];
  /** Where everything goes that no route matches; never empty, so nothing is lost. */
  readonly fallback: readonly string[];
}

/** Who was told of an incident that goes on, and how bad it was said to be. */
export interface Told {
  readonly severity: Severity;
  readonly channels: readonly string[];
}

/** Every channel that a routing names, those of the fallback first. */
export function channelsOf({ routes, fallback }: Routing): string[] {
  return [...new Set([...fallback, ...routes.flatMap(({ channels }) => channels)])];
}

/** The names by which a label may ask for a route: those of routes, and of channels. */
export function routeNames(routing: Routing): string[] {
  const labels = routing.routes.flatMap(({ matcher }) => ("label" in matcher ? [matcher.label] : []));
  return [...new Set([...labels, ...channelsOf(routing)])];
}

type Routable = Pick<Notice, "key" | "severity"> & { readonly route?: string };

/**
 * The channels of a notice that begins something. What it asks for by name comes before every pattern; a name that is
 * not known asks for nothing. Total: whatever the notice, somebody is told.
 */
export function routeOf(notice: Routable, { routes, fallback }: Routing): readonly string[] {
  if (notice.route !== undefined) {
    const named = routes.find(({ matcher }) => "label" in matcher && matcher.label === notice.route);
    if (named !== undefined) return named.channels;
    if (channelsOf({ routes, fallback }).includes(notice.route)) return [notice.route];
  }
  return routes.find(({ matcher }) => matches(matcher, notice))?.channels ?? fallback;
}

function matches(matcher: Matcher, { key, severity }: Routable): boolean {
  if ("label" in matcher) return false;
  return (matcher.severity ?? severity) === severity && matchesGlob(key, matcher.keyGlob);
}

function existing(channels: readonly string[], routing: Routing): readonly string[] {
  const all = new Set(channelsOf(routing));
  return [...new Set(channels)].filter((channel) => all.has(channel));
}

/**
 * The channels of any notice. A re-alert and a recovery go where the alert went, as far as that still exists, whatever the
 * routes say by now; a re-alert that became worse or milder goes where its new severity belongs as well.
 *
 * @param told who was told of this incident before
 */
export function channelsFor(notice: Notice, routing: Routing, told: Told | undefined): readonly string[] {
  if (notice.action === "alert" || told === undefined) return routeOf(notice, routing);
  const before = existing(told.channels, routing);
  if (before.length === 0) return routeOf(notice, routing);
  const changed = notice.action === "realert" && told.severity !== notice.severity;
  return changed ? [...new Set([...before, ...routeOf(notice, routing)])] : before;
}

function hearersOf(cause: Cause, routing: Routing, told: Told | undefined): readonly string[] {
  const before = existing(told?.channels ?? [], routing);
  return before.length > 0 ? before : routeOf(cause, routing);
}

function withoutCause({ cause: _, ...notice }: Notice, { what }: Cause, texts: MessagesTexts): Notice {
  return { ...notice, details: [texts.followedFrom(what), ...(notice.details ?? [])] };
}

/** A notice with the channels that it is owed to. */
export interface RoutedNotice {
  readonly notice: Notice;
  readonly channels: readonly string[];
}

/**
 * Routes what a tick decided, in its order.
 *
 * @param told who was told of what goes on, by key; not changed
 */
export function routeNotices(
  notices: readonly Notice[],
  routing: Routing,
  told: ReadonlyMap<string, Told>,
  texts: MessagesTexts,
): { readonly routed: readonly RoutedNotice[]; readonly told: ReadonlyMap<string, Told> } {
  const after = new Map(told);
  const routed = notices.flatMap((notice): RoutedNotice[] => {
    const own = channelsFor(notice, routing, after.get(notice.key));
    const parts = notice.cause === undefined ? [{ notice, channels: own }] : splitEffect(notice, notice.cause, own);
    const channels = parts.flatMap((part) => part.channels);
    if (notice.action === "recovery") after.delete(notice.key);
    else if (notice.nature === "level") after.set(notice.key, { severity: notice.severity, channels });
    return parts;
  });
  return { routed, told: after };

  /** Who hears of a cause hears of what follows from it; to whom else the effect belongs, it is told as an alert of its own. */
  function splitEffect(notice: Notice, cause: Cause, own: readonly string[]): RoutedNotice[] {
    const hearers = hearersOf(cause, routing, after.get(cause.key));
    const others = own.filter((channel) => !hearers.includes(channel));
    const folded = { notice, channels: hearers };
    return others.length === 0 ? [folded] : [folded, { notice: withoutCause(notice, cause, texts), channels: others }];
  }
}
