import { cleanText } from "../../../core/text.ts";

/** @param engineAt where Docker answers, as people write it */
export function wordForbiddenEvents(engineAt: string, statusCode: number): string {
  const at = cleanText(engineAt);
  return `Docker at ${at} answered ${statusCode} to GET /events: a crash is told by the next tick, not at once; does a socket proxy forbid it? (EVENTS=1)`;
}
