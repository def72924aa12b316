import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isOutsideHost } from "../../src/core/outside.ts";

const hostOf = (address: string) => new URL(`http://${address}/`).hostname;

describe("inside", () => {
  test.each([
    "db",
    "api-1",
    "localhost",
    "LOCALHOST",
    "app.localhost",
    "nas.local",
    "host.docker.internal",
    "router.lan",
    "printer.home.arpa",
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.127.255.255",
    "[::1]",
    "[::]",
    "[fe80::1]",
    "[fd12:3456::1]",
    "[::ffff:10.0.0.1]",
    "db.",
  ])("%s", (host) => expect(isOutsideHost(hostOf(host))).toBe(false));
});

describe("outside", () => {
  test.each([
    "example.com",
    "api.github.com",
    "db.corp.example",
    "example.com.",
    "locality.com",
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.0.1",
    "192.169.0.1",
    "100.63.255.255",
    "100.128.0.0",
    "169.253.0.1",
    "[2606:4700:4700::1111]",
    "[::ffff:1.1.1.1]",
    "[2001:db8::fe80]",
  ])("%s", (host) => expect(isOutsideHost(hostOf(host))).toBe(true));
});

test("an address that IPv6 only wraps lies where it lies itself", () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      expect(isOutsideHost(hostOf(`[::ffff:${address}]`))).toBe(isOutsideHost(address));
    }),
  );
});

test("it is total", () => {
  fc.assert(
    fc.property(fc.string(), (host) => {
      expect(typeof isOutsideHost(host)).toBe("boolean");
    }),
  );
});
