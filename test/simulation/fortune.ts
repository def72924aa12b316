import { POINTS, type Trap } from "./life.ts";
import type { Random } from "./random.ts";
import type { Scenario, Trouble } from "./scenario.ts";

/** What is in store for one process. */
export interface LifePlan {
  readonly trap: Trap | undefined;
  readonly lastsMs: number;
  /** How it ends if the trap does not end it. */
  readonly end: "kill" | "stop";
  /** It ends earlier: soon after so many sends have begun. */
  readonly endsAfterSends: number;
  readonly downMs: number;
  readonly reboots: boolean;
  /** The source that is taken out of the next configuration. */
  readonly without: string | undefined;
}

/** What happens to the machine or is done by people, at some moment. */
export type Incident =
  | { readonly kind: "step"; readonly ms: number }
  | { readonly kind: "sleep"; readonly ms: number; readonly how: "suspended" | "stalled" }
  | { readonly kind: "silence"; readonly keyGlob: string; readonly ms: number }
  /** Ends the silence of that glob, or every one. */
  | { readonly kind: "unsilence"; readonly keyGlob: string | undefined }
  /** Of whatever people know to be wrong, that one; nothing where it is not. */
  | { readonly kind: "ack"; readonly nth: number };

const STORM_LIVES = 20;

/** Draws what befalls the processes and the machine. */
export class Fortune {
  readonly #scenario: Scenario;
  readonly #random: Random;
  #stormLives: number;
  #livesUntilStorm: number;

  constructor(scenario: Scenario, random: Random) {
    this.#scenario = scenario;
    this.#random = random;
    this.#stormLives = this.#has("restart storm") && random.chance(0.6) ? STORM_LIVES : 0;
    this.#livesUntilStorm = random.between(0, 2);
  }

  drawIncidents(): { readonly atMs: number; readonly incident: Incident }[] {
    const random = this.#random;
    const incidents: { atMs: number; incident: Incident }[] = [];
    const add = (trouble: Trouble, most: number, draw: () => Incident) => {
      if (!this.#has(trouble)) return;
      for (let left = random.between(1, most); left > 0; left -= 1) {
        incidents.push({ atMs: random.between(1, this.#scenario.troubledMs), incident: draw() });
      }
    };
    const sleepMs = () => random.pick([3_000, 0.4 * this.#scenario.intervalMs, 90_000, 7_200_000]);
    add("clock steps", 3, () => ({ kind: "step", ms: random.pick([-3_600_000, 3_600_000, 5_000, -300_000]) }));
    add("suspends", 2, () => ({ kind: "sleep", ms: sleepMs(), how: "suspended" }));
    add("stalls", 2, () => ({ kind: "sleep", ms: sleepMs(), how: "stalled" }));
    add("silences", 4, () => {
      const ms = random.between(1, 20) * this.#scenario.intervalMs;
      return { kind: "silence", keyGlob: this.#drawGlob(), ms };
    });
    add("silences", 2, () => ({ kind: "unsilence", keyGlob: this.#drawGlob() }));
    if (!this.#scenario.hasAcks) return incidents;
    const ofAcks = random.fork("acks");
    for (let left = ofAcks.between(2, 8); left > 0; left -= 1) {
      const atMs = ofAcks.between(1, this.#scenario.troubledMs);
      incidents.push({ atMs, incident: { kind: "ack", nth: ofAcks.between(0, 3) } });
    }
    return incidents;
  }

  drawLife(): LifePlan {
    const random = this.#random;
    const { intervalMs, troubledMs, sources } = this.#scenario;
    const canEnd = this.#has("kills") || this.#has("stops") || this.#has("reboots");
    if (this.#livesUntilStorm > 0) this.#livesUntilStorm -= 1;
    else if (this.#stormLives > 0) return this.#drawStormLife();
    return {
      trap: this.#has("kills") ? this.#drawTrap() : undefined,
      lastsMs: canEnd || this.#stormLives > 0 ? random.between(1, troubledMs / 4) : Number.POSITIVE_INFINITY,
      end: this.#has("stops") && random.chance(0.6) ? "stop" : "kill",
      endsAfterSends: canEnd && random.chance(0.2) ? random.between(1, 8) : Number.POSITIVE_INFINITY,
      downMs: this.#drawDownMs(intervalMs),
      reboots: this.#has("reboots") && random.chance(0.5),
      without: this.#has("reconfiguration") && random.chance(0.3) ? random.pick(sources).name : undefined,
    };
  }

  /** A moment within what a send takes. */
  drawMomentMs(): number {
    return this.#random.pick([1, 20, 200, 1_200]);
  }

  #drawStormLife(): LifePlan {
    const random = this.#random;
    this.#stormLives -= 1;
    const end = this.#has("stops") && random.chance(0.5) ? "stop" : "kill";
    const trap = this.#has("kills") && random.chance(0.3) ? this.#drawTrap() : undefined;
    const lastsMs = random.between(300, 5_500);
    const endsAfterSends = Number.POSITIVE_INFINITY;
    return { trap, lastsMs, end, endsAfterSends, downMs: random.between(100, 900), reboots: false, without: undefined };
  }

  #drawTrap(): Trap | undefined {
    const random = this.#random;
    const draw = random.next();
    if (draw < 0.2) return undefined;
    if (draw < 0.4) return { point: undefined, nth: random.between(1, 400) };
    return { point: random.pick(POINTS), nth: random.pick([1, 1, 2, 3, 5, 8, 20, 50]) };
  }

  #drawDownMs(intervalMs: number): number {
    const random = this.#random;
    if (this.#has("long absences") && random.chance(0.4)) return random.between(intervalMs, 30 * intervalMs);
    return random.pick([100, 1_000, 10_000, 0.6 * intervalMs]);
  }

  #drawGlob(): string {
    const { kind } = this.#random.pick(this.#scenario.sources);
    return this.#random.pick([`${kind}:a`, `${kind}:*`, `${kind}*`, "*"]);
  }

  #has(trouble: Trouble): boolean {
    return this.#scenario.troubles.includes(trouble);
  }
}
