import type { Action, Notice, OwedNotice } from "../../src/core/notice.ts";

/** 10 June 2026, 14:02:11 UTC. */
export const AT = Date.UTC(2026, 5, 10, 14, 2, 11);

/** A notice about "container api", owed since 14:02:11. */
export function owed(id: number, action: Action, more: Partial<OwedNotice> = {}): OwedNotice {
  const notice: Notice = {
    key: "container:api",
    action,
    nature: "level",
    severity: "critical",
    what: action === "recovery" ? "container api is running" : "container api is unhealthy",
    since: AT,
    at: AT,
  };
  return { ...notice, id, maybeTold: false, ...more };
}

/** A short way to write what happened: `A` alert, `r` realert, `R` recovery, `E` edge; ids count from 1. */
export function sequence(letters: string, more: Partial<OwedNotice> = {}): OwedNotice[] {
  const actions: Readonly<Record<string, Action>> = { A: "alert", r: "realert", R: "recovery", E: "alert" };
  return [...letters].map((letter, index) =>
    owed(index + 1, actions[letter] ?? "alert", { nature: letter === "E" ? "edge" : "level", ...more }),
  );
}
