import { hashtagOf } from "../core/text.ts";
import type { Answer } from "./word-answers.ts";
import type { Effect, Incident } from "./world.ts";

/** What a command or a press comes to. Effects are to be applied before the answer is sent. */
export interface Outcome {
  readonly answer: Answer;
  readonly effects: readonly Effect[];
}

/** Nothing changes. */
export const only = (answer: Answer): Outcome => ({ answer, effects: [] });

/** Which incidents a command without a key means: those told in the message that it replies to, else the only one. */
export function meantWithout(incidents: readonly Incident[], quoted: string): readonly Incident[] {
  if (quoted === "") return incidents.length === 1 ? incidents : [];
  const hashtags = new Set(quoted.match(/#\w+/g));
  return incidents.filter(({ key }) => hashtags.has(hashtagOf(key)));
}

export function keysOf(incidents: readonly Incident[]): string[] {
  return incidents.map(({ key }) => key);
}
