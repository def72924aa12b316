import { VARIABLES, type Variable } from "./variables.ts";

const ENTRIES: readonly (readonly [string, Variable<unknown>])[] = Object.entries(VARIABLES);

const FIRST_STEPS = ["WATCHDOG_TG_BOT_TOKEN", "WATCHDOG_TG_CHAT_ID"];

/** The text of `.env.example`: every variable with its meaning; what has a default is commented out. */
export function renderEnvExample(): string {
  const head = [
    "# Copy this file to .env and fill in the first two. Everything else has a default.",
    "# Every X may instead be given as X_FILE: the path of a file with the value (Docker secrets).",
    "# Durations are seconds and may be fractional. Empty means unset.",
  ];
  const entries = ENTRIES.map(([name, { fallback, example, meaning }]) => {
    const isFirstStep = FIRST_STEPS.includes(name);
    const assignment = `${isFirstStep ? "" : "#"}${name}=${isFirstStep ? "" : (fallback ?? example ?? "")}`;
    return `\n# ${meaning.replaceAll("`", "")}${isFirstStep && example ? ` (like ${example})` : ""}\n${assignment}`;
  });
  return `${[...head, ...entries].join("\n")}\n`;
}

/** The README's table of variables, in Markdown. */
export function renderReadmeTable(): string {
  const rows = ENTRIES.map(([name, { fallback, meaning }]) => {
    const shown = fallback === undefined ? "unset" : `\`${fallback}\``;
    return `| \`${name}\` | ${shown} | ${meaning} |`;
  });
  return ["| variable | default | meaning |", "|---|---|---|", ...rows].join("\n");
}
