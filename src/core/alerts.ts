import type { Ack } from "./ack.ts";
import { ALONE, FOLLOWS_WITHIN_MS, type Standing } from "./causes.ts";
import { type Alerting, decide } from "./decide.ts";
import type { Notice } from "./notice.ts";
import { type Evaluation, kindOf, type Severity, type Signal } from "./signal.ts";
import { isSilenced, type Silence } from "./silence.ts";
import type { MessagesTexts } from "./texts/en/messages.ts";
import type { Instant } from "./time.ts";

/** What is remembered of a signal from its alert to its recovery. Plain JSON data. */
export interface AlertState extends Alerting {
  readonly key: string;
  /** The source that raised it; only a reading of that source can end it. */
  readonly source: string;
  readonly severity: Severity;
  readonly since: Instant;
  /** When it was told first, where that was long after it began. */
  readonly toldAt?: Instant;
  /** The text of the last alert. */
  readonly what: string;
  /** Somebody takes care of it: it is not told again for as long as its nature stays. */
  readonly ack?: Ack;
  /** The key of what it followed from when it was told. */
  readonly cause?: string;
  /** The channels that were told of it, see Routing. */
  readonly channels?: readonly string[];
}

/** What a tick changes: alert states to keep or to forget, and what people must be told. */
export interface AlertChanges {
  readonly set: readonly AlertState[];
  readonly forget: readonly string[];
  readonly notices: readonly Notice[];
  /** What is wrong and not told yet, for what may be its cause is about to be confirmed or over. */
  readonly heldBack?: readonly HeldBack[];
}

export interface HeldBack {
  readonly signal: Signal;
  /** The key of the signal that is pending. */
  readonly waitsFor: string;
}

/**
 * Runs every signal of one source through `decide`. A key that alerts and is neither among the signals nor held is over, unless the evaluation is partial.
 * A silenced key is neither alerted nor re-alerted, as if it had not been looked at: when the silence ends, what is still
 * wrong is a new alert. What was told is resolved all the same.
 *
 * @param alerting the alert states of this source, by key
 * @param standingOf how a new alert stands to all others: only new alerts are ever held back or folded
 */
export function advanceAlerts(
  source: string,
  evaluation: Evaluation<unknown>,
  alerting: ReadonlyMap<string, AlertState>,
  now: Instant,
  cooldownMs: number,
  texts: MessagesTexts,
  silences: readonly Silence[] = [],
  standingOf: (key: string) => Standing = () => ALONE,
): AlertChanges {
  const set: AlertState[] = [];
  const heldBack: HeldBack[] = [];
  const forget: string[] = [];
  const notices: Notice[] = [];
  const seen = new Set<string>();
  const held = new Set(evaluation.holds);
  for (const signal of evaluation.signals) {
    if (signal.nature === "edge") {
      if (isSilenced(signal.key, silences, now)) continue;
      notices.push({ ...noticeOf(signal), action: "alert", since: beginOf(signal, now), at: now });
      continue;
    }
    if (seen.has(signal.key)) continue;
    seen.add(signal.key);
    const state = alerting.get(signal.key);
    const renewed = signal.renewed === true && state !== undefined;
    const decision = renewed ? "realert" : decide(signal.active, state, now, cooldownMs);
    if (decision === "none") continue;
    if (decision === "recovery") {
      if (state === undefined) continue;
      forget.push(signal.key);
      notices.push(recoveryOf(state, signal.what, [texts.itWas(state.what)], now));
      continue;
    }
    if (isSilenced(signal.key, silences, now)) continue;
    // Whoever acked did not ack what it has become since.
    if (decision === "realert" && !renewed && state?.ack !== undefined) continue;
    const standing = decision === "alert" ? standingOf(signal.key) : ALONE;
    if (standing.is === "waiting") {
      heldBack.push({ signal, waitsFor: standing.for });
      continue;
    }
    const { key, severity, what } = signal;
    const since = state?.since ?? beginOf(signal, now);
    const cause = standing.is === "effect" ? standing.cause : undefined;
    const causeKey = cause?.key ?? state?.cause;
    const toldAt = state === undefined && now - since > FOLLOWS_WITHIN_MS ? now : state?.toldAt;
    set.push({
      key,
      source,
      severity,
      since,
      ...(toldAt !== undefined && { toldAt }),
      lastAlertAt: now,
      what,
      ...(causeKey !== undefined && { cause: causeKey }),
    });
    notices.push({ ...noticeOf(signal), action: decision, ...(cause && { cause }), since, at: now });
  }
  for (const state of evaluation.partial ? [] : alerting.values()) {
    if (seen.has(state.key) || isHeld(state.key, held)) continue;
    forget.push(state.key);
    notices.push(recoveryOf(state, texts.noLongerReported(state.key), [texts.itWas(state.what)], now));
  }
  return { set, forget, notices, ...(heldBack.length > 0 && { heldBack }) };
}

/** What several evaluations change together, in their order: of one key, the last word counts. */
export function joinChanges(changes: readonly AlertChanges[]): AlertChanges {
  const states = new Map<string, AlertState | undefined>();
  for (const { set, forget } of changes) {
    for (const state of set) states.set(state.key, state);
    for (const key of forget) states.set(key, undefined);
  }
  return {
    set: [...states.values()].filter((state) => state !== undefined),
    forget: [...states].flatMap(([key, state]) => (state === undefined ? [key] : [])),
    notices: changes.flatMap(({ notices }) => notices),
  };
}

/** Ends alert states that no source can end any more, because it is not configured any longer. */
export function retireAlerts(states: Iterable<AlertState>, now: Instant, texts: MessagesTexts): AlertChanges {
  const orphans = [...states];
  return {
    set: [],
    forget: orphans.map((state) => state.key),
    notices: orphans.map((state) =>
      recoveryOf(state, texts.noLongerWatched(state.key), [texts.itWas(state.what)], now),
    ),
  };
}

/** Whether a reading says nothing about `key`. */
export function isHeld(key: string, holds: ReadonlySet<string>): boolean {
  return holds.has(key) || holds.has(kindOf(key));
}

/** Nothing that is seen now began later than now, whatever a foreign clock says. */
function beginOf(signal: Signal, now: Instant): Instant {
  return Math.min(signal.since ?? now, now);
}

function noticeOf(signal: Signal): Omit<Notice, "action" | "since" | "at"> {
  const { key, nature, severity, what, measure, details, next, route } = signal;
  return {
    key,
    nature,
    severity,
    what,
    ...(measure && { measure }),
    ...(details && { details }),
    ...(next !== undefined && { next }),
    ...(route !== undefined && { route }),
  };
}

function recoveryOf(state: AlertState, what: string, details: readonly string[], now: Instant): Notice {
  const { key, severity, since } = state;
  return { key, action: "recovery", nature: "level", severity, what, details, since, at: now };
}
