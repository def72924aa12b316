import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCertificates } from "../../src/config/certificates.ts";
import { loadSettings } from "../../src/config/load-settings.ts";
import { type CertificateDirectory, createAuthority } from "../stand-ins/certificates.ts";

let directory: string;
let good: CertificateDirectory;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "certificates-"));
  good = createAuthority(join(directory, "authority")).issue("watchdog");
});
afterAll(() => rmSync(directory, { recursive: true }));

/** The good directory without some files, and with others. */
function copy(name: string, without: RegExp, extra: Readonly<Record<string, string>> = {}): string {
  const path = join(directory, name);
  cpSync(good.path, path, { recursive: true, filter: (file) => !without.test(file) });
  for (const [file, text] of Object.entries(extra)) writeFileSync(join(path, file), text);
  return path;
}
const NONE = /\/none\.pem$/;
const read = (path: string, verify = true) => readCertificates(path, verify, (file) => readFileSync(file, "utf8"));

describe("the directory that Docker calls DOCKER_CERT_PATH", () => {
  test("all three", () => {
    const found = read(good.path);
    expect(found).toEqual({ ca: good.read("ca.pem"), cert: good.read("cert.pem"), key: good.read("key.pem") });
  });

  test("only whom to trust", () => {
    expect(read(copy("trust", /(cert|key)\.pem$/))).toMatchObject({ cert: undefined, key: undefined });
  });

  test("nobody to trust, where nobody is verified", () => {
    expect(read(copy("unverified", /ca\.pem$/), false)).toMatchObject({ ca: undefined });
  });

  test.each([
    ["missing altogether", () => join(directory, "nowhere"), /^there is no .*ca\.pem$/],
    ["without ca.pem", () => copy("no-ca", /ca\.pem$/), /^there is no .*ca\.pem$/],
    ["without key.pem", () => copy("no-key", /key\.pem$/), /^there is .*cert\.pem but no key\.pem$/],
    ["without cert.pem", () => copy("no-cert", /\/cert\.pem$/), /^there is .*key\.pem but no cert\.pem$/],
    ["with a key that is none", () => copy("bad-key", NONE, { "key.pem": "hunter2" }), /key\.pem is not PEM, or has/],
    ["with a certificate that is none", () => copy("bad", NONE, { "cert.pem": "hunter2" }), /cert\.pem is not PEM/],
    [
      "with a directory for a file",
      () => {
        const path = copy("directory", /ca\.pem$/);
        mkdirSync(join(path, "ca.pem"));
        return path;
      },
      /ca\.pem cannot be read \(EISDIR\)$/,
    ],
  ])("%s", (_name, make, message) => {
    expect(() => read(make())).toThrow(message);
  });
});

describe("at the start", () => {
  const problems = (certPath: string, more: Record<string, string> = {}) =>
    loadSettings({ WATCHDOG_DOCKER_HOST: "tcp://docker", WATCHDOG_DOCKER_CERT_PATH: certPath, ...more }).problems;

  test("a good directory is no problem", () => expect(problems(good.path)).toEqual([]));

  test("a bad one is, and what a key holds is not told", () => {
    const [problem, ...others] = problems(copy("told", NONE, { "key.pem": "hunter2" }));
    expect(problem).toMatch(
      /^WATCHDOG_DOCKER_CERT_PATH=".*told": expected a directory with ca\.pem, cert\.pem and key\.pem; .*not PEM/,
    );
    expect(problem).not.toContain("hunter2");
    expect(others).toEqual([]);
  });

  test("without verification, ca.pem may be missing", () => {
    const path = copy("told-unverified", /ca\.pem$/);
    expect(problems(path)).toHaveLength(1);
    expect(problems(path, { WATCHDOG_DOCKER_TLS_VERIFY: "0" })).toEqual([]);
  });
});
