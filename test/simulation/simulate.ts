import type { StatementSync } from "node:sqlite";
import { openDatabase } from "../../src/store/open-database.ts";
import { Store } from "../../src/store/store.ts";
import { type Alterations, UNALTERED } from "./alterations.ts";
import { Auditor } from "./auditor.ts";
import { Fortune, type Incident, type LifePlan } from "./fortune.ts";
import { openFragileDatabase } from "./fragile-database.ts";
import { Life } from "./life.ts";
import { Machine } from "./machine.ts";
import { type Running, startProcess } from "./process.ts";
import { Random } from "./random.ts";
import { drawScenario, type Scenario, type Trouble } from "./scenario.ts";
import { ScriptedChannel } from "./scripted-channel.ts";
import { ScriptedSource } from "./scripted-source.ts";
import { SimulatedTime } from "./simulated-time.ts";
import type { Happening, Trace, TraceEvent } from "./trace.ts";

/** A signal that flapped has calmed after 20 readings; debouncing and a slow first reading come on top. */
const CALM_TICKS = 26;
/** The longest pause that a channel can demand, see `nextPauseMs`. */
const LONGEST_PAUSE_MS = 3_600_000;
/** What Docker gives a container that was asked to stop. */
const STOP_TIMEOUT_MS = 10_000;

/** Plays one seed: trouble, then calm. The same seed always gives the same trace. */
export async function simulate(seed: number, altered: Partial<Alterations> = {}): Promise<Trace> {
  return new Simulation(seed, { ...UNALTERED, ...altered }).play();
}

