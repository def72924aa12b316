import { createSystemClock } from "../clock.ts";
import { loadSettings } from "../config/load-settings.ts";
import { readSilence } from "../core/silence.ts";
import { formatDuration } from "../core/text.ts";
import { EN } from "../core/texts/index.ts";
import { openBeside } from "../store/open-database.ts";
import { Store } from "../store/store.ts";
import { type CommandContext, EXIT } from "./command.ts";

/** `silence KEY-GLOB DURATION [WHY …]` adds a silence to the running watchdog; `silence` alone lists them. */
export async function silence(context: CommandContext): Promise<number> {
  const { keyGlob, durationMs, given, why } = readSilence(context.words);
  if (keyGlob === undefined) return withStore(context, (store, now) => list(context, store, now));
  if (durationMs === undefined) {
    context.complain(`silence ${keyGlob} ${given ?? ""}: expected a duration like 30m, 2h or 1d after the key`);
    return EXIT.usage;
  }
  return withStore(context, (store, now) => {
    store.addSilence({ keyGlob, until: now + durationMs, why }, now);
    context.print(
      `${keyGlob} is silenced for ${formatDuration(durationMs, EN.units)}; what is over is told all the same`,
    );
    return EXIT.ok;
  });
}

/** `unsilence KEY-GLOB` ends a silence early; people then learn what is still wrong. */
export async function unsilence(context: CommandContext): Promise<number> {
  const [keyGlob] = context.words;
  if (keyGlob === undefined) {
    context.complain("unsilence: expected the key or glob of a silence; `watchdog silence` lists them");
    return EXIT.usage;
  }
  return withStore(context, (store, now) => {
    if (store.endSilence(keyGlob)) {
      context.print(`${keyGlob} is no longer silenced`);
      return EXIT.ok;
    }
    context.complain(`unsilence ${keyGlob}: there is no such silence`);
    list(context, store, now);
    return EXIT.failed;
  });
}

function list(context: CommandContext, store: Store, now: number): number {
  const silences = store.silences(now);
  if (silences.length === 0) context.print("nothing is silenced");
  for (const { keyGlob, until, why } of silences) {
    context.print(`${keyGlob} for another ${formatDuration(until - now, EN.units)}${why === "" ? "" : ` (${why})`}`);
  }
  return EXIT.ok;
}

/** Works on the database of the watchdog that runs on the same state directory; it sees the change at its next tick. */
function withStore(context: CommandContext, work: (store: Store, now: number) => number): number {
  const { settings, problems } = loadSettings(context.env);
  for (const problem of problems) context.complain(problem);
  if (problems.length > 0) return EXIT.badConfiguration;
  if (settings.stateDir === undefined) {
    context.complain("WATCHDOG_STATE_DIR is unset: expected the state directory of the running watchdog");
    return EXIT.badConfiguration;
  }
  let failed = false;
  try {
    const store = new Store(openBeside(settings.stateDir), (trouble) => {
      failed = true;
      context.complain(trouble);
    });
    const { clock } = createSystemClock(store.timeline(), store.latestInstant());
    const code = work(store, clock.now());
    store.close();
    return failed ? EXIT.failed : code;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    context.complain(`WATCHDOG_STATE_DIR=${settings.stateDir}: ${why}`);
    return EXIT.failed;
  }
}
