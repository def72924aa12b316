import { SECOND_MS } from "../../core/time.ts";
import type { Answer } from "../../http/request.ts";
import type { Delivery } from "../channel.ts";

/** Refusals that another attempt may well change (https://www.rfc-editor.org/rfc/rfc9110#section-15.5). */
const PASSING = [408, 409, 425, 429];
/** A gateway that lost its receiver had passed the message on. */
const UNSURE = [502, 504];

/** What an answer means. @param wallNowMs epoch milliseconds, for a Retry-After that names a date */
export function deliveryOf({ status, headers }: Pick<Answer, "status" | "headers">, wallNowMs: number): Delivery {
  if (status >= 200 && status < 300) return { accepted: true };
  const retryAfterMs = readRetryAfter(headers["retry-after"], wallNowMs);
  return {
    accepted: false,
    arrived: UNSURE.includes(status) ? "maybe" : "no",
    permanent: status < 500 && !PASSING.includes(status),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    error: explain(status),
  };
}

/** Seconds, or a date (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after). */
function readRetryAfter(given: string | string[] | undefined, wallNowMs: number): number | undefined {
  if (typeof given !== "string") return undefined;
  if (/^\d+(\.\d+)?$/.test(given.trim())) return Number(given) * SECOND_MS;
  const at = /[a-z]/i.test(given) ? Date.parse(given) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(at - wallNowMs, 0);
}

/** What the receiver wrote beside the status is left out: it may quote the address, which may be a secret. */
function explain(status: number): string {
  const mend = mendOf(status);
  return `the receiver answered ${status}${mend === undefined ? "" : `: ${mend}`}`;
}

function mendOf(status: number): string | undefined {
  if (status >= 300 && status < 400)
    return "a redirect, which is not followed; set WATCHDOG_WEBHOOK_URL to the final address";
  switch (status) {
    case 400:
    case 415:
    case 422:
      return "it does not take this JSON; see the README for its shape";
    case 401:
    case 403:
      return "check WATCHDOG_WEBHOOK_SECRET, and a token in WATCHDOG_WEBHOOK_URL; does its clock go right?";
    case 404:
    case 405:
    case 410:
      return "check WATCHDOG_WEBHOOK_URL";
    case 413:
      return "let it take bodies of 64 KB";
    case 429:
      return "it is asked too often";
    default:
      return undefined;
  }
}
