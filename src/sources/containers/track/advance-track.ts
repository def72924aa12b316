import type { ContainerNews, EventFacts, Order } from "../events/event-facts.ts";
import type { LabelProblem } from "../labels.ts";
import type { ObservedContainer } from "../snapshot.ts";
import { countRestarts } from "./count-restarts.ts";
import { countTick, NO_TICKS } from "./count-ticks.ts";
import { judgeCrash } from "./crash.ts";
import { advanceStop, judgeStop } from "./deliberate-stop.ts";
import { judge, type Verdict } from "./judge.ts";
import { advanceOom, endedOutOfMemory, type NewKills } from "./oom-kills.ts";
import { advanceLoop, countersOf, type LoopState, NO_LOOP } from "./restarts.ts";
import { settle } from "./settle.ts";
import { countedAtOf, type Moment, type Track, type TrackRules } from "./track.ts";

const MAX_EXIT_CODES = 5;

/** What a reading made of one container. */
export interface Progress {
  readonly track: Track;
  readonly verdict: Verdict;
  /** Whether the container has been down for enough ticks. */
  readonly isDown: boolean;
  /** `undefined` while it cannot be told. */
  readonly loop: (LoopState & { readonly count: number }) | undefined;
  /** Kills for memory that are to be told. */
  readonly ooms: (NewKills & { readonly ended: boolean }) | undefined;
  /** What of its labels cannot be used, where that is news. */
  readonly labelProblems: readonly LabelProblem[] | undefined;
}

/** What events told of one container. */
export interface Told {
  readonly news: ContainerNews | undefined;
  readonly order: Order | undefined;
}

/** Finds what events told of a container, by its id. */
export function tellingsOf({ news, orders }: EventFacts): (id: string) => Told {
  const newsOf = new Map(news.map((one) => [one.id, one]));
  const orderOf = new Map(orders);
  return (id) => ({ news: newsOf.get(id), order: orderOf.get(id) });
}

/** @param last what is remembered under the container's name, or of its service */
export function advanceTrack(
  container: ObservedContainer,
  last: Track | undefined,
  told: Told,
  moment: Moment,
  rules: TrackRules,
): Progress {
  // A new container under an old name: its counters start anew; for how long the name is down does not.
  const same = last?.id === container.id ? last : undefined;
  const { now, takenAt } = moment;
  const { intervalMs, texts } = rules;
  const { options } = container;
  const details = container.details?.ok ? container.details.value : undefined;
  // What was not asked for has not changed; what was asked for in vain may have.
  const isCounted = container.details?.ok !== false;

  const seen = told.news?.ooms ?? [];
  const wasInspected = same !== undefined && same.counters !== null;
  const { told: newKills, ...oom } = advanceOom({
    ...{ container, details, seen, before: same?.oom, wasInspected },
    ...{ now, takenAt, lastReadAt: moment.lastReadAt, intervalMs },
  });

  const stop = advanceStop(container, told.order, last, moment);
  const crash = judgeCrash(container, told.news, takenAt, texts);
  const outOfMemory = endedOutOfMemory(oom, details, told.news?.end?.at);
  const state = crash ?? settle(judge(container, takenAt, texts, outOfMemory), container, same, takenAt, intervalMs);
  const verdict = judgeStop(state, container, stop, now, options.stopGraceMs ?? rules.stopGraceMs, texts);
  const threshold = options.downTicks ?? rules.downTicks;
  const { active: isDown, ...down } =
    verdict.is === "unknown"
      ? { active: false, ...(last?.down ?? NO_TICKS) }
      : countTick(last?.down ?? NO_TICKS, verdict.is === "down", { now, intervalMs, threshold });

  const restarts = details === undefined ? 0 : countRestarts(container, details, same, told.news, moment, rules);
  const limits = { max: rules.restartsMax, windowMs: rules.restartsWindowMs };
  const loop = isCounted ? advanceLoop(same?.loop ?? NO_LOOP, restarts, now, limits) : undefined;

  const hasEnded = container.state === "exited" || container.state === "restarting";
  const endedWith = (hasEnded ? container.exitCode : undefined) ?? told.news?.end?.exitCode;
  const labelProblems = options.problems?.map(({ label, value }) => `${label}=${value}`).join("\n") ?? "";
  const track: Track = {
    id: container.id,
    service: container.service ?? "",
    down,
    stop,
    unsettled:
      container.state === "restarting" || crash !== undefined || (same?.unsettled === true && verdict.is !== "up"),
    counters: details === undefined ? (same?.counters ?? null) : countersOf(details),
    countedAt: isCounted ? null : (countedAtOf(same, moment) ?? now),
    loop: loop === undefined ? (same?.loop ?? NO_LOOP) : { bursts: loop.bursts, looping: loop.looping },
    exitCodes: rememberExit(same?.exitCodes ?? [], endedWith),
    oom,
    labelProblems,
  };
  return {
    track,
    verdict,
    isDown,
    loop,
    ooms: newKills && { ...newKills, ended: (endedWith ?? container.exitCode) === 137 },
    labelProblems: labelProblems === (last?.labelProblems ?? "") ? undefined : options.problems,
  };
}

function rememberExit(codes: readonly number[], code: number | undefined): readonly number[] {
  if (code === undefined || codes.at(-1) === code) return codes;
  return [...codes.filter((other) => other !== code), code].slice(-MAX_EXIT_CODES);
}
