import { Telegram, TelegramError } from "telegraf";
import type { Telegram as Methods, Opts } from "telegraf/types";
import { Pool } from "undici";
import { formatDuration } from "../../core/text.ts";
import { EN } from "../../core/texts/index.ts";
import { explainFailure } from "../../http/explain-failure.ts";
import { request } from "../../http/request.ts";
import { NoAnswerError, readAnswer } from "./answer.ts";
import { startDeadline } from "./deadline.ts";
import { createRedactor } from "./redact.ts";

/** telegraf declares the signal of a package that came before Node's own; nobody here makes one. */
type LegacySignal = NonNullable<NonNullable<Parameters<Telegram["callApi"]>[2]>["signal"]>;

/** The answer to a sendMessage holds the message: some 20 KB at most. */
const MAX_ANSWER_BYTES = 256 * 1024;

/**
 * telegraf's client over undici: every call ends within a total deadline, reads a bounded answer and throws nothing that
 * holds the token. telegraf's own waits 500 s, reads without end and quotes the answer in its errors.
 *
 * A call throws a TelegramError when the Bot API refused it, else a NoAnswerError, which knows whether it may have arrived.
 */
export class BotApi extends Telegram {
  readonly #connections: Pool;
  readonly #apiRoot: URL;
  readonly #timeoutMs: number;
  readonly #redact: (text: string) => string;

  /** @param apiRoot may have a path of its own, and a user name with a password */
  constructor(botToken: string, apiRoot: URL, timeoutMs: number) {
    super(botToken, { apiRoot: apiRoot.origin });
    // Whoever logs or inspects this object must not see it.
    Object.defineProperty(this, "token", { enumerable: false });
    this.#apiRoot = apiRoot;
    this.#timeoutMs = timeoutMs;
    this.#redact = createRedactor(botToken);
    this.#connections = new Pool(apiRoot.origin, {
      // The second one is for the message after one whose connecting hangs.
      connections: 2,
      // HTTP/1.1 only: there undici never writes a POST a second time.
      allowH2: false,
      connect: { timeout: timeoutMs },
      // A message sent down a connection that the server has just closed may have arrived. So none is kept idle for long,
      // whatever the server offers.
      keepAliveTimeout: 4_000,
      keepAliveMaxTimeout: 4_000,
    });
  }

  /** @param options `signal` ends the call before its deadline */
  override async callApi<M extends keyof Methods>(
    method: M,
    payload: Opts<M>,
    options: { readonly signal?: AbortSignal | LegacySignal } = {},
  ): Promise<ReturnType<Methods[M]>> {
    let written = false;
    const givenUp = options.signal as AbortSignal | undefined;
    const deadline = startDeadline(this.#timeoutMs, givenUp);
    try {
      const answer = await request(this.#connections, this.#urlOf(method), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(payload),
        maxBytes: MAX_ANSWER_BYTES,
        deadline: deadline.signal,
        onWriting: () => {
          written = true;
        },
      });
      return readAnswer(answer, this.#redact) as ReturnType<Methods[M]>;
    } catch (thrown) {
      if (thrown instanceof TelegramError || thrown instanceof NoAnswerError) throw thrown;
      // What undici threw goes no further, neither as a cause nor in the stack.
      const why = deadline.signal.aborted
        ? this.#explainEnd(written, givenUp?.aborted === true)
        : explainFailure(thrown);
      throw new NoAnswerError(this.#redact(why), written ? "maybe" : "no");
    } finally {
      deadline.clear();
    }
  }

  /** Frees the connection. A call under way ends with an error. */
  async disconnect(): Promise<void> {
    await this.#connections.destroy();
  }

  #urlOf(method: string): URL {
    const url = new URL(this.#apiRoot);
    url.search = "";
    url.hash = "";
    url.pathname = `${url.pathname.replace(/\/+$/, "")}/bot${this.token}/${method}`;
    return url;
  }

  #explainEnd(written: boolean, givenUp: boolean): string {
    const what = written ? "no complete answer" : "no connection";
    return givenUp ? `${what} when the sender gave up` : `${what} within ${formatDuration(this.#timeoutMs, EN.units)}`;
  }
}
