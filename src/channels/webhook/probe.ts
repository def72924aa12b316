import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import type { WebhookSettings } from "../../config/settings.ts";
import { explainFailure } from "../../http/explain-failure.ts";
import type { Finding } from "../finding.ts";

/** Connects to the receiver and sends nothing: whether it accepts a message, only a message shows. Never rejects. */
export async function probeWebhook({ url, secret }: WebhookSettings, timeoutMs: number): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  try {
    await connectOnce(url, timeoutMs);
    findings.push({ ok: true, text: `the webhook's receiver at ${url.origin} takes connections` });
  } catch (thrown) {
    const text = `the webhook's receiver at ${url.origin} was not reached: ${explainFailure(thrown)}`;
    findings.push({ ok: false, text, mend: "check the network, and WATCHDOG_WEBHOOK_URL" });
  }
  if (secret === undefined) {
    const text = "messages to the webhook are not signed: WATCHDOG_WEBHOOK_SECRET is unset";
    findings.push({ ok: true, text });
  }
  return findings;
}

function connectOnce(url: URL, timeoutMs: number): Promise<void> {
  const isTls = url.protocol === "https:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const target = { host, port: Number(url.port || (isTls ? 443 : 80)) };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = isTls ? connectTls({ ...target, servername: isAddress(host) ? "" : host }) : connectTcp(target);
  const timer = setTimeout(() => reject(new Error("timed out")), timeoutMs);
  socket.on(isTls ? "secureConnect" : "connect", () => resolve());
  socket.on("error", reject);
  return promise.finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
}

/** An address is no server name (https://www.rfc-editor.org/rfc/rfc6066#section-3). */
function isAddress(host: string): boolean {
  return host.includes(":") || /^[\d.]+$/.test(host);
}
