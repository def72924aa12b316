import { distance } from "fastest-levenshtein";
import type { Matcher } from "../core/routes.ts";
import { chatId, count } from "./kinds.ts";

/** Whom a route names; what is `undefined` is as configured for `telegram`. */
export type Receiver =
  | { readonly is: "telegram"; readonly chatId: string | undefined; readonly threadId: number | undefined }
  | { readonly is: "webhook" }
  | { readonly is: "console" };

/** One route as it is written. */
export interface WrittenRoute {
  readonly text: string;
  readonly matcher: Matcher;
  readonly receivers: readonly Receiver[];
}

/** What is wrong with one route, and what is expected. */
export interface RouteProblem {
  readonly text: string;
  readonly expected: string;
}

export interface ParsedRoutes {
  readonly routes: readonly WrittenRoute[];
  readonly problems: readonly RouteProblem[];
}

const SEVERITIES = ["critical", "warning"] as const;
const RECEIVERS = ["telegram", "telegram:<chat>", "telegram:<chat>/<topic>", "telegram:/<topic>", "webhook", "console"];
const topic = count(1, 2_147_483_647);

/** Reads `container:db*=telegram:-100123/45, critical=telegram+webhook, *=webhook`. Total. */
export function parseRoutes(text: string): ParsedRoutes {
  const routes: WrittenRoute[] = [];
  const problems: RouteProblem[] = [];
  const items = text.split(",").map((item) => item.trim());
  for (const item of items.filter((item) => item !== "")) {
    const outcome = parseRoute(item);
    const unreachable = "expected" in outcome ? undefined : findShadow(outcome, routes);
    if ("expected" in outcome) problems.push(outcome);
    else if (unreachable !== undefined) problems.push({ text: item, expected: unreachable });
    else routes.push(outcome);
  }
  if (routes.length + problems.length === 0) problems.push({ text, expected: "expected at least one route" });
  return { routes, problems };
}

function parseRoute(text: string): WrittenRoute | RouteProblem {
  // A key may hold "=", a receiver cannot.
  const equals = text.lastIndexOf("=");
  const left = text.slice(0, Math.max(equals, 0)).trim();
  const right = text.slice(equals + 1).trim();
  if (left === "" || right === "") return { text, expected: "expected <what>=<receiver>, like critical=telegram" };
  const matcher = parseMatcher(left);
  if (typeof matcher === "string") return { text, expected: matcher };
  const receivers: Receiver[] = [];
  for (const name of right.split("+").map((part) => part.trim())) {
    const receiver = parseReceiver(name);
    if (typeof receiver === "string") return { text, expected: receiver };
    receivers.push(receiver);
  }
  return { text, matcher, receivers };
}

/** The matcher, or what is expected instead. */
function parseMatcher(text: string): Matcher | string {
  const severity = SEVERITIES.find((word) => word === text);
  if (severity !== undefined) return { keyGlob: "*", severity };
  if (text.startsWith("route:")) {
    const label = text.slice("route:".length);
    return /^[\w.-]+$/.test(label) ? { label } : "expected a name of letters, digits, dots and dashes behind route:";
  }
  const slip = SEVERITIES.find((word) => !/[:*?@]/.test(text) && distance(text.toLowerCase(), word) <= 2);
  if (slip !== undefined) return `did you mean ${slip}?`;
  const at = text.lastIndexOf("@");
  if (at === -1) return { keyGlob: text, severity: undefined };
  const [keyGlob, word] = [text.slice(0, at), text.slice(at + 1)];
  const asked = SEVERITIES.find((known) => known === word);
  if (keyGlob !== "" && asked !== undefined) return { keyGlob, severity: asked };
  return "expected @critical or @warning behind a key; for an @ in a key write ?";
}

/** The receiver, or what is expected instead. */
function parseReceiver(text: string): Receiver | string {
  if (text === "webhook" || text === "console") return { is: text };
  if (text === "telegram") return { is: "telegram", chatId: undefined, threadId: undefined };
  if (!text.startsWith("telegram:")) {
    const head = /^[^:/]*/.exec(text)?.[0] ?? "";
    const known = RECEIVERS.map((receiver) => ({ receiver, strangeness: strangeness(text, head, receiver) }));
    const [nearest] = known.sort((a, b) => a.strangeness - b.strangeness);
    return `expected a receiver: ${RECEIVERS.join(", ")}; did you mean ${nearest?.receiver}?`;
  }
  const [chat = "", thread, ...rest] = text.slice("telegram:".length).split("/");
  const id = chat === "" ? undefined : chatId.parse(chat);
  const threadId = thread === undefined ? undefined : topic.parse(thread);
  if (chat !== "" && id === undefined) return `expected ${chatId.expected} behind telegram:`;
  if ((thread !== undefined && threadId === undefined) || rest.length > 0)
    return "expected the number of a topic behind /";
  if (id === undefined && threadId === undefined) return "expected a chat or a topic behind telegram:";
  return { is: "telegram", chatId: id, threadId };
}

/** Most slips are in the word before the colon. */
function strangeness(text: string, head: string, receiver: string): number {
  const word = receiver.replace(/:.*/, "");
  return (
    Math.min(distance(text, receiver), distance(head, word)) + (text.includes(":") === receiver.includes(":") ? 0 : 0.5)
  );
}

/** Why a route would never decide anything, after those before it. */
function findShadow({ matcher }: WrittenRoute, before: readonly WrittenRoute[]): string | undefined {
  const shadow = before.find((earlier) => covers(earlier.matcher, matcher));
  return shadow && `is never reached: the first route that matches decides, and "${shadow.text}" comes before it`;
}

function covers(earlier: Matcher, later: Matcher): boolean {
  if ("label" in earlier || "label" in later) {
    return "label" in earlier && "label" in later && earlier.label === later.label;
  }
  const sameKeys = earlier.keyGlob === later.keyGlob || /^\*+$/.test(earlier.keyGlob);
  return sameKeys && (earlier.severity === undefined || earlier.severity === later.severity);
}
