import { describe, expect, test } from "vitest";
import type { DockerHost } from "../../src/config/docker-host.ts";
import { addressOf, type EngineAddress, writeAddress } from "../../src/config/engine-address.ts";

const remote = (scheme: "tcp" | "http" | "https", port?: number, host = "docker"): DockerHost => ({
  scheme,
  host,
  port,
});

describe("where Docker answers", () => {
  test.each<[name: string, given: DockerHost, certPath: string | undefined, url: string, secure: boolean]>([
    ["TCP in the clear, as to a socket proxy", remote("tcp", 2_375), undefined, "tcp://docker:2375", false],
    ["the usual port", remote("tcp"), undefined, "tcp://docker:2375", false],
    [
      "TCP on the TLS port without certificates is still in the clear",
      remote("tcp", 2_376),
      undefined,
      "tcp://docker:2376",
      false,
    ],
    ["certificates make it TLS", remote("tcp", 9_999), "/certs", "https://docker:9999", true],
    ["and the usual port another", remote("tcp"), "/certs", "https://docker:2376", true],
    ["https is TLS without certificates of our own", remote("https"), undefined, "https://docker:443", true],
    ["https with them", remote("https", 2_376), "/certs", "https://docker:2376", true],
    ["http never is", remote("http"), undefined, "tcp://docker:80", false],
    ["IPv6", remote("tcp", 2_375, "fd00::2"), undefined, "tcp://[fd00::2]:2375", false],
  ])("%s", (_name, given, certPath, url, secure) => {
    const address = addressOf(given, { certPath, verify: true }) as Exclude<EngineAddress, { socketPath: string }>;
    expect(writeAddress(address)).toBe(url);
    expect(address.tls).toEqual(secure ? { certPath, verify: true } : undefined);
  });

  test("a socket is a socket", () => {
    const address = addressOf({ socketPath: "/d.sock" }, { certPath: undefined, verify: true });
    expect([address, writeAddress(address)]).toEqual([{ socketPath: "/d.sock" }, "/d.sock"]);
  });
});
