import type { DockerHost } from "./docker-host.ts";

/** How an engine proves who it is, and the watchdog to it. */
export interface TlsSettings {
  /** A directory with `ca.pem`, `cert.pem` and `key.pem`; `undefined`: the certificates that the machine trusts, and none of our own. */
  readonly certPath: string | undefined;
  /** `false`: whoever answers is believed. */
  readonly verify: boolean;
}

/** An engine, or a proxy before it, on the network. */
export interface RemoteEngine {
  readonly host: string;
  readonly port: number;
  /** `undefined`: in the clear. */
  readonly tls: TlsSettings | undefined;
}

/** Where Docker answers. */
export type EngineAddress = { readonly socketPath: string } | RemoteEngine;

/** Docker's own ports (https://docs.docker.com/engine/daemon/remote-access/); for a URL, those of the web. */
const PORTS = { tcp: 2_375, http: 80, https: 443 } as const;
const TLS_PORT = 2_376;

/** As Docker's own programs understand it: certificates make `tcp://` speak TLS. */
export function addressOf(given: DockerHost, { certPath, verify }: TlsSettings): EngineAddress {
  if ("socketPath" in given) return given;
  const { host, scheme } = given;
  const isSecure = scheme === "https" || (scheme === "tcp" && certPath !== undefined);
  const port = given.port ?? (isSecure && scheme === "tcp" ? TLS_PORT : PORTS[scheme]);
  return { host, port, tls: isSecure ? { certPath, verify } : undefined };
}

/** The address as people write it: the path of a socket, else a URL. */
export function writeAddress(address: EngineAddress): string {
  if ("socketPath" in address) return address.socketPath;
  const { host, port, tls } = address;
  return `${tls === undefined ? "tcp" : "https"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
