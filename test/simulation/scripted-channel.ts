import type { Channel, Delivery, Edit, MessageRef } from "../../src/channels/channel.ts";
import { type Message, renderHtml, type Span } from "../../src/core/message.ts";
import type { Life } from "./life.ts";
import type { Random } from "./random.ts";
import type { ChannelPlan, Trouble } from "./scenario.ts";
import type { SimulatedTime } from "./simulated-time.ts";
import type { Happening, SentBlock } from "./trace.ts";

/** How one attempt goes. Times are counted from the send. */
interface Fate {
  /** When the other side accepts the message; never, if undefined. */
  readonly arrivesMs?: number;
  /** When the answer comes; at the deadline, if undefined. */
  readonly answersMs?: number;
  /** `undefined`: it throws instead. */
  readonly delivery?: Delivery;
  /** It does not heed its deadline. */
  readonly isDeaf?: true;
}

type Weather = "fine" | "refusing" | "ambiguous" | "limiting" | "forbidden" | "hanging" | "breaking";

const WEATHER_OF: readonly (readonly [Trouble, Weather])[] = [
  ["refusals", "refusing"],
  ["ambiguous sends", "ambiguous"],
  ["rate limits", "limiting"],
  ["permanent failures", "forbidden"],
  ["hanging sends", "hanging"],
  ["broken channel", "breaking"],
];

const REFUSED = { accepted: false, arrived: "no", permanent: false, error: "refused" } as const;
const FORBIDDEN = { accepted: false, arrived: "no", permanent: true, error: "no such chat" } as const;
const UNANSWERED = { accepted: false, arrived: "maybe", permanent: false, error: "reset" } as const;
const RETRY_AFTER_MS = [undefined, Number.NaN, -5_000, 0, 0.5, 1_000, 1_000, 30_000, 200_000];

const WEATHER_LASTS_TICKS = [0.2, 0.5, 1, 2, 4, 8, 15];
const LONGEST_WEATHER_MS = 1_500_000;

interface Flight {
  readonly life: Life;
  readonly willArrive: boolean;
  arrive(): void;
}

/** A chat and the way to it: what people receive, whatever the watchdog believes. */
export class ScriptedChannel {
  readonly plan: ChannelPlan;
  readonly #time: SimulatedTime;
  readonly #random: Random;
  readonly #intervalMs: number;
  readonly #weathers: readonly Weather[];
  readonly #record: (happening: Happening) => void;
  readonly #inFlight = new Set<Flight>();
  readonly #ofEdits: Random;
  #weather: Weather = "fine";
  #weatherEndsMs = 0;
  #isCalm = false;

  constructor(
    plan: ChannelPlan,
    parts: {
      time: SimulatedTime;
      random: Random;
      intervalMs: number;
      has: (trouble: Trouble) => boolean;
      record: (happening: Happening) => void;
    },
  ) {
    this.plan = plan;
    this.#time = parts.time;
    this.#random = parts.random.fork(`channel ${plan.name}`);
    this.#ofEdits = parts.random.fork(`edits ${plan.name}`);
    this.#intervalMs = parts.intervalMs;
    this.#record = parts.record;
    const bad = plan.isSteady ? [] : WEATHER_OF.filter(([trouble]) => parts.has(trouble)).map(([, weather]) => weather);
    this.#weathers = ["fine", ...bad, ...bad];
  }

  calmDown(): void {
    this.#isCalm = true;
  }

