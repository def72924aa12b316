import type { Span } from "../core/message.ts";
import { shorten } from "../core/text.ts";
import type { Answer, Wording } from "./word-answers.ts";

/** Telegram counts 4096 code points after parsing; the rendered length is never less. */
const MAX_CHARS = 4_000;
/** Code points of one span: a line must not take a message for itself. */
const MAX_SPAN_POINTS = 400;

/**
 * The text of an answer. Lines that do not fit are left out from the end, and their number is said.
 *
 * @param markup `html` for Telegram's HTML style (https://core.telegram.org/bots/api#html-style)
 */
export function renderAnswer(answer: Answer, markup: "html" | "plain", { chat }: Pick<Wording, "chat">): string {
  const lines = answer.map((line) => line.map((span) => renderSpan(span, markup)).join(""));
  const kept: string[] = [];
  let length = 0;
  for (const line of lines) {
    if (length + line.length + 1 > MAX_CHARS) break;
    kept.push(line);
    length += line.length + 1;
  }
  const left = lines.length - kept.length;
  return (left === 0 ? kept : [...kept, `… ${chat.andMoreLines(left)}`]).join("\n");
}

/** The same on one line, without markup, for the toast of a button: at most 200 characters. */
export function renderToast([line = []]: Answer): string {
  const points = [...line.map((span) => renderSpan(span, "plain")).join("")];
  return points.length <= 190 ? points.join("") : `${points.slice(0, 189).join("")}…`;
}

function renderSpan(span: Span, markup: "html" | "plain"): string {
  const text = shorten(textOf(span), MAX_SPAN_POINTS);
  if (markup === "plain") return text;
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  if (typeof span === "string") return escaped;
  return "bold" in span ? `<b>${escaped}</b>` : `<code>${escaped}</code>`;
}

function textOf(span: Span): string {
  if (typeof span === "string") return span;
  return "bold" in span ? span.bold : span.code;
}
