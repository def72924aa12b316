import { type IncidentHistory, noteIncidents } from "../core/incidents.ts";
import type { TickStore } from "../watchdog.ts";

const OWNER = "incidents";

/** The store for the tick, which keeps beside each commit, and in the same transaction, what people were alerted of. */
export function keepIncidents<Store extends TickStore>(store: Store): TickStore & { incidents(): IncidentHistory } {
  let history = historyIn(store.memory(OWNER));
  return {
    incidents: () => history,
    alerts: () => store.alerts(),
    memory: (owner) => store.memory(owner),
    silences: (now) => store.silences(now),
    commit(changes) {
      const newest = changes.notices.reduce((latest, { at }) => Math.max(latest, at), 0);
      const next = noteIncidents(history, changes.notices, newest);
      if (next === history) return store.commit(changes);
      history = next;
      store.commit({ ...changes, memories: new Map([...changes.memories, [OWNER, history]]) });
    },
  };
}

/** What was stored may be of another version: what is of no use is left out. */
function historyIn(stored: unknown): IncidentHistory {
  if (!Array.isArray(stored)) return [];
  return stored.filter((entry): entry is IncidentHistory[number] => {
    return Array.isArray(entry) && typeof entry[0] === "string" && typeof entry[1] === "number";
  });
}
