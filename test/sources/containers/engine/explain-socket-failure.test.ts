import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EN } from "../../../../src/core/texts/index.ts";
import { explainEngineFailure } from "../../../../src/sources/containers/engine/explain-engine-failure.ts";

const PATH = "/var/run/docker.sock";
const ADDRESS = { socketPath: PATH };
const SOCKET = { gid: 998, isSocket: () => true, isDirectory: () => false };
const FILE = { gid: 0, isSocket: () => false, isDirectory: () => false };
const DIRECTORY = { gid: 0, isSocket: () => false, isDirectory: () => true };

function failure(facts: object): Error {
  return Object.assign(new Error("connect failed"), facts);
}

describe("why Docker could not be asked, and what mends it", () => {
  test.each([
    ["missing", { code: "ENOENT" }, undefined, /^there is no socket at \/var\/run\/docker\.sock: mount it/],
    ["forbidden", { code: "EACCES" }, SOCKET, /^no permission to open .*: run as its group .*group_add: \["998"\]/],
    ["forbidden to look at", { code: "EACCES" }, undefined, /^no permission to open .*: run as the group that owns it/],
    ["without a listener", { code: "ECONNREFUSED" }, SOCKET, /^nobody listens at .*: is Docker running\?/],
    ["a file", { code: "ECONNREFUSED" }, FILE, /is not a socket: mount Docker's socket there/],
    ["a directory", { code: "ECONNREFUSED" }, DIRECTORY, /is a directory, not a socket: it did not exist on the host/],
    [
      "behind a proxy that forbids",
      { statusCode: 403 },
      SOCKET,
      /answered 403; does a socket proxy between forbid it\?/,
    ],
    ["in trouble", { statusCode: 500, json: { message: "no\nluck" } }, SOCKET, /: answered 500: no luck$/],
    ["in trouble without words", { statusCode: 500, json: Buffer.from("<html>") }, SOCKET, /: answered 500$/],
    [
      "too old",
      {
        statusCode: 400,
        json: { message: "client version 1.44 is too new. Maximum supported API version is 1.41" },
      },
      SOCKET,
      /: it speaks API versions up to 1\.41, and the watchdog asked in 1\.44: update Docker$/,
    ],
    [
      "too new",
      {
        statusCode: 400,
        json: { message: "client version 1.44 is too old. Minimum supported API version is 2.0, please upgrade" },
      },
      SOCKET,
      /: it speaks API versions from 2\.0, and the watchdog asked in 1\.44: update the watchdog$/,
    ],
    ["resetting", { code: "ECONNRESET" }, SOCKET, /: connection reset$/],
    ["anything else", {}, SOCKET, /^Docker at \/var\/run\/docker\.sock: connect failed$/],
  ])("%s", (_name, facts, file, message) => {
    const look = (): typeof SOCKET => {
      if (file === undefined) throw new Error("ENOENT");
      return file;
    };
    expect(explainEngineFailure(EN.failures, failure(facts), ADDRESS, look)).toMatch(message);
  });

  test("whatever is thrown, it is one short line that names the socket", () => {
    fc.assert(
      fc.property(fc.anything(), (thrown) => {
        const message = explainEngineFailure(EN.failures, thrown, ADDRESS, () => SOCKET);
        expect(message).toContain(PATH);
        expect(message).not.toMatch(/[\n\r]/);
        expect(message.length).toBeLessThan(1_000);
      }),
    );
  });

  test("a page of HTML as the error is not passed on", () => {
    const thrown = failure({ statusCode: 502, json: Buffer.from("<html>".repeat(1_000)) });
    expect(explainEngineFailure(EN.failures, thrown, ADDRESS, () => SOCKET)).toBe(`Docker at ${PATH}: answered 502`);
  });
});
