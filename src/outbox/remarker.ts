import type { Clock } from "../clock.ts";
import type { Message } from "../core/message.ts";
import { cleanText } from "../core/text.ts";
import { type Instant, SECOND_MS } from "../core/time.ts";

export interface RemarkerParts {
  /** Who tells it, see Deliverer. */
  readonly deliverers: readonly { inform(message: Message): Promise<boolean> }[];
  readonly clock: Pick<Clock, "now" | "after">;
  readonly andMore: (count: number) => string;
}

/** What follows within this is told with it, */
const GATHER_MS = 5 * SECOND_MS;
/** but the first waits no longer than that. */
const MOST_GATHER_MS = 30 * SECOND_MS;
/** Together they fit into one message, whatever the names. */
const MOST_LINES = 15;
const LINE_CHARS = 250;

/** Gathers what is worth knowing and no reason to do anything, and tells it in one message: without a sound, at most once. */
export class Remarker {
  readonly #parts: RemarkerParts;
  #remarks: string[] = [];
  #firstAt: Instant = 0;
  #cancel: (() => void) | undefined;

  constructor(parts: RemarkerParts) {
    this.#parts = parts;
  }

  note(remarks: readonly string[]): void {
    const { clock } = this.#parts;
    const now = clock.now();
    if (this.#remarks.length === 0) this.#firstAt = now;
    this.#remarks.push(...remarks);
    this.#cancel?.();
    const waitMs = Math.min(GATHER_MS, this.#firstAt + MOST_GATHER_MS - now);
    this.#cancel = clock.after(waitMs, () => this.#tell());
  }

  /** What was not told yet is dropped. */
  stop(): void {
    this.#cancel?.();
  }

  #tell(): void {
    const { deliverers, andMore } = this.#parts;
    const remarks = this.#remarks;
    this.#remarks = [];
    const more = remarks.length - MOST_LINES;
    const lines = [...remarks.slice(0, MOST_LINES), ...(more > 0 ? [andMore(more)] : [])].map((line) => [
      cleanText(line, LINE_CHARS),
    ]);
    for (const deliverer of deliverers) void deliverer.inform({ lines, blocks: [], rings: false });
  }
}
