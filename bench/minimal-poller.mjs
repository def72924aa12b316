/**
 * The reference: the least that plain Node does to ask the same questions at the same pace, that about the host's memory
 * included. It reads the same variables as the watchdog, keeps connections alive, has one timer a request and parses what it
 * gets; it concludes nothing. JavaScript, because stripping types costs memory that is not the poller's.
 */
import { readFile } from "node:fs";
import { Agent, get } from "node:http";

const { WATCHDOG_INTERVAL_S, WATCHDOG_DEPS = "", WATCHDOG_DOCKER_SOCK = "off", WATCHDOG_METRICS_URL } = process.env;
const TIMEOUT_MS = 5_000;
const agent = new Agent({ keepAlive: true });

const dependencies = WATCHDOG_DEPS.split(",")
  .filter((item) => item !== "")
  .map((item) => optionsOf(item.slice(item.indexOf("=") + 1)));
const metrics = WATCHDOG_METRICS_URL === undefined ? [] : [optionsOf(WATCHDOG_METRICS_URL)];
const engine =
  WATCHDOG_DOCKER_SOCK === "off"
    ? []
    : [{ agent, socketPath: WATCHDOG_DOCKER_SOCK, path: "/containers/json?all=true" }];

function optionsOf(text) {
  const { hostname, port, pathname } = new URL(text);
  return { agent, hostname, port, path: pathname };
}

function ask(options, wantsJson) {
  return new Promise((resolve, reject) => {
    const request = get(options, (response) => {
      const chunks = [];
      if (wantsJson) response.on("data", (chunk) => chunks.push(chunk));
      else response.resume();
      response.on("error", reject);
      response.on("end", () => {
        clearTimeout(timer);
        resolve(wantsJson ? JSON.parse(Buffer.concat(chunks).toString()) : response.statusCode);
      });
    });
    const timer = setTimeout(() => request.destroy(new Error("timed out")), TIMEOUT_MS);
    request.on("error", reject);
  });
}

/** What is left of the host's memory, as a share. */
function readMemory() {
  readFile("/proc/meminfo", "utf8", (_error, text = "") => {
    const kilobytes = (field) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(text)?.[1]);
    kilobytes("MemAvailable") / kilobytes("MemTotal");
  });
}

setInterval(() => {
  readMemory();
  // On a busy machine some get no answer in time: it asks again at the next tick.
  for (const options of dependencies) ask(options, false).catch(() => {});
  for (const options of [...engine, ...metrics]) ask(options, true).catch(() => {});
}, Number(WATCHDOG_INTERVAL_S) * 1_000);
