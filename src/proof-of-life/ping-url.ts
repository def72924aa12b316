import type { Pulse } from "./heartbeat.ts";

/**
 * Where a ping goes: `/start` and `/fail` stand behind the path, before a query; success and the end go to the bare URL
 * (https://healthchecks.io/docs/http_api/).
 */
export function pingUrl(url: URL, status: Pulse["status"]): URL {
  const suffix = status === "starting" ? "/start" : status === "fail" ? "/fail" : "";
  const target = new URL(url);
  if (suffix !== "") target.pathname = `${target.pathname.replace(/\/+$/, "")}${suffix}`;
  return target;
}
