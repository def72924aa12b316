/** What the error codes of Node and undici mean to people. */
const MEANINGS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EPIPE: "connection closed",
  ENOTFOUND: "host name not found",
  EAI_AGAIN: "host name lookup failed",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "network unreachable",
  ETIMEDOUT: "timed out",
  UND_ERR_CONNECT_TIMEOUT: "connect timed out",
  UND_ERR_SOCKET: "connection closed before the answer was complete",
  DEPTH_ZERO_SELF_SIGNED_CERT: "self-signed certificate (NODE_EXTRA_CA_CERTS can name a file of trusted ones)",
  CERT_HAS_EXPIRED: "certificate has expired",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "certificate not trusted (NODE_EXTRA_CA_CERTS can name a file of trusted ones)",
  ERR_TLS_CERT_ALTNAME_INVALID: "certificate is for another host name",
};

/** The code of an error or of what caused it, or the empty string. */
export function failureCode(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown };
  if (typeof code === "string") return code;
  // A happy-eyeballs connect fails with an AggregateError of one error per address.
  const inner = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  return inner === undefined || inner === error ? "" : failureCode(inner);
}

/** Why a request failed, in one line for people. Whatever was thrown, it never throws and never shows a URL. */
export function explainFailure(thrown: unknown): string {
  const meaning = MEANINGS[failureCode(thrown)];
  if (meaning !== undefined) return meaning;
  if (thrown instanceof Error) return thrown.message || thrown.name;
  return typeof thrown === "string" ? thrown : "failed without saying why";
}
