import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asInImage, bundle } from "./bundled.ts";
import { median, table } from "./statistics.ts";

/** What one package, or a part of Node, adds to a process that has done nothing yet; medians. */
export interface PackageCost {
  readonly name: string;
  readonly rssMb: number;
  readonly anonymousMb: number;
  readonly heapMb: number;
  /** CPU time, of all threads. */
  readonly cpuMs: number;
}

/** What is done with each, as the watchdog does at its start. What it makes is kept. */
const USES: Readonly<Record<string, string>> = {
  "node:http": 'import http from "node:http"; keep(http.Agent);',
  "node:sqlite":
    'import { DatabaseSync } from "node:sqlite"; const db = new DatabaseSync(":memory:"); db.exec("CREATE TABLE a(b)"); keep(db);',
  "node:https (TLS, cryptography)": 'import https from "node:https"; keep(new https.Agent());',
  "Intl.DateTimeFormat": 'keep(new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Paris", hour: "2-digit" }));',
  undici: 'import { Client } from "undici"; keep(new Client("http://127.0.0.1:1"));',
  dockerode: 'import Docker from "dockerode"; keep(new Docker({ modem: {} }));',
  telegraf: 'import { Telegram } from "telegraf"; keep(Telegram);',
  systeminformation: 'import { mem } from "systeminformation/lib/memory.js"; keep(await mem());',
  pino: 'import { pino } from "pino"; keep(pino(pino.destination({ dest: 2, sync: false })));',
  "pino-pretty": 'import pretty from "pino-pretty"; keep(pretty);',
  "fastest-levenshtein": 'import { distance } from "fastest-levenshtein"; keep(distance("a", "b"));',
};
const RUNS = 7;
const BEGIN =
  'const fs = process.getBuiltinModule("node:fs"), kept = [], keep = (thing) => kept.push(thing); (async () => {';
const END = `
  gc();
  const text = fs.readFileSync("/proc/self/smaps_rollup", "utf8");
  const mb = (field) => Number(new RegExp("^" + field + ":\\\\s+(\\\\d+)", "m").exec(text)[1]) / 1024;
  const { user, system } = process.cpuUsage();
  console.log(JSON.stringify([mb("Rss"), mb("Anonymous"), process.memoryUsage().heapUsed / 2 ** 20, (user + system) / 1e3]));
  process.exit();
})();`;

/** Each bundled as the image has it and run with the image's options, next to a bundle of nothing, in turn. */
export async function measurePackages(quick: boolean): Promise<PackageCost[]> {
  const directory = mkdtempSync(join(tmpdir(), "watchdog-bench-"));
  try {
    const nothing = await write(directory, "nothing", "");
    const costs: PackageCost[] = [];
    for (const [name, code] of Object.entries(USES)) {
      const file = await write(directory, name, code);
      const differences = Array.from({ length: quick ? 3 : RUNS }, () => {
        const base = run(nothing);
        return run(file).map((value, index) => value - (base[index] ?? 0));
      });
      const of = (index: number) => median(differences.map((one) => one[index] ?? 0));
      costs.push({ name, rssMb: of(0), anonymousMb: of(1), heapMb: of(2), cpuMs: of(3) });
    }
    return costs;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function write(directory: string, name: string, code: string): Promise<string> {
  const file = join(directory, `${name.replace(/\W/g, "-")}.js`);
  const imports = /^(?:import [^;]+;\s*)*/.exec(code)?.[0] ?? "";
  await bundle({ text: `${imports}${BEGIN}${code.slice(imports.length)}${END}` }, file);
  return file;
}

function run(file: string): number[] {
  const text = execFileSync(process.execPath, asInImage(file), {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return JSON.parse(text) as number[];
}

export function describePackages(costs: readonly PackageCost[]): string {
  const rows = costs.map(({ name, rssMb, anonymousMb, heapMb, cpuMs }) => [
    ...[name, rssMb.toFixed(1), anonymousMb.toFixed(1), heapMb.toFixed(1), cpuMs.toFixed(0)],
  ]);
  return table(["loaded and first used", "RSS, MB", "anonymous, MB", "heap, MB", "CPU, ms"], rows);
}
