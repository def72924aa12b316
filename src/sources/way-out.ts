import { Failure } from "../http/failure.ts";
import { untilAborted } from "./until-aborted.ts";

/** Whether there is a way out of this host, told from everything outside that is pinged anyway, and from probes. */
export interface WayOut {
  /** Something outside that is pinged again and again joins those from which it is told. */
  join(): Witness;
  /**
   * Whether anything outside answers, from now on.
   *
   * @throws the deadline's reason when that came first
   */
  isOpen(deadline: AbortSignal): Promise<boolean>;
}

export interface Witness {
  /**
   * Runs a ping and lets its outcome through, unless it was unanswered and nothing else outside answers either.
   *
   * @param answered whether an outcome shows that somebody out there answered
   * @throws what `ping` throws, or a Failure when the outcome says nothing about what was pinged: this host is offline
   */
  ping<T>(ping: () => Promise<T>, answered: (outcome: T) => boolean, deadline: AbortSignal): Promise<T>;
}

/** Pings one probe, under a deadline of its own; resolves to whether it answers. */
export type Probe = () => Promise<boolean>;

/** @param probes at least one; asked only when something outside did not answer */
export function createWayOut(probes: readonly Probe[]): WayOut {
  /** Orders what happens: no clock is needed to say what came after what. */
  let moment = 0;
  let answeredAt = 0;
  /** When a ping of each witness last ended without an answer. */
  const unansweredAt: number[] = [];
  let waiting = new Set<() => void>();
  let probing: { readonly since: number; readonly verdict: Promise<boolean> } | undefined;

  function note(witness: number, answered: boolean): void {
    moment += 1;
    if (answered) answeredAt = moment;
    else unansweredAt[witness] = moment;
    const told = waiting;
    waiting = new Set();
    for (const tell of told) tell();
  }

  /** Resolves once a witness has had an answer since then (true), or none of them (false). */
  async function anyWitness(since: number, deadline: AbortSignal): Promise<boolean> {
    for (;;) {
      if (answeredAt > since) return true;
      if (unansweredAt.every((at) => at > since)) return false;
      await untilAborted(deadline, new Promise<void>((resolve) => waiting.add(resolve)));
    }
  }

  /** Whoever asks about the same time shares one round of probes. */
  function anyProbe(since: number, deadline: AbortSignal): Promise<boolean> {
    if (probing === undefined || probing.since < since) {
      probing = { since: moment, verdict: anyTrue(probes.map((probe) => probe().catch(() => false))) };
    }
    return untilAborted(deadline, probing.verdict);
  }

  return {
    join() {
      const witness = unansweredAt.push(0) - 1;
      return {
        async ping(ping, answered, deadline) {
          const since = moment;
          let isAnswered = false;
          let outcome: Awaited<ReturnType<typeof ping>>;
          try {
            outcome = await ping();
            isAnswered = answered(outcome);
          } finally {
            note(witness, isAnswered);
          }
          if (isAnswered || (await anyTrue([anyProbe(since, deadline), anyWitness(since, deadline)]))) return outcome;
          throw new Failure((texts) => texts.hostOffline);
        },
      };
    },
    async isOpen(deadline) {
      const since = moment;
      return (unansweredAt.length > 0 && (await anyWitness(since, deadline))) || anyProbe(since, deadline);
    },
  };
}

/** Resolves to true with the first that does, to false when all are false. @throws what one throws before it is decided */
function anyTrue(verdicts: readonly Promise<boolean>[]): Promise<boolean> {
  return new Promise((resolve, reject) => {
    for (const verdict of verdicts) verdict.then((isTrue) => isTrue && resolve(true), reject);
    Promise.all(verdicts).then(() => resolve(false), reject);
  });
}
