import { existsSync, readFileSync } from "node:fs";
import { readCertificates } from "./certificates.ts";
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
  const settings = settingsFrom(values, existsSync);
  return { settings, problems: [...problems, ...findCertificateProblems(settings)] };
}

/** Found at the start, a missing certificate is a line on stderr rather than a Docker that is down. */
function findCertificateProblems({ containers }: Settings): string[] {
  if (containers === undefined || !("tls" in containers.address)) return [];
  const { certPath, verify = true } = containers.address.tls ?? {};
  if (certPath === undefined) return [];
  try {
    readCertificates(certPath, verify, (path) => readFileSync(path, "utf8"));
    return [];
  } catch (error) {
    const expected = "expected a directory with ca.pem, cert.pem and key.pem";
    return [`WATCHDOG_DOCKER_CERT_PATH=${JSON.stringify(certPath)}: ${expected}; ${(error as Error).message}`];
  }
}
