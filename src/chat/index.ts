import { Composer, Context } from "telegraf";
import type { InlineKeyboardMarkup, Update, UserFromGetMe } from "telegraf/types";
import { NoAnswerError } from "../channels/telegram/answer.ts";
import { BotApi } from "../channels/telegram/bot-api.ts";
import type { Clock } from "../clock.ts";
import type { TelegramSettings } from "../config/settings.ts";
import type { Ack } from "../core/ack.ts";
import type { Message } from "../core/message.ts";
import type { AreaTexts } from "../core/texts/index.ts";
import { type Instant, MINUTE_MS, SECOND_MS } from "../core/time.ts";
import { explainFailure } from "../http/explain-failure.ts";
import { type Admitted, admit, type Ignored } from "./admit.ts";
import { keyboardFor, markAcked, readPress } from "./buttons.ts";
import type { Outcome } from "./outcome.ts";
import { COMMAND_NAMES, parseCommand } from "./parse-command.ts";
import { LONG_POLL_S, UpdatePoller } from "./poll-updates.ts";
import { renderToast } from "./render-answer.ts";
import { Replies } from "./replies.ts";
import { respond, respondToPress, respondUnknown } from "./respond.ts";
import { wordStale } from "./word-answers.ts";
import { type Effect, listKeys, type World } from "./world.ts";

export type { Effect, World } from "./world.ts";

/** What the chat may see and do. */
export interface ChatParts {
  readonly telegram: TelegramSettings;
  readonly texts: AreaTexts<"chat">;
  /** Who may ask, by user id; empty: everybody in the chat. */
  readonly users: readonly number[];
  /** Total deadline of one request that is no long poll. */
  readonly timeoutMs: number;
  /** The configured chat, and the one that it has moved to. */
  readonly chatIds: () => readonly string[];
  readonly world: () => World;
  readonly apply: (effect: Effect) => void;
  /** Looks at everything now; resolves when that has ended. */
  readonly tickNow: () => Promise<void>;
  /** How many notices wait to be told. */
  readonly owed: () => number;
  /** An answer went out: it counts against what the chat takes. */
  readonly onAnswered: () => void;
  readonly clock: Clock;
  readonly log: {
    debug(facts: object, msg: string): void;
    info(facts: object, msg: string): void;
    warn(facts: object, msg: string): void;
  };
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** How the commands do, for those who look. */
export interface ChatStatus {
  /** `undefined` before the first answer of the Bot API. */
  readonly working: boolean | undefined;
  readonly outage: { readonly since: Instant; readonly error: string } | undefined;
  readonly handled: number;
  /** What others asked: it was not answered. */
  readonly ignored: number;
}

/** A command that is older than this was sent to nobody who listened: it must not silence anything now. */
const STALE_MS = 5 * MINUTE_MS;
/** Each look counts as a tick where failures in a row are counted: nobody shall make many of them. */
const CHECK_GAP_MS = 5 * SECOND_MS;
/** Of several commands that are too old, one is answered. */
const STALE_TOLD_GAP_MS = MINUTE_MS;

type ChatContext = Context & { admitted?: Admitted };

/**
 * Commands in the chat: reads updates, admits those of the configured chat and people, and answers them. Nothing that
 * happens here reaches a tick.
 */
export class Chat {
  readonly #parts: ChatParts;
  readonly #api: BotApi;
  /** With a deadline of its own: a long poll is held open. */
  readonly #pollApi: BotApi;
  readonly #poller: UpdatePoller;
  readonly #replies: Replies;
  readonly #handle = this.#composeMiddleware().middleware();
  #me: UserFromGetMe | undefined;
  #isFresh = false;
  #handled = 0;
  #ignored = 0;
  #staleToldAt: Instant = Number.NEGATIVE_INFINITY;
  #checking: Promise<void> | undefined;
  #checkedAt: Instant = Number.NEGATIVE_INFINITY;

