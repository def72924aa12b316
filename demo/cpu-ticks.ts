import { readFileSync } from "node:fs";

/** The unit of /proc/<pid>/stat, per second: the kernel shows user space 100 on every architecture that Node runs on. */
export const TICKS_PER_SECOND = 100;

/**
 * The CPU time that a process has used so far, user and system, in ticks (proc_pid_stat(5), fields 14 and 15).
 *
 * @returns `undefined` when there is no such process
 */
export function readCpuTicks(pid: number): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // Field 2 is the name in parentheses and may hold anything, so count from the last parenthesis: field 3 comes next.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
