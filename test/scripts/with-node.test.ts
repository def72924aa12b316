import { execFile, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");

/** Stands for npm: notes each call, and lays a node_modules as `npm ci` leaves it. */
const NPM = `#!/bin/sh
echo "$PWD $*" >>calls
echo "npm's own words"
[ ! -e npm-fails ] || exit 1
sleep 0.3
mkdir -p node_modules/node/bin
ln -sf "${process.execPath}" node_modules/node/bin/node
echo {} >node_modules/.package-lock.json
`;

describe("scripts/with-node", () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "with-node-"));
    for (const folder of ["scripts", "machine"]) mkdirSync(join(root, folder));
    copyFileSync(join(ROOT, "scripts/with-node"), join(root, "scripts/with-node"));
    writeFileSync(join(root, "machine/npm"), NPM);
    chmodSync(join(root, "machine/npm"), 0o755);
    writeFileSync(join(root, "package-lock.json"), "{}");
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const withNode = (...args: readonly string[]) =>
    run(join(root, "scripts/with-node"), args, {
      cwd: "/",
      env: { PATH: `${join(root, "machine")}:/usr/bin:/bin`, npm_config_local_prefix: "/elsewhere" },
    });
  const calls = (): string[] => {
    const path = join(root, "calls");
    return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
  };

  test("on a fresh checkout it installs first, says so in one line, and runs on the pinned Node", async () => {
    const { stdout, stderr } = await withNode("--print", "process.version");
    expect(stdout.trim()).toBe(process.version);
    expect(stderr.trim().split("\n")).toEqual(["Installing packages (npm ci), once: about half a minute."]);
    expect(calls()).toEqual([`${root} ci --loglevel=error`]);
    expect(existsSync(join(root, ".npm-ci-lock"))).toBe(false);
  });

  test("what is installed already is not installed again", async () => {
    await withNode("--version");
    const { stderr } = await withNode("--version");
    expect(stderr).toBe("");
    expect(calls()).toHaveLength(1);
  });

  test("a lock file that is newer than what is installed is followed", async () => {
    await withNode("--version");
    const later = Date.now() / 1_000 + 60;
    utimesSync(join(root, "package-lock.json"), later, later);
    await withNode("--version");
    expect(calls()).toHaveLength(2);
  });

  test("an install that was broken off is done again", async () => {
    await withNode("--version");
    rmSync(join(root, "node_modules/.package-lock.json"));
    await withNode("--version");
    expect(calls()).toHaveLength(2);
  });

  test("three at once install once, and all run", async () => {
    const all = await Promise.all([1, 2, 3].map(() => withNode("--print", "1")));
    expect(all.map(({ stdout }) => stdout)).toEqual(["1\n", "1\n", "1\n"]);
    expect(calls()).toHaveLength(1);
  });

  test("a lock left by one that was killed holds nobody up", async () => {
    const dead = spawnSync("true").pid;
    mkdirSync(join(root, ".npm-ci-lock"));
    writeFileSync(join(root, ".npm-ci-lock/pid"), String(dead));
    await withNode("--version");
    expect(calls()).toHaveLength(1);
  });

  test("where npm fails, its words are shown and nothing is run", async () => {
    writeFileSync(join(root, "npm-fails"), "");
    await expect(withNode("--version")).rejects.toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/npm's own words\nnpm ci failed in .*: its output is above\.\n$/),
    });
    expect(existsSync(join(root, ".npm-ci-lock"))).toBe(false);
  });

  test("what it runs decides the exit code", async () => {
    await expect(withNode("--eval", "process.exit(7)")).rejects.toMatchObject({ code: 7 });
  });
});

describe("bin/watchdog", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bin-watchdog-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test("runs from any directory, through symlinks, absolute and relative, in a folder with a blank", async () => {
    mkdirSync(join(folder, "a folder"));
    symlinkSync(join(ROOT, "bin/watchdog"), join(folder, "a folder/absolute"));
    symlinkSync("absolute", join(folder, "a folder/relative"));
    const { stdout, stderr } = await run(join(folder, "a folder/relative"), ["--version"], { cwd: "/" });
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
    expect(stdout.trim()).toBe(version);
    expect(stderr).toBe("");
  });

  test("before `npm ci` it says what is missing", async () => {
    mkdirSync(join(folder, "bin"));
    copyFileSync(join(ROOT, "bin/watchdog"), join(folder, "bin/watchdog"));
    await expect(run(join(folder, "bin/watchdog"), ["--version"])).rejects.toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^watchdog: .* is missing: run `npm ci` in .* first\n$/),
    });
  });
});
