/** `npm run bench [-- --quick] [cpu] [memory] [state]`: what the watchdog costs, beside something else, in one run. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { describeMemory, measureMemory } from "./memory.ts";
import { describeState, measureState } from "./state.ts";
import { describeTickCpu, measureTickCpu } from "./tick-cpu.ts";

const { values, positionals } = parseArgs({
  options: { quick: { type: "boolean", default: false } },
  allowPositionals: true,
});
const wanted = (name: string) => positionals.length === 0 || positionals.includes(name);

const cpu = wanted("cpu") ? await measureTickCpu(values.quick) : undefined;
if (cpu !== undefined) console.log(`CPU per tick\n\n${describeTickCpu(cpu)}\n`);
const memory = wanted("memory") ? await measureMemory(values.quick) : undefined;
if (memory !== undefined) console.log(`Memory after a minute\n\n${describeMemory(memory)}\n`);
const state = wanted("state") ? await measureState(values.quick) : undefined;
if (state !== undefined) console.log(`State on disk\n\n${describeState(state)}\n`);

const at = new Date().toISOString();
const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
const directory = join(import.meta.dirname, "results");
mkdirSync(directory, { recursive: true });
const file = join(directory, `${at.replaceAll(":", "-")}.json`);
writeFileSync(
  file,
  `${JSON.stringify({ at, revision: revision(), quick: values.quick, machine, cpu, memory, state }, null, 2)}\n`,
);
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
