import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { docker } from "./engine.ts";

// No image can be pulled where these tests run. So the bases are made of what the machine has: busybox for Alpine's, and
// for node:26-alpine that, the Node that runs this, and npm with its cache, from which `npm ci` installs without a network.

const run = promisify(execFile);

/**
 * An image of a busybox and nothing else.
 *
 * @param client runs the docker client; by default on the engine that the tests share
 */
export async function importBusybox(tag: string, client = docker): Promise<void> {
  await importImage(tag, layBusybox, [], [], client);
}

/** An image that the Dockerfile can be built on, as it can on node:26-alpine. */
export async function importNode(tag: string): Promise<void> {
  const npm = join((await run("npm", ["root", "--global", "--silent"])).stdout.trim(), "npm");
  const cache = (await run("npm", ["config", "get", "cache", "--silent"])).stdout.trim();
  const libraries = (await run("ldd", [process.execPath])).stdout.match(/\/\S+/g) ?? [];
  const lay = (root: string) => {
    layBusybox(root);
    put(root, process.execPath, "/usr/local/bin/node");
    for (const library of libraries) put(root, library, library);
    put(root, npm, "/usr/local/lib/npm");
    symlinkSync("../lib/npm/bin/npm-cli.js", join(root, "usr/local/bin/npm"));
    writeFileSync(join(root, "etc/passwd"), "root:x:0:0::/root:/bin/sh\nnode:x:1000:1000::/:/bin/sh\n");
    writeFileSync(join(root, "etc/group"), "root:x:0:\nnode:x:1000:\n");
  };
  // Straight from npm's own folder: it is large.
  const withCache = ["-C", cache, "_cacache", "--transform", "s,^_cacache,npm-cache/_cacache,"];
  await importImage(tag, lay, withCache, ["--change", "ENV NPM_CONFIG_OFFLINE=true NPM_CONFIG_CACHE=/npm-cache"]);
}

function layBusybox(root: string): void {
  for (const folder of ["bin", "etc", "tmp", "usr/bin", "usr/local/bin", "root"]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  put(root, "/bin/busybox", "/bin/busybox");
  for (const applet of ["sh", "cat", "env", "ls", "mkdir", "rm", "sleep", "timeout", "touch", "tr", "true", "wget"]) {
    symlinkSync("busybox", join(root, "bin", applet));
  }
  // Where `#!/usr/bin/env node` looks.
  symlinkSync("/bin/env", join(root, "usr/bin/env"));
}

function put(root: string, from: string, to: string): void {
  const target = join(root, to);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(from, target, { recursive: true, dereference: true });
}

async function importImage(
  tag: string,
  lay: (root: string) => void,
  more: readonly string[] = [],
  changes: readonly string[] = [],
  client = docker,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "watchdog-image-"));
  const root = join(folder, "root");
  const archive = join(folder, "image.tar");
  try {
    lay(root);
    await run("tar", ["--create", "--file", archive, "-C", root, ".", ...more]);
    await client("import", "--change", "ENV PATH=/usr/local/bin:/usr/bin:/bin", ...changes, archive, tag);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
