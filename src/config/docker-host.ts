import type { Kind } from "./kinds.ts";

/** Where Docker answers, as people write it in DOCKER_HOST. */
export type DockerHost =
  | { readonly socketPath: string }
  | {
      /** A name or an address; an IPv6 one without brackets. */
      readonly host: string;
      /** `undefined`: the usual one. */
      readonly port: number | undefined;
      readonly scheme: "tcp" | "http" | "https";
    };

/** `unix:///path`, `tcp://host:port`, `http://…`, `https://…`. */
export const dockerHost: Kind<DockerHost> = {
  expected:
    "unix:///path, tcp://host:port or https://host:port without path or credentials " +
    "(instead of ssh:// forward the socket yourself, with ssh -L, or put a socket proxy there)",
  parse(text) {
    const socketPath = /^unix:\/\/(\/.+)$/i.exec(text)?.[1];
    if (socketPath !== undefined) return { socketPath };
    const [, scheme, bracketed, plain, digits] =
      /^(tcp|https?):\/\/(?:\[([0-9a-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?\/?$/i.exec(text) ?? [];
    const host = bracketed ?? plain;
    const port = digits === undefined ? undefined : Number(digits);
    if (scheme === undefined || host === undefined || (port !== undefined && !(port > 0 && port < 65_536))) {
      return undefined;
    }
    return { host, port, scheme: scheme.toLowerCase() as "tcp" | "http" | "https" };
  },
};
