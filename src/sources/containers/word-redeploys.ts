import { formatDuration } from "../../core/text.ts";
import type { AreaTexts } from "../../core/texts/index.ts";
import type { Redeploy } from "./redeploys.ts";

/** @param isAmbiguous whether a service of that name is in another project, too */
export function wordRedeploy(redeploy: Redeploy, isAmbiguous: boolean, texts: AreaTexts<"containers">): string {
  const { service: key, isHealthy, afterMs } = redeploy;
  const [project, service, number] = key.split("/");
  const name = `${isAmbiguous ? `${project}/` : ""}${service}${number === "1" ? "" : ` ${number}`}`;
  const to = redeploy.to ?? undefined;
  const from = redeploy.from === null || redeploy.from === redeploy.to ? undefined : redeploy.from;
  const { what, healthy, running } = texts.containers.redeploy;
  return (isHealthy ? healthy : running)(what(name, from, to), formatDuration(afterMs, texts.units));
}
