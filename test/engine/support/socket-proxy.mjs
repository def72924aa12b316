// Stands for wollomatic/socket-proxy 1.12, which cannot be pulled where the tests run: the flags that the hardened compose
// file gives it mean what its manual says. Patterns are anchored at both ends and see the path without its query.
import { chmodSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";

const flags = new Map(process.argv.slice(2).map((flag) => /^-([^=]+)=?(.*)$/.exec(flag)?.slice(1) ?? []));
const endpoint = flags.get("proxysocketendpoint");
const allowed = new Map();
for (const [name, pattern] of flags) {
  if (/^allow[A-Z]+$/.test(name)) allowed.set(name.slice("allow".length), new RegExp(`^${pattern}$`));
}

rmSync(endpoint, { force: true });
const server = createServer((asked, answer) => {
  const pattern = allowed.get(asked.method);
  const { pathname } = new URL(asked.url, "http://docker");
  if (!pattern?.test(decodeURIComponent(pathname))) {
    console.log(`blocked ${asked.method} ${asked.url}`);
    answer.writeHead(pattern ? 403 : 405).end();
    return;
  }
  const { method, url: path, headers } = asked;
  const passedOn = request({ socketPath: "/var/run/docker.sock", method, path, headers }, (given) => {
    answer.writeHead(given.statusCode, given.headers);
    given.pipe(answer);
  });
  passedOn.on("error", () => answer.destroy());
  asked.pipe(passedOn);
});
server.listen(endpoint, () => chmodSync(endpoint, 0o600));
process.on("SIGTERM", () => process.exit(0));
