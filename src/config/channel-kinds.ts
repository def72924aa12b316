import type { Kind } from "./kinds.ts";
import { parseRoutes, type WrittenRoute } from "./parse-routes.ts";

/** Of Standard Webhooks: 24 to 64 bytes of key. */
const LEAST_KEY_BYTES = 24;
const MOST_KEY_BYTES = 64;

export const webhookSecret: Kind<string> = {
  expected: "at least 24 characters, or whsec_ and 24 to 64 bytes in base64 (openssl rand -base64 32)",
  parse(text) {
    if (!text.startsWith("whsec_")) return Buffer.byteLength(text) >= LEAST_KEY_BYTES ? text : undefined;
    const base64 = text.slice("whsec_".length);
    const bytes = Buffer.from(base64, "base64");
    // Buffer.from skips what is not base64, so that a mistyped secret would sign with another key.
    if (bytes.toString("base64").replace(/=+$/, "") !== base64.replace(/=+$/, "")) return undefined;
    return bytes.length >= LEAST_KEY_BYTES && bytes.length <= MOST_KEY_BYTES ? text : undefined;
  },
};

export const routes: Kind<readonly WrittenRoute[]> = {
  expected: "a comma-separated list like container:db*=telegram:-100123/45,critical=telegram,warning=webhook",
  parse(text) {
    const parsed = parseRoutes(text);
    return parsed.problems.length > 0 ? undefined : parsed.routes;
  },
  explain: (text) => parseRoutes(text).problems,
};
