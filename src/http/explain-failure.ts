import { cleanText } from "../core/text.ts";

const TRUST = "(NODE_EXTRA_CA_CERTS can name a file of trusted ones)";

/** What the error codes of Node, OpenSSL and undici mean to people. */
const MEANINGS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  ECONNABORTED: "connection aborted",
  EPIPE: "connection closed",
  ENOTFOUND: "host name not found",
  EAI_AGAIN: "host name lookup failed",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "network unreachable",
  EADDRNOTAVAIL: "no local address or port to connect from",
  ETIMEDOUT: "timed out",
  EMFILE: "too many open files (raise the limit: ulimit -n)",
  UND_ERR_CONNECT_TIMEOUT: "connect timed out",
  UND_ERR_HEADERS_TIMEOUT: "timed out",
  UND_ERR_BODY_TIMEOUT: "timed out",
  UND_ERR_SOCKET: "connection closed",
  UND_ERR_HEADERS_OVERFLOW: "answer with too long headers",
  DEPTH_ZERO_SELF_SIGNED_CERT: `self-signed certificate ${TRUST}`,
  SELF_SIGNED_CERT_IN_CHAIN: `self-signed certificate in the chain ${TRUST}`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: `certificate not trusted ${TRUST}`,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `certificate not trusted ${TRUST}`,
  CERT_HAS_EXPIRED: "certificate has expired",
  CERT_NOT_YET_VALID: "certificate is not valid yet",
  ERR_TLS_CERT_ALTNAME_INVALID: "certificate is for another host name",
  ERR_SSL_WRONG_VERSION_NUMBER: "no TLS is spoken there (http:// instead of https://?)",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "no TLS is spoken there (http:// instead of https://?)",
};

/** A chain of causes may be a circle. */
const MAX_DEPTH = 5;

interface Thrown {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

function isObject(value: unknown): value is Thrown {
  return typeof value === "object" && value !== null;
}

/** A happy-eyeballs connect fails with an AggregateError of one error per address; the first is as good as any. */
function innerOf({ cause, errors }: Thrown): unknown {
  return cause ?? (Array.isArray(errors) ? errors[0] : undefined);
}

/** The code of an error or of what caused it, or the empty string. Whatever was thrown, it never throws. */
export function failureCode(thrown: unknown): string {
  try {
    return codeWithin(thrown, MAX_DEPTH);
  } catch {
    return ""; // An object whose properties throw.
  }
}

function codeWithin(thrown: unknown, depth: number): string {
  if (!isObject(thrown) || depth === 0) return "";
  return typeof thrown.code === "string" ? thrown.code : codeWithin(innerOf(thrown), depth - 1);
}

/**
 * Why something failed, in one clean line for people. Whatever was thrown, it never throws. Of a URL it shows neither
 * credentials nor query, nor the token in a Bot API path.
 */
export function explainFailure(thrown: unknown): string {
  try {
    return cleanText(withoutSecrets(explain(thrown, MAX_DEPTH))) || UNEXPLAINED;
  } catch {
    return UNEXPLAINED;
  }
}

const UNEXPLAINED = "failed without saying why";

function explain(thrown: unknown, depth: number): string {
  if (typeof thrown === "string") return thrown;
  if (!isObject(thrown) || depth === 0) return "";
  const { name, message, code } = thrown;
  if (name === "BrokenAnswer") return `the answer broke off: ${explain(innerOf(thrown), depth - 1)}`;
  if (typeof code === "string" && Object.hasOwn(MEANINGS, code)) return MEANINGS[code] ?? "";
  // The parser tells some forty ways apart, which mean the same to people.
  if (name === "HTTPParserError") return "the answer is not HTTP";
  // A message of its own beats what the cause means: whoever wrote it knew more.
  if (typeof message === "string" && message !== "") return message;
  return explain(innerOf(thrown), depth - 1) || (typeof name === "string" ? name : "");
}

function withoutSecrets(text: string): string {
  return text
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/giu, "$1")
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/[^\s?#]*)[?#]\S*/giu, "$1")
    .replace(/\/bot\d+:[\w-]+/gu, "/bot…");
}
