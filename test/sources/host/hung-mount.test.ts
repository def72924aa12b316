import { spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

/** Mounts, in a namespace of its own, a FUSE file system that nobody serves: whatever asks it hangs, as a dead NFS does. */
const MOUNT = `exec 3<>/dev/fuse && mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 none "$0" && exec "$@"`;

/** Runs `argv` where `mountPoint` is such a mount; `undefined` where that takes rights that this machine does not give. */
function withHungMount(mountPoint: string, argv: readonly string[]) {
  const unshare = (...rest: string[]) =>
    spawnSync("unshare", ["-m", "sh", "-c", MOUNT, mountPoint, ...rest], {
      encoding: "utf8",
      timeout: 20_000,
      killSignal: "SIGKILL",
    });
  return unshare("true").status === 0 ? unshare(...argv) : undefined;
}

const SCRIPT = `
  import { createHostSources } from ${JSON.stringify(new URL("../../../src/sources/host/index.ts", import.meta.url).href)};
  import { EN } from ${JSON.stringify(new URL("../../../src/core/texts/index.ts", import.meta.url).href)};
  import { exitNow } from ${JSON.stringify(new URL("../../../src/exit-now.ts", import.meta.url).href)};
  const [hung] = process.argv.slice(1);
  const diskPaths = [hung, hung + "/a", hung + "/b", "/"];
  const sources = createHostSources(
    { timeoutMs: 1_000, memPct: 90, diskPaths, diskCritEnabled: true, diskCritPct: 97, rootPath: "/", forecastMs: undefined }, EN);
  const read = async (source) => {
    const deadline = new AbortController();
    setTimeout(() => deadline.abort(new Error("too late")), 1_000);
    return source.collect(deadline.signal).then(() => "read", (error) => error.message);
  };
  const [memory, a, b, c, well] = sources;
  // Tick after tick, the same one hangs: it holds one thread, and the next disk is measured all the same.
  const one = [await read(a), await read(a), await read(a), await read(well)];
  // The disks first, as the worst order; memory after they all hang.
  const disks = Promise.all([a, b, c, well].map(read));
  const all = [await read(memory), ...await disks];
  console.log(JSON.stringify({ one, all }));
  exitNow(5);
`;

test("file systems that hang cost their own readings, not memory's, and do not keep the process", ({ skip }) => {
  const mountPoint = mkdtempSync(join(tmpdir(), "watchdog-hung-"));
  onTestFinished(() => rmdirSync(mountPoint));
  const ran = withHungMount(mountPoint, [process.execPath, "--input-type=module", "-e", SCRIPT, mountPoint]);
  if (ran === undefined) return skip("needs the right to mount a FUSE file system");
  const { stdout, status } = ran;
  const full = "not measured: 2 other file systems do not answer";
  expect(JSON.parse(stdout)).toEqual({
    one: ["too late", "too late", "too late", "read"],
    all: ["read", "too late", "too late", full, full],
  });
  expect(status).toBe(5);
});