  /** The channel as one process holds it. @param nextAttempt numbers the attempts of all channels */
  connect(life: Life, nextAttempt: () => number): Channel {
    const { name, maxChars, minGapMs, maxPerMinute } = this.plan;
    life.whenEnded(() => this.#cutOff(life));
    return {
      name,
      maxChars,
      pace: { minGapMs, maxPerMinute },
      send: (message, deadline, replyTo) =>
        life.pass("before send") ? this.#send(life, nextAttempt(), message, deadline, replyTo) : new Promise(() => {}),
      ...(this.plan.edits && {
        edit: (ref: MessageRef, message: Message, deadline: AbortSignal) =>
          life.isAlive ? this.#edit(life, ref, message, deadline) : new Promise<Edit>(() => {}),
      }),
    };
  }

  #send(
    life: Life,
    attempt: number,
    message: Message,
    deadline: AbortSignal,
    replyTo: MessageRef | undefined,
  ): Promise<Delivery> {
    const channel = this.plan.name;
    const blocks = message.blocks.flatMap(describeBlock);
    const reply = replyTo === undefined ? {} : { replyTo };
    const chars = renderHtml(message).length;
    this.#record({ kind: "sent", channel, attempt, blocks, rings: message.rings, chars, ...reply });
    const fate = this.#drawFate();
    const { promise, resolve, reject } = Promise.withResolvers<Delivery>();
    let isAnswered = false;
    const flight: Flight = {
      life,
      willArrive: fate.arrivesMs !== undefined,
      arrive: () => {
        if (!this.#inFlight.delete(flight)) return;
        this.#record({ kind: "arrived", channel, attempt });
        life.pass("accepted");
      },
    };
    this.#inFlight.add(flight);
    const answer = (given: Delivery | undefined) => {
      if (isAnswered || !life.pass("answer")) return;
      isAnswered = true;
      const delivery = given?.accepted && this.plan.hasRefs ? { ...given, ref: refOf(attempt) } : given;
      // Nothing is accepted after the connection was given up.
      this.#inFlight.delete(flight);
      this.#record({ kind: "answered", channel, attempt, delivery });
      if (delivery === undefined) reject(new Error("broke its contract"));
      else resolve(delivery);
    };
    const onAbort = () => {
      if (life.isAlive) this.#record({ kind: "aborted", channel, attempt });
      if (!fate.isDeaf) answer({ ...UNANSWERED, error: "timed out" });
      this.#inFlight.delete(flight);
    };
    deadline.addEventListener("abort", onAbort, { once: true });
    const sentAtMs = this.#time.nowMs;
    if (fate.arrivesMs !== undefined) this.#time.at(sentAtMs + fate.arrivesMs, flight.arrive);
    if (fate.answersMs !== undefined) this.#time.at(sentAtMs + fate.answersMs, () => answer(fate.delivery));
    return promise;
  }

  /** Edits are as good or bad as sends are at the time, and on some channels worse. */
  #edit(life: Life, ref: MessageRef, message: Message, deadline: AbortSignal): Promise<Edit> {
    const { name: channel } = this.plan;
    const random = this.#ofEdits;
    const blocks = message.blocks.flatMap(describeBlock);
    const edit = this.#drawEdit();
    const isShown = edit?.edited === true || (edit?.reason === "failed" && random.chance(0.2));
    const chars = renderHtml(message).length;
    this.#record({ kind: "edited", channel, ref, blocks, chars, rings: message.rings, isShown });
    const { promise, resolve, reject } = Promise.withResolvers<Edit>();
    const end = (ended: Edit | undefined) => {
      if (!life.pass("answer")) return;
      this.#record({ kind: "editEnded", channel, ref, edit: ended });
      if (ended === undefined) reject(new Error("broke its contract"));
      else resolve(ended);
    };
    if (edit !== undefined && edit.edited === false && edit.error === "silence") {
      deadline.addEventListener("abort", () => end({ ...edit, error: "timed out" }), { once: true });
    } else this.#time.at(this.#time.nowMs + random.pick([1, 40, 900]), () => end(edit));
    return promise;
  }

