/** `npm run bench [-- [--quick] [PART...]]`: what the watchdog costs, beside something else, in one run. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ENGINE_SOCKET } from "../test/engine/support/engine.ts";
import { describeCrash, measureCrash } from "./crash.ts";
import { describeDeciding, measureDeciding } from "./deciding.ts";
import { describeEngineCpu, measureEngineCpu } from "./engine-cpu.ts";
import { describeHung, measureHung } from "./hung.ts";
import { describeMemory, measureMemory } from "./memory.ts";
import { describePackages, measurePackages } from "./packages.ts";
import { describeSize, measureSize } from "./size.ts";
import { describeSoak, measureSoak } from "./soak.ts";
import { describeStartUp, measureStartUp } from "./start-up.ts";
import { describeState, measureState } from "./state.ts";
import { describeTickCpu, measureTickCpu } from "./tick-cpu.ts";

const PARTS = [
  "cpu",
  "engine",
  "crash",
  "hung",
  "start",
  "memory",
  "state",
  "deciding",
  "size",
  "soak",
  "packages",
] as const;
type Part = (typeof PARTS)[number];

const { values, positionals } = parseArgs({
  options: { quick: { type: "boolean", default: false } },
  allowPositionals: true,
});
const unknownPart = positionals.find((name) => !(PARTS as readonly string[]).includes(name));
if (unknownPart !== undefined) throw new Error(`there is no part ${unknownPart}, but ${PARTS.join(", ")}`);
const { quick } = values;

const results: Partial<Record<Part, unknown>> = {};
const tookS: Partial<Record<Part, number>> = {};

async function run<T>(part: Part, title: string, measure: () => T | Promise<T>, describe: (result: T) => string) {
  if (positionals.length > 0 && !positionals.includes(part)) return;
  const startedAt = performance.now();
  const result = await measure();
  results[part] = result;
  tookS[part] = Math.round((performance.now() - startedAt) / 1_000);
  console.log(`${title}\n\n${describe(result)}\n`);
}

async function runOnEngine<T>(
  part: Part,
  title: string,
  measure: (socketPath: string) => Promise<T>,
  describe: (result: T) => string,
) {
  if (ENGINE_SOCKET !== undefined) await run(part, title, () => measure(ENGINE_SOCKET ?? ""), describe);
  else if (positionals.length === 0 || positionals.includes(part)) {
    console.log(`${title}: skipped, because TEST_DOCKER_SOCK does not name the socket of a Docker engine\n`);
  }
}

// What is measured as shipped is what these sources make.
execFileSync(process.execPath, [join(import.meta.dirname, "../scripts/bundle.ts")], {
  stdio: ["ignore", "ignore", "inherit"],
});
await run("cpu", "CPU per tick", () => measureTickCpu(quick), describeTickCpu);
await runOnEngine(
  "engine",
  "CPU per tick, with a real engine",
  (path) => measureEngineCpu(path, quick),
  describeEngineCpu,
);
await runOnEngine("crash", "Crash to message", (path) => measureCrash(path, quick), describeCrash);
await run("hung", "While others hang", measureHung, describeHung);
await run("start", "Start", () => measureStartUp(quick), describeStartUp);
await run("memory", "Memory after 1,000 ticks", () => measureMemory(quick), describeMemory);
await run("state", "State on disk", () => measureState(quick), describeState);
await run("deciding", "Deciding", () => measureDeciding(quick), describeDeciding);
await run("size", "Size", measureSize, describeSize);
await run("packages", "What each package costs", () => measurePackages(quick), describePackages);
// The whole takes long: only where nothing else is asked for.
const soakTicks = quick ? 2_000 : positionals.length === 1 ? 100_000 : 4_000;
await run("soak", "Soak", () => measureSoak(soakTicks), describeSoak);

const at = new Date().toISOString();
const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length, load: loadavg() };
const directory = join(import.meta.dirname, "results");
mkdirSync(directory, { recursive: true });
const file = join(directory, `${at.replaceAll(":", "-")}.json`);
writeFileSync(file, `${JSON.stringify({ at, revision: revision(), quick, machine, tookS, ...results }, null, 2)}\n`);
console.log(file);

function revision(): string {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], {
      cwd: import.meta.dirname,
      encoding: "utf8",
    }).trim();
  } catch {
    return "unknown";
  }
}
