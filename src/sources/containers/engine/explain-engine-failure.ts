import { type EngineAddress, type RemoteEngine, writeAddress } from "../../../config/engine-address.ts";
import { cleanText } from "../../../core/text.ts";
import { explainFailureIn, failureCode } from "../../../http/explain-failure.ts";
import type { FailuresTexts } from "../../../http/failure.ts";
import { explainSocketFailure, type Look } from "./explain-socket-failure.ts";
import { UnusableCertificates } from "./open-connection.ts";

/**
 * Why Docker could not be asked, in one line for people that names the engine and what mends it. Never throws.
 *
 * @param look how to look at the path of a socket; throws where it cannot
 */
export function explainEngineFailure(
  texts: FailuresTexts,
  thrown: unknown,
  address: EngineAddress,
  look?: Look,
): string {
  return (
    ("socketPath" in address
      ? explainSocketFailure(texts.engine, thrown, address.socketPath, look)
      : explainRemoteFailure(texts, thrown, address)) ??
    texts.engine.docker(cleanText(writeAddress(address)), explainAnswer(texts, thrown))
  );
}

/** `undefined`: nothing that has to do with the network or with certificates. */
function explainRemoteFailure(texts: FailuresTexts, thrown: unknown, address: RemoteEngine): string | undefined {
  const { engine } = texts;
  const at = writeAddress(address);
  const { tls } = address;
  const code = failureCode(thrown);
  if (thrown instanceof UnusableCertificates) {
    return engine.certificates(at, cleanText(thrown.message));
  }
  if (tls === undefined && wantsTls(thrown)) {
    return engine.wantsTls(at);
  }
  switch (code) {
    case "ECONNREFUSED":
      return engine.refused(at);
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return engine.notFound(at, explainFailureIn(texts, thrown));
    case "CERT_HAS_EXPIRED":
      return engine.expired(at);
    case "CERT_NOT_YET_VALID":
      return engine.notYetValid(at);
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return engine.otherNames(at, namesOf(thrown, engine));
  }
  if (/SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|CERT_(UNTRUSTED|SIGNATURE)/.test(code)) {
    return tls?.certPath === undefined ? engine.untrusted(at) : engine.otherCa(at, cleanText(tls.certPath));
  }
  // While it writes, Node tells what OpenSSL said in words alone (EPROTO).
  const { message = "" } = (thrown ?? {}) as { message?: unknown };
  const words = `${code} ${code === "EPROTO" ? String(message).toUpperCase().replaceAll(" ", "_") : ""}`;
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE/.test(words)) {
    return engine.noTls(at);
  }
  if (/ALERT/.test(words)) {
    return tls?.certPath === undefined ? engine.wantsOurs(at) : engine.refusesOurs(at);
  }
  return undefined;
}

/** Go answers in plain text; others hang up. */
function wantsTls(thrown: unknown): boolean {
  const { statusCode, json } = (thrown ?? {}) as { statusCode?: unknown; json?: unknown };
  return statusCode === 400 && typeof json === "string" && json.includes("HTTP request to an HTTPS server");
}

function namesOf(thrown: unknown, { noNames }: FailuresTexts["engine"]): string {
  const { cert } = (thrown ?? {}) as { cert?: { subjectaltname?: unknown } };
  return cleanText(String(cert?.subjectaltname ?? noNames), 200);
}

const REFUSAL = /client version (\S{1,20}) is too (old|new)\. M(?:in|ax)imum supported API version is (\d+\.\d+)/;

const ASKED_PATHS = "GET /_ping, /version, /events, /containers/json and /containers/<id>/json";

function explainAnswer(texts: FailuresTexts, thrown: unknown): string {
  const { engine } = texts;
  const { statusCode, json } = (thrown ?? {}) as { statusCode?: unknown; json?: unknown };
  if (typeof statusCode !== "number") {
    return failureCode(thrown).startsWith("HPE_") ? texts.notHttp : cleanText(explainFailureIn(texts, thrown));
  }
  const { message } = (json ?? {}) as { message?: unknown };
  const said = typeof message === "string" ? cleanText(message) : undefined;
  const [, ours, way, theirs] = REFUSAL.exec(typeof json === "string" ? json.slice(0, 500) : (said ?? "")) ?? [];
  if (statusCode === 400 && ours !== undefined && theirs !== undefined) {
    return way === "old" ? engine.tooOld(theirs, ours) : engine.tooNew(theirs, ours);
  }
  const answered = said === undefined ? engine.answered(statusCode) : engine.answeredWith(statusCode, said);
  return statusCode === 401 || statusCode === 403 || statusCode === 405
    ? engine.byProxy(answered, ASKED_PATHS)
    : answered;
}
