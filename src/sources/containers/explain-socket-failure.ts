import { statSync } from "node:fs";
import { cleanText } from "../../core/text.ts";
import { failureCode } from "../../http/explain-failure.ts";

const MOVE = "or set WATCHDOG_DOCKER_SOCK to where it is (off: containers are not watched)";

/** What of `stat` tells why a socket cannot be opened. */
export type Look = (path: string) => { readonly gid: number; isSocket(): boolean; isDirectory(): boolean };

/**
 * Why a socket cannot be used, in one line for people that names it and what mends it; `undefined` where that is not what
 * failed. Never throws.
 *
 * @param thrown what the request was rejected with
 * @param look how to look at the path; throws where it cannot
 */
export function explainSocketFailure(thrown: unknown, socketPath: string, look: Look = statSync): string | undefined {
  const file = lookAt(socketPath, look);
  const path = cleanText(socketPath);
  if (file !== undefined && !file.isSocket()) {
    return file.isDirectory()
      ? `${path} is a directory, not a socket: it did not exist on the host when it was mounted; mend the path in the mount, ${MOVE}`
      : `${path} is not a socket: mount Docker's socket there, ${MOVE}`;
  }
  switch (failureCode(thrown)) {
    case "ENOENT":
    case "ENOTDIR":
      return `there is no socket at ${path}: mount it (compose: volumes: ["/var/run/docker.sock:${path}:ro"]), ${MOVE}`;
    case "EACCES":
    case "EPERM":
      return file === undefined
        ? `no permission to open ${path}: run as the group that owns it (compose: group_add)`
        : `no permission to open ${path}: run as its group (DOCKER_GID=${file.gid} in .env; in a compose file of your own group_add: ["${file.gid}"])`;
    case "ECONNREFUSED":
      return `nobody listens at ${path}: is Docker running? (systemctl status docker)`;
    case "EINVAL":
      return `${path} cannot be a socket's path: at most 107 characters are allowed`;
  }
  return undefined;
}

function lookAt(socketPath: string, look: Look): ReturnType<Look> | undefined {
  try {
    return look(socketPath);
  } catch {
    return undefined; // The request's own error tells more.
  }
}
