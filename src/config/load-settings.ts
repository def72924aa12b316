import { existsSync, readFileSync } from "node:fs";
import { type Environment, parseEnvironment } from "./parse-environment.ts";
import { type Settings, settingsFrom } from "./settings.ts";

export interface LoadedSettings {
  /** Where a value is bad, its default stands here. */
  readonly settings: Settings;
  readonly problems: readonly string[];
}

/** Reads the settings from the environment and the files it names. Never throws. */
export function loadSettings(env: Environment): LoadedSettings {
  const { values, problems } = parseEnvironment(env, (path) => readFileSync(path, "utf8"));
  return { settings: settingsFrom(values, existsSync), problems };
}
