"use strict";
// node OPTIONS make-code-cache.cjs DIRECTORY: lets the bundle in that directory watch stand-ins for a moment, and keeps what V8
// has compiled by then beside it. V8 takes that only from the same Node, started with the same options.
const { mkdtempSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { createServer } = require("node:http");
const { tmpdir } = require("node:os");
const { join, resolve } = require("node:path");
const { Script } = require("node:vm");

const TICKS = 6;
const PATIENCE_MS = 60_000;

const directory = resolve(process.argv[2]);
const scratch = mkdtempSync(join(tmpdir(), "watchdog-cache-"));
const id = "c".repeat(64);
const LIST = JSON.stringify([
  {
    ...{ Id: id, Names: ["/shop-api-1"], Image: "shop", State: "running", Status: "Up 3 days (healthy)", Created: 1 },
    Labels: { "com.docker.compose.project": "shop", "com.docker.compose.service": "api" },
  },
]);
let lists = 0;
let pings = 0;

const engine = createServer((request, response) => {
  response.setHeader("content-type", "application/json").setHeader("api-version", "1.44");
  if (/\/events/.test(request.url)) return void response.flushHeaders(); // Quiet, and without end.
  if (/\/containers\/json/.test(request.url)) lists += 1;
  response.end(/\/containers\/json/.test(request.url) ? LIST : "{}");
});
const dependency = createServer((_request, response) => {
  pings += 1;
  response.end("ok");
});

engine.listen(join(scratch, "docker.sock"), () => dependency.listen(0, "127.0.0.1", run));

function run() {
  Object.assign(process.env, {
    WATCHDOG_INTERVAL_S: "0.1",
    WATCHDOG_DOCKER_SOCK: join(scratch, "docker.sock"),
    WATCHDOG_DEPS: `api=http://127.0.0.1:${dependency.address().port}`,
    WATCHDOG_MEM_PCT: "100",
    WATCHDOG_DISK_CRIT_PCT: "100",
    WATCHDOG_STATE_DIR: join(scratch, "state"),
    WATCHDOG_LISTEN: "127.0.0.1:0",
    WATCHDOG_LOG_LEVEL: "debug",
  });
  process.argv = [process.argv[0], join(directory, "watchdog.cjs"), "run"];
  const filename = join(directory, "program.js");
  const script = new Script(readFileSync(filename, "utf8"), { filename });
  script.runInThisContext()(exports, require, module, filename, directory);
  const startedAt = Date.now();
  setInterval(() => {
    const isLate = Date.now() - startedAt > PATIENCE_MS;
    if (Math.min(lists, pings) < TICKS && !isLate) return;
    if (isLate) console.error(`no code cache: after a minute there were ${lists} lists and ${pings} pings`);
    else writeFileSync(join(directory, `program.${process.arch}.cache`), script.createCachedData());
    rmSync(scratch, { recursive: true });
    process.exit(isLate ? 1 : 0);
  }, 50);
}
