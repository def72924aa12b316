/** How the text of one variable becomes a value. */
export interface Kind<T> {
  /** What is expected, to stand behind "expected": "seconds, a number from 0.05 to 86400". */
  readonly expected: string;
  /** The value, or `undefined` when the text is not of this kind. The text is trimmed and not empty. */
  parse(text: string): T | undefined;
  /** What is wrong with which part of a text that is not of this kind, where that can be told more closely. */
  explain?(text: string): readonly { readonly text: string; readonly expected: string }[];
}

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface DependencyTarget {
  readonly name: string;
  readonly url: URL;
}

const DECIMAL = /^(\d+(\.\d+)?|\.\d+)$/;
const WHOLE = /^\d+$/;

function number(text: string, pattern: RegExp, min: number, max: number): number | undefined {
  if (!pattern.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

/** Whole milliseconds: 1.1 × 1000 is 1100.0000000000002. */
function toMs(seconds: number): number {
  return Math.round(seconds * 1_000);
}

const TRUE_WORDS = new Set(["true", "1", "yes", "on"]);
const FALSE_WORDS = new Set(["false", "0", "no", "off"]);

export const flag: Kind<boolean> = {
  expected: "true or false",
  parse(text) {
    const word = text.toLowerCase();
    if (TRUE_WORDS.has(word)) return true;
    return FALSE_WORDS.has(word) ? false : undefined;
  },
};

/** Seconds in the environment, milliseconds as a value. */
export function durationMs(minS: number, maxS: number): Kind<number> {
  return {
    expected: `seconds, a number from ${minS} to ${maxS}`,
    parse(text) {
      const seconds = number(text, DECIMAL, minS, maxS);
      return seconds === undefined ? undefined : toMs(seconds);
    },
  };
}

export function count(min: number, max: number): Kind<number> {
  return { expected: `a whole number from ${min} to ${max}`, parse: (text) => number(text, WHOLE, min, max) };
}

export const percent: Kind<number> = {
  expected: "a percentage from 1 to 100",
  parse: (text) => number(text, DECIMAL, 1, 100),
};

export const usd: Kind<number> = {
  expected: "US dollars, a number from 0 to 1000000000",
  parse: (text) => number(text, DECIMAL, 0, 1e9),
};

export function oneOf<const T extends string>(words: readonly T[]): Kind<T> {
  return { expected: `one of ${words.join(", ")}`, parse: (text) => words.find((word) => word === text.toLowerCase()) };
}

function parseUrl(text: string, protocols: readonly string[]): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  return protocols.includes(url.protocol) && url.hostname !== "" ? url : undefined;
}

export const httpUrl: Kind<URL> = {
  expected: "a URL that begins with http:// or https://",
  parse: (text) => parseUrl(text, ["http:", "https:"]),
};

export const absolutePath: Kind<string> = {
  expected: "an absolute path",
  parse: (text) => (text.startsWith("/") ? text : undefined),
};

export const absolutePathOrOff: Kind<string | "off"> = {
  expected: "an absolute path, or off",
  parse: (text) => (text.toLowerCase() === "off" ? "off" : absolutePath.parse(text)),
};

function splitList(text: string): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

/** A comma-separated list whose every item is of the kind `item`, none twice. */
export function listOf<T>(item: Kind<T>): Kind<readonly T[]> {
  return {
    expected: `a comma-separated list, each ${item.expected}`,
    parse(text) {
      const items = [...new Set(splitList(text))].map((part) => item.parse(part));
      return items.length === 0 || items.includes(undefined) ? undefined : (items as T[]);
    },
  };
}

export const nameOrGlob: Kind<string> = {
  expected: "a container name or a glob (* and ?)",
  parse: (text) => (/^[\w.*?-]+$/.test(text) ? text : undefined),
};

/** `review=3600,deploy=900`: seconds in the environment, milliseconds as values. */
export const limitsMs: Kind<ReadonlyMap<string, number>> = {
  expected: "a comma-separated list like review=3600,deploy=900 (seconds)",
  parse(text) {
    const limits = new Map<string, number>();
    for (const item of splitList(text)) {
      const [, name, seconds] = /^([^=]+?)\s*=\s*(\d+(?:\.\d+)?)$/.exec(item) ?? [];
      if (name === undefined || seconds === undefined || limits.has(name)) return undefined;
      limits.set(name, toMs(Number(seconds)));
    }
    return limits.size === 0 ? undefined : limits;
  },
};

export const dependencyTargets: Kind<readonly DependencyTarget[]> = {
  expected: "a comma-separated list like api=http://api:8080/health,db=tcp://db:5432, each name once",
  parse(text) {
    const targets: DependencyTarget[] = [];
    for (const item of splitList(text)) {
      const equals = item.indexOf("=");
      const name = item.slice(0, Math.max(equals, 0)).trim();
      const url = parseUrl(item.slice(equals + 1).trim(), ["http:", "https:", "tcp:"]);
      if (!/^[\w.-]+$/.test(name) || url === undefined || targets.some((target) => target.name === name))
        return undefined;
      if (url.protocol === "tcp:" && (url.port === "" || !["", "/"].includes(url.pathname))) return undefined;
      targets.push({ name, url });
    }
    return targets.length === 0 ? undefined : targets;
  },
};

export const botToken: Kind<string> = {
  expected: "a bot token from @BotFather, like 123456:ABC-def",
  parse: (text) => (/^\d+:[\w-]+$/.test(text) ? text : undefined),
};

export const chatId: Kind<string> = {
  expected: "a chat id like -1001234567890, or @channelname",
  parse: (text) => (/^(-?\d{1,19}|@[A-Za-z]\w{3,})$/.test(text) ? text : undefined),
};

/** Groups and channels have negative ids: they are nobody. */
export const userId: Kind<number> = {
  expected: "a Telegram user id, like 123456789",
  parse: (text) => number(text, WHOLE, 1, Number.MAX_SAFE_INTEGER),
};

export const listenAddress: Kind<ListenAddress | "off"> = {
  expected: "host:port like 127.0.0.1:9469 or [::1]:9469, or off",
  parse(text) {
    if (text.toLowerCase() === "off") return "off";
    const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:\s]*)):(\d{1,5})$/.exec(text) ?? [];
    if (digits === undefined || Number(digits) > 65_535) return undefined;
    return { host: bracketed ?? (plain === "" || plain === undefined ? "0.0.0.0" : plain), port: Number(digits) };
  },
};
