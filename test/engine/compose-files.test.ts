import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { VARIABLES } from "../../src/config/variables.ts";
import { isReadOnly } from "../../src/sources/containers/engine/guarded-agent.ts";

const read = (name: string): string => readFileSync(join(import.meta.dirname, "../..", name), "utf8");
const SHIPPED = read("docker-compose.yml");
const HARDENED = read("docker-compose.hardened.yml");

describe("docker-compose.yml", () => {
  const lines = [...SHIPPED.matchAll(/^ {6}([A-Z_]+): (.*)$/gm)];
  const environment = new Map(lines.map(([, name, value]) => [name, value]));
  /** What the file itself knows better than a user. */
  const PRESET = new Map([
    ["WATCHDOG_HOST_ROOT", "/host"],
    ["WATCHDOG_STATE_DIR", "/var/lib/watchdog"],
    ["TZ", `\${TZ:-UTC}`],
  ]);

  test("passes on every variable there is, once, and the files of secrets besides", () => {
    const secrets = Object.entries(VARIABLES).filter(([, variable]) => "secret" in variable);
    const names = [...Object.keys(VARIABLES), ...secrets.map(([name]) => `${name}_FILE`), "TZ"];
    expect([...environment.keys()].sort()).toEqual(names.sort());
    expect(lines).toHaveLength(environment.size);
  });

  test.each([...environment.keys()])("%s: from the user or unset, unless the file presets it", (name = "") => {
    expect(environment.get(name)).toBe(PRESET.get(name) ?? `\${${name}:-}`);
  });

  test.each([
    ["a version line", /^version:/m],
    ["a project name", /^name:/m],
    ["include", /^include:/m],
    ["env_file, which a missing .env breaks", /env_file/],
    ["a variable without a default", /\$\{[A-Z_]+\}/],
  ])("has nothing that docker-compose 1.29 or a missing .env would break on: %s", (_what, pattern) => {
    expect(SHIPPED).not.toMatch(pattern);
    expect(HARDENED).not.toMatch(pattern);
  });
});

describe("docker-compose.hardened.yml", () => {
  const pattern = (method: string): RegExp => {
    const found = new RegExp(`-allow${method}=([^'\\n]+)`).exec(HARDENED)?.[1];
    if (found === undefined) throw new Error(`no -allow${method}`);
    return new RegExp(`^${found}$`);
  };
  const passes = (method: "GET" | "HEAD", path: string): boolean => pattern(method).test(path);
  const ID = "0123456789abcdef".repeat(4);

  test("allows no method but GET and HEAD", () => {
    expect([...HARDENED.matchAll(/-allow([A-Z]+)=/g)].map(([, method]) => method)).toEqual(["GET", "HEAD"]);
  });

  test.each([
    "/_ping",
    "/v1.41/_ping",
    "/version",
    "/v1.52/info",
    "/events",
    "/containers/json",
    `/containers/${ID}/json`,
    `/v1.41/containers/${ID.slice(0, 12)}/stats`,
    "/volumes",
    "/system/df",
  ])("passes on GET %s", (path) => {
    expect(passes("GET", path)).toBe(true);
  });

  test.each([
    `/containers/${ID}/logs`,
    `/containers/${ID}/archive`,
    `/containers/${ID}/attach/ws`,
    `/containers/${ID}/export`,
    `/containers/${ID}/top`,
    "/containers/../secrets/json",
    "/containers/name/json",
    "/images/json",
    "/secrets",
    "/v1.41//containers/json",
    "/v2.0/version",
    "/version/",
    "/x/_ping",
  ])("refuses GET %s", (path) => {
    expect(passes("GET", path)).toBe(false);
  });

  test("the proxy and the watchdog's own guard agree about every path", () => {
    const piece = fc.constantFrom(
      ...[
        "/",
        "v1.41",
        "v1.4x",
        "_ping",
        "version",
        "info",
        "events",
        "containers",
        "json",
        "stats",
        "logs",
        "volumes",
      ],
      ...["system", "df", "..", "%2e%2e", ID, ID.slice(0, 12), ID.slice(0, 11), `${ID}0`, ID.toUpperCase()],
    );
    const path = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => `/${pieces.join("/")}`);
    fc.assert(
      fc.property(fc.constantFrom("GET" as const, "HEAD" as const), path, (method, asked) => {
        expect(passes(method, asked)).toBe(isReadOnly(method, asked));
      }),
      { numRuns: 2_000 },
    );
  });
});