class Simulation {
  readonly #scenario: Scenario;
  readonly #alterations: Alterations;
  readonly #random: Random;
  readonly #fortune: Fortune;
  readonly #time = new SimulatedTime();
  readonly #machine: Machine;
  readonly #database = {
    real: openDatabase(undefined, () => {}).database,
    statements: new Map<string, StatementSync>(),
  };
  readonly #auditor = new Auditor(this.#database.real);
  readonly #events: TraceEvent[] = [];
  readonly #sources: readonly ScriptedSource[];
  readonly #channels: readonly ScriptedChannel[];
  /** Who adds and ends silences, from another process. */
  readonly #operator = new Store(this.#database.real, () => {});
  /** The source that is not configured now. */
  #without: string | undefined;
  #life: Life | undefined;
  #running: Running | undefined;
  /** The one that was asked to stop. */
  #stopping: Life | undefined;
  #lives = 0;
  #attempts = 0;
  #cancelRestart: (() => void) | undefined;
  #phase: "trouble" | "calm" | "over" = "trouble";

  constructor(seed: number, alterations: Alterations) {
    const random = new Random(seed);
    const scenario = drawScenario(seed, random.fork("scenario"));
    this.#scenario = scenario;
    this.#alterations = alterations;
    this.#random = random.fork("deliverers");
    this.#fortune = new Fortune(scenario, random.fork("fortune"));
    this.#machine = new Machine(this.#time, random.fork("timers"));
    const has = (trouble: Trouble) => scenario.troubles.includes(trouble);
    const { intervalMs } = scenario;
    const shared = { time: this.#time, random, has, intervalMs, record: (event: Happening) => this.#record(event) };
    this.#sources = scenario.sources.map((plan) => new ScriptedSource(plan, shared));
    this.#channels = scenario.channels.map((plan) => new ScriptedChannel(plan, shared));
  }

  async play(): Promise<Trace> {
    const { troubledMs, intervalMs } = this.#scenario;
    for (const { atMs, incident } of this.#fortune.drawIncidents()) this.#time.at(atMs, () => this.#happen(incident));
    this.#time.at(0, () => this.#startLife(false));
    this.#time.at(troubledMs, () => this.#calmDown());
    await this.#time.runUntil(troubledMs);
    await this.#time.runUntil(this.#time.nowMs + CALM_TICKS * intervalMs);
    // What is owed may wait for a demanded pause to end; new realerts become owed meanwhile.
    const latest = this.#time.nowMs + LONGEST_PAUSE_MS + 10 * intervalMs;
    while (this.#time.nowMs < latest && this.#auditor.owed().length > 0) {
      await this.#time.runUntil(this.#time.nowMs + 0.7 * intervalMs);
    }
    this.#record({ kind: "over", truth: this.#truth(), owed: this.#auditor.owed() });
    this.#phase = "over";
    this.#life?.end("over");
    this.#database.real.close();
    return { scenario: this.#scenario, events: this.#events };
  }

  #record(happening: Happening): void {
    if (this.#phase === "over") return;
    this.#events.push({ ...happening, at: this.#time.nowMs, instant: this.#machine.now(), life: this.#lives });
  }

  #startLife(rebooted: boolean): void {
    this.#cancelRestart = undefined;
    this.#lives += 1;
    if (rebooted) this.#machine.reboot();
    const plan = this.#fortune.drawLife();
    const isTroubled = this.#phase === "trouble";
    const life = new Life(isTroubled ? plan.trap : undefined);
    this.#life = life;
    const record = (happening: Happening) => this.#record(happening);
    const onCommit = (tables: ReadonlySet<string>) =>
      record({ kind: "committed", tables: [...tables], ...this.#auditor.audit(tables) });
    // What the dead process left open is rolled back before anybody looks at it.
    const database = openFragileDatabase(this.#database, life, onCommit);
    life.whenEnded((how) => this.#bury(how, plan));
    let sends = 0;
    const endAfter = (ms: number) => {
      if (isTroubled) this.#time.at(this.#time.nowMs + ms, () => this.#endLife(life, plan, running));
    };
    const running = startProcess({
      scenario: this.#scenario,
      alterations: this.#alterations,
      life,
      machine: this.#machine,
      random: this.#random,
      database,
      rebooted,
      sources: this.#sources.filter((source) => source.plan.name !== this.#without),
      channels: this.#channels,
      nextAttempt: () => {
        sends += 1;
        if (sends === plan.endsAfterSends) endAfter(this.#fortune.drawMomentMs());
        return ++this.#attempts;
      },
      record,
    });
    this.#running = running;
    if (Number.isFinite(plan.lastsMs)) endAfter(plan.lastsMs);
  }

  #endLife(life: Life, plan: LifePlan, running: Running): void {
    if (!life.isAlive || this.#phase !== "trouble" || this.#stopping === life) return;
    if (plan.end === "kill") {
      life.end("killed");
      return;
    }
    this.#stopping = life;
    this.#record({ kind: "stopping" });
    void running
      .stop()
      .catch((error: unknown) => this.#record({ kind: "fault", what: `stopping failed: ${String(error)}` }));
    this.#time.at(this.#time.nowMs + STOP_TIMEOUT_MS, () => life.end("killed: did not stop"));
  }

  #bury(how: string, plan: LifePlan): void {
    this.#record({ kind: "died", how, underway: this.#auditor.attempted() });
    if (this.#phase === "over") return;
    this.#without = plan.without;
    const downMs = this.#phase === "calm" ? 1_000 : plan.downMs;
    const restart = () => this.#startLife(plan.reboots);
    this.#cancelRestart = this.#time.at(this.#time.nowMs + downMs, restart);
  }

  #calmDown(): void {
    this.#phase = "calm";
    this.#record({ kind: "calm" });
    for (const part of [...this.#sources, ...this.#channels]) part.calmDown();
    if (this.#life?.isAlive) this.#life.isImmortal = true;
    this.#happen({ kind: "unsilence", keyGlob: undefined });
    if (this.#cancelRestart === undefined) return;
    this.#cancelRestart();
    this.#startLife(false);
  }

  #happen(incident: Incident): void {
    switch (incident.kind) {
      case "step":
        this.#time.wallStepMs += incident.ms;
        this.#record({ kind: "stepped", ms: incident.ms });
        break;
      case "sleep":
        if (incident.how === "suspended") this.#time.suspend(incident.ms);
        else this.#time.stall(incident.ms);
        this.#record({ kind: "slept", ms: incident.ms, how: incident.how });
        break;
      case "silence": {
        const until = this.#machine.now() + incident.ms;
        this.#operator.addSilence({ keyGlob: incident.keyGlob, until, why: "" }, this.#machine.now());
        this.#record({ kind: "silenced", keyGlob: incident.keyGlob, until });
        break;
      }
      case "ack":
        if (this.#life?.isAlive && this.#stopping !== this.#life) this.#running?.acknowledge(incident.nth);
        break;
      case "unsilence":
        for (const { keyGlob } of this.#operator.silences(this.#machine.now())) {
          if (incident.keyGlob !== undefined && incident.keyGlob !== keyGlob) continue;
          this.#operator.endSilence(keyGlob);
          this.#record({ kind: "unsilenced", keyGlob });
        }
    }
  }

  #truth(): Record<string, boolean> {
    const truth: Record<string, boolean> = {};
    for (const source of this.#sources) {
      for (const [key, isActive] of Object.entries(source.truth())) {
        truth[key] = isActive && source.plan.name !== this.#without;
      }
    }
    return truth;
  }
}
