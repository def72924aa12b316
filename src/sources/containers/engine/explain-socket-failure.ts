import { statSync } from "node:fs";
import { cleanText } from "../../../core/text.ts";
import { failureCode } from "../../../http/explain-failure.ts";
import type { FailuresTexts } from "../../../http/failure.ts";

/** What of `stat` tells why a socket cannot be opened. */
export type Look = (path: string) => { readonly gid: number; isSocket(): boolean; isDirectory(): boolean };

/**
 * Why a socket cannot be used, in one line for people that names it and what mends it; `undefined` where that is not what
 * failed. Never throws.
 *
 * @param thrown what the request was rejected with
 * @param look how to look at the path; throws where it cannot
 */
export function explainSocketFailure(
  texts: FailuresTexts["engine"],
  thrown: unknown,
  socketPath: string,
  look: Look = statSync,
): string | undefined {
  const file = lookAt(socketPath, look);
  const path = cleanText(socketPath);
  if (file !== undefined && !file.isSocket()) {
    return file.isDirectory() ? texts.directory(path, texts.move) : texts.noSocket(path, texts.move);
  }
  switch (failureCode(thrown)) {
    case "ENOENT":
    case "ENOTDIR":
      return texts.missing(path, `compose: volumes: ["/var/run/docker.sock:${path}:ro"]`, texts.move);
    case "EACCES":
    case "EPERM":
      return file === undefined ? texts.forbidden(path) : texts.forbiddenToUs(path, file.gid);
    case "ECONNREFUSED":
      return texts.nobodyListens(path);
    case "EINVAL":
      return texts.pathTooLong(path);
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
