import type { Random } from "./random.ts";

/** What may go wrong. A seed draws a few of them: all at once, each would hide the others. */
export const TROUBLES = [
  "refusals",
  "ambiguous sends",
  "rate limits",
  "permanent failures",
  "hanging sends",
  "broken channel",
  "kills",
  "stops",
  "restart storm",
  "long absences",
  "reboots",
  "clock steps",
  "suspends",
  "stalls",
  "flapping",
  "vanishing",
  "nudges",
  "edges",
  "failing readings",
  "slow readings",
  "hanging readings",
  "partial readings",
  "silences",
  "reconfiguration",
  "causes",
] as const;

export type Trouble = (typeof TROUBLES)[number];

export interface SourcePlan {
  readonly name: string;
  /** The kind of all its keys but its own `…_down`. */
  readonly kind: string;
  readonly subjects: number;
  readonly deadlineMs: number;
  /** Debouncing in ticks. */
  readonly threshold: number;
  readonly hasEdge: boolean;
  /** What its level keys need, by keys of all sources; without it nothing hangs on anything. */
  readonly needs?: Needs;
}

export type Needs = Readonly<Record<string, readonly string[]>>;

/** The key that is active while nothing of a source can be read. */
export function downKeyOf({ kind }: Pick<SourcePlan, "kind">): string {
  return `${kind}_down`;
}

export function subjectKeysOf({ kind, subjects }: Pick<SourcePlan, "kind" | "subjects">): string[] {
  return Array.from({ length: subjects }, (_, index) => `${kind}:${"abcd"[index]}`);
}

export interface ChannelPlan {
  readonly name: string;
  readonly maxChars: number;
  readonly minGapMs: number;
  readonly maxPerMinute: number;
  /** Nothing ever goes wrong with it. */
  readonly isSteady: boolean;
  /** It says where its messages are, so that others can reply to them. */
  readonly hasRefs: boolean;
  /** What becomes of its messages when they are to be changed; `undefined`: it cannot. */
  readonly edits: "well" | "badly" | undefined;
}

/** What a seed stands for, apart from what happens in it. */
export interface Scenario {
  readonly seed: number;
  readonly troubles: readonly Trouble[];
  readonly intervalMs: number;
  readonly cooldownMs: number;
  readonly timeoutMs: number;
  /** How long there is trouble; then comes calm. */
  readonly troubledMs: number;
  /** At most so many owed notices are looked at together. */
  readonly chunk: number;
  readonly sources: readonly SourcePlan[];
  readonly channels: readonly ChannelPlan[];
  /** People say that they take care of what is wrong. */
  readonly hasAcks: boolean;
}

export function drawScenario(seed: number, random: Random): Scenario {
  const appetite = random.pick([0.1, 0.25, 0.5]);
  const troubles = TROUBLES.filter(() => random.chance(appetite));
  const intervalMs = random.pick([20, 30, 60, 60, 120, 300]) * 1_000;
  const maxPerMinute = random.pick([3, 20, 20]);
  const hasTrouble = (trouble: Trouble) => troubles.includes(trouble);
  const sources = Array.from({ length: random.between(1, 3) }, (_, index) => ({
    name: index === 0 ? "zoo" : `zoo/${index}`,
    kind: `animal${index}`,
    subjects: random.between(1, 4),
    deadlineMs: random.pick([2_000, 5_000, 10_000]),
    threshold: random.between(1, 3),
    hasEdge: hasTrouble("edges") && random.chance(0.7),
  }));
  const causes = random.fork("causes");
  const threads = random.fork("threads");
  return {
    seed,
    troubles,
    intervalMs,
    cooldownMs: random.pick([0, 4, 10, 25]) * intervalMs,
    timeoutMs: 5_000,
    troubledMs: random.between(20, 45) * intervalMs,
    // Small parts cannot be merged into few messages, which a slow channel would never get to the end of.
    chunk: maxPerMinute < 20 ? 1_000 : random.pick([6, 15, 1_000, 1_000]),
    sources: hasTrouble("causes")
      ? sources.map((plan) => ({ ...plan, needs: drawNeeds(plan, sources, causes) }))
      : sources,
    hasAcks: random.fork("acks").chance(0.3),
    channels: Array.from({ length: random.chance(0.3) ? 2 : 1 }, (_, index) => ({
      name: index === 0 ? "chat" : "pager",
      maxChars: random.pick([900, 1_500, 4_000, 4_000]),
      minGapMs: random.pick([0, 1_000, 3_000]),
      maxPerMinute,
      isSteady: random.chance(0.2),
      hasRefs: threads.chance(0.8),
      edits: threads.pick(["well", "well", "badly", undefined] as const),
    })),
  };
}

/** Everything of a source needs that it can be read, and a few others, whoever they are: circles too. */
function drawNeeds(plan: SourcePlan, sources: readonly SourcePlan[], random: Random): Needs {
  const all = sources.flatMap((source) => [...subjectKeysOf(source), downKeyOf(source)]);
  const own = downKeyOf(plan);
  const pairs = [...subjectKeysOf(plan), own].map((key): [string, string[]] => {
    const others = all.filter((other) => other !== key && other !== own && random.chance(1.2 / all.length));
    return [key, key === own ? others : [own, ...others]];
  });
  return Object.fromEntries(pairs);
}
