import type { Answer } from "./ask.ts";

/** What dockerode says of a question. */
interface Dialled {
  readonly method: string;
  /** It ends with "?" where options may follow. */
  readonly path: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly statusCodes: Readonly<Record<number, unknown>>;
}

/** What a question failed with that was answered. */
export class UnwantedAnswer extends Error {
  override readonly name = "UnwantedAnswer";
  readonly statusCode: number;
  /** The body; text where it is not JSON. */
  readonly json: unknown;

  constructor(statusCode: number, json: unknown) {
    super(`answered ${statusCode}`);
    this.statusCode = statusCode;
    this.json = json;
  }
}

/**
 * What dockerode asks through, in place of docker-modem, which reads DOCKER_HOST and its like from the environment, follows
 * redirects, and knows no deadline.
 *
 * @param dial sends a request; its rejection is passed on
 * @param read what becomes of the text of an answer that is wanted
 */
export function createModem(
  dial: (method: string, path: string) => Promise<Answer>,
  read: (text: string) => unknown = parse,
) {
  return {
    /** dockerode sets it. */
    Promise,
    dial({ method, path, options = {}, statusCodes }: Dialled, done: (error: unknown, json?: unknown) => void): void {
      const whole = path.replace(/\?$/, writeQuery(options));
      dial(method, whole)
        .then(({ status, text }) => {
          if (statusCodes[status] !== true) throw new UnwantedAnswer(status, parse(text));
          return read(text);
        })
        .then(
          (json) => done(null, json),
          (error: unknown) => done(error),
        );
    },
  };
}

function writeQuery(options: Readonly<Record<string, unknown>>): string {
  const write = (value: unknown) => (typeof value === "object" ? JSON.stringify(value) : String(value));
  const query = new URLSearchParams(Object.entries(options).map(([name, value]) => [name, write(value)])).toString();
  return query === "" ? "" : `?${query}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
