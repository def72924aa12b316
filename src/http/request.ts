import type { Dispatcher } from "undici";
import { Failure } from "./failure.ts";

export interface Exchange {
  readonly method: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** More than this many bytes of body, as they come over the wire, end the exchange with an error. */
  readonly maxBytes: number;
  /** Total deadline, from the name lookup to the last byte of the body: its abort rejects at once with its reason. */
  readonly deadline: AbortSignal;
  /** Read the body to its end but keep none of it: `Answer.body` is empty. */
  readonly discardBody?: boolean;
  /** Called on a connected socket right before the request is written; until then it has certainly not been sent. */
  readonly onWriting?: () => void;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** The answer had begun and then broke off; `cause` says how. */
export class BrokenAnswer extends Error {
  override readonly name = "BrokenAnswer";
  constructor(cause: unknown) {
    super("the answer broke off", { cause });
  }
}

/**
 * One HTTP exchange over `dispatcher`, redirects not followed, bodies not decompressed (none is asked for).
 *
 * @throws {BrokenAnswer} when it fails after the status line; before it, what undici throws (`code` tells where it
 *   failed), the deadline's reason, or a Failure about `maxBytes`
 */
export function request(dispatcher: Dispatcher, url: URL, exchange: Exchange): Promise<Answer> {
  const { deadline } = exchange;
  if (deadline.aborted) return Promise.reject(deadline.reason);
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const receiver = new Receiver(exchange, resolve, reject);
  dispatcher.dispatch(
    {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: exchange.method,
      headers: { "accept-encoding": "identity", ...authorizationOf(url), ...exchange.headers },
      body: exchange.body ?? null,
      // The deadline covers both; undici's own would cut a deadline above 300 s short.
      headersTimeout: 0,
      bodyTimeout: 0,
    },
    receiver,
  );
  return promise;
}

/**
 * undici's own `request()` leaves its `signal` unheard until a connection stands, so a server that never finishes its
 * TLS handshake would outlive the deadline. This handler settles the moment the deadline aborts.
 */
class Receiver implements Dispatcher.DispatchHandler {
  readonly #exchange: Exchange;
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #chunks: Buffer[] = [];
  readonly #onAbort = (): void => this.#fail(this.#exchange.deadline.reason);
  #controller: Dispatcher.DispatchController | undefined;
  #settled = false;
  #status = 0;
  #headers: Answer["headers"] = {};
  #bytes = 0;

  constructor(exchange: Exchange, resolve: (answer: Answer) => void, reject: (reason: unknown) => void) {
    this.#exchange = exchange;
    this.#resolve = resolve;
    this.#reject = reject;
    exchange.deadline.addEventListener("abort", this.#onAbort);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Aborted while it waited for a connection: what nobody waits for is not sent.
    if (this.#settled) controller.abort(new Error("no longer wanted"));
    else {
      this.#controller = controller;
      this.#exchange.onWriting?.();
    }
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Answer["headers"]): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { maxBytes, discardBody } = this.#exchange;
    this.#bytes += chunk.length;
    if (this.#bytes > maxBytes) this.#fail(new Failure((texts) => texts.tooLong(maxBytes)));
    else if (discardBody !== true) this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (!this.#settle()) return;
    this.#resolve({ status: this.#status, headers: this.#headers, body: Buffer.concat(this.#chunks) });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#settle()) this.#reject(this.#status === 0 ? error : new BrokenAnswer(error));
  }

  #fail(reason: unknown): void {
    if (!this.#settle()) return;
    this.#reject(reason);
    this.#chunks.length = 0;
    this.#controller?.abort(new Error("no longer wanted"));
  }

  /** @returns false if it was settled before */
  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#exchange.deadline.removeEventListener("abort", this.#onAbort);
    return true;
  }
}

/** Credentials in a URL become Basic authentication (https://www.rfc-editor.org/rfc/rfc7617). */
function authorizationOf(url: URL): { authorization?: string } {
  if (url.username === "" && url.password === "") return {};
  const credentials = `${percentDecoded(url.username)}:${percentDecoded(url.password)}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` };
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A lone "%" in a password that nobody encoded.
  }
}
