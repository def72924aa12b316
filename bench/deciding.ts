import { loadSettings } from "../src/config/load-settings.ts";
import { type AlertState, advanceAlerts } from "../src/core/alerts.ts";
import { known } from "../src/core/reading.ts";
import type { Evaluation, Signal } from "../src/core/signal.ts";
import { EN } from "../src/core/texts/index.ts";
import { HOUR_MS, SECOND_MS } from "../src/core/time.ts";
import { parseEnvelope } from "../src/sources/orchestrator/envelope.ts";
import { evaluateOrchestrator, INITIAL_MEMORY } from "../src/sources/orchestrator/signals.ts";
import { median, table } from "./statistics.ts";

export interface Deciding {
  /** Level signals decided on per second of one core, of which one in ten changes; in millions. */
  readonly decisionsM: number;
  /** The same signals, each looked up in a Map and compared: the least that deciding can be; in millions. */
  readonly lookupsM: number;
  readonly agents: number;
  readonly envelopeMb: number;
  /** Medians in milliseconds: parsing it as JSON; reading its fields; evaluating it. */
  readonly jsonMs: number;
  readonly fieldsMs: number;
  readonly evaluateMs: number;
  /** All three, of the first. */
  readonly ratio: number;
}

const SIGNALS = 10_000;
const AGENTS = 100_000;

/** What is pure, in this process: deciding on many signals, and an envelope of very many agents. */
export function measureDeciding(quick: boolean): Deciding {
  const rounds = quick ? 5 : 15;
  return { ...measureDecisions(rounds * 4), ...measureEnvelope(rounds) };
}

function measureDecisions(rounds: number): Pick<Deciding, "decisionsM" | "lookupsM"> {
  const signals = (round: number): Signal[] =>
    Array.from({ length: SIGNALS }, (_, index) => {
      const key = `dep:service-${index}`;
      const active = (index + round) % 10 === 0;
      const next = "see what its log says";
      return { key, severity: "critical", nature: "level", active, what: "does not answer", next };
    });
  const alerting = new Map<string, AlertState>();
  const last = new Map<string, boolean>();
  const times = Array.from({ length: rounds }, (_, round) => {
    const evaluation: Evaluation<null> = { signals: signals(round), holds: [], memory: null };
    const decideMs = time(() => {
      const changes = advanceAlerts("bench", evaluation, alerting, round * SECOND_MS, HOUR_MS, EN.messages);
      for (const state of changes.set) alerting.set(state.key, state);
      for (const key of changes.forget) alerting.delete(key);
    });
    const lookUpMs = time(() => {
      for (const { key, active } of evaluation.signals) if (last.get(key) !== active) last.set(key, active);
    });
    return { decideMs, lookUpMs };
  });
  const perSecondM = (ms: number) => SIGNALS / ms / 1_000;
  return {
    decisionsM: perSecondM(median(times.map(({ decideMs }) => decideMs))),
    lookupsM: perSecondM(median(times.map(({ lookUpMs }) => lookUpMs))),
  };
}

function measureEnvelope(rounds: number): Omit<Deciding, "decisionsM" | "lookupsM"> {
  const { settings } = loadSettings({
    WATCHDOG_METRICS_URL: "http://127.0.0.1:1/metrics",
    WATCHDOG_DOCKER_SOCK: "off",
  });
  if (settings.orchestrator === undefined) throw new Error("WATCHDOG_METRICS_URL is set");
  const text = (round: number) =>
    JSON.stringify({
      schema_version: 1,
      generated_at: new Date(1_780_000_000_000 + round * 30_000).toISOString(),
      agents: Array.from({ length: AGENTS }, (_, index) => {
        const cpu_ticks = 50_000 + round * 100;
        return { run_id: index, task_id: index, agent: "developer", pid: index + 1, runtime_s: 1_200.5, cpu_ticks };
      }),
    });
  let memory = INITIAL_MEMORY;
  let bytes = 0;
  const times = Array.from({ length: rounds }, (_, round) => {
    const body = text(round);
    bytes = body.length;
    let json: unknown;
    const jsonMs = time(() => {
      json = JSON.parse(body);
    });
    let envelope: ReturnType<typeof parseEnvelope> | undefined;
    const fieldsMs = time(() => {
      envelope = parseEnvelope(json, EN.orchestrator.schema);
    });
    const evaluateMs = time(() => {
      if (envelope === undefined || settings.orchestrator === undefined) return;
      const rules = { ...settings.orchestrator, texts: EN };
      memory = evaluateOrchestrator(rules, known(envelope), memory, round * 30 * SECOND_MS).memory;
    });
    return { jsonMs, fieldsMs, evaluateMs, ratio: (jsonMs + fieldsMs + evaluateMs) / jsonMs };
  });
  return {
    agents: AGENTS,
    envelopeMb: bytes / 2 ** 20,
    jsonMs: median(times.map(({ jsonMs }) => jsonMs)),
    fieldsMs: median(times.map(({ fieldsMs }) => fieldsMs)),
    evaluateMs: median(times.map(({ evaluateMs }) => evaluateMs)),
    ratio: median(times.map(({ ratio }) => ratio)),
  };
}

function time(work: () => void): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

export function describeDeciding(cost: Deciding): string {
  const { decisionsM, lookupsM, agents, envelopeMb, jsonMs, fieldsMs, evaluateMs, ratio } = cost;
  return [
    table(
      ["decisions", "a second", "look-ups in a Map a second", "ratio"],
      [
        [
          `${SIGNALS} signals, a tenth active`,
          `${decisionsM.toFixed(1)} M`,
          `${lookupsM.toFixed(1)} M`,
          (lookupsM / decisionsM).toFixed(1),
        ],
      ],
    ),
    table(
      ["an envelope", "MB", "JSON.parse, ms", "its fields, ms", "evaluate, ms", "all, of JSON.parse"],
      [
        [
          `${agents} agents`,
          ...[envelopeMb.toFixed(1), jsonMs.toFixed(0), fieldsMs.toFixed(0), evaluateMs.toFixed(0), ratio.toFixed(1)],
        ],
      ],
    ),
  ].join("\n\n");
}
