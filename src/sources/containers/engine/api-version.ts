import { NoAnswerInTime } from "./guarded-agent.ts";

/**
 * The newest version of the API whose answers we know: the oldest that Engine 29 still speaks, and Engine 25 already does
 * (https://github.com/moby/moby/pull/51186). Asked for it, a newer engine answers as it did then.
 */
const WANTED_MINOR = 44;

/** Docker's words since 1.12 (moby, daemon/server/middleware/version.go). */
const REFUSAL =
  /client version \S{1,20} is too (?:old|new)\. M(?:in|ax)imum supported API version is (\d{1,3}\.\d{1,3})/;
const VERSION = /^1\.(\d{1,3})$/;

/**
 * In which version an engine is asked: what both know, as Docker's own client settles it. Without one, an engine answers in its
 * newest, whose form may change under us, and which is deprecated.
 */
export class ApiVersion {
  readonly #ping: () => Promise<string | undefined>;
  #settling: Promise<string> | undefined;

  /** @param ping asks `/_ping` for the header `Api-Version`; `undefined`: answered without */
  constructor(ping: () => Promise<string | undefined>) {
    this.#ping = ping;
  }

  /** What stands before each path: "/v1.41", or nothing where the engine does not tell its version. */
  async prefix(): Promise<string> {
    this.#settling ??= this.#ping().then(choosePrefix);
    const settling = this.#settling;
    try {
      return await settling;
    } catch (error) {
      if (this.#settling === settling) this.#settling = undefined;
      if (error instanceof NoAnswerInTime) throw error;
      // A proxy may forbid the ping and allow the rest; and if nobody is there, the question itself tells it best.
      return "";
    }
  }

  /** Whoever answers next may be another engine. */
  forget(): void {
    this.#settling = undefined;
  }

  /**
   * What can be learnt from an answer.
   *
   * @param askedWith the prefix of that question
   * @param path without it
   * @returns whether it should be asked once more, with what {@link prefix} says now
   */
  async learn(answer: { status: number; text: string }, askedWith: string, path: string): Promise<boolean> {
    const { status, text } = answer;
    const named = status === 400 ? REFUSAL.exec(text)?.[1] : undefined;
    // What has no list of containers in this version is a proxy that knows no versions.
    const isUnknownPath = status === 404 && askedWith !== "" && path.startsWith("/containers/json");
    const settled = isUnknownPath ? "" : named && VERSION.test(named) ? `/v${named}` : undefined;
    if (settled === undefined) return false;
    const current = await this.prefix().catch(() => askedWith);
    if (current !== askedWith) return true;
    this.#settling = Promise.resolve(settled);
    return settled !== askedWith;
  }
}

/** @param told the engine's newest, from the header `Api-Version` */
export function choosePrefix(told: string | undefined): string {
  const minor = VERSION.exec(told?.trim() ?? "")?.[1];
  return minor === undefined ? "" : `/v1.${Math.min(Number(minor), WANTED_MINOR)}`;
}
