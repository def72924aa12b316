import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** PEM files in one directory, named as Docker names them. */
export interface CertificateDirectory {
  readonly path: string;
  read(file: "ca.pem" | "cert.pem" | "key.pem"): string;
}

/** A certificate authority of one test, made by OpenSSL. */
export interface Authority {
  /**
   * Makes a directory with this authority's `ca.pem` and a certificate for `name`.
   *
   * @param days how long it is valid; -1: expired
   */
  issue(name: string, days?: number): CertificateDirectory;
}

const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

export function createAuthority(directory: string): Authority {
  const openssl = (...args: string[]): unknown => execFileSync("openssl", args, { cwd: directory, stdio: "pipe" });
  mkdirSync(directory, { recursive: true });
  openssl("req", "-x509", ...NEW_KEY, "-days", "2", "-subj", "/CN=test", "-keyout", "ca-key.pem", "-out", "ca.pem");
  let issued = 0;
  return {
    issue(name, days = 2) {
      const path = join(directory, String(issued++));
      mkdirSync(path);
      const [key, request, certificate] = ["key.pem", "request.pem", "cert.pem"].map((file) => join(path, file));
      const names = `subjectAltName=${/^[\d.]+$/.test(name) ? "IP" : "DNS"}:${name}`;
      openssl("req", ...NEW_KEY, "-subj", `/CN=${name}`, "-addext", names, "-keyout", `${key}`, "-out", `${request}`);
      const signing = ["-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-copy_extensions", "copy"];
      openssl("x509", "-req", "-in", `${request}`, ...signing, "-days", String(days), "-out", `${certificate}`);
      writeFileSync(join(path, "ca.pem"), readFileSync(join(directory, "ca.pem")));
      return { path, read: (file) => readFileSync(join(path, file), "utf8") };
    },
  };
}