  constructor(parts: ChatParts) {
    this.#parts = parts;
    const { telegram, texts, timeoutMs, clock, log, random, owed, onAnswered } = parts;
    this.#api = new BotApi(telegram.botToken, telegram.apiRoot, timeoutMs);
    this.#pollApi = new BotApi(telegram.botToken, telegram.apiRoot, LONG_POLL_S * SECOND_MS + timeoutMs);
    this.#replies = new Replies({ api: this.#api, texts, owed, onAnswered, clock, log });
    this.#poller = new UpdatePoller({
      connect: (signal) => this.#connect(signal),
      poll: ({ offset, limit, timeoutS }, signal) =>
        this.#pollApi.callApi(
          "getUpdates",
          {
            limit,
            timeout: timeoutS,
            allowed_updates: ["message", "callback_query"],
            ...(offset === undefined ? {} : { offset }),
          },
          { signal },
        ),
      handle: (update, isFresh) => this.#receive(update, isFresh),
      clock,
      log,
      random,
    });
  }

  /** Returns at once. */
  start(): void {
    this.#poller.start();
  }

  /** Ends the poll and leaves out what waits to be answered. Never rejects. */
  async stop(): Promise<void> {
    await Promise.allSettled([this.#poller.stop(), this.#replies.stop()]);
    await Promise.allSettled([this.#api.disconnect(), this.#pollApi.disconnect()]);
  }

  status(): ChatStatus {
    const { isWorking: working, outage } = this.#poller;
    return { working, outage, handled: this.#handled, ignored: this.#ignored };
  }

  /** The buttons below a message; `undefined` where it tells no alert. */
  keyboardFor({ blocks }: Message): InlineKeyboardMarkup | undefined {
    const keys = blocks.filter(({ icon }) => icon === "🔴" || icon === "🔁").map(({ key }) => key);
    if (keys.length === 0) return undefined;
    const acks = new Map<string, Ack | undefined>(this.#parts.world().alerting.map(({ key, ack }) => [key, ack]));
    return keyboardFor(this.#parts.texts.chat.buttons, keys, (key) => acks.get(key));
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const { log, telegram, texts } = this.#parts;
    const me = await this.#api.callApi("getMe", {}, { signal });
    if (typeof me?.username !== "string") throw new NoAnswerError("it does not say which bot this is", "no");
    this.#me = me;
    log.info({ bot: me.username }, "commands are on");
    const commands = COMMAND_NAMES.map((command) => ({ command, description: texts.chat.meanings[command] }));
    // Of this chat alone: nobody else needs to know them.
    const scope = { type: "chat" as const, chat_id: telegram.chatId };
    await this.#api.callApi("setMyCommands", { commands, scope }, { signal }).catch((thrown: unknown) => {
      log.warn({ error: explainFailure(thrown) }, "the chat's menu of commands could not be set");
    });
  }

  #composeMiddleware(): Composer<ChatContext> {
    const composer = new Composer<ChatContext>();
    composer.use((context, next) => {
      const { chatIds, users, texts } = this.#parts;
      const admitted = admit(context.update, { chatIds: chatIds(), users, texts: texts.chat });
      if (admitted.kind === "ignored") return this.#ignore(admitted);
      context.admitted = admitted;
      return next();
    });
    composer.on("message", ({ admitted }) => this.#onMessage(admitted));
    composer.on("callback_query", ({ admitted }) => this.#onPress(admitted));
    return composer;
  }

  async #receive(update: unknown, isFresh: boolean): Promise<void> {
    if (this.#me === undefined) return;
    this.#isFresh = isFresh;
    try {
      // What an update holds is looked at by `admit` alone, which believes nothing.
      await this.#handle(new Context(update as Update, this.#api, this.#me), async () => {});
    } catch (thrown) {
      this.#parts.log.warn({ error: explainFailure(thrown) }, "a command could not be handled");
    }
  }

  async #ignore({ isStranger, why }: Ignored): Promise<void> {
    if (!isStranger) return;
    this.#ignored += 1;
    this.#parts.log.debug({ why }, "ignored what a stranger asked");
  }

  async #onMessage(message: Admitted | undefined): Promise<void> {
    if (message?.kind !== "message") return;
    const { text, place, by, quoted, isPrivate, sentAtS } = message;
    const parsed = parseCommand(text, this.#me?.username ?? "");
    if (parsed.kind === "nothing") return;
    const ageMs = this.#parts.clock.wallNow() - sentAtS * SECOND_MS;
    if (parsed.kind === "unknown") {
      const answer = respondUnknown(this.#parts.texts, parsed.name, isPrivate || parsed.isAddressed);
      if (answer !== undefined && ageMs <= STALE_MS) this.#replies.say(place, answer);
      return;
    }
    if (ageMs > STALE_MS) {
      this.#tellStale(message.place, ageMs);
      return;
    }
    this.#handled += 1;
    const { command } = parsed;
    const answer = () => this.#replies.say(place, this.#perform(respond(command, this.#parts.world(), by, quoted), by));
    if (command.name !== "check") answer();
    // Not waited for: a tick takes its time, and other commands do not wait for it.
    else void this.#check().then(answer);
  }

  async #onPress(press: Admitted | undefined): Promise<void> {
    if (press?.kind !== "press") return;
    const { data, by, place, queryId } = press;
    const { chat } = this.#parts.texts;
    const world = this.#parts.world();
    const meant = readPress(data, () => [...listKeys(world), ...world.silences.map(({ keyGlob }) => keyGlob)]);
    if (meant === undefined) return this.#toast(queryId, chat.unknownButton);
    // An ack is for one incident, whenever it was pressed; a silence would begin long after it was wanted.
    if (!this.#isFresh && meant.action !== "ack") return this.#toast(queryId, chat.stalePress);
    this.#handled += 1;
    const outcome = respondToPress(meant.action, meant.key, world, by);
    const answer = this.#perform(outcome, by);
    this.#toast(queryId, meant.action === "details" ? chat.seeBelow : renderToast(answer));
    if (outcome.effects.length > 0 || meant.action === "details") this.#replies.say(place, answer);
    const acked = outcome.effects.some((effect) => effect.kind === "ack");
    // Who pressed after somebody had acked by a command sees who.
    const before = world.alerting.find(({ key }) => key === meant.key)?.ack?.by;
    const who = acked ? by : meant.action === "ack" ? before : undefined;
    const markup = who === undefined ? undefined : markAcked(press.markup, data, who);
    if (markup === undefined) return;
    const { chatId: chat_id, messageId: message_id } = place;
    this.#bestEffort(this.#api.callApi("editMessageReplyMarkup", { chat_id, message_id, reply_markup: markup }));
  }

  #perform({ answer, effects }: Outcome, by: string): Outcome["answer"] {
    for (const effect of effects) {
      this.#parts.apply(effect);
      this.#parts.log.info({ ...effect, by }, "asked in the chat");
    }
    return answer;
  }

  /** Those who ask soon after another get what that check finds. */
  #check(): Promise<void> {
    const now = this.#parts.clock.now();
    if (this.#checking === undefined || now - this.#checkedAt >= CHECK_GAP_MS) {
      this.#checkedAt = now;
      this.#checking = this.#parts.tickNow();
    }
    return this.#checking;
  }

  #tellStale(place: Parameters<Replies["say"]>[0], ageMs: number): void {
    const now = this.#parts.clock.now();
    if (now - this.#staleToldAt < STALE_TOLD_GAP_MS) return;
    this.#staleToldAt = now;
    this.#replies.say(place, wordStale(this.#parts.texts, ageMs));
  }

  #toast(queryId: string, text: string): void {
    this.#bestEffort(this.#api.callApi("answerCallbackQuery", { callback_query_id: queryId, text }));
  }

  #bestEffort(call: Promise<unknown>): void {
    call.catch((thrown: unknown) => {
      this.#parts.log.debug({ error: explainFailure(thrown) }, "a press could not be answered");
    });
  }
}
