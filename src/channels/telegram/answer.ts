import { TelegramError } from "telegraf";
import { cleanText } from "../../core/text.ts";
import { SECOND_MS } from "../../core/time.ts";
import type { Answer } from "../../http/request.ts";

/** A call that the Bot API neither granted nor refused. */
export class NoAnswerError extends Error {
  override readonly name = "NoAnswerError";
  /** Whether the call may have had its effect all the same. */
  readonly arrived: "no" | "maybe";
  /** What a `Retry-After` header demands, in milliseconds, as it was stated. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, arrived: "no" | "maybe", retryAfterMs?: number) {
    super(message);
    this.arrived = arrived;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * The `result` of an answer (https://core.telegram.org/bots/api#making-requests). Of a refusal only the fields that are
 * known and of their type are kept; its `retry_after` comes from the header where the body has none.
 *
 * @param redact takes the token out of a text: a proxy's page or an error may quote the request
 * @throws TelegramError when the Bot API refused; NoAnswerError when this is no answer of a Bot API
 */
export function readAnswer(answer: Answer, redact: (text: string) => string): unknown {
  const text = answer.body.toString("utf8");
  const envelope = parseObject(text, redact);
  const retryAfterS = finiteNumber(answer.headers["retry-after"]);
  if (envelope?.ok === true) return envelope.result;
  if (envelope?.ok !== false) {
    const retryAfterMs = retryAfterS === undefined ? undefined : retryAfterS * SECOND_MS;
    throw new NoAnswerError(describe(answer, text, redact), mayHaveArrived(answer.status, text), retryAfterMs);
  }
  const { error_code: code, description, parameters } = envelope;
  const given = isObject(parameters) ? parameters : {};
  const retryAfter = finiteNumber(given.retry_after) ?? retryAfterS;
  const migratedTo = finiteNumber(given.migrate_to_chat_id);
  throw new TelegramError({
    error_code: Number.isSafeInteger(code) ? Number(code) : answer.status,
    description: typeof description === "string" ? cleanText(description, 200) : "no description",
    parameters: {
      ...(retryAfter === undefined ? {} : { retry_after: retryAfter }),
      ...(Number.isSafeInteger(migratedTo) && migratedTo !== undefined ? { migrate_to_chat_id: migratedTo } : {}),
    },
  });
}

function parseObject(text: string, redact: (text: string) => string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text, (_key, part) => (typeof part === "string" ? redact(part) : part));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** A number, or a text that is one; headers are always text, and some servers quote their numbers. */
function finiteNumber(value: unknown): number | undefined {
  const number = typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/**
 * A page or an empty body comes from something before the Bot API. But a gateway that gave up waiting had passed the
 * request on, and a success whose JSON is cut off began as a real answer.
 */
function mayHaveArrived(status: number, text: string): "no" | "maybe" {
  const cutOff = status < 300 && text.trimStart().startsWith("{") && !isComplete(text);
  return status === 504 || cutOff ? "maybe" : "no";
}

function isComplete(text: string): boolean {
  return parseObject(text, (part) => part) !== undefined;
}

function describe({ status, headers }: Answer, text: string, redact: (text: string) => string): string {
  if (text === "" && status < 300) return `the answer (${status}) is empty`;
  const contentType = cleanText(redact(String(headers["content-type"] ?? "no content type")), 40);
  const hint = status >= 500 || text.trimStart().startsWith("{") ? "" : ": check WATCHDOG_TG_API_ROOT";
  return `the answer (${status}, ${contentType}) is not one of a Bot API${hint}`;
}