  /** @returns `undefined`: it throws */
  #drawEdit(): Edit | undefined {
    const random = this.#ofEdits;
    const failed = { edited: false, reason: "failed", error: "refused" } as const;
    const weather = this.#currentWeather();
    const isBad = !this.#isCalm && (weather !== "fine" || this.plan.edits === "badly");
    if (!isBad || random.chance(0.3)) return { edited: true };
    if (weather === "breaking") return undefined;
    if (weather === "hanging") return { ...failed, error: "silence" };
    if (weather === "limiting") return { ...failed, retryAfterMs: random.pick([Number.NaN, 0, 1_000, 30_000, 1e13]) };
    if (weather !== "fine") return failed;
    const reason = random.pick(["gone", "fixed", "failed", "failed", "failed", "unsupported"] as const);
    return { edited: false, reason, error: reason };
  }

  /** The process ended: what it had written to its socket is accepted at once, or lost. */
  #cutOff(life: Life): void {
    for (const flight of this.#inFlight) {
      if (flight.life !== life) continue;
      if (flight.willArrive && this.#random.chance(0.6)) flight.arrive();
      this.#inFlight.delete(flight);
    }
  }

  #drawFate(): Fate {
    const random = this.#random;
    const weather = this.#currentWeather();
    const goodMs = random.pick([1, 40, 300, 900]);
    const good: Fate = { arrivesMs: goodMs, answersMs: goodMs + random.pick([0, 1, 50]), delivery: { accepted: true } };
    if (weather === "fine" || random.chance(0.1)) return good;
    const answersMs = random.pick([2, 80, 700]);
    switch (weather) {
      case "refusing":
        return { answersMs, delivery: REFUSED };
      case "forbidden":
        return { answersMs, delivery: FORBIDDEN };
      case "limiting": {
        // Believed for an hour; with a short interval that would be a long and dull calm.
        const isAbsurd = this.#intervalMs >= 60_000 && random.chance(0.1);
        const retryAfterMs = isAbsurd ? 1e13 : random.pick(RETRY_AFTER_MS);
        return { answersMs, delivery: { ...REFUSED, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) } };
      }
      case "ambiguous":
        return { ...(random.chance(0.5) ? { arrivesMs: goodMs } : {}), answersMs: goodMs + 50, delivery: UNANSWERED };
      case "hanging":
        return this.#drawHang(goodMs);
      case "breaking":
        return { ...(random.chance(0.5) ? { arrivesMs: goodMs } : {}), answersMs: goodMs + 50 };
    }
  }

  #drawHang(goodMs: number): Fate {
    const random = this.#random;
    const arrives = random.chance(0.5) ? { arrivesMs: goodMs } : {};
    if (random.chance(0.5)) return arrives;
    if (random.chance(0.5)) return { ...arrives, isDeaf: true };
    // The answer comes when nobody waits for it any more.
    return { arrivesMs: goodMs, isDeaf: true, answersMs: random.between(6_000, 90_000), delivery: { accepted: true } };
  }

  #currentWeather(): Weather {
    if (this.#isCalm) return "fine";
    if (this.#time.nowMs >= this.#weatherEndsMs) {
      this.#weather = this.#random.pick(this.#weathers);
      const ticks = this.#random.pick(WEATHER_LASTS_TICKS);
      this.#weatherEndsMs = this.#time.nowMs + Math.min(ticks * this.#intervalMs, LONGEST_WEATHER_MS);
    }
    return this.#weather;
  }
}

/** How the message of an attempt is found again. */
export function refOf(attempt: number): MessageRef {
  return `m${attempt}`;
}

/** What follows from something is an alert of its own, wherever it stands. */
function describeBlock({ icon, key, noticeIds, lines, folded = [] }: Message["blocks"][number]): SentBlock[] {
  const text = lines.map((line) => line.map(textOf).join("")).join("\n");
  const effects = folded.map((effect): SentBlock => {
    return {
      icon: "🔴",
      key: effect.key,
      noticeIds: effect.noticeIds,
      text: effect.line.map(textOf).join(""),
      under: key,
    };
  });
  return icon === "↳" ? effects : [{ icon, key, noticeIds, text }, ...effects];
}

function textOf(span: Span): string {
  if (typeof span === "string") return span;
  return "bold" in span ? span.bold : span.code;
}
