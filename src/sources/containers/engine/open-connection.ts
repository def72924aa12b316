import { readFileSync } from "node:fs";
import { isIP, connect as openSocket, type Socket } from "node:net";
import { connect as openTls } from "node:tls";
import { readCertificates } from "../../../config/certificates.ts";
import type { EngineAddress } from "../../../config/engine-address.ts";

/** The certificate files are not as they should be; the message says which. */
export class UnusableCertificates extends Error {
  override readonly name = "UnusableCertificates";
}

/**
 * Opens a connection to an engine. Only the guarded agent does. Certificates are read each time, so that renewed ones are
 * used without a restart.
 *
 * @throws UnusableCertificates
 */
export function openConnection(address: EngineAddress): Socket {
  if ("socketPath" in address) return openSocket({ path: address.socketPath });
  const { host, port, tls } = address;
  if (tls === undefined) return openSocket({ host, port });
  const rejectUnauthorized = tls.verify;
  // Not told by name, an address is verified all the same: as `host`.
  const servername = isIP(host) === 0 ? host : "";
  const certificates = tls.certPath === undefined ? {} : readFrom(tls.certPath, tls.verify);
  return openTls({ host, port, servername, rejectUnauthorized, ALPNProtocols: ["http/1.1"], ...certificates });
}

function readFrom(directory: string, verify: boolean): Record<string, string> {
  try {
    const given = Object.entries(readCertificates(directory, verify, (path) => readFileSync(path, "utf8")));
    return Object.fromEntries(given.filter(([, pem]) => pem !== undefined));
  } catch (error) {
    throw new UnusableCertificates((error as Error).message);
  }
}
