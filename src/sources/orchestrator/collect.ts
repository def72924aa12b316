import { getHeapStatistics } from "node:v8";
import type { Dispatcher } from "undici";
import { cleanText } from "../../core/text.ts";
import { explainFailure } from "../../http/explain-failure.ts";
import { type Answer, request } from "../../http/request.ts";
import { type Envelope, parseEnvelope } from "./envelope.ts";
import { withoutSecrets } from "./without-secrets.ts";

const MIB = 1024 * 1024;
/**
 * 100,000 agents are about 15 MiB. JSON takes several times its length once it is parsed, more when all that it tells
 * of alerts at once, and a heap that is too small for that ends the process; so a small heap gets less.
 */
const MAX_BYTES = Math.min(64 * MIB, Math.floor(getHeapStatistics().heap_size_limit / 24));

/**
 * Reads the orchestrator's envelope once.
 *
 * @throws Error when there is no JSON to be had: refused, timed out, too long, not 200, not JSON. JSON of another shape is
 *   an envelope with problems.
 */
export async function collectEnvelope(
  metricsUrl: URL,
  dispatcher: Dispatcher,
  deadline: AbortSignal,
): Promise<Envelope> {
  const headers = { accept: "application/json" };
  let answer: Answer;
  try {
    answer = await request(dispatcher, metricsUrl, { method: "GET", headers, maxBytes: MAX_BYTES, deadline });
  } catch (thrown) {
    throw new Error(cleanText(`${explainFailure(thrown)} (${withoutSecrets(metricsUrl)})`));
  }
  return parseEnvelope(parseJson(answer, metricsUrl));
}

const CHECK_ADDRESS = "is WATCHDOG_METRICS_URL the /metrics address?";

function parseJson({ status, headers, body }: Answer, metricsUrl: URL): unknown {
  const refuse = (what: string): never => {
    throw new Error(cleanText(`answered ${what} (${withoutSecrets(metricsUrl)})`));
  };
  if (status !== 200) return refuse(explainStatus(status, headers.location, metricsUrl));
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") return refuse(`in the encoding ${encoding}, though none was asked for`);
  // Like TextDecoder everywhere it drops a byte order mark, which JSON.parse would stumble over.
  const text = new TextDecoder().decode(body);
  try {
    return JSON.parse(text);
  } catch (thrown) {
    const start = text.slice(0, 200).trimStart();
    if (start === "") return refuse(`an empty body, not JSON: ${CHECK_ADDRESS}`);
    if (start.startsWith("<")) return refuse(`HTML, not JSON: ${CHECK_ADDRESS}`);
    if (/^# (HELP|TYPE)/.test(start)) return refuse(`Prometheus text, not the JSON envelope: ${CHECK_ADDRESS}`);
    return parsePythonJson(text) ?? refuse(`broken JSON: ${explainFailure(thrown)}`);
  }
}

/**
 * JSON as Python's `json` and some others write it, with bare NaN and Infinity: a single bad number must not look like an
 * orchestrator that is down. They become 1e999, which no field accepts.
 */
function parsePythonJson(text: string): unknown {
  if (!/NaN|Infinity/.test(text)) return undefined;
  try {
    return JSON.parse(
      text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"?|-?\b(?:NaN|Infinity)\b/gs, (token) =>
        token.startsWith('"') ? token : "1e999",
      ),
    );
  } catch {
    return undefined;
  }
}

function explainStatus(status: number, location: string | string[] | undefined, metricsUrl: URL): string {
  if (status >= 300 && status < 400) {
    const to = typeof location === "string" && URL.canParse(location, metricsUrl.href);
    const target = to ? ` to ${withoutSecrets(new URL(location, metricsUrl))}` : "";
    return `${status}, a redirect${target}, which is not followed: set WATCHDOG_METRICS_URL to the final address`;
  }
  if (status === 401 || status === 403) {
    return `${status}: name and password can stand in WATCHDOG_METRICS_URL, http://name:password@host/metrics`;
  }
  return status === 404 ? `404: ${CHECK_ADDRESS}` : `${status} instead of 200`;
}
