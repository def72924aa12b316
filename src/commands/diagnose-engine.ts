import { writeAddress } from "../config/engine-address.ts";
import type { Environment } from "../config/parse-environment.ts";
import { type ContainersSettings, DEFAULT_DOCKER_SOCK } from "../config/settings.ts";
import { cleanText } from "../core/text.ts";
import { pingEngine } from "../sources/index.ts";
import type { Diagnosis } from "./diagnosis.ts";

/** Who answers as Docker, and what of it is not as it should be. */
export async function diagnoseEngine(settings: ContainersSettings): Promise<Diagnosis[]> {
  const { address } = settings;
  const at = cleanText(writeAddress(address));
  const remote = "socketPath" in address ? undefined : address;
  try {
    const { product, engineVersion, apiVersion, askedIn, eventsStatus } = await pingEngine(settings);
    const version = askedIn === undefined || askedIn === apiVersion ? "" : `, asked in ${askedIn}`;
    const diagnoses: Diagnosis[] = [
      { verdict: "ok", text: `${product} ${engineVersion} (API ${apiVersion}${version}) answers at ${at}` },
    ];
    if (eventsStatus !== undefined && eventsStatus !== 200) {
      diagnoses.push({
        verdict: "mend",
        text: `GET /events answered ${eventsStatus}: a crash is told by the next tick, not at once`,
        mend: "where a socket proxy stands between, let it pass (EVENTS=1)",
      });
    }
    if (remote !== undefined && remote.tls === undefined) {
      const text = `${at} is in the clear: whoever reaches that port may do everything to the host`;
      diagnoses.push({ verdict: "note", text: `${text}, unless a proxy that only reads stands before it` });
    }
    if (remote?.tls?.verify === false) {
      diagnoses.push({
        verdict: "note",
        text: "WATCHDOG_DOCKER_TLS_VERIFY=false: whoever answers is taken for Docker",
      });
    }
    return diagnoses;
  } catch (error) {
    return [{ verdict: "mend", text: error instanceof Error ? error.message : String(error) }];
  }
}

/** Where containers are not watched: why not, and which sockets might be meant. */
export function diagnoseNoEngine(env: Environment, exists: (path: string) => boolean): Diagnosis[] {
  const text = `containers are not watched (WATCHDOG_DOCKER_SOCK; ${DEFAULT_DOCKER_SOCK} is used if it exists)`;
  if ((env.WATCHDOG_DOCKER_SOCK ?? "").trim().toLowerCase() === "off") return [{ verdict: "note", text }];
  const runtime = env.XDG_RUNTIME_DIR?.trim() ?? "";
  const rootless = runtime.startsWith("/") ? [`${runtime}/docker.sock`, `${runtime}/podman/podman.sock`] : [];
  const found = [...rootless, "/run/podman/podman.sock"].find(exists);
  return [
    { verdict: "note", text, ...(found !== undefined && { mend: `${found} exists: WATCHDOG_DOCKER_SOCK=${found}` }) },
  ];
}

/** Docker's own variables, which the watchdog leaves alone. */
export function diagnoseDockerVariables(env: Environment): Diagnosis[] {
  const isGiven = (name: string): boolean => (env[name] ?? "").trim() !== "";
  if (!isGiven("DOCKER_HOST") || isGiven("WATCHDOG_DOCKER_HOST") || isGiven("WATCHDOG_DOCKER_HOST_FILE")) return [];
  return [{ verdict: "note", text: "DOCKER_HOST is set, but the watchdog reads only WATCHDOG_DOCKER_HOST" }];
}
