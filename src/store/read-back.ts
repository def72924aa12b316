import type { Timeline } from "../clock.ts";
import type { AlertState } from "../core/alerts.ts";
import type { Head, HeadPart } from "../core/head.ts";
import type { Block, Message, Span } from "../core/message.ts";
import type { Cause, Notice } from "../core/notice.ts";
import type { Measure } from "../core/signal.ts";

/*
 * What was stored may have been written by another version, or damaged where no checksum guards it. What is not of the
 * shape that the program relies on is `undefined`: one bad row must not stop all others from being told.
 */

type Checks<T> = { readonly [K in keyof T]-?: (value: unknown) => boolean };

const isText = (value: unknown) => typeof value === "string";
const isNumber = (value: unknown) => Number.isFinite(value);
const isOneOf = (words: readonly string[]) => (value: unknown) => isText(value) && words.includes(value as string);
const isTextList = (value: unknown) => Array.isArray(value) && value.every(isText);
const orMissing = (check: (value: unknown) => boolean) => (value: unknown) => value === undefined || check(value);
const isSeverity = isOneOf(["critical", "warning"]);

function isShaped<T>(value: unknown, checks: Checks<T>): value is T {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries<(field: unknown) => boolean>(checks).every(([name, check]) =>
    check((value as Record<string, unknown>)[name]),
  );
}

const ALERT_STATE: Checks<AlertState> = {
  key: isText,
  source: isText,
  severity: isSeverity,
  since: isNumber,
  toldAt: orMissing(isNumber),
  lastAlertAt: isNumber,
  what: isText,
  ack: orMissing((value) => isShaped(value, { by: isText, at: isNumber })),
  cause: orMissing(isText),
  channels: orMissing(isTextList),
};

const NOTICE: Checks<Notice> = {
  key: isText,
  action: isOneOf(["alert", "realert", "recovery"]),
  nature: isOneOf(["level", "edge"]),
  severity: isSeverity,
  what: isText,
  measure: orMissing((value) =>
    isShaped<Measure>(value, {
      value: isNumber,
      limit: isNumber,
      unit: isOneOf(["percent", "seconds", "usd", "count"]),
      history: orMissing((values) => Array.isArray(values) && values.every(isNumber)),
    }),
  ),
  details: orMissing(isTextList),
  next: orMissing(isText),
  stillWrong: orMissing(isTextList),
  cause: orMissing((value) => isShaped<Cause>(value, { key: isText, what: isText, severity: isSeverity })),
  route: orMissing(isText),
  since: isNumber,
  at: isNumber,
};

const isFlag = (value: unknown) => typeof value === "boolean";
const isListOf = (check: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.length > 0 && value.every(check);

const HEAD_PART: Checks<HeadPart> = {
  key: isText,
  since: isNumber,
  toldAgain: isNumber,
  overAt: orMissing(isNumber),
  ackedBy: orMissing(isText),
};

function isSpan(value: unknown): value is Span {
  return isText(value) || isShaped(value, { bold: isText }) || isShaped(value, { code: isText });
}

const HEAD: Omit<Checks<Head>, "message"> = {
  ref: isText,
  composedAt: isNumber,
  parts: isListOf((part) => isShaped(part, HEAD_PART)),
  editedAt: orMissing(isNumber),
  outdated: isFlag,
  fixed: isFlag,
};

const BLOCK: Checks<Pick<Block, "icon" | "key" | "lines">> = {
  icon: isText,
  key: isText,
  lines: isListOf(isListOf(isSpan)),
};

export function readHead(json: unknown): Head | undefined {
  const value = parseJson(json);
  if (!isShaped<Omit<Head, "message">>(value, HEAD)) return undefined;
  const { message } = value as { message?: Partial<Message> };
  return isShaped(message, { blocks: isListOf((block) => isShaped(block, BLOCK)) }) ? (value as Head) : undefined;
}

export function parseJson(json: unknown): unknown {
  try {
    return JSON.parse(String(json));
  } catch {
    return undefined;
  }
}

export function readAlertState(json: unknown): AlertState | undefined {
  const value = parseJson(json);
  return isShaped(value, ALERT_STATE) ? value : undefined;
}

export function readNotice(json: unknown): Notice | undefined {
  const value = parseJson(json);
  return isShaped(value, NOTICE) ? value : undefined;
}

export function readTimeline(value: unknown): Timeline | undefined {
  return isShaped<Timeline>(value, { bootId: isText, originMs: isNumber }) ? value : undefined;
}
