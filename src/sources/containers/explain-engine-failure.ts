import { type EngineAddress, type RemoteEngine, writeAddress } from "../../config/engine-address.ts";
import { cleanText } from "../../core/text.ts";
import { explainFailure, failureCode } from "../../http/explain-failure.ts";
import { explainSocketFailure, type Look } from "./explain-socket-failure.ts";
import { UnusableCertificates } from "./open-connection.ts";

/**
 * Why Docker could not be asked, in one line for people that names the engine and what mends it. Never throws.
 *
 * @param look how to look at the path of a socket; throws where it cannot
 */
export function explainEngineFailure(thrown: unknown, address: EngineAddress, look?: Look): string {
  return (
    ("socketPath" in address
      ? explainSocketFailure(thrown, address.socketPath, look)
      : explainRemoteFailure(thrown, address)) ??
    `Docker at ${cleanText(writeAddress(address))}: ${explainAnswer(thrown)}`
  );
}

/** `undefined`: nothing that has to do with the network or with certificates. */
function explainRemoteFailure(thrown: unknown, address: RemoteEngine): string | undefined {
  const at = writeAddress(address);
  const { tls } = address;
  const code = failureCode(thrown);
  if (thrown instanceof UnusableCertificates) {
    return `Docker at ${at}: WATCHDOG_DOCKER_CERT_PATH: ${cleanText(thrown.message)}`;
  }
  if (tls === undefined && wantsTls(thrown)) {
    return `${at} speaks TLS: set WATCHDOG_DOCKER_CERT_PATH to the directory with ca.pem, cert.pem and key.pem`;
  }
  switch (code) {
    case "ECONNREFUSED":
      return `nobody listens at ${at}: does Docker, or the proxy before it, listen there? (Docker: port 2375, with TLS 2376)`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `${at}: ${explainFailure(thrown)}: mend WATCHDOG_DOCKER_HOST, or the network that the watchdog is in`;
    case "CERT_HAS_EXPIRED":
      return `the certificate of ${at} has expired: renew it on that host`;
    case "CERT_NOT_YET_VALID":
      return `the certificate of ${at} is not valid yet: compare the clocks of both hosts`;
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return `the certificate of ${at} is for other names (${namesOf(thrown)}): use one of them in WATCHDOG_DOCKER_HOST`;
  }
  if (/SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|CERT_(UNTRUSTED|SIGNATURE)/.test(code)) {
    const mend =
      tls?.certPath === undefined
        ? "set WATCHDOG_DOCKER_CERT_PATH to a directory with the ca.pem that signed it"
        : `the ca.pem that signed it belongs into ${cleanText(tls.certPath)}`;
    return `the certificate of ${at} is not trusted: ${mend}`;
  }
  // While it writes, Node tells what OpenSSL said in words alone (EPROTO).
  const { message = "" } = (thrown ?? {}) as { message?: unknown };
  const words = `${code} ${code === "EPROTO" ? String(message).toUpperCase().replaceAll(" ", "_") : ""}`;
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE/.test(words)) {
    return `${at} speaks no TLS: use its TLS port (2376), or unset WATCHDOG_DOCKER_CERT_PATH`;
  }
  if (/ALERT/.test(words)) {
    return tls?.certPath === undefined
      ? `${at} asks for a certificate of ours: set WATCHDOG_DOCKER_CERT_PATH to a directory with ca.pem, cert.pem and key.pem`
      : `${at} does not accept our certificate: cert.pem must be signed by the CA that Docker trusts, and not have expired`;
  }
  return undefined;
}

/** Go answers in plain text; others hang up. */
function wantsTls(thrown: unknown): boolean {
  const { statusCode, json } = (thrown ?? {}) as { statusCode?: unknown; json?: unknown };
  return statusCode === 400 && typeof json === "string" && json.includes("HTTP request to an HTTPS server");
}

function namesOf(thrown: unknown): string {
  const { cert } = (thrown ?? {}) as { cert?: { subjectaltname?: unknown } };
  return cleanText(String(cert?.subjectaltname ?? "none"), 200);
}

const REFUSAL = /client version (\S{1,20}) is too (old|new)\. M(?:in|ax)imum supported API version is (\d+\.\d+)/;

function explainAnswer(thrown: unknown): string {
  const { statusCode, json } = (thrown ?? {}) as { statusCode?: unknown; json?: unknown };
  if (typeof statusCode !== "number") {
    return failureCode(thrown).startsWith("HPE_") ? "the answer is not HTTP" : cleanText(explainFailure(thrown));
  }
  const { message } = (json ?? {}) as { message?: unknown };
  const said = typeof message === "string" ? `: ${cleanText(message)}` : "";
  const [, ours, way, theirs] = REFUSAL.exec(typeof json === "string" ? json.slice(0, 500) : said) ?? [];
  if (statusCode === 400 && ours !== undefined) {
    const side = way === "old" ? "from" : "up to";
    const mend = way === "old" ? "update the watchdog" : "update Docker";
    return `it speaks API versions ${side} ${theirs}, and the watchdog asked in ${ours}: ${mend}`;
  }
  if (statusCode === 401 || statusCode === 403 || statusCode === 405) {
    return `answered ${statusCode}${said}; does a socket proxy between forbid it? The watchdog sends GET /_ping, /version, /events, /containers/json and /containers/<id>/json`;
  }
  return `answered ${statusCode}${said}`;
}
