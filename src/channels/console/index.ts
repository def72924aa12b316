import { type Message, renderPlain } from "../../core/message.ts";
import { explainFailure } from "../../http/explain-failure.ts";
import type { Channel } from "../channel.ts";

/** Docker cuts log lines at 16 KiB; so many UTF-16 units are 12 KB at most, with room for JSON around them. */
const MAX_CHARS = 4_000;

/** Writes messages where the program's log goes. @param write is given the message and its plain text; may throw */
export function createConsoleChannel(write: (message: Message, text: string) => void): Channel {
  return {
    name: "console",
    maxChars: MAX_CHARS,
    pace: { minGapMs: 0, maxPerMinute: Number.POSITIVE_INFINITY },
    async send(message) {
      try {
        write(message, renderPlain(message));
        return { accepted: true };
      } catch (thrown) {
        const error = `the console takes nothing: ${explainFailure(thrown)}`;
        return { accepted: false, arrived: "no", permanent: false, error };
      }
    },
  };
}
