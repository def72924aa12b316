import { getHeapStatistics } from "node:v8";
import type { Dispatcher } from "undici";
import { cleanText } from "../../core/text.ts";
import type { AreaTexts } from "../../core/texts/index.ts";
import { explainFailureIn } from "../../http/explain-failure.ts";
import { type Answer, request } from "../../http/request.ts";
import { type Envelope, parseEnvelope } from "./envelope.ts";
import { withoutSecrets } from "./without-secrets.ts";

const MIB = 1024 * 1024;
/**
 * 100,000 agents are about 15 MiB. JSON takes several times its length once it is parsed, more when all that it tells
 * of alerts at once, and a heap that is too small for that ends the process; so a small heap gets less.
 */
const mostBytes = () => Math.min(64 * MIB, Math.floor(getHeapStatistics().heap_size_limit / 32));

export type CollectTexts = AreaTexts<"orchestrator" | "failures">;

/**
 * Reads the orchestrator's envelope once.
 *
 * @param texts in which its problems are worded
 * @throws Error when there is no JSON to be had: refused, timed out, too long, not 200, not JSON. JSON of another shape is
 *   an envelope with problems.
 */
export async function collectEnvelope(
  metricsUrl: URL,
  dispatcher: Dispatcher,
  deadline: AbortSignal,
  texts: CollectTexts,
): Promise<Envelope> {
  const headers = { accept: "application/json" };
  let answer: Answer;
  try {
    answer = await request(dispatcher, metricsUrl, { method: "GET", headers, maxBytes: mostBytes(), deadline });
  } catch (thrown) {
    throw new Error(cleanText(`${explainFailureIn(texts.failures, thrown)} (${withoutSecrets(metricsUrl)})`));
  }
  return parseEnvelope(parseJson(answer, metricsUrl, texts), texts.orchestrator.schema);
}

function parseJson({ status, headers, body }: Answer, metricsUrl: URL, texts: CollectTexts): unknown {
  const { refusal } = texts.orchestrator;
  const refuse = (what: string): never => {
    throw new Error(cleanText(`${refusal.answered(what)} (${withoutSecrets(metricsUrl)})`));
  };
  const refuseWithHint = (what: string): never => refuse(`${what}: ${refusal.checkAddress}`);
  if (status === 404) return refuseWithHint("404");
  if (status !== 200) return refuse(explainStatus(status, headers.location, metricsUrl, refusal));
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") return refuse(refusal.encoding(String(encoding)));
  // Like TextDecoder everywhere it drops a byte order mark, which JSON.parse would stumble over.
  const text = new TextDecoder().decode(body);
  try {
    return JSON.parse(text);
  } catch (thrown) {
    const start = text.slice(0, 200).trimStart();
    if (start === "") return refuseWithHint(refusal.empty);
    if (start.startsWith("<")) return refuseWithHint(refusal.html);
    if (/^# (HELP|TYPE)/.test(start)) return refuseWithHint(refusal.prometheus);
    return parsePythonJson(text) ?? refuse(refusal.brokenJson(explainFailureIn(texts.failures, thrown)));
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

const EXAMPLE = "http://name:password@host/metrics";

function explainStatus(
  status: number,
  location: string | string[] | undefined,
  metricsUrl: URL,
  texts: CollectTexts["orchestrator"]["refusal"],
): string {
  if (status >= 300 && status < 400) {
    const isAddress = typeof location === "string" && URL.canParse(location, metricsUrl.href);
    return isAddress ? texts.redirectTo(status, withoutSecrets(new URL(location, metricsUrl))) : texts.redirect(status);
  }
  return status === 401 || status === 403 ? texts.unauthorized(status, EXAMPLE) : texts.otherStatus(status);
}
