import { createPrivateKey, X509Certificate } from "node:crypto";
import { join } from "node:path";

/** What `ca.pem`, `cert.pem` and `key.pem` hold, each as PEM. */
export interface Certificates {
  /** Whom to trust. */
  readonly ca: string | undefined;
  /** Who we are; both or none. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/**
 * Reads the directory that Docker calls DOCKER_CERT_PATH. `cert.pem` and `key.pem` may be missing together: not every engine
 * asks who we are.
 *
 * @param verify whether `ca.pem` is needed
 * @throws Error that says which file is missing, unreadable or no PEM; never what a key holds
 */
export function readCertificates(directory: string, verify: boolean, readFile: (path: string) => string): Certificates {
  const read = (name: string, check: (pem: string) => unknown): string | undefined => {
    const path = join(directory, name);
    try {
      const pem = readFile(path);
      check(pem);
      return pem;
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") return undefined;
      // What the parser says may quote what it read.
      const isUnreadable = code === "EACCES" || code === "EPERM" || code === "EISDIR";
      throw new Error(isUnreadable ? `${path} cannot be read (${code})` : `${path} is not PEM, or has a passphrase`);
    }
  };
  const ca = read("ca.pem", (pem) => new X509Certificate(pem));
  const cert = read("cert.pem", (pem) => new X509Certificate(pem));
  const key = read("key.pem", (pem) => createPrivateKey(pem));
  if (ca === undefined && verify) throw new Error(`there is no ${join(directory, "ca.pem")}`);
  if ((cert === undefined) !== (key === undefined)) {
    const [there, missing] = cert === undefined ? ["key.pem", "cert.pem"] : ["cert.pem", "key.pem"];
    throw new Error(`there is ${join(directory, there)} but no ${missing}`);
  }
  return { ca, cert, key };
}
