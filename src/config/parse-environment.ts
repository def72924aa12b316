import { distance } from "fastest-levenshtein";
import { findMissingDoors } from "./routing.ts";
import { VARIABLES, type Values, type Variable, type VariableName } from "./variables.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Parsed {
  /** A variable with a problem has its default here; one without a default is unset. */
  readonly values: Values;
  /** One line for every problem: the variable, the value (never a secret's), what is expected. Empty when all is well. */
  readonly problems: readonly string[];
}

const PREFIX = "WATCHDOG_";
const NAMES = Object.keys(VARIABLES) as VariableName[];

/**
 * Parses every `WATCHDOG_*` variable. `X_FILE` names a file whose trimmed content is the value of `X`. Empty means unset.
 *
 * @param readFile reads a text file; its throw becomes a problem
 */
export function parseEnvironment(env: Environment, readFile: (path: string) => string): Parsed {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const name of NAMES) {
    const spec: Variable<unknown> = VARIABLES[name];
    const fallback = spec.fallback === undefined ? undefined : spec.kind.parse(spec.fallback);
    const given = readGiven(name, env, readFile);
    if ("problem" in given) problems.push(given.problem);
    const text = "text" in given ? given.text : "";
    const value = text === "" ? fallback : spec.kind.parse(text);
    if (text !== "" && value === undefined) {
      const problem = { text, expected: `expected ${spec.kind.expected}` };
      for (const part of spec.kind.explain?.(text) ?? [problem]) {
        problems.push(`${name}=${spec.secret ? "(hidden)" : quote(part.text)}: ${part.expected}`);
      }
    }
    values[name] = value ?? fallback;
  }
  problems.push(
    ...findUnknownNames(env),
    ...findContradictions(env, values as Values),
    ...findDockerContradictions(env),
    ...findDoorProblems(env, values as Values),
  );
  return { values: values as Values, problems };
}

function readGiven(
  name: VariableName,
  env: Environment,
  readFile: (path: string) => string,
): { text: string } | { problem: string } {
  const direct = (env[name] ?? "").trim();
  const path = (env[`${name}_FILE`] ?? "").trim();
  if (path === "") return { text: direct };
  if (direct !== "") return { problem: `${name} and ${name}_FILE=${quote(path)}: expected only one of the two` };
  try {
    const text = readFile(path).trim();
    return text === "" ? { problem: `${name}_FILE=${quote(path)}: expected a file that is not empty` } : { text };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unreadable";
    return { problem: `${name}_FILE=${quote(path)}: expected the path of a readable file (${code})` };
  }
}

function findUnknownNames(env: Environment): string[] {
  const allowed = new Set(NAMES.flatMap((name) => [name, `${name}_FILE`]));
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !allowed.has(name) && (env[name] ?? "").trim() !== "")
    .sort()
    .map((name) => {
      const [nearest] = [...allowed].sort((a, b) => strangeness(name, a) - strangeness(name, b));
      return `${name}: expected a known variable; did you mean ${nearest}?`;
    });
}

/** How far apart two names are; a shortened one (`WATCHDOG_TOKEN`), or one that begins alike, is nearer than one of like letters. */
function strangeness(name: string, known: string): number {
  const word = name.slice(PREFIX.length);
  const isPart = word.length > 2 && known.slice(PREFIX.length).includes(word);
  const differsAt = [...known].findIndex((letter, index) => letter !== name[index]);
  const alike = differsAt === -1 ? known.length : differsAt;
  return distance(name, known) - (isPart ? known.length : 0) - alike;
}

function findContradictions(env: Environment, values: Values): string[] {
  const isGiven = (name: VariableName) => [name, `${name}_FILE`].some((key) => (env[key] ?? "").trim() !== "");
  const token = isGiven("WATCHDOG_TG_BOT_TOKEN");
  const chat = isGiven("WATCHDOG_TG_CHAT_ID");
  const problems: string[] = [];
  if (token && !chat) problems.push("WATCHDOG_TG_CHAT_ID is unset: expected a chat id beside WATCHDOG_TG_BOT_TOKEN");
  if (chat && !token) problems.push("WATCHDOG_TG_BOT_TOKEN is unset: expected a bot token beside WATCHDOG_TG_CHAT_ID");
  if (values.WATCHDOG_TG_COMMANDS && !token && !chat) {
    problems.push("WATCHDOG_TG_COMMANDS=true: expected WATCHDOG_TG_BOT_TOKEN and WATCHDOG_TG_CHAT_ID beside it");
  }
  return problems;
}

function findDockerContradictions(env: Environment): string[] {
  const given = (name: VariableName) => (env[name] ?? env[`${name}_FILE`] ?? "").trim();
  const host = given("WATCHDOG_DOCKER_HOST");
  const problems: string[] = [];
  if (host !== "" && given("WATCHDOG_DOCKER_SOCK") !== "") {
    problems.push("WATCHDOG_DOCKER_SOCK and WATCHDOG_DOCKER_HOST: expected only one of the two");
  }
  // A file that names the host is not looked into for this.
  const isClear = host === "" || /^(unix|http):/i.test(env.WATCHDOG_DOCKER_HOST?.trim() ?? "");
  if (given("WATCHDOG_DOCKER_CERT_PATH") !== "" && isClear) {
    problems.push("WATCHDOG_DOCKER_CERT_PATH: expected tcp:// or https:// in WATCHDOG_DOCKER_HOST beside it");
  }
  return problems;
}

function findDoorProblems(env: Environment, values: Values): string[] {
  const isGiven = (name: VariableName) => [name, `${name}_FILE`].some((key) => (env[key] ?? "").trim() !== "");
  const telegram = isGiven("WATCHDOG_TG_BOT_TOKEN") || isGiven("WATCHDOG_TG_CHAT_ID");
  const webhook = isGiven("WATCHDOG_WEBHOOK_URL");
  const problems = findMissingDoors(values.WATCHDOG_ROUTES ?? [], { telegram, webhook }).map(
    ({ text, expected }) => `WATCHDOG_ROUTES=${quote(text)}: ${expected}`,
  );
  if (isGiven("WATCHDOG_WEBHOOK_SECRET") && !webhook) {
    problems.push("WATCHDOG_WEBHOOK_URL is unset: expected a URL beside WATCHDOG_WEBHOOK_SECRET");
  }
  return problems;
}

/** A value as it may stand in a one-line problem: without what looks like a secret in the wrong place. */
function quote(text: string): string {
  const harmless = text
    .replace(/\d{5,}:[\w-]+/g, "(hidden)") // A bot token, given as the chat or as the name of a file.
    .replace(/\/\/.*@/gs, "//(hidden)@")
    .replace(/(:\/\/[^\s,?]*)\?[^\s,]*/g, "$1?(hidden)");
  return JSON.stringify(harmless.length > 200 ? `${harmless.slice(0, 200)}…` : harmless);
}
