import { cleanText } from "../core/text.ts";
import { EN } from "../core/texts/index.ts";
import { Failure, type FailuresTexts } from "./failure.ts";

/** A chain of causes may be a circle. */
const MAX_DEPTH = 5;

interface Thrown {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

function isObject(value: unknown): value is Thrown {
  return typeof value === "object" && value !== null;
}

/** A happy-eyeballs connect fails with an AggregateError of one error per address; the first is as good as any. */
function innerOf({ cause, errors }: Thrown): unknown {
  return cause ?? (Array.isArray(errors) ? errors[0] : undefined);
}

/** The code of an error or of what caused it, or the empty string. Whatever was thrown, it never throws. */
export function failureCode(thrown: unknown): string {
  try {
    return codeWithin(thrown, MAX_DEPTH);
  } catch {
    return ""; // An object whose properties throw.
  }
}

function codeWithin(thrown: unknown, depth: number): string {
  if (!isObject(thrown) || depth === 0) return "";
  return typeof thrown.code === "string" ? thrown.code : codeWithin(innerOf(thrown), depth - 1);
}

/** Why something failed, in English, for whoever runs the watchdog: see {@link explainFailureIn}. */
export function explainFailure(thrown: unknown): string {
  return explainFailureIn(EN.failures, thrown);
}

/**
 * Why something failed, in one clean line for people. Whatever was thrown, it never throws. Of a URL it shows neither
 * credentials nor query, nor the token in a Bot API path.
 */
export function explainFailureIn(texts: FailuresTexts, thrown: unknown): string {
  try {
    return cleanText(withoutSecrets(explain(texts, thrown, MAX_DEPTH))) || texts.unexplained;
  } catch {
    return texts.unexplained;
  }
}

function explain(texts: FailuresTexts, thrown: unknown, depth: number): string {
  if (typeof thrown === "string") return thrown;
  if (!isObject(thrown) || depth === 0) return "";
  const { name, message, code } = thrown;
  if (name === "BrokenAnswer") return texts.brokeOff(explain(texts, innerOf(thrown), depth - 1));
  if (thrown instanceof Failure) return thrown.say(texts);
  const meanings: Readonly<Record<string, string>> = texts.codes;
  if (typeof code === "string" && Object.hasOwn(meanings, code)) return meanings[code] ?? "";
  // The parser tells some forty ways apart, which mean the same to people.
  if (name === "HTTPParserError") return texts.notHttp;
  // A message of its own beats what the cause means: whoever wrote it knew more.
  if (typeof message === "string" && message !== "") return message;
  return explain(texts, innerOf(thrown), depth - 1) || (typeof name === "string" ? name : "");
}

function withoutSecrets(text: string): string {
  return text
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/giu, "$1")
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/[^\s?#]*)[?#]\S*/giu, "$1")
    .replace(/\/bot\d+:[\w-]+/gu, "/bot…");
}
