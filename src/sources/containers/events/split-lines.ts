/** Cuts a stream of text into lines. A line that is longer than `maxChars` is passed over, and no more than that is kept. */
export class LineSplitter {
  readonly #maxChars: number;
  #rest = "";
  #skipping = false;

  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  /** @returns the lines that are complete now, without those that are empty */
  push(text: string): string[] {
    const parts = text.split("\n");
    const last = parts.pop() ?? "";
    const lines: string[] = [];
    for (const part of parts) {
      const line = this.#rest + part;
      if (!this.#skipping && line.length <= this.#maxChars && line.trim() !== "") lines.push(line);
      this.#rest = "";
      this.#skipping = false;
    }
    if (!this.#skipping) this.#rest += last;
    if (this.#rest.length > this.#maxChars) {
      this.#rest = "";
      this.#skipping = true;
    }
    return lines;
  }
}
