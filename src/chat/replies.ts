import { TelegramError } from "telegraf";
import { NoAnswerError } from "../channels/telegram/answer.ts";
import type { BotApi } from "../channels/telegram/bot-api.ts";
import type { Clock } from "../clock.ts";
import { type Instant, MINUTE_MS, SECOND_MS } from "../core/time.ts";
import { explainFailure } from "../http/explain-failure.ts";
import type { Place } from "./admit.ts";
import { pause } from "./pause.ts";
import { renderAnswer } from "./render-answer.ts";
import type { Answer, Wording } from "./word-answers.ts";

export interface RepliesParts {
  readonly texts: Wording;
  readonly api: Pick<BotApi, "callApi">;
  /** How many notices wait to be told: alerts go first. */
  readonly owed: () => number;
  readonly onAnswered: () => void;
  readonly clock: Clock;
  readonly log: { debug(facts: object, msg: string): void };
}

/** A chat takes one message a second, a group 20 a minute: most of that is for alerts. */
const GAP_MS = 1_500;
const MAX_PER_MINUTE = 8;
const MAX_WAITING = 8;
const LOOK_AGAIN_MS = 250;
/** An answer that came later than this would answer nobody. */
const PATIENCE_MS = 15 * SECOND_MS;
const RETRY_MS = SECOND_MS;
const LONGEST_RETRY_MS = 5 * SECOND_MS;

interface Waiting {
  readonly place: Place;
  readonly answer: Answer;
  readonly at: Instant;
}

/**
 * Sends answers, one after another, silently, as replies. Best effort: an answer is tried twice, gives way to alerts, and
 * is left out where the chat would get too many.
 */
export class Replies {
  readonly #parts: RepliesParts;
  readonly #stop = new AbortController();
  readonly #waiting: Waiting[] = [];
  #sentAt: Instant[] = [];
  #sending: Promise<void> | undefined;

  constructor(parts: RepliesParts) {
    this.#parts = parts;
  }

  /** Returns at once. */
  say(place: Place, answer: Answer): void {
    if (this.#stop.signal.aborted) return;
    if (this.#waiting.length >= MAX_WAITING) {
      this.#leaveOut("too many answers wait already");
      return;
    }
    this.#waiting.push({ place, answer, at: this.#parts.clock.now() });
    this.#sending ??= this.#drain().finally(() => {
      this.#sending = undefined;
    });
  }

  /** Whatever waits is left out. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#waiting.length = 0;
    await this.#sending;
  }

  async #drain(): Promise<void> {
    for (;;) {
      const next = this.#waiting[0];
      if (next === undefined || this.#stop.signal.aborted) return;
      const now = this.#parts.clock.now();
      if (now - next.at > PATIENCE_MS) {
        this.#waiting.shift();
        this.#leaveOut("alerts and earlier answers came first");
      } else if (this.#mayBegin(now)) {
        this.#waiting.shift();
        this.#sentAt.push(now);
        this.#parts.onAnswered();
        await this.#send(next);
      } else await this.#pause(LOOK_AGAIN_MS);
    }
  }

  #mayBegin(now: Instant): boolean {
    this.#sentAt = this.#sentAt.filter((at) => now - at < MINUTE_MS);
    const lastAt = this.#sentAt.at(-1) ?? Number.NEGATIVE_INFINITY;
    return now - lastAt >= GAP_MS && this.#sentAt.length < MAX_PER_MINUTE && this.#parts.owed() === 0;
  }

  async #send({ place, answer }: Waiting): Promise<void> {
    const { api, texts } = this.#parts;
    const { signal } = this.#stop;
    try {
      await api.callApi("sendMessage", payloadOf(place, renderAnswer(answer, "html", texts)), { signal });
    } catch (thrown) {
      const pauseMs = retryPauseMs(thrown);
      if (pauseMs === undefined || signal.aborted) return this.#leaveOut(explainFailure(thrown));
      await this.#pause(pauseMs);
      // As plain as can be: what was refused about the first one may be its markup, its topic or its parent.
      const plain = { chat_id: place.chatId, text: renderAnswer(answer, "plain", texts), disable_notification: true };
      await api.callApi("sendMessage", plain, { signal }).catch((again: unknown) => {
        this.#leaveOut(explainFailure(again));
      });
    }
  }

  #leaveOut(why: string): void {
    this.#parts.log.debug({ why }, "an answer in the chat was left out");
  }

  #pause(pauseMs: number): Promise<void> {
    return pause(this.#parts.clock, pauseMs, this.#stop.signal);
  }
}

function payloadOf({ chatId, messageId, threadId }: Place, html: string) {
  return {
    chat_id: chatId,
    text: html,
    parse_mode: "HTML" as const,
    link_preview_options: { is_disabled: true },
    // The one who asks looks at the chat; the others may sleep.
    disable_notification: true,
    reply_parameters: { message_id: messageId, allow_sending_without_reply: true },
    ...(threadId === undefined ? {} : { message_thread_id: threadId }),
  };
}

/** @returns `undefined` where a second attempt would be a repeat, or would have to wait too long */
function retryPauseMs(thrown: unknown): number | undefined {
  if (thrown instanceof NoAnswerError) return thrown.arrived === "no" ? RETRY_MS : undefined;
  if (!(thrown instanceof TelegramError)) return undefined;
  const demandedMs = (thrown.parameters?.retry_after ?? 0) * SECOND_MS;
  const isHopeless = thrown.code === 401 || thrown.code === 403 || demandedMs > LONGEST_RETRY_MS;
  return isHopeless ? undefined : Math.max(demandedMs, RETRY_MS);
}
