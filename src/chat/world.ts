import type { Ack } from "../core/ack.ts";
import type { AlertState } from "../core/alerts.ts";
import type { SignalView } from "../core/overview.ts";
import type { Silence } from "../core/silence.ts";
import type { WallTime } from "../core/text.ts";
import type { AreaTexts } from "../core/texts/index.ts";
import type { Instant } from "../core/time.ts";

/** All that the commands look at, as it is at one moment. */
export interface World {
  /** In which they answer. */
  readonly texts: AreaTexts<"chat">;
  readonly now: Instant;
  readonly wall: WallTime;
  readonly lastTickAt: Instant | undefined;
  readonly signals: readonly SignalView[];
  readonly alerting: readonly AlertState[];
  readonly silences: readonly Silence[];
  readonly sources: readonly {
    readonly name: string;
    readonly ok: boolean | undefined;
    readonly error: string | undefined;
  }[];
  readonly channels: readonly {
    readonly channel: string;
    readonly undelivered: number;
    readonly outage: { readonly error: string } | undefined;
  }[];
}

/** What a command changes. Each may be done twice without harm: Telegram may deliver an update again. */
export type Effect =
  | { readonly kind: "ack"; readonly key: string; readonly ack: Ack }
  | { readonly kind: "silence"; readonly silence: Silence }
  | { readonly kind: "unsilence"; readonly keyGlob: string };

/** Something that is wrong, whether people were told of it or not. */
export interface Incident {
  readonly key: string;
  readonly view: SignalView | undefined;
  /** `undefined`: nobody was told (silenced, or held back). */
  readonly state: AlertState | undefined;
}

/** What is wrong: first what nobody has acked, critical before warning, oldest first. */
export function listIncidents({ signals, alerting }: World): Incident[] {
  const states = new Map(alerting.map((state) => [state.key, state]));
  const views = new Map(signals.map((view) => [view.key, view]));
  const active = signals.filter((view) => view.status === "active").map((view) => view.key);
  const keys = new Set([...states.keys(), ...active]);
  return [...keys]
    .map((key): Incident => ({ key, view: views.get(key), state: states.get(key) }))
    .sort((a, b) => rankOf(a) - rankOf(b) || (a.state?.since ?? 0) - (b.state?.since ?? 0));
}

export function severityOf({ view, state }: Incident): "critical" | "warning" {
  return view?.severity ?? state?.severity ?? "warning";
}

function rankOf(incident: Incident): number {
  return (incident.state?.ack === undefined ? 0 : 2) + (severityOf(incident) === "critical" ? 0 : 1);
}

/** Every key that a person may mean, those that are wrong first. */
export function listKeys(world: World): string[] {
  return [...new Set([...listIncidents(world).map(({ key }) => key), ...world.signals.map(({ key }) => key)])];
}
